"""An administrator compares, pilots and activates the next version in the web client."""

from dateutil.relativedelta import relativedelta

from odoo.tests import HttpCase, tagged

from ..common import CustomerGradingCommon, get_today


@tagged("post_install", "-at_install")
class TestSimulationTour(CustomerGradingCommon, HttpCase):
    def test_a_draft_is_compared_piloted_and_activated(self):
        policy = self._create_policy(
            {"Revenue": {"measure": "invoiced_revenue", "period": "all_time"}},
            [("A", ("Revenue", "ge", 1000)), ("B", ())],
            name="Accounts",
        )
        customers = self._create_customers(3)
        for customer, amount in zip(customers, (3000, 1500, 500), strict=True):
            self._create_invoice(customer, get_today(), amount=amount)
        self._activate(policy)
        draft = policy.browse(policy.action_revise()["res_id"])
        draft.rule_ids[0].line_ids.value = 2000

        self.start_tour("/odoo", "customer_grading_simulation", login="admin")

        self.assertEqual((policy.state, draft.state), ("closed", "running"))
        self.assertFalse(draft.is_piloted)
        self.assertEqual(self._get_grades(customers), ["A", "B", "B"])

    def test_a_policy_is_asked_whether_it_predicts(self):
        self._create_policy(
            {"Revenue": {"measure": "invoiced_revenue", "period": "all_time"}},
            [("A", ("Revenue", "ge", 1000)), ("B", ())],
            name="Accounts",
        )
        large, small = self._create_customers(2)
        before = get_today() - relativedelta(months=14)
        after = get_today() - relativedelta(months=5)
        for customer, day, amount in (
            (large, before, 3000),
            (small, before, 500),
            (large, after, 500),
        ):
            self._create_invoice(customer, day, amount=amount)
        for customer in self._create_customers(3, name="Other"):
            self._create_invoice(customer, before, amount=100)
        self._create_invoice(small, after, amount=500)

        self.start_tour("/odoo", "customer_grading_prediction", login="admin")
