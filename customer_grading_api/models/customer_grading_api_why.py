from datetime import date
from decimal import Decimal

from odoo import models
from odoo.addons.customer_grading.models.explanation.customer_grading_explanation_cells import Case


class CustomerGradingApiWhy(models.AbstractModel):
    """Puts into data why grades are given and what it takes to rise, as *Why this grade?* says it.

    Values, distances and totals are ``None``, and said to be hidden, where the reader may not see
    them.
    """

    _name = "customer.grading.api.why"
    _inherit = ["customer.grading.api.grades"]
    _description = "Explanations for Other Programs"

    def _explain(self, records, code=None):
        """Return what :meth:`explain_grades` of graded records gives."""
        rows = {record: [] for record in records}
        for dimension in self._get_dimensions(records, code):
            graded = self._get_graded(records, dimension)
            results = self.env["customer.grading.result"].sudo()
            results = results.union(*(result for _of, result in graded.values()))
            told = self._get_told(results)
            for record, (of, result) in graded.items():
                if result:
                    head = self._make_head(dimension, of, result)
                    rows[record].append({**head, **told[result]})
        return [{**self._make_record(record), "why": why} for record, why in rows.items()]

    def _get_told(self, results):
        """Return ``{result: what is told of it}``, by one query a policy."""
        Explanation = self.env["customer.grading.explanation"]
        explanations = Explanation._explain(results)
        reasons = self.env["customer.grading.explanation.texts"]._get_reason_text(results)
        shown = Explanation._get_shown_subjects(results)
        told = {}
        for result in results:
            explanation = explanations.get(result)
            if explanation and explanation.grade != result.computed_grade_id:
                explanation = None  # of a policy that is no longer in force
            case = Case(
                record=result._get_subject(),
                result=result,
                explanation=explanation,
                scope=None,
                figures=result._get_subject() in shown,
                answers={},
                beside={},
            )
            told[result] = self._make_told(case, reasons[result])
        return told

    def _make_told(self, case, reason):
        result, explanation = case.result, case.explanation
        next_rule = explanation and explanation.get_next_rule()
        return {
            **self._make_grade(result.grade_id),
            "computed": result.computed_grade_id.code or None,
            "as_of": self._make_day(explanation and explanation.date),
            "reason": (result.manual_reason if result._is_by_hand() else reason) or None,
            "requirement": self._make_tree(case, explanation.rule) if explanation else None,
            "points": self._make_points(case) if explanation else None,
            "rise": self._make_rise(case, next_rule) if next_rule else None,
        }

    def _make_points(self, case):
        """Return the total of points, ``None`` where the policy has none."""
        criterion = case.explanation.policy.score_criterion_id
        if not criterion:
            return None
        sees = self.env["customer.grading.explanation.why"]._sees(case, criterion)
        points = case.explanation.readings[criterion].points
        return {"total": self._make_value(points) if sees else None, "hidden": not sees}

    def _make_rise(self, case, rule):
        """Return the next better grade, what it asks for, and the least that is missing."""
        gaps = case.explanation.get_gaps(rule)
        return {
            **self._make_grade(rule.grade_id),
            "requirement": self._make_tree(case, rule),
            "missing": [
                {**self._make_condition(case, gap.condition), "wanted": gap.wanted} for gap in gaps
            ],
        }

    # ------------------------------------------------------------------ requirements

    def _make_tree(self, case, rule):
        """Return a requirement, or a group of it: how its lines count, and its lines."""
        if not rule:
            return None
        if rule.kind == "condition":
            return self._make_condition(case, rule)
        lines = case.explanation.get_lines(rule)
        return {
            "kind": rule.kind,
            "count": rule.count if rule.kind in ("at_least", "at_most") else None,
            "met": case.explanation.holds[rule],
            "lines": [self._make_tree(case, line) for line in lines],
        }

    def _make_condition(self, case, condition):
        """Return what a condition asks, and what is."""
        Why, criterion = self.env["customer.grading.explanation.why"], condition.criterion_id
        explanation, sees = case.explanation, Why._sees(case, condition.criterion_id)
        return {
            "kind": "condition",
            "criterion": criterion.key or None,
            "name": criterion._get_label(),
            "asked": condition._get_asked_text(),
            "is": Why._get_value_text(case, condition) if sees else None,
            "value": self._make_value(explanation.get_compared(condition)) if sees else None,
            "short": self._make_value(explanation.get_distance(condition)) if sees else None,
            "met": explanation.holds[condition],
            "hidden": not sees,
        }

    @staticmethod
    def _make_value(value):
        """Return a number, a yes or no, or a day; ``None`` for all that only words tell."""
        if isinstance(value, date):
            return value.isoformat()
        if isinstance(value, Decimal):
            return float(value)
        return value if isinstance(value, (bool, int, float)) else None
