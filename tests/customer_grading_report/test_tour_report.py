"""What a sales director clicks: grades in their colours, months, moves."""

from datetime import timedelta

from odoo.tests import HttpCase, tagged

from ..common import CustomerGradingCommon, get_today


@tagged("post_install", "-at_install")
class TestReportTour(CustomerGradingCommon, HttpCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls._create_users()
        today = get_today()
        customers = cls._create_customers(4)
        region = cls.env.ref("base.state_us_5")
        customers[0].write({"state_id": region.id, "country_id": region.country_id.id})
        for customer, amount in zip(customers, (2000, 150, 10, 20), strict=True):
            cls._create_invoice(customer, today - timedelta(days=40), amount)
        policy = cls._create_policy(
            {"revenue": {"measure": "invoiced_revenue"}},
            [
                ("A", ("revenue", "ge", 1000)),
                ("B", ("revenue", "ge", 100)),
                ("C", ("revenue", "ge", 20)),
            ],
        )
        for grade, color in zip(policy.rule_ids.grade_id.sorted(), (1, 2, 3), strict=True):
            grade.write({"color": color, "name": f"Grade {grade.code}"})
        cls._activate(policy)
        cls.first, cls.second = customers[0], policy.rule_ids.grade_id.sorted()[1]
        Set = cls.env["customer.grading.figures.set"]
        Set._create_missing()
        own = Set.search([("company_id", "=", cls.company.id)])
        cls.env["customer.grading.figures.engine"]._fill(own)

    def _open(self, name, tour, suffix=""):
        action = f"/odoo/action-customer_grading_report.customer_grading_{name}_action{suffix}"
        self.start_tour(action, tour, login="grading_administrator")

    def test_grades(self):
        self._open("report", "customer_grading_report")

    def test_months(self):
        self._open("month", "customer_grading_month")

    def test_months_against_last_year(self):
        self._open("month", "customer_grading_month_year", suffix="_year")

    def test_moves(self):
        self._get_results(self.first)[self.first]._set_by_hand(self.second, "They closed a plant")
        self._open("move_report", "customer_grading_move_report")
