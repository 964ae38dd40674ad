from odoo import models

from .customer_grading_engine import STEPS


class CustomerGradingRule(models.Model):
    _inherit = "customer.grading.rule"

    def _is_negated(self, parents):
        """Whether the line speaks against its requirement: an odd number of “none of” above."""
        negations = 0
        above = self
        while above := parents.get(above):
            negations += above.kind in ("none", "at_most")
        return bool(negations % 2)

    def _get_deciding_answers(self):
        """Return the answers, as text, that meet a condition and those that do not."""
        if self.operator in ("yes", "no"):
            answers = ["true"], ["false"]
            return answers if self.operator == "yes" else answers[::-1]
        if self.operator in STEPS:
            meets, misses = STEPS[self.operator]
            return [str(self.value + meets)], [str(self.value + misses)]
        if self.operator == "between":
            return [str(self.value)], [str(self.value_max + 1)]
        if self.operator == "is":
            return [self.text_value or str(self.choice_id)], []
        return [], []  # levels and points are met by the bands
