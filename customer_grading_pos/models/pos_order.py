from odoo import api, fields, models
from odoo.tools import SQL


class PosOrder(models.Model):
    """Tells the untaxed amount of a purchase, less than zero for a refund.

    From the totals of the order: its lines have the amounts of a refund now as more than zero,
    now as less, as the till or the back office wrote them.
    """

    _inherit = "pos.order"

    shop_amount_untaxed = fields.Monetary("Untaxed Amount", compute="_compute_untaxed")

    @api.depends("amount_total", "amount_tax")
    def _compute_untaxed(self):
        for order in self:
            order.shop_amount_untaxed = order.amount_total - order.amount_tax

    def _field_to_sql(self, alias, field_expr, query=None):
        if field_expr != "shop_amount_untaxed":
            return super()._field_to_sql(alias, field_expr, query)
        total = super()._field_to_sql(alias, "amount_total", query)
        return SQL("(%s - %s)", total, super()._field_to_sql(alias, "amount_tax", query))
