from odoo import fields, models


class CustomerGradingQuestion(models.Model):
    """Tells the best and the worst that may be answered."""

    _inherit = "customer.grading.question"

    def _get_extreme_answers(self):
        """Return the best and the worst answer there can be, as text.

        Numbers and dates have neither: those of no size, and of no time from today, stand in.
        """
        self.ensure_one()
        return {
            "yes_no": ["true", "false"],
            "levels": [str(choice.id) for choice in self.choice_ids],
            "points": [str(self.points_max), "0"],
            "number": ["0"],
            "text": [""],
            "date": [str(fields.Date.context_today(self))],
        }[self.kind]
