from odoo import models
from odoo.tools import SQL


class CustomerGradingWayBack(models.AbstractModel):
    """Lets a way back wait for approval."""

    _inherit = "customer.grading.way.back"

    def _get_state_sql(self, run):
        """Let a way back that takes approval wait for it."""
        return SQL(
            "CASE WHEN %s THEN 'to_approve' ELSE %s END",
            run.policy_id.approval_ids._get_is_for_sql(
                SQL("way"), SQL("grade_id"), SQL("back_id")
            ),
            super()._get_state_sql(run),
        )
