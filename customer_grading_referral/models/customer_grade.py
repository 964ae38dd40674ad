from odoo import api, fields, models
from odoo.exceptions import ValidationError


class CustomerGrade(models.Model):
    """Says how many people who holds it is to refer."""

    _inherit = "customer.grade"

    subject = fields.Selection(related="dimension_id.subject")
    least_referred = fields.Integer(
        "To refer, at least",
        aggregator=None,
        help="So many people a customer of this grade is to refer. 0: none are asked for.",
    )
    most_referred = fields.Integer(
        "To refer, at most",
        aggregator=None,
        help="So many are enough. 0: any number.",
    )

    @api.constrains("least_referred", "most_referred")
    def _check_referred(self):
        for grade in self:
            least, most = grade.least_referred, grade.most_referred
            if least < 0 or most < 0 or (most and most < least):
                raise ValidationError(
                    self.env._(
                        "Grade %(grade)s: how many people are to be referred goes from %(least)s to "
                        "%(most)s. Neither is less than 0, and at most is no less than at least; "
                        "0 means any number.",
                        grade=grade.code,
                        least=least,
                        most=most,
                    )
                )
