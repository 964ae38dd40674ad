"""A director opens the dashboard, and the lists behind its numbers."""

from datetime import timedelta

from odoo.tests import HttpCase, tagged

from ..common import get_today
from .common import DashboardCommon


class DashboardTourCase(DashboardCommon, HttpCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls._create_users()
        cls.dimension.name = "Customer value"
        today = get_today()
        one, two, three = cls._create_customers(3)
        for customer, amount in ((one, 500), (two, 50), (three, 50)):
            cls._create_invoice(customer, today - timedelta(days=60), amount)
        policy = cls._create_policy(
            {"revenue": {"measure": "invoiced_revenue"}},
            [("A", ("revenue", "ge", 400)), ("B", ())],
        )
        cls._activate(policy)
        cls._create_invoice(three, today, 900)
        cls._run(policy)
        for one in cls.env["customer.grading.figures.set"]._get_due():
            cls.env["customer.grading.figures.engine"]._fill(one)

    def _tour(self, name):
        url = f"/odoo/dashboards?dashboard_id={self.dashboard.id}"
        self.start_tour(url, name, login="grading_administrator")


@tagged("post_install", "-at_install")
class TestDashboardTour(DashboardTourCase):
    def test_a_number_opens_its_list(self):
        self._tour("customer_grading_dashboard")


@tagged("post_install", "-at_install")
class TestDashboardTourOnAPhone(DashboardTourCase):
    browser_size = "390x844"
    touch_enabled = True

    def test_a_number_opens_its_list_on_a_phone(self):
        self._tour("customer_grading_dashboard_phone")
