from odoo import api, models
from odoo.exceptions import UserError
from odoo.fields import Domain


class CustomerGradingResult(models.Model):
    """Waives conditions for whom a result is of."""

    _inherit = "customer.grading.result"

    def _get_waivable_lines(self):
        """Return the conditions that keep from better grades, and those that are waived now."""
        self.check_access("read")
        explanation = self.env["customer.grading.explanation"]._explain(self).get(self)
        if not explanation or explanation.policy.state != "running":
            return self.env["customer.grading.rule"]
        better = explanation.policy.rule_ids.filtered(
            lambda rule: explanation.is_better(rule.grade_id) and not explanation.holds[rule]
        )
        asked = better.browse().union(*map(explanation.get_conditions, better))
        missed = asked.filtered(lambda line: explanation.holds[line] is not line._is_wanted())
        day, waivers = explanation.date, explanation.waivers
        waived = [line for line, waiver in waivers.items() if waiver._counts_on(day)]
        return missed.union(*waived).sudo(False)

    def _waive(self, line, reason, until=False):
        """Let the condition ``line`` count as met, until a day or without end.

        Who was waived it before has the new reason and end. Whom the result is of is graded anew.

        :raise AccessError: for who is no officer
        :raise UserError: without a reason, with an end in the past, or where it would change
            nothing
        """
        self.ensure_one()
        Waiver = self.env["customer.grading.waiver"]
        Waiver._check_officer()
        if not (reason or "").strip():
            raise UserError(self.env._("Say why the condition is waived: the history keeps it."))
        if until and until < self._get_today():
            raise UserError(self.env._("“Until” lies in the past. Choose a later day."))
        if line not in self._get_waivable_lines():
            raise UserError(
                self.env._("This condition keeps from no better grade: there is nothing to waive.")
            )
        about = {name: self[name].id for name in ("partner_id", "lead_id", "company_id")}
        earlier = Domain.AND(Domain(name, "=", value) for name, value in about.items())
        earlier &= Domain("is_in_force", "=", True)
        earlier = Waiver._get_waivers(line.policy_id.sudo(), about["company_id"], earlier)
        earlier.get(line, Waiver)._end("again")
        waiver = Waiver.sudo().create(
            {
                **about,
                "line_id": line.id,
                "reason": reason.strip(),
                "user_id": self.env.uid,
                "date_from": self._get_today(),
                "until": until,
                "date_end": until,
            }
        )
        waiver._regrade()
        return waiver

    @api.model
    def _settle_merge(self, sources, target):
        """What was waived for a merged record is waived for the one that stays."""
        field = target._grading_result_field
        waivers = self.env["customer.grading.waiver"].sudo().search([(field, "in", sources.ids)])
        for kind, own in waivers.grouped(lambda w: w.line_id.policy_id.subject).items():
            own[field] = target._get_graded(kind) or target
        return super()._settle_merge(sources, target)
