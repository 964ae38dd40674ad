"""What people do while something else is under way: nothing that waits is forgotten."""

from datetime import timedelta

from freezegun import freeze_time

from odoo.fields import Command
from odoo.tests import tagged

from .common import TODAY, at
from .test_by_hand import ByHandCommon

DAY = timedelta(1)


@tagged("post_install", "-at_install")
class TestOddSequences(ByHandCommon):
    def _get_open(self):
        return self._get_changes().filtered(
            lambda change: change.state in ("proposed", "held", "to_approve")
        )

    def _set_many(self, day, **vals):
        """Do something by hand to all customers; return the batch."""
        with freeze_time(at(day)):
            wizard = self.env["customer.grading.set.grade"].with_user(self.officer)
            done = wizard.create(
                {
                    "partner_ids": [Command.set(self.customers.ids)],
                    "dimension_id": self.dimension.id,
                    "reason": "Agreed",
                    **vals,
                }
            ).action_confirm()
        return self.env["customer.grading.batch"].browse(done["params"]["id"])

    def _undo(self, batch, day):
        with freeze_time(at(day)):
            batch.with_user(self.officer).action_undo()

    def test_a_refusal_while_a_run_asks_leaves_what_that_run_found(self):
        """B was to become A; meanwhile C is computed, and the run stops to ask."""
        policy = self._start(15, upgrade_timing="confirmed")
        self._grade_on(TODAY + DAY, policy, 25)
        policy.stop_percent = 5
        self.customer.partner_latitude = 5
        with freeze_time(at(TODAY + 2 * DAY)):
            run = self._run(policy)
            self.assertEqual(run.state, "stopped")
            self._get_open().with_user(self.officer).action_refuse("Not yet")
            run.with_user(self.officer).action_apply()
        self.assertEqual(self._get_grades(self.customer), ["C"])

    def test_a_proposal_waits_again_where_what_was_done_by_hand_is_undone(self):
        policy = self._start(15, upgrade_timing="confirmed")
        self._grade_on(TODAY + DAY, policy, 25)
        waiting = self._get_open()
        for kind in ("freeze", "exclude", "grade"):
            with self.subTest(kind=kind):
                batch = self._set_many(TODAY + 2 * DAY, kind=kind, grade_id=self.grades["C"].id)
                self.assertEqual(waiting.state, "superseded")
                self._undo(batch, TODAY + 3 * DAY)
                self.assertEqual(self._get_open(), waiting)
                self.assertEqual(self._grade_on(TODAY + 4 * DAY, policy), "B")
                self.assertEqual(self._get_open(), waiting)
        with freeze_time(at(TODAY + 5 * DAY)):
            waiting.with_user(self.officer).action_approve()
        self.assertEqual(self._get_grades(self.customer), ["A"])

    def test_an_undo_forgets_no_approval_given_before(self):
        first, second = self.users["salesperson"], self.users["administrator"]
        policy = self._start(
            15,
            approval_ids=[
                Command.create({"step": step, "user_id": user.id})
                for step, user in ((1, first), (2, second))
            ],
        )
        self._grade_on(TODAY + DAY, policy, 25)
        with freeze_time(at(TODAY + DAY)):
            self._get_open().with_user(first).action_approve()
        batch = self._set_many(TODAY + 2 * DAY, kind="freeze")
        self._undo(batch, TODAY + 2 * DAY)
        with freeze_time(at(TODAY + 3 * DAY)):
            self._get_open().with_user(second).action_approve()
        self.assertEqual(self._get_grades(self.customer), ["A"])

    def test_what_waited_gives_way_to_what_is_computed_by_the_time_of_the_undo(self):
        policy = self._start(15, upgrade_timing="confirmed")
        self._grade_on(TODAY + DAY, policy, 25)
        batch = self._set_many(TODAY + 2 * DAY, kind="freeze")
        self.assertEqual(self._grade_on(TODAY + 3 * DAY, policy, 5), "B")
        self._undo(batch, TODAY + 4 * DAY)
        self.assertEqual(self._grade_on(TODAY + 5 * DAY, policy), "C")
        self.assertFalse(self._get_open())
