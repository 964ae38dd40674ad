"""An administrator begins in the web client: by the first steps, and by New."""

from odoo.tests import HttpCase, tagged

from ..common import CustomerGradingCommon, get_today


@tagged("post_install", "-at_install")
class TestNewPolicyTours(CustomerGradingCommon, HttpCase):
    def test_an_empty_company_becomes_a_graded_one_two_clicks_from_the_menu(self):
        self.start_tour("/odoo", "customer_grading_empty_company", login="admin")
        admin = self.env.ref("base.user_admin")
        for customer in self._create_customers(10, user_id=admin.id):
            self._create_invoice(customer, get_today(), amount=1000)

        self.start_tour("/odoo", "customer_grading_first_use", login="admin")

        results = self.env["customer.grading.result"].search(
            [("dimension_id", "=", self.dimension.id)]
        )
        self.assertEqual(len(results), 10)
        self.assertTrue(all(results.mapped("grade_id")))

    def test_a_start_takes_its_limits_from_figures_and_tells_who_reaches_them(self):
        for number, customer in enumerate(self._create_customers(20), 1):
            self._create_invoice(customer, get_today(), amount=100 * number)

        self.start_tour("/odoo", "customer_grading_start_from_own_figures", login="admin")

        policy = self.env["customer.grading.policy"].search([("name", "=", "By own figures")])
        limits = policy.rule_ids.line_ids.filtered(lambda c: c.criterion_id.key == "revenue")
        self.assertEqual(limits.mapped("value"), [1_500, 1_500, 700])
        added = policy.rule_ids[0].line_ids.criterion_id - limits.criterion_id
        self.assertIn(self._measure("order_amount"), added.measure_id)

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
