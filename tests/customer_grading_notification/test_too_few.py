from datetime import date

from freezegun import freeze_time

from odoo.tests import tagged
from odoo.tools import html2plaintext

from ..common import TODAY, CustomerGradingCommon, at


@tagged("post_install", "-at_install")
class TestTooFew(CustomerGradingCommon):
    """A grade that too few hold is told to the responsible, until enough do."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.customers = cls._create_customers(4)
        for customer, amount in zip(cls.customers, (400, 300, 200, 100), strict=True):
            cls._create_order(customer, date(2026, 5, 1), amount)

    def _prepare(self, lower, **vals):
        """Return a policy in force whose A takes whoever ordered for ``lower`` or more."""
        policy = self._create_policy(
            {"orders": {"measure": "order_amount"}}, [("A", ("orders", "ge", lower)), ("B", ())]
        )
        policy.rule_ids[0].write(vals)
        policy.user_id = self.env.ref("base.user_admin")
        with freeze_time(at(TODAY)):
            self._activate(policy)
        return policy

    def _get_told(self, policy):
        told = policy.activity_search(["customer_grading_notification.mail_activity_type_too_few"])
        return [str(html2plaintext(activity.note)).strip() for activity in told]

    def test_too_few_are_told_once_and_no_longer_than_they_are_too_few(self):
        policy = self._prepare(400, least_count=2)
        self.assertEqual(
            self._get_told(policy), [f"{self.company.name}: 1 of at least 2 have A Grade A."]
        )
        self._run_on(policy, date(2026, 11, 21))
        self.assertEqual(
            self._get_told(policy), [f"{self.company.name}: 1 of at least 2 have A Grade A."]
        )
        self._create_order(self.customers[1], date(2026, 11, 21), 100)
        self._run_on(policy, date(2026, 11, 22))
        self.assertEqual(self._get_told(policy), [])

    def test_none_at_all_are_too_few(self):
        self.assertEqual(
            self._get_told(self._prepare(1_000, least_count=1)),
            [f"{self.company.name}: 0 of at least 1 have A Grade A."],
        )

    def test_each_group_that_has_any_is_to_have_enough(self):
        china, japan = self.env.ref("base.cn"), self.env.ref("base.jp")
        self.customers[:2].country_id = china
        self.customers[2:].country_id = japan
        policy = self._prepare(200, least_count=2, limit_within="country_id")
        self.assertEqual(
            self._get_told(policy), [f"{self.company.name}, Japan: 1 of at least 2 have A Grade A."]
        )
        self.assertIn(
            "At least 2 are to hold A, counted among: Those of the same country", policy.reads_as
        )

    def test_who_holds_it_by_hand_counts(self):
        policy = self._prepare(1_000, least_count=1)
        [result] = self._get_results(self.customers[0]).values()
        with freeze_time(at(TODAY)):
            result._set_by_hand(policy.rule_ids[0].grade_id, "Strategic")
        self._run_on(policy, date(2026, 11, 21))
        self.assertEqual(self._get_told(policy), [])

    def test_a_new_responsible_is_told_and_nobody_of_a_closed_policy(self):
        policy = self._prepare(1_000, least_count=1)
        policy.user_id = self._create_users()["administrator"]
        self._run_on(policy, date(2026, 11, 21))
        self.assertEqual(policy.activity_ids.user_id, policy.user_id)
        policy.action_close()
        self.assertEqual(self._get_told(policy), [])

    def test_a_minimum_above_what_the_grade_takes_at_most_is_a_problem(self):
        policy = self._create_policy(
            {"orders": {"measure": "order_amount"}}, [("A", ()), ("B", ())]
        )
        policy.rule_ids[0].write(
            {"limit_count": 2, "least_count": 3, "limit_criterion_id": policy.criterion_ids.id}
        )
        self.assertIn("more than it takes at most", str(policy._get_problems()))

    def _run_on(self, policy, day):
        with freeze_time(at(day)):
            self._run(policy)
