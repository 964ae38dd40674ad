"""What counts as a run that graded, and from which day on its changes are in effect."""

from datetime import timedelta

from freezegun import freeze_time

from odoo.exceptions import UserError
from odoo.tests import Form, TransactionCase, tagged

from ..common import TODAY, CustomerGradingCommon, at

DAY = timedelta(days=1)


@tagged("post_install", "-at_install")
class TestRun(CustomerGradingCommon, TransactionCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.policy = cls._create_policy(
            {
                "rank": {
                    "measure": "invoiced_revenue",
                    "period": "all_time",
                    "band_by": "percentile",
                    "bands": [{"level": "top", "lower": 40}],
                }
            },
            [("A", ("rank", "level_is", 0)), ("B", ())],
            stop_percent=10,
        )
        cls.customers = cls._create_customers(5)
        for customer, amount in zip(cls.customers, (5000, 4000, 3000, 2000, 1000), strict=True):
            cls._create_invoice(customer, TODAY, amount=amount)
        cls.officer = cls._create_users()["officer"]

    def _night(self, day):
        with freeze_time(at(day)):
            return self._run(self.policy)

    def _turn_the_ranking(self):
        """Let the last two be the first two."""
        for customer in self.customers[3:]:
            self._create_invoice(customer, TODAY, amount=9000)

    # ------------------------------------------------------------------ never evaluated

    def test_a_waiting_run_that_was_stopped_counts_for_nothing(self):
        with freeze_time(at(TODAY)):
            waiting = self._activate(self.policy, run=False)
            waiting.with_user(self.officer).action_stop()
        self.assertEqual(waiting.state, "cancelled")
        engine = self.env["customer.grading.engine"]
        self.assertFalse(engine._get_last_full_run(self.policy, self.company))

        run = self._night(TODAY + DAY)

        self.assertTrue(run.first)
        self.assertEqual(run.state, "done")
        self.assertEqual(self._get_grades(self.customers), ["A", "A", "B", "B", "B"])

    def test_a_later_run_that_was_stopped_does_not_take_the_limits_away(self):
        with freeze_time(at(TODAY)):
            [first] = self._activate(self.policy)
            waiting = self.policy._create_run("nightly", self.company)
            waiting.with_user(self.officer).action_stop()
            self.env["customer.grading.policy"]._regrade(self.customers[0])
        self.assertEqual(self._get_grades(self.customers[:1]), ["A"])
        engine = self.env["customer.grading.engine"]
        self.assertEqual(engine._get_last_full_run(self.policy, self.company), first)
        result = self._get_results(self.customers)[self.customers[0]]
        [explanation] = self.env["customer.grading.explanation"]._explain(result).values()
        self.assertEqual(explanation.run, first)

    # ------------------------------------------------------------------ the day of effect

    def test_what_is_applied_later_is_in_effect_from_that_day_on(self):
        with freeze_time(at(TODAY)):
            self._activate(self.policy)
        self._turn_the_ranking()
        run = self._night(TODAY + DAY)
        self.assertEqual(run.state, "stopped")

        with freeze_time(at(TODAY + 4 * DAY)):
            run.with_user(self.officer).action_apply()

        self.assertEqual(run.date_effect, TODAY + 4 * DAY)
        self.assertEqual(self._get_grades(self.customers), ["B", "B", "B", "A", "A"])
        results = self._get_results(self.customers)
        for customer in self.customers[:2] + self.customers[3:]:
            self.assertEqual(results[customer].date_since, TODAY + 4 * DAY)
        changes = self.env["customer.grading.change"].search([("run_id", "=", run.id)])
        self.assertEqual({*changes.mapped("date_applied")}, {TODAY + 4 * DAY})
        before = self.env["customer.grading.change"].search(
            [("partner_id", "=", self.customers[4].id), ("grade_id.code", "=", "B")]
        )
        self.assertEqual(before.date_end, TODAY + 3 * DAY)

    def test_a_stopped_run_gives_way_to_the_next_one(self):
        with freeze_time(at(TODAY)):
            self._activate(self.policy)
        self.policy.user_id = self.officer
        self._turn_the_ranking()
        stopped = self._night(TODAY + DAY)
        self.assertTrue(stopped.activity_ids)

        later = self._night(TODAY + 2 * DAY)

        self.assertEqual((stopped.state, later.state), ("superseded", "stopped"))
        self.assertFalse(stopped.activity_ids)
        with self.assertRaisesRegex(UserError, "took the place"):
            stopped.with_user(self.officer).action_apply()
        self.assertEqual(self._get_grades(self.customers), ["A", "A", "B", "B", "B"])
        Form(stopped.with_user(self.officer))
        with freeze_time(at(TODAY + 2 * DAY)):
            later.with_user(self.officer).action_apply()
        self.assertEqual(self._get_grades(self.customers), ["B", "B", "B", "A", "A"])
