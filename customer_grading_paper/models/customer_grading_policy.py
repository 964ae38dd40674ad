from odoo import fields, models


class CustomerGradingPolicy(models.Model):
    """Is a regulation with a number, where the company numbers its regulations."""

    _inherit = "customer.grading.policy"

    form_number = fields.Char(
        "Regulation number",
        help="Printed on the policy as a regulation, such as MF/Q 102/A.",
    )

    def _get_unlocked_fields(self):
        return super()._get_unlocked_fields() | {"form_number"}
