from odoo import api, fields, models
from odoo.exceptions import ValidationError


class CustomerGradingQuestion(models.Model):
    """May ask for the day on which an agreement with the customer ends."""

    _inherit = "customer.grading.question"

    ends_agreement = fields.Boolean(
        "End of an agreement",
        tracking=True,
        help="The day answered is the last one of an agreement with the customer: it is listed before "
        "it comes, however long ago the answer was given.",
    )

    @api.constrains("ends_agreement", "kind", "subject")
    def _check_ends_agreement(self):
        for question in self.filtered("ends_agreement"):
            if question.kind != "date" or question.subject != "partner":
                raise ValidationError(
                    self.env._(
                        "“%s” cannot be the end of an agreement: let it ask about customers, and for a "
                        "date.",
                        question.name,
                    )
                )
