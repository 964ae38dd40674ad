from datetime import timedelta

from odoo import fields, models
from odoo.tools import SQL


class CustomerGradingChangeControl(models.AbstractModel):
    """Sends moves that need approval to those who give it."""

    _inherit = "customer.grading.change.control"

    def _get_state_sql(self, run):
        """Let moves wait for approval where the policy asks for it.

        The first grading by a policy is taken as it is: somebody looked at it before.
        """
        state = super()._get_state_sql(run)
        if run.first or not run.policy_id.approval_ids:
            return state
        needs_approval = run.policy_id.approval_ids._get_is_for_sql(
            SQL("CASE WHEN evaluates AND target_id IS NOT NULL THEN 'new' ELSE direction END"),
            SQL("grade_id"),
            SQL("target_id"),
        )
        return SQL(
            "CASE WHEN %s AND NOT %s THEN 'to_approve' ELSE %s END",
            needs_approval,
            self._get_free_sql(run),
            state,
        )

    def _bring_back_proposals(self, run):
        """Let what an approver put off wait for the same step again."""
        self.env["customer.grading.change"].search(
            [
                ("dimension_id", "=", run.dimension_id.id),
                ("company_id", "=", run.company_id.id),
                ("state", "=", "held"),
                ("keeps_step", "=", True),
                ("date_due", "<=", run.date_effect),
            ]
        )._await_approval()
        return super()._bring_back_proposals(run)

    def _apply(self, vals_list):
        """Let what needs approval wait for it, and end with the grade held meanwhile."""
        changes = super()._apply(self._ask_for_approval(vals_list))
        tomorrow = fields.Date.context_today(self) + timedelta(days=1)
        for result in changes.filtered(lambda change: change.state == "to_approve").result_id:
            end = result._get_expiry(result.date_computed_since)
            result.date_due = end and max(end, tomorrow)
        return changes

    def _ask_for_approval(self, vals_list):
        """Let the computed grade that follows one by hand wait for its approval, too."""
        Result = self.env["customer.grading.result"].sudo()
        following = {
            Result.browse(vals["result_id"]): vals
            for vals in vals_list
            if vals["origin"] == "manual_end" and vals["state"] == "applied"
        }
        grades = {result: result.computed_grade_id for result in following}
        for result, lines in Result._get_approvals(grades).items():
            if lines:
                following[result].update(
                    origin="computed", state="to_approve", date_applied=False, decided_by_id=False
                )
        return vals_list
