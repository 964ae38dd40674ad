from odoo import api, models

AMOUNTS = {"product_uom_qty", "price_unit", "discount", "tax_ids", "product_id", "product_uom_id"}


class SaleOrderLine(models.Model):
    """Asks again where a confirmed order grows beyond what was released.

    What Odoo adds by itself, such as expenses that are passed on, is left alone.
    """

    _inherit = "sale.order.line"

    @api.model_create_multi
    def create(self, vals_list):
        lines = super().create(vals_list)
        costing = lines.filtered(lambda line: line.price_total > 0)
        costing._get_confirmed()._check_credit(adding=False)
        return lines

    def write(self, vals):
        confirmed = self._get_confirmed() if vals.keys() & AMOUNTS else self.order_id.browse()
        before = {order: order.amount_total for order in confirmed}
        written = super().write(vals)
        grown = confirmed.filtered(lambda order: order.amount_total > before[order])
        grown._check_credit(adding=False)
        return written

    def _get_confirmed(self):
        """Return the confirmed orders of these lines that people change; none without holds."""
        if self.env.su or not self.env["customer.grading.credit.hold"]._is_any():
            return self.env["sale.order"]
        lines = self.filtered(lambda line: not line.is_expense and not line.is_downpayment)
        return lines.order_id.filtered(lambda order: order.state == "sale")
