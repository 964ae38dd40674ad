from odoo import fields, models

from ..tools.person import PERSON


class CustomerGradingQuestion(models.Model):
    """A question may be about one person of a customer."""

    _inherit = "customer.grading.question"

    subject = fields.Selection(
        selection_add=[(PERSON.name, "People")], ondelete={PERSON.name: "cascade"}
    )
