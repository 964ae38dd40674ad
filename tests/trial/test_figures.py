"""What the figures say while a policy is written: who reaches a limit, and which say nothing."""

from unittest.mock import patch

from odoo.addons.customer_grading.models.trial import customer_grading_criterion as trial_room
from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged

from ..common import CustomerGradingCommon, get_today


@tagged("post_install", "-at_install")
class TestFigures(CustomerGradingCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.customers = cls._create_customers(6)
        for customer, amount in zip(cls.customers, (500, 400, 400, 300, 100), strict=False):
            cls._create_invoice(customer, get_today(), amount=amount)
        cls._create_order(cls.customers[0], get_today(), amount=50)
        cls._create_order(cls.customers[5], get_today(), amount=50)

    def _create_by_revenue(self, rules=(), **criteria):
        revenue = {"revenue": {"measure": "invoiced_revenue"}}
        return self._create_policy(revenue | criteria, rules)

    # ------------------------------------------------------------------ who reaches a limit

    def test_a_form_is_told_how_many_reach_which_value(self):
        policy = self._create_by_revenue()
        steps = policy.criterion_ids.get_distribution()
        self.assertEqual(steps, [[500, 1], [400, 3], [300, 4], [100, 5], [0, 6]])

    def test_what_is_not_saved_is_counted_and_not_kept(self):
        policy = self._create_by_revenue()
        Criterion = self.env["customer.grading.criterion"]
        vals = {"policy_id": policy.id, "measure_id": self._measure("order_amount").id}
        self.assertEqual(Criterion.get_distribution(vals), [[50, 2], [0, 6]])
        changed = policy.criterion_ids.get_distribution({"period": "last_year"})
        self.assertEqual(changed, [[0, 6]])
        self.assertEqual(policy.criterion_ids.period, "trailing")
        self.assertEqual(len(policy.criterion_ids), 1)

    def test_a_total_is_counted_in_points(self):
        bands = [{"lower": 400, "points": 10}, {"lower": 1, "points": 5}]
        policy = self._create_policy(
            {
                "revenue": {"measure": "invoiced_revenue", "bands": bands},
                "total": {"kind": "sum", "parts": ["revenue"]},
            }
        )
        total = policy.criterion_ids[1]
        self.assertEqual(total.get_distribution(), [[10, 3], [5, 5], [0, 6]])

    def test_what_is_no_number_or_not_complete_has_no_distribution(self):
        policy = self._create_policy({"country": {"measure": "country"}, "none": {}})
        for criterion in policy.criterion_ids:
            self.assertEqual(criterion.get_distribution(), [])

    def test_figures_are_told_to_those_who_may_write_policies_and_see_them(self):
        users = self._create_users()
        criterion = self._create_by_revenue().criterion_ids
        for role in ("salesperson", "accountant", "officer"):
            with self.subTest(role=role), self.assertRaises(AccessError):
                criterion.with_user(users[role]).get_distribution()
        administrator = criterion.with_user(users["administrator"])
        self.assertEqual(len(administrator.get_distribution()), 5)
        with self.assertRaises(UserError):  # an administrator is not let read more by it
            administrator.get_distribution(
                {"document_domain": "[('create_uid.password', 'like', 'a')]"}
            )
        criterion.measure_id.group_ids = self.env.ref("base.group_system")
        self.assertEqual(administrator.get_distribution(), [])

    def test_of_very_many_values_some_are_told(self):
        policy = self._create_by_revenue()
        with patch.object(trial_room, "MOST_STEPS", 2):
            steps = policy.criterion_ids.get_distribution()
        self.assertEqual(steps, [[500, 1], [300, 4], [0, 6]])

    # ------------------------------------------------------------------ always, or never

    def _get_warnings(self, *conditions, **criteria):
        policy = self._create_by_revenue(
            [("A", ("all", *conditions)), ("B", ())],
            **criteria or {"orders": {"measure": "order_count"}},
        )
        self.assertFalse(policy._get_problems(), "without figures nobody knows")
        policy._try_on()
        return [problem["message"] for problem in policy._get_problems()]

    def test_a_condition_that_everybody_meets_is_warned_of(self):
        for condition in (("revenue", "ge", 0), ("revenue", "le", 500), ("orders", "lt", 2)):
            with self.subTest(condition):
                [message] = self._get_warnings(condition)
                self.assertIn("Grade A: every customer meets “", message)

    def test_a_condition_that_nobody_meets_is_warned_of(self):
        for condition in (
            ("revenue", "gt", 500),
            ("revenue", "between", 501, 600),
            ("revenue", "between", -2, -1),
            ("orders", "ge", 2),
        ):
            with self.subTest(condition):
                [message] = self._get_warnings(condition)
                self.assertIn("Grade A: no customer meets “", message)

    def test_a_condition_that_tells_customers_apart_is_not_warned_of(self):
        for condition in (
            ("revenue", "ge", 500),
            ("revenue", "between", 200, 250),
            ("orders", "le", 0),
            ("orders", "known"),
        ):
            with self.subTest(condition):
                self.assertFalse(self._get_warnings(condition))
        # Who has no order fails, which no value tells.
        known = {"since": {"measure": "days_since_order"}}
        self.assertFalse(self._get_warnings(("since", "le", 10), **known))
