from odoo import models
from odoo.tools import SQL


class CustomerGradingChangeControl(models.AbstractModel):
    """Sends moves that need approval to those who give it."""

    _inherit = "customer.grading.change.control"

    def _require_sql(self, policies, direction, held, target, state):
        """Let moves wait for approval where the policy asks for it."""
        whens = [
            SQL(
                "WHEN policy_id = %s AND %s THEN 'to_approve'",
                policy.id,
                policy.approval_ids._get_is_for_sql(direction, held, target),
            )
            for policy in policies.filtered("approval_ids")
        ]
        state = super()._require_sql(policies, direction, held, target, state)
        return SQL("CASE %s ELSE %s END", SQL(" ").join(whens), state) if whens else state

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
