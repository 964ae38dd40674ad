from odoo import models
from odoo.addons.customer_grading.tools.blocks import make_block, make_row
from odoo.tools import format_date


class CustomerGradingChangeReview(models.AbstractModel):
    """Shows who decides on a change which orders wait to be fetched."""

    _inherit = "customer.grading.change.review"

    def _get_blocks(self, change):
        return [*super()._get_blocks(change), *self._get_waiting_blocks(change)]

    def _get_waiting_blocks(self, change):
        """Return the customer's orders promised for a day that has passed, as the reader may see."""
        Order = self.env["sale.order"].sudo(False)
        if not Order.has_access("read"):
            return []
        orders = Order.search(
            [
                ("partner_id", "child_of", change.partner_id.ids),
                ("state", "=", "sale"),
                ("commitment_date", "<", self.env.cr.now()),
                ("order_line.qty_delivered", "=", 0),
            ]
        )
        rows = [
            make_row(None, order.name, format_date(self.env, order.commitment_date))
            for order in orders
        ]
        columns = [self.env._("Order"), self.env._("Promised for")]
        return [make_block(self.env._("Goods that wait"), columns, rows)] if rows else []
