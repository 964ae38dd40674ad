from odoo import fields, models
from odoo.addons.customer_grading.tools.groups import USER_GROUP
from odoo.addons.customer_grading.tools.texts import NOT_GRADED


class AccountInvoiceReport(models.Model):
    """Tells what was invoiced to customers of each grade of today, whose invoice it is."""

    _name = "account.invoice.report"
    _inherit = ["account.invoice.report", "customer.grading.host"]

    customer_grade_id = fields.Many2one(
        related="commercial_partner_id.customer_grade_id",
        string="Customer grade",
        groups=USER_GROUP,
        falsy_value_label=NOT_GRADED,
        help="The customer's grade of today.",
    )
