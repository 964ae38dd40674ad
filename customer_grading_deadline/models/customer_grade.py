from odoo import fields, models


class CustomerGrade(models.Model):
    """Says how soon who holds it is answered."""

    _inherit = "customer.grade"

    deadline_ids = fields.One2many(
        "customer.grading.deadline",
        "grade_id",
        "Deadlines",
        help="How soon who holds the grade is contacted first, answered, or told what is new. "
        "Another grade inherits nothing of it.",
    )
