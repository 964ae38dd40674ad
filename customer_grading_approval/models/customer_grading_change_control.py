from odoo import models
from odoo.fields import Domain
from odoo.tools import SQL


class CustomerGradingChangeControl(models.AbstractModel):
    """Sends moves that need approval to those who give it."""

    _inherit = "customer.grading.change.control"

    def _require_sql(self, policies, direction, state):
        """Let moves wait for approval where the policy asks for it."""
        grades = SQL("grade_id"), SQL("target_id")
        whens = [
            SQL(
                "WHEN policy_id = %s AND %s THEN 'to_approve'",
                policy.id,
                policy.approval_ids._get_is_for_sql(direction, *grades),
            )
            for policy in policies.filtered("approval_ids")
        ]
        state = super()._require_sql(policies, direction, state)
        return SQL("CASE %s ELSE %s END", SQL(" ").join(whens), state) if whens else state

    def _bring_back_proposals(self, run):
        """Let what an approver put off wait for the same step again."""
        kept = Domain("state", "=", "held") & Domain("keeps_step", "=", True)
        due = Domain("date_due", "<=", run.date_effect)
        self._find_changes(run, kept & due)._await_approval()
        return super()._bring_back_proposals(run)
