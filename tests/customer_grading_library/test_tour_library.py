"""An administrator finds a policy in the web client, by the guide and in the library."""

from odoo.tests import HttpCase, tagged

from ..common import CustomerGradingCommon, get_today


@tagged("post_install", "-at_install")
class TestLibraryTours(CustomerGradingCommon, HttpCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        for number, customer in enumerate(cls._create_customers(20), 1):
            cls._create_invoice(customer, get_today(), amount=100 * number)

    def test_three_answers_lead_from_the_guide_to_graded_customers(self):
        self.start_tour("/odoo", "customer_grading_from_the_guide", login="admin")
        results = self.env["customer.grading.result"].search(
            [("dimension_id", "=", self.dimension.id)]
        )
        self.assertEqual(len(results.filtered("grade_id")), 20)

    def test_a_policy_of_the_library_is_adopted_with_limits_and_names_of_ones_own(self):
        self.start_tour("/odoo", "customer_grading_from_the_library", login="admin")
        policy = self.env["customer.grading.policy"].search([("name", "=", "Our levels")])
        self.assertEqual(policy.state, "draft")
        self.assertEqual(policy.rule_ids[0].grade_id.name, "House customer")
        self.assertNotIn(5_000_000, policy.rule_ids.line_ids.mapped("value"))
