from typing import Any, NamedTuple

from odoo import api, models
from odoo.addons.customer_grading.tools.scope import Scope
from odoo.addons.customer_grading.tools.subject import REVENUE_MONTHS
from odoo.fields import Domain
from odoo.tools import SQL


class Figures(NamedTuple):
    """What a credit limit is proposed by; amounts are in the company's currency."""

    limit: float  # 0: none
    has_own_limit: bool
    term: Any  # payment term
    exposure: float
    overdue: float
    revenue: float  # a month, on average
    result: Any  # of the credit dimension; may be empty
    explanation: Any  # of its grade; None where nothing is known of it


class CustomerGradingCreditFigures(models.AbstractModel):
    """What customers owe, ordered, bought and stand at, for the credit that they get.

    Everything here is read as the superuser: who asks checks first who may see figures.
    """

    _name = "customer.grading.credit.figures"
    _description = "Figures of a Customer's Credit"

    @api.model
    def _get_figures(self, partners, company, dimension):
        """Return ``{customer: Figures}``, by a constant number of queries.

        :param partners: commercial entities
        :param dimension: by which the credit is proposed
        """
        partners = partners.sudo().with_company(company)
        partners.invalidate_recordset(["credit", "credit_to_invoice"])  # Odoo keeps what was
        results = self._get_results(partners, company, dimension)
        found = self.env["customer.grading.result"].sudo().union(*results.values())
        explanations = self.env["customer.grading.explanation"]._explain(found)
        overdue = self._get_overdue(partners, company)
        revenue = self._get_revenue(partners, company)
        figures = {}
        for partner in partners:
            result = results.get(partner.id, found.browse())
            figures[partner.id] = Figures(
                limit=partner.credit_limit,
                has_own_limit=partner.use_partner_credit_limit,
                term=partner.property_payment_term_id,
                exposure=partner.credit + partner.credit_to_invoice,
                overdue=overdue.get(partner.id, 0.0),
                revenue=revenue.get(partner.id, 0.0),
                result=result,
                explanation=explanations.get(result),
            )
        return {partner: figures[partner.id] for partner in partners.with_env(self.env)}

    @api.model
    def _get_results(self, partners, company, dimension):
        """Return ``{customer's id: result}``, the nearest company's; sudoed."""
        companies = dimension._get_result_company_ids(company)
        results = (
            self.env["customer.grading.result"]
            .sudo()
            .search(
                Domain("dimension_id", "=", dimension.id)
                & Domain("company_id", "in", companies)
                & Domain("partner_id", "in", partners.ids)
            )
        )
        results = results.sorted(lambda r: companies.index(r.company_id.id), reverse=True)
        return {result.partner_id.id: result for result in results}

    @api.model
    def _get_overdue(self, partners, company, days=0):
        """Return ``{customer's id: what is overdue}``, told as the measure *Overdue now* does.

        It is of the same companies as Odoo's balance of a customer: all branches together.

        :param days: what is overdue by no more than so many days does not count
        """
        if not partners:
            return {}
        companies = self.env["res.company"].sudo()
        companies = companies.search([("id", "child_of", company.sudo().root_id.id)])
        today = self.env["customer.grading.engine"]._get_today(company)
        scope = Scope(date=today, company_ids=tuple(companies.ids))
        contacts = self.env["customer.grading.owner"]._get_contact_ids(partners)
        items = self.env["customer.grading.receivables"]._get_items_sql(scope, contacts)
        self.env.flush_all()
        rows = self.env.execute_query(
            SQL(
                "SELECT subject_id, SUM(open) FROM (%s) item WHERE due + %s < %s AND open > 0"
                " GROUP BY subject_id",
                items,
                days,
                today,
            )
        )
        return {partner_id: float(amount) for partner_id, amount in rows}

    @api.model
    def _get_revenue(self, partners, company):
        """Return ``{customer's id: revenue a month}``, on average of the last twelve."""
        today = self.env["customer.grading.engine"]._get_today(company)
        revenues = self.env["customer.grading.owner"]._get_revenues(partners, company, today)
        return {id_: revenues[id_] / REVENUE_MONTHS for id_ in partners.ids}

    # ------------------------------------------------------------------ points by criterion

    @api.model
    def _tell_criteria(self, explanation):
        """Return what each criterion comes to, to be kept: a list of dicts, parts after their sum.

        Where nothing is added up, the values of all criteria.
        """
        if not explanation:
            return []
        score = explanation.policy.score_criterion_id
        if not score:
            measured = explanation.policy._get_measured_criteria()
            return [self._tell_criterion(explanation, one, 0) for one in measured]
        return self._tell_parts(explanation, score, 0)

    def _tell_parts(self, explanation, total, depth):
        rows = []
        for part in total._get_parts():
            rows.append(self._tell_criterion(explanation, part, depth, points=True))
            if part._adds_points():
                rows += self._tell_parts(explanation, part, depth + 1)
        return rows

    @staticmethod
    def _tell_criterion(explanation, criterion, depth, points=False):
        reading = explanation.readings[criterion]
        row = {
            "criterion": criterion.id,
            "name": criterion._get_label(),
            "depth": depth,
            "value": "",
        }
        if not criterion._adds_points() and reading.value is not None:
            row["value"] = criterion._format_value(reading.value, "down")
        if points:
            most = criterion._get_attainable_points() * criterion.weight
            row["points"] = criterion._format_number((reading.points or 0) * criterion.weight)
            row["most"] = criterion._format_number(most) if most else ""
        return row

    @api.model
    def _get_shown_rows(self, kept):
        """Return the kept rows as the user may see them: what is of a hidden criterion is left out.

        :param kept: list of rows of :meth:`_tell_criteria`
        """
        Explanation = self.env["customer.grading.explanation"]
        Criterion = self.env["customer.grading.criterion"].sudo()
        there = Criterion.browse(row["criterion"] for row in kept or []).exists()
        hidden = set(there.filtered(Explanation._hides).ids)
        said = self.env._("hidden")
        return [
            {**row, "value": said, "points": said} if row["criterion"] in hidden else row
            for row in kept or []
        ]
