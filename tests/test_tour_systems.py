"""An administrator who knows no code writes whole grading systems in the form."""

from odoo.fields import Date
from odoo.tests import HttpCase, tagged

from .common import CustomerGradingCommon


@tagged("post_install", "-at_install")
class TestSystemTours(CustomerGradingCommon, HttpCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls._create_users()

    def _find_policy(self, name):
        return self.env["customer.grading.policy"].search([("name", "=", name)])

    def test_grades_by_share_of_sales_are_written_read_back_tried_on_and_activated(self):
        customers = self._create_customers(5)
        for customer, amount in zip(customers, (500, 250, 150, 60, 40), strict=True):
            self._create_invoice(customer, Date.today(), amount=amount)

        self.start_tour("/odoo", "customer_grading_sales_share", login="grading_administrator")

        policy = self._find_policy("Share of sales")
        self.assertRecordValues(policy, [{"state": "running", "decide_by": "rank"}])
        self.assertRecordValues(
            policy.criterion_ids,
            [{"name": "Invoiced revenue", "band_by": "share", "period": "trailing"}],
        )
        first, second = policy.criterion_ids.band_ids
        self.assertRecordValues(
            first + second,
            [{"lower": 70, "level": "First 70 %"}, {"lower": 90, "level": "Up to 90 %"}],
        )
        self.assertRecordValues(
            policy.rule_ids.line_ids,
            [
                {"operator": "level_is", "level_id": first.id},
                {"operator": "level_is", "level_id": second.id},
            ],
        )
        self.assertEqual(self._get_grades(customers), ["A", "A", "B", "C", "C"])
