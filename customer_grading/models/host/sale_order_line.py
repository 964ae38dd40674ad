from odoo import fields, models

from ...tools.groups import USER_GROUP


class SaleOrderLine(models.Model):
    _name = "sale.order.line"
    _inherit = ["sale.order.line", "customer.grading.document"]

    grading_date = fields.Datetime("Order date", compute="_compute_grading_date", groups=USER_GROUP)

    def _compute_grading_date(self):
        for line in self:
            line.grading_date = line.order_id.date_order
