from odoo import models


class CustomerGradingExplanationNotices(models.AbstractModel):
    """Tells who approves a change next."""

    _inherit = "customer.grading.explanation.notices"

    def _get_decider_text(self, change):
        steps = change._get_steps()[change]
        if not steps.awaited:
            return super()._get_decider_text(change)
        return change._get_approver_text(steps)
