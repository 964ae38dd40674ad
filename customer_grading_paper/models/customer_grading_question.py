from odoo import fields, models

SECTIONS = [
    ("basics", "Basics"),
    ("needs", "Needs"),
    ("rivals", "Competitors"),
    ("other", "Other"),
]


class CustomerGradingQuestion(models.Model):
    """Says where its answers stand on the customer card."""

    _inherit = "customer.grading.question"

    card_section = fields.Selection(
        [*SECTIONS, ("none", "Not printed")],
        "On the customer card under",
        required=True,
        default="other",
        help="Which section of the printed customer card has the answer.",
    )
