from odoo import models
from odoo.addons.customer_grading.models.policy.customer_grading_measure import (
    AGE_UNITS,
    NUMERIC_UNITS,
)
from odoo.addons.customer_grading.models.policy.customer_grading_rule import (
    NUMERIC_OPERATORS,
    POINTS_OPERATORS,
)
from odoo.addons.customer_grading.tools.columns import CriterionColumns
from odoo.tools import SQL

# A number that would do is near: it is short by a fifth of what is asked at most, or too much by it.
ENOUGH, FEW = SQL("1.25"), SQL("(1 / 1.2)")
COUNTED_LEVELS = ("level_is", "level_ge")


class CustomerGradingRule(models.Model):
    """Tells whether one number within reach is all that a requirement misses."""

    _inherit = "customer.grading.rule"

    def _get_near_sql(self, children, terms, scope):
        """Return whether one known number, within a fifth of what is asked, is all that is missing.

        :param children: ``{group: its lines}`` of the requirement
        :param terms: ``{criterion: CriterionColumns}``
        """
        if self.kind == "condition":
            return self._get_near_condition_sql(children, terms, scope)
        lines = self._get_asked_lines(children)
        least = {"all": len(lines), "any": 1, "at_least": self.count}.get(self.kind)
        if not lines or not least:
            return SQL("FALSE")
        met = [line._combine_sql(children, terms) for line in lines]
        near = [line._get_near_sql(children, terms, scope) for line in lines]
        return SQL(
            "(%s = %s AND (%s))",
            SQL(" + ").join(SQL("COALESCE((%s)::integer, 0)", one) for one in met),
            least - 1,
            SQL(" OR ").join(near),
        )

    def _get_near_condition_sql(self, children, terms, scope):
        ways = self._get_nearer_terms(terms[self.criterion_id], scope)
        if not ways:
            return SQL("FALSE")
        return SQL(
            "((%s) IS FALSE AND COALESCE(%s, FALSE))",
            self._combine_sql(children, terms),
            SQL(" OR ").join(self._get_condition_sql(way) for way in ways),
        )

    def _get_nearer_terms(self, terms, scope):
        """Return what a criterion comes to with a fifth of what is asked more, and with less.

        What time counts up comes of itself, and is no work.
        """
        criterion = self.criterion_id
        by_points = self.operator in POINTS_OPERATORS
        by_number = self.operator in (*NUMERIC_OPERATORS, *COUNTED_LEVELS)
        if not by_points and not (by_number and criterion.unit in NUMERIC_UNITS):
            return []
        factors = [ENOUGH, FEW]
        if criterion.unit in AGE_UNITS and not by_points:
            factors = [FEW] if criterion._get_age() == "since" else []
        return [self._scale_terms(terms, factor, scope) for factor in factors]

    def _scale_terms(self, terms, factor, scope):
        value, points = (SQL("(%s * %s)", one, factor) for one in (terms.value, terms.points))
        criterion = self.criterion_id
        subject = self.env["customer.grading.engine"]._get_subject_columns(criterion)
        level = SQL("NULL::integer")
        if self.operator in COUNTED_LEVELS:
            level = criterion._get_level_sql(value, subject, scope)
        return CriterionColumns(value, level, points, terms.waits, terms.level_waits, terms.raw)
