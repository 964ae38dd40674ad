from odoo import api, models
from odoo.addons.customer_grading.models.explanation.customer_grading_explanation_cells import Case


class CustomerGradingExplanationWhy(models.AbstractModel):
    """Says of many customers at once, in short, what is missing to the next better grade."""

    _inherit = "customer.grading.explanation.why"

    @api.model
    def _get_distance_texts(self, results):
        """Return ``{result: text}``, such as “A: 180,000 more of Invoiced revenue”.

        By one statement a policy, over the values kept. Who has the best grade, or one set by
        hand that is no worse, is left out.
        """
        Explanation = self.env["customer.grading.explanation"]
        shown = Explanation._get_shown_subjects(results)
        texts = {}
        for result, explanation in Explanation._explain(results).items():
            rule = explanation.get_next_rule()
            if rule and self._is_ahead(result, explanation, rule.grade_id):
                subject = result._get_subject()
                case = Case(subject, result, explanation, None, subject in shown, {}, {})
                texts[result] = self._get_distance_text_of(case, rule)
        return texts

    @staticmethod
    def _is_ahead(result, explanation, grade):
        """Whether ``grade`` is better than the one computed, and than the one in effect."""
        is_current = explanation.grade == result.computed_grade_id
        return is_current and explanation.is_better(grade, than=result.grade_id)

    def _get_distance_text_of(self, case, rule):
        gaps = case.explanation.get_gaps(rule)
        if not all(self._sees(case, gap.condition.criterion_id) for gap in gaps):
            return self.env._("%s: hidden", rule.grade_id.code)
        steps = [self._get_step_text(case, gap, {}) for gap in gaps]
        steps = self.env["customer.grading.explanation.texts"]._shorten(steps)
        if not steps:
            return self.env._("%s: no room left", rule.grade_id.code)
        return self.env._("%(grade)s: %(steps)s", grade=rule.grade_id.code, steps=steps)
