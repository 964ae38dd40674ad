from odoo import fields, models
from odoo.addons.customer_grading.tools.groups import USER_GROUP
from odoo.addons.customer_grading.tools.texts import NOT_GRADED


class SaleReport(models.Model):
    """Tells what customers of each grade of today ordered."""

    _name = "sale.report"
    _inherit = ["sale.report", "customer.grading.host"]

    customer_grade_id = fields.Many2one(
        related="partner_id.customer_grade_id",
        string="Customer grade",
        groups=USER_GROUP,
        falsy_value_label=NOT_GRADED,
        help="The customer's grade of today.",
    )
