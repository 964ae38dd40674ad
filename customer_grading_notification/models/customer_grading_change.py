from odoo import fields, models


class CustomerGradingChange(models.Model):
    """Says of itself whether people were notified of it, and of what it tells them."""

    _inherit = "customer.grading.change"

    is_noted = fields.Boolean("Noted on the record", copy=False)
    is_digested = fields.Boolean("Notified in a digest", copy=False)

    def _get_move_texts(self, figures=True):
        """Return ``{change: (before, after, why)}`` in words: who moved it where, and why.

        :param figures: whether figures may stand in it where the user may see them
        """
        nothing = self.env._("not graded")
        reasons = self.env["customer.grading.explanation.texts"]._get_reason_text(self, figures)
        return {
            change: (
                change.from_grade_id.code or nothing,
                change.grade_id.code or nothing,
                change._get_why_text(reasons[change] or ""),
            )
            for change in self
        }

    def _get_why_text(self, reason):
        """Return why a grade moved as a sentence, with those who decided on it."""
        change = self.sudo()
        names = {
            "reason": reason.rstrip(".。"),
            "user": change.user_id.name or "",
            "decider": change.decided_by_id.name or "",
        }
        by_hand = change.origin == "manual"
        if by_hand and change.decided_by_id not in (change.user_id, change.decided_by_id.browse()):
            return self.env._(
                "By hand: “%(reason)s”, proposed by %(user)s, approved by %(decider)s.", **names
            )
        if by_hand:
            return self.env._("By hand by %(user)s: “%(reason)s”.", **names)
        if change.decided_by_id:
            return self.env._("%(reason)s. Decided by %(decider)s.", **names)
        return self.env._("%(reason)s.", **names) if reason else ""
