from odoo import models
from odoo.addons.customer_grading.tools.blocks import make_block, make_row
from odoo.tools import format_datetime


class CustomerGradingChangeReview(models.AbstractModel):
    """Tells who approved a change so far."""

    _inherit = "customer.grading.change.review"

    def _get_blocks(self, change):
        return [*self._get_approval_blocks(change), *super()._get_blocks(change)]

    def _get_approval_blocks(self, change):
        """Return who approved so far, when and as whom."""
        rows = [
            make_row(
                "met",
                self.env._("Step %s", given.step),
                given.role or "",
                given.user_id.name,
                format_datetime(self.env, given.date, dt_format="short"),
            )
            for given in change.approval_ids
        ]
        title = self.env._("Approved so far")
        return [make_block(title, ["", "", "", ""], rows)] if rows else []
