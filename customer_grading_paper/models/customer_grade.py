from odoo import fields, models


class CustomerGrade(models.Model):
    """Says to the customer what a grade gives, and what it asks for."""

    _inherit = "customer.grade"

    rights = fields.Text(
        "What the customer gets",
        translate=True,
        help="Printed on the customer's grade sheet, one right a line: prices agreed for a year, "
        "first in delivery, a contact of its own...",
    )
    duties = fields.Text(
        "What is asked of the customer",
        translate=True,
        help="Printed on the customer's grade sheet, one duty a line: pays by the due date, "
        "fetches goods by the day agreed...",
    )
