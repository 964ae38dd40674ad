from odoo import models


class CustomerGradingPolicy(models.Model):
    """Knows which answers could decide."""

    _inherit = "customer.grading.policy"

    def _get_questions(self):
        """Return the questions that the policy asks, in the order of its criteria."""
        self.ensure_one()
        criteria = self.criterion_ids.sorted(lambda c: (c.sequence, c.id))
        return criteria.filtered(lambda c: c.kind == "measure")._get_question()

    def _get_candidates(self, question):
        """Return the answers to ``question`` that can make a difference, the best one first.

        :return: list of answers as text, as the database reads them
        """
        asking = self._get_measured_criteria().filtered(lambda c: c._get_question() == question)
        criteria = asking._get_passing_on()
        candidates = [
            *(answer for c in criteria for answer in c._get_banded_answers(question)),
            *self._get_asked_answers(criteria, question),
            *question._get_extreme_answers(),
        ]
        return list(dict.fromkeys(candidates))[:12]

    def _get_asked_answers(self, criteria, question):
        """Return the answers that requirements ask for, those of the best grade first."""
        met, unmet = [], []
        for root in self.rule_ids.sorted(lambda rule: (rule.grade_id.sequence, rule.grade_id.id)):
            parents = root._get_parents()
            for line in root._get_ordered_lines():
                if line.criterion_id in criteria:
                    answers = line._get_deciding_answers(question)
                    if line._is_negated(parents):
                        answers = answers[::-1]
                    met += answers[0]
                    unmet += answers[1]
        return [*met, *unmet]
