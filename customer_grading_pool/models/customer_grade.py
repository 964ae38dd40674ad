from odoo import api, fields, models
from odoo.exceptions import ValidationError


class CustomerGrade(models.Model):
    """Says when who holds it is taken off its salesperson, and how many one may hold."""

    _inherit = "customer.grade"

    pool_rule_ids = fields.One2many(
        "customer.grading.pool.rule",
        "grade_id",
        "Ownership",
        help="When the salesperson of who holds the grade is reminded, and when it goes to the pool.",
    )
    most_held = fields.Integer(
        "At most held by one",
        aggregator=None,
        help="So many of this grade one salesperson may have; whoever has them claims no more. "
        "0: any number.",
    )

    @api.constrains("most_held")
    def _check_most_held(self):
        for grade in self:
            if grade.most_held < 0:
                raise ValidationError(
                    self.env._(
                        "Grade %s: how many one salesperson may hold cannot be less than 0; 0 means "
                        "any number.",
                        grade.code,
                    )
                )
