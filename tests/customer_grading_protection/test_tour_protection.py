"""A salesperson asks to cancel a protected order, and a manager approves."""

from odoo.tests import HttpCase, tagged

from ..common import CustomerGradingCommon, get_today


@tagged("post_install", "-at_install")
class TestProtectionTour(CustomerGradingCommon, HttpCase):
    def test_S03_S37_reason_then_the_managers_approval(self):
        users = self._create_users()
        customer = self._create_customers(1, user_id=users["salesperson"].id)
        order = self._create_order(customer, get_today(), user_id=users["salesperson"].id)
        policy = self._create_policy(
            {"orders": {"measure": "order_count"}}, [("A", ("orders", "ge", 1))]
        )
        self._activate(policy)
        policy.rule_ids.grade_id.protect_orders = True
        url = f"/odoo/sale.order/{order.id}"
        self.start_tour(url, "customer_grading_protection_ask", login="grading_salesperson")
        self.assertEqual(order.state, "sale")
        self.start_tour("/odoo", "customer_grading_protection_approve", login="grading_officer")
        self.assertEqual(order.state, "cancel")
