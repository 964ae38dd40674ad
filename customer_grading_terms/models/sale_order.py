from odoo import fields, models
from odoo.addons.customer_grading.tools.groups import USER_GROUP


class SaleOrder(models.Model):
    """Shows what the customer's grade gives where an order is made."""

    _inherit = "sale.order"

    grade_benefits = fields.Text(
        related="partner_id.grade_benefits",
        string="What the grade gives",
        groups=USER_GROUP,
    )
