"""An administrator begins in the web client: by the first steps, and by New."""

from odoo.fields import Date
from odoo.tests import HttpCase, tagged

from ..common import CustomerGradingCommon


@tagged("post_install", "-at_install")
class TestNewPolicyTours(CustomerGradingCommon, HttpCase):
    def test_first_grades_are_two_clicks_from_the_menu(self):
        for customer in self._create_customers(10):
            self._create_invoice(customer, Date.today(), amount=1000)

        self.start_tour("/odoo", "customer_grading_first_use", login="admin")

        results = self.env["customer.grading.result"].search(
            [("dimension_id", "=", self.dimension.id)]
        )
        self.assertEqual(len(results), 10)
        self.assertTrue(all(results.mapped("grade_id")))

    def test_new_asks_what_to_grade_and_what_to_start_from(self):
        self.start_tour("/odoo", "customer_grading_start_from_nothing", login="admin")

        policies = self.env["customer.grading.policy"].search(
            [("name", "in", ("Share of sales", "Sales process"))], order="id"
        )
        self.assertRecordValues(
            policies,
            [
                {"name": "Share of sales", "state": "draft", "subject": "partner"},
                {"name": "Sales process", "state": "draft", "subject": "lead"},
            ],
        )
        self.assertFalse(policies.rule_ids)
