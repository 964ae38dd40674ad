"""A salesperson sees who is about to fall, and acts on it: on a screen and on a phone."""

from datetime import timedelta

from odoo.tests import HttpCase, tagged

from ..common import CustomerGradingCommon, get_today


class OutlookTourCase(CustomerGradingCommon, HttpCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        users = cls._create_users()
        falls, stays = cls._create_customers(2, user_id=users["salesperson"].id)
        foreign = cls._create_customers(1, user_id=users["officer"].id)
        falls.name, stays.name, foreign.name = "Faller", "Stayer", "Foreign"
        today = get_today()
        for customer in (falls, foreign):
            cls._create_invoice(customer, today - timedelta(days=330), 900)
        for customer, amount in ((falls, 600), (stays, 3000), (foreign, 600)):
            cls._create_invoice(customer, today - timedelta(days=60), amount)
        policy = cls._create_policy(
            {"Revenue": {"measure": "invoiced_revenue"}},
            [("A", ("Revenue", "ge", 1000)), ("B", ())],
        )
        cls._activate(policy)
        for one in cls.env["customer.grading.outlook.run"]._find_due():
            one._execute()
        cls.customer = falls


@tagged("post_install", "-at_install")
class TestOutlookTour(OutlookTourCase):
    def test_a_salesperson_acts_on_who_falls(self):
        self.start_tour("/odoo", "customer_grading_outlook", login="grading_salesperson")
        self.assertEqual(self.customer.activity_ids.summary, "About to fall to B")

    def test_contacts_are_filtered(self):
        self.start_tour(
            "/odoo/action-customer_grading.customer_grading_my_customers_action",
            "customer_grading_outlook_filter",
            login="grading_salesperson",
        )


@tagged("post_install", "-at_install")
class TestOutlookTourOnAPhone(OutlookTourCase):
    browser_size = "390x844"
    touch_enabled = True

    def test_cards_on_a_phone(self):
        self.start_tour("/odoo", "customer_grading_outlook_phone", login="grading_salesperson")
