"""A manager's month at the desk, and a salesperson's day on the phone."""

from odoo.fields import Command
from odoo.tests import HttpCase, tagged

from ..common import CustomerGradingCommon, get_today


class VisitTourCase(CustomerGradingCommon, HttpCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.seller = cls._create_users()["salesperson"]
        cls.seller.name = "Sally Seller"
        cls.leader = cls._create_users(suffix="_leader")["salesperson"]
        cls.env["crm.team"].create(
            {
                "name": "North",
                "user_id": cls.leader.id,
                "member_ids": [Command.set(cls.seller.ids)],
            }
        )
        cls.customer = cls._create_customers(1, user_id=cls.seller.id, phone="555-1")


@tagged("post_install", "-at_install")
class TestVisitTour(VisitTourCase):
    def test_a_manager_s_month(self):
        self.customer.name = "Moves on"
        policy = self._create_policy(
            {"orders": {"measure": "order_count"}}, [("A", ("orders", "ge", 1))]
        )
        self._create_order(self.customer, get_today())
        self.env["customer.grading.cadence"].create(
            {
                "grade_id": policy.rule_ids.grade_id.id,
                "contact": "visit",
                "rhythm": "count",
                "times": 1,
                "per": "month",
            }
        )
        self._activate(policy)
        self.start_tour("/odoo", "customer_grading_visit_month", login="grading_salesperson_leader")
        plan = self.env["customer.grading.visit.plan"].search([("user_id", "=", self.seller.id)])
        self.assertEqual(plan.state, "confirmed")


@tagged("post_install", "-at_install")
class TestVisitTourOnAPhone(VisitTourCase):
    browser_size = "390x844"
    touch_enabled = True

    def test_a_salesperson_s_visit_on_a_phone(self):
        self.customer.name = "Comes today"
        plan = self.env["customer.grading.visit.plan"].create({"user_id": self.seller.id})
        visit = self.env["customer.grading.visit"].create(
            {
                "plan_id": plan.id,
                "partner_id": self.customer.id,
                "date_planned": get_today(),
            }
        )
        self.start_tour("/odoo", "customer_grading_visit_phone", login="grading_salesperson")
        self.assertEqual((visit.date_done, visit.success), (get_today(), "yes"))
