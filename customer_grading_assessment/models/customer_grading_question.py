from odoo import models


class CustomerGradingQuestion(models.Model):
    """Tells the best and the worst that may be answered."""

    _inherit = "customer.grading.question"

    def _get_extreme_answers(self):
        """Return the best and the worst answer there can be, as text; of numbers, none."""
        self.ensure_one()
        return {
            "yes_no": ["true", "false"],
            "levels": [str(choice.id) for choice in self.choice_ids],
            "points": [str(self.points_max), "0"],
            "number": ["0"],
            "text": [""],
            "date": [],
        }[self.kind]
