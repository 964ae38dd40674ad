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

        :param explanations: ``{record: Explanation}``, of results, changes or lines
        """
        cases = {}
        for record, explanation in explanations.items():
            dimension = explanation.policy.dimension_id
            if dimension.company_scope == "group" and dimension.rate_of == "today":
                key = explanation.policy, explanation.date
                cases.setdefault(key, {})[record._get_subject().id] = explanation
        for (policy, date), by_subject in cases.items():
            self._mark_case(policy, date, by_subject)

    def _mark_case(self, policy, date, by_subject):
        """Note it in the explanations of one policy and day, by the id of who is explained."""
        engine = self.env["customer.grading.engine"].sudo()
        Company, Run = self.env["res.company"], self.env["customer.grading.run"].sudo()
        runs = [("policy_id", "=", policy.id), ("state", "in", EVALUATED)]
        before = Run.search([*runs, ("date", "<", date)], order="date desc, id desc", limit=1)
        scope = engine._get_scope(policy, Company, date, list(by_subject))
        rates = engine._get_scope(policy, Company, before.date or date).rates
        amounts = policy._get_measured_criteria().filtered(lambda c: c.unit == "amount")
        if not amounts or rates == scope.rates:
            return
        values = engine._get_values_sql(policy, scope._replace(rates=rates), amounts)
        self.env.flush_all()
        for row in self.env.execute_query_dict(SQL("SELECT * FROM (%s) told", values)):
            by_subject[row["subject_id"]].at_rates_before = {
                criterion: row[f"v{criterion.id}"] for criterion in amounts
            }
