"""What a policy says of how its grades change: written, read back, loaded, and shown."""

from datetime import date, timedelta

from freezegun import freeze_time

from odoo.exceptions import ValidationError
from odoo.fields import Command
from odoo.tests import tagged

from ..common import TODAY, CustomerGradingCommon, at

MARCH = {"first_day": 25, "first_month": "3", "last_day": 30, "last_month": "3"}


@tagged("post_install", "-at_install")
class TestChangeRules(CustomerGradingCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.customer = cls._create_customers(1)
        cls.officer = cls._create_users()["officer"]

    def _create_dealer_policy(self, **vals):
        """C by orders; D by months without any, within 5 days."""
        policy = self._create_policy(
            {"silent": {"measure": "days_since_order"}, "orders": {"measure": "order_amount"}},
            [("D", ("silent", "gt", 180)), ("C", ("orders", "ge", 100)), ("D", ())],
            **vals,
        )
        policy.rule_ids[0].write({"change_timing": "within", "change_days": 5})
        return policy

    def _result(self):
        return self._get_results(self.customer)[self.customer]

    def _grade_on(self, policy, day):
        with freeze_time(at(day)):
            self._run(policy)

    def test_a_requirement_tells_its_downgrade_and_the_day(self):
        self._create_order(self.customer, TODAY - timedelta(days=180), 500)
        policy = self._create_dealer_policy(downgrade_timing="month_end", downgrade_days=14)
        with freeze_time(at(TODAY)):
            self._activate(policy)
        self.assertEqual(self._get_grades(self.customer), ["C"])
        tomorrow = TODAY + timedelta(days=1)
        self._grade_on(policy, tomorrow)
        change = self._result().change_ids.filtered(lambda c: c.state == "held")
        self.assertEqual(change.grade_id.code, "D")
        self.assertEqual(change.date_due, tomorrow + timedelta(days=5))
        self._grade_on(policy, change.date_due - timedelta(days=1))
        self.assertEqual(self._get_grades(self.customer), ["C"])
        self._grade_on(policy, change.date_due)
        self.assertEqual(self._get_grades(self.customer), ["D"])

    def test_a_new_customer_is_provisional_until_an_officer_evaluated_it(self):
        policy = self._create_policy(
            {"orders": {"measure": "order_amount"}},
            [("A", ("orders", "ge", 100)), ("B", ())],
            probation_months=6,
            downgrade_timing="month_end",
        )
        with freeze_time(at(TODAY)):
            self._activate(policy)
            self._create_order(self.customer, TODAY, 50)
            self._run(policy)
            result = self._result()
            self.assertEqual(self.customer.customer_grading_mark, "provisional")
            self.assertEqual(result.date_provisional, date(2027, 5, 20))
            [view] = self.customer.get_grading_explanation()
            self.assertIn("Provisional until", str(view["notices"]))
        self._create_order(self.customer, date(2026, 12, 1), 500)
        self._grade_on(policy, date(2026, 12, 1))
        self.assertEqual(self._get_grades(self.customer), ["A"])
        self._grade_on(policy, date(2027, 5, 20))
        change = result.change_ids.filtered(lambda c: c.state == "proposed")
        self.assertEqual((change.origin, change.direction), ("probation", "same"))
        with freeze_time(at(date(2027, 5, 21))):
            change.with_user(self.officer).action_approve()
            self.assertFalse(result.date_provisional)
            self.assertEqual(self._get_grades(self.customer), ["A"])
            self.assertNotEqual(self.customer.customer_grading_mark, "provisional")

    def test_change_rules_may_change_while_a_policy_is_in_force(self):
        policy = self._create_dealer_policy()
        self._activate(policy)
        policy.write({"grace_days": 10, "window_ids": [Command.create(MARCH)]})
        policy.rule_ids[1].review_months = 6
        self.assertIn("25 March", policy.reads_as)

    def test_they_read_as_sentences(self):
        policy = self._create_dealer_policy(
            upgrade_days=30,
            grace_days=10,
            counts_working_days=True,
            one_step=True,
            probation_months=6,
            window_ids=[Command.create(MARCH)],
        )
        policy.rule_ids[1].write({"review_months": 6, "expiry_months": 12})
        for sentence in (
            "A better grade takes effect at once, once it has stood 30 days.",
            "From then on, 10 days of grace are left to win the grade back.",
            "Grades change only from 25 March to 30 March.",
            "D (requirement 1) takes effect within 5 days, whatever else is said.",
            "C is reviewed every 6 months, and holds until then.",
            "C ends after 12 months; then the computed grade comes back.",
        ):
            with self.subTest(sentence):
                self.assertIn(sentence, policy.reads_as)

    def test_a_copy_keeps_them(self):
        policy = self._create_dealer_policy(window_ids=[Command.create(MARCH)])
        duplicate = policy.copy()
        self.assertEqual(duplicate.window_ids.first_day, 25)
        self.assertEqual(duplicate.rule_ids[0].change_timing, "within")

    def test_a_window_has_days_that_there_are(self):
        policy = self._create_dealer_policy()
        with self.assertRaisesRegex(ValidationError, "April has no day 31"):
            policy.window_ids = [Command.create({**MARCH, "last_day": 31, "last_month": "4"})]
