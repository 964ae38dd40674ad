from odoo import fields, models

from ...tools.groups import USER_GROUP
from ...tools.texts import NOT_GRADED


class SaleOrder(models.Model):
    _name = "sale.order"
    _inherit = ["sale.order", "customer.grading.document"]

    customer_grade_id = fields.Many2one(
        related="partner_id.customer_grade_id",
        string="Customer grade",
        groups=USER_GROUP,
        falsy_value_label=NOT_GRADED,
    )
    customer_grade_color = fields.Integer(
        related="partner_id.customer_grade_color", groups=USER_GROUP
    )
    customer_grade_meaning = fields.Text(
        related="partner_id.customer_grade_id.meaning", groups=USER_GROUP
    )
