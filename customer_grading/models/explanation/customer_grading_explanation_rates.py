from odoo import api, models
from odoo.tools import SQL

from ..engine.customer_grading_engine import EVALUATED


class CustomerGradingExplanationRates(models.AbstractModel):
    """Tells what exchange rates did, where a group's amounts count at those of today."""

    _name = "customer.grading.explanation.rates"
    _description = "What Exchange Rates Did to a Grade"

    @api.model
    def _mark(self, explanations):
        """Note in explanations what amounts were at the rates of the grading before.

        :param explanations: ``{record: Explanation}``, of results, changes or lines that the
            same policy graded before
        """
        cases = {}
        for record, explanation in explanations.items():
            dimension = explanation.policy.dimension_id
            if dimension.company_scope == "group" and dimension.rate_of == "today":
                by_subject = cases.setdefault((explanation.policy, explanation.date), {})
                by_subject.setdefault(record._get_subject().id, []).append(explanation)
        for (policy, date), by_subject in cases.items():
            self._mark_case(policy, date, by_subject)

    def _mark_case(self, policy, date, by_subject):
        """Note it in the explanations of one policy and day, by the id of who is explained.

        Only of amounts that the documents come to still: of others it would not be known what
        the rates did, and what the documents.
        """
        engine = self.env["customer.grading.engine"].sudo()
        Company, Run = self.env["res.company"], self.env["customer.grading.run"].sudo()
        runs = [("policy_id", "=", policy.id), ("state", "in", EVALUATED), ("date", "<", date)]
        before = Run.search(runs, order="date desc, id desc", limit=1)
        scope = engine._get_scope(policy, Company, date, list(by_subject))
        earlier = scope._replace(
            rates=engine._get_scope(policy, Company, before.date or date).rates
        )
        amounts = policy._get_measured_criteria().filtered(
            lambda c: c.unit == "amount" and not c.measure_id.is_broken
        )
        if not amounts or earlier == scope:
            return
        now, then = (self._read(policy, one, amounts) for one in (scope, earlier))
        for subject_id, explanations in by_subject.items():
            for explanation in explanations if subject_id in now else ():
                explanation.at_rates_before = {
                    criterion: then[subject_id][f"v{criterion.id}"]
                    for criterion in amounts
                    if explanation.readings[criterion].value == now[subject_id][f"v{criterion.id}"]
                }

    def _read(self, policy, scope, amounts):
        """Return ``{subject id: {column: amount}}``."""
        values = self.env["customer.grading.engine"].sudo()._get_values_sql(policy, scope, amounts)
        self.env.flush_all()
        rows = self.env.execute_query_dict(SQL("SELECT * FROM (%s) told", values))
        return {row["subject_id"]: row for row in rows}
