from odoo import fields, models


class SaleOrder(models.Model):
    """Shows what the customer's grade gives where an order is made."""

    _inherit = "sale.order"

    grade_benefits = fields.Text(
        related="partner_id.grade_benefits",
        string="What the grade gives",
        groups="customer_grading.customer_grading_group_documents",
    )
