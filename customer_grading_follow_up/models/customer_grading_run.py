import logging

from odoo import api, models

_logger = logging.getLogger(__name__)
FEW = 1_000  # who moved: of more, everybody is renewed


class CustomerGradingRun(models.Model):
    """Renews follow-ups once grades are in effect: everybody's by night, else of who was graded."""

    _inherit = "customer.grading.run"

    def _grade(self, commit, subject_ids):
        """Renew them in a step of its own: whatever keeps it from being done undoes no grade."""
        super(CustomerGradingRun, self.with_context(follows_later=True))._grade(commit, subject_ids)
        if self.state != "done" or not self._has_follow_ups():
            return
        try:
            self._renew_follow_ups(subject_ids, commit)
        except Exception:
            if not commit:
                raise
            self.env.cr.rollback()
            _logger.exception("Follow-ups of %s are left to the next run.", self.dimension_id.code)

    def _after_changes(self):
        """Renew them where the moves of a run are applied, or taken back, by somebody."""
        if not self.env.context.get("follows_later") and self._has_follow_ups():
            field = self.dimension_id._get_subject_kind().field
            Change = self.env["customer.grading.change"].sudo()
            moved = Change.search_fetch(self._get_changes_domain(), [field], limit=FEW + 1)
            self._renew_follow_ups(moved[field].ids if len(moved) <= FEW else None)
        return super()._after_changes()

    @api.model
    def _after_queue(self):
        """Renew what no run did: grades last longer than the policy that gave them."""
        done = super()._after_queue()
        if self.env["customer.grading.cadence"]._is_any():
            self.env["customer.grading.follow.up.engine"].sudo()._renew_unattended()
        return done

    def _has_follow_ups(self):
        if not self.env["customer.grading.cadence"]._is_any():
            return False
        engine = self.env["customer.grading.follow.up.engine"]
        return self.dimension_id.sudo() in engine._get_followed()

    def _renew_follow_ups(self, subject_ids, commit=False):
        engine, dimension = self.env["customer.grading.follow.up.engine"], self.dimension_id.sudo()
        if subject_ids is None:
            engine.sudo()._renew_whole(dimension, self.company_id, commit=commit)
        else:
            engine.sudo()._renew(dimension, self.company_id, subject_ids)
