from odoo import models

from ..policy.customer_grading_rule import NUMERIC_OPERATORS


class CustomerGradingRule(models.Model):
    """Says of a condition that everybody met it in the last try-on, or nobody."""

    _inherit = "customer.grading.rule"

    def _get_met_text(self, total, known, lowest, _middle, highest):
        """Return it in words, or nothing where some met it, and some did not.

        :param known: of how many of ``total`` the value was known
        """
        if self.operator not in NUMERIC_OPERATORS or lowest is None:
            return None
        names = {"grade": self.root_id.grade_id.code, "condition": self._get_condition_text()}
        if known == total and self._holds_for(lowest) and self._holds_for(highest):
            return self.dimension_id._choose_text(
                self.env._(
                    "Grade %(grade)s: every customer meets “%(condition)s” today, so it asks for "
                    "nothing.",
                    **names,
                ),
                self.env._(
                    "Grade %(grade)s: every opportunity meets “%(condition)s” today, so it asks "
                    "for nothing.",
                    **names,
                ),
            )
        nearest = {"ge": highest, "gt": highest, "le": lowest, "lt": lowest}
        least = 0 if self.operator == "within" else self.value
        if self._holds_for(nearest.get(self.operator, min(max(lowest, least), highest))):
            return None
        return self.dimension_id._choose_text(
            self.env._("Grade %(grade)s: no customer meets “%(condition)s” today.", **names),
            self.env._("Grade %(grade)s: no opportunity meets “%(condition)s” today.", **names),
        )

    def _holds_for(self, value):
        least, most = self.value, self.value_max
        return {
            "ge": value >= least,
            "gt": value > least,
            "le": value <= least,
            "lt": value < least,
            "between": least <= value <= most,
            "within": 0 <= value <= least,
        }[self.operator]
