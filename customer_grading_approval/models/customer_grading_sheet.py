from odoo import models
from odoo.tools import format_datetime


class CustomerGradingSheet(models.AbstractModel):
    """Tells who approved a change so far, and who does next."""

    _inherit = "customer.grading.sheet"

    def _get_change_blocks(self, change):
        return [*self._get_approval_blocks(change), *super()._get_change_blocks(change)]

    def _get_approval_blocks(self, change):
        """Return who approved so far, when and as whom."""
        rows = [
            self._prepare_row(
                "met",
                self.env._("Step %s", given.step),
                given.role or "",
                given.user_id.name,
                format_datetime(self.env, given.date, dt_format="short"),
            )
            for given in change.approval_ids
        ]
        title = self.env._("Approved so far")
        return [self._prepare_block(title, ["", "", "", ""], rows)] if rows else []

    def _get_decider_text(self, change):
        """Name who approves the step awaited."""
        steps = change._get_steps()[change]
        if not steps.awaited:
            return super()._get_decider_text(change)
        return change._get_approver_text(steps)
