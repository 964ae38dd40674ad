"""Customers whose grades move with what is invoiced to them, and the figures of a night."""

from collections import Counter

from odoo.addons.customer_grading.tools.period import go_back
from odoo.addons.customer_grading.tools.subject import INVOICE_TYPES
from odoo.tools import date_utils

from ..common import ClockCase


class ReportCase(ClockCase):
    """A policy by revenue of 12 months: A from 1,000, B from 100, C below."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.users = cls._create_users()
        cls.seller = cls.users["salesperson"]
        cls.policy = cls._create_policy(
            {"revenue": {"measure": "invoiced_revenue"}},
            [("A", ("revenue", "ge", 1000)), ("B", ("revenue", "ge", 100)), ("C", ())],
        )
        cls.a, cls.b, cls.c = cls.policy.rule_ids.grade_id
        cls.engine = cls.env["customer.grading.figures.engine"]
        cls.Set = cls.env["customer.grading.figures.set"]
        cls.Report = cls.env["customer.grading.report"]
        cls.Move = cls.env["customer.grading.move.report"]
        cls.Month = cls.env["customer.grading.month"]

    @classmethod
    def _fill(cls, company=None):
        """Fill the figures of a company, as the night does, and return their set."""
        cls.Set._create_missing()
        found = cls.Set.search([("company_id", "=", (company or cls.company).id)])
        cls.engine._fill(found)
        cls.env.invalidate_all()
        return found

    @classmethod
    def _get_own(cls):
        """Return the domain of what is told of the dimension of the tests."""
        return [("dimension_id", "=", cls.dimension.id), ("company_id", "=", cls.company.id)]

    def _get_rows(self, customers):
        """Return ``{customer: row of the report}``."""
        rows = self.Report.search([*self._get_own(), ("partner_id", "in", customers.ids)])
        return {row.partner_id: row for row in rows}

    # ------------------------------------------------------------------ plain computation

    def _get_revenue(self, customer, day, company=None):
        """Add up, invoice by invoice, what was invoiced to a customer in 12 months."""
        invoices = self.env["account.move"].search(
            [
                ("company_id", "child_of", (company or self.company).id),
                ("state", "=", "posted"),
                ("move_type", "in", INVOICE_TYPES),
            ]
        )
        return sum(
            move.amount_untaxed_signed
            for move in invoices
            if move.commercial_partner_id.commercial_partner_id == customer
            and go_back(day, 12) < move.invoice_date <= day
        )

    def _count_told(self, month_end):
        """Return ``Counter`` and revenue by code of the grade, as the months tell it."""
        told = self.Month.search([*self._get_own(), ("month_end", "=", month_end)])
        counts, revenue = Counter(), Counter()
        for row in told:
            counts[row.grade_id.code or ""] += row.customer_count
            revenue[row.grade_id.code or ""] += row.revenue
        return counts, revenue

    @staticmethod
    def _get_month_end(day):
        return date_utils.end_of(day, "month")
