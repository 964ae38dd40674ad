from datetime import timedelta
from functools import partial

from odoo import models
from odoo.addons.customer_grading.models.policy.customer_grading_rule import DATE_OPERATORS

# A comparison -> the number beside its limit that meets it, and the one that does not.
STEPS = {"ge": (0, -1), "gt": (1, 0), "le": (0, 1), "lt": (-1, 0)}


class CustomerGradingRule(models.Model):
    """Tells which answers meet a condition, and which do not."""

    _inherit = "customer.grading.rule"

    def _is_negated(self, parents):
        """Whether the line speaks against its requirement: an odd number of “none of” above."""
        negations = 0
        above = self
        while above := parents.get(above):
            negations += above.kind in ("none", "at_most", "until")
        return bool(negations % 2)

    def _get_deciding_answers(self, question):
        """Return the answers to ``question``, as text, that meet a condition, and that do not."""
        if self.operator in ("yes", "no"):
            answers = ["true"], ["false"]
            return answers if self.operator == "yes" else answers[::-1]
        to_answer = partial(self.criterion_id._to_answer, question)
        if self.operator in STEPS:
            meets, misses = STEPS[self.operator]
            return [to_answer(self.value + meets)], [to_answer(self.value + misses)]
        if self.operator == "between":
            return [to_answer(self.value)], [to_answer(self.value_max + 1)]
        if self.operator == "within":
            return [to_answer(self.value)], [to_answer(self.value + 1)]
        if self.operator in DATE_OPERATORS:
            day = timedelta(days=-1 if self.operator == "before" else 1)
            return [str(self.date_value + day)], [str(self.date_value)]
        if self.operator == "is":
            return [self.text_value or str(self.choice_id)], []
        return [], []  # levels and points are met by the bands
