"""Undoing where the way back takes approval, and what was approved before an undo."""

from datetime import timedelta

from freezegun import freeze_time

from odoo.exceptions import AccessError
from odoo.fields import Command
from odoo.tests import tagged

from ..common import TODAY, at
from ..customer_grading_undo.test_undo import UndoCase
from ..result.test_odd_sequences import OddSequencesCase

DAY = timedelta(1)


@tagged("post_install", "-at_install")
class TestUndoThatTakesApproval(UndoCase):
    """Nobody goes round the approval by undoing: the way back waits for it."""

    def setUp(self):
        super().setUp()
        self.approver = self.users["administrator"]
        step = {"moves": "down", "user_id": self.approver.id}
        self.policy.approval_ids = [Command.create(step)]
        self._undo()
        self.ways_back = self._get_waiting()

    def _get_waiting(self):
        return self.env["customer.grading.change"].search(
            [("policy_id", "=", self.policy.id), ("state", "=", "to_approve")]
        )

    def test_the_way_back_waits_for_those_who_approve_it(self):
        self.assertEqual(self._get_grades(self.customers), ["A"] * 5 + ["B"] * 5)
        self.assertEqual(self.ways_back.partner_id, self.risen)
        self.assertEqual(set(self.ways_back.mapped("origin")), {"undo"})
        self.assertIn("1 went back; 0", self.done.undo_text)
        self.assertIn("5 wait for a decision", self.done.undo_text)
        with self.assertRaises(AccessError):
            self.ways_back.with_user(self.users["officer"]).action_approve()

    def test_approved_it_holds_and_refused_the_grade_stays(self):
        with freeze_time(at(TODAY + 3 * DAY)):
            self.ways_back[:2].with_user(self.approver).action_approve()
            self.ways_back[2:].with_user(self.approver).action_refuse("They were right")
        expected = self._get_grades(self.risen)
        self.assertEqual(sorted(expected), ["A", "A", "A", "B", "B"])
        self._night(TODAY + 4 * DAY)
        self._night(TODAY + 5 * DAY)
        self.assertEqual(self._get_grades(self.risen), expected)
        self.assertIn("3 went back; 3", self.done.undo_text)
        self._assert_one_grade_a_day()

    def test_approved_to_nothing_it_ends_the_probation(self):
        first = self.policy.run_ids.filtered("first")
        results = self._get_results(self.customers)
        never = results[self.customers[9]]
        never.date_provisional = TODAY + timedelta(90)
        self._undo(first, day=TODAY + 3 * DAY)
        way_back = self._get_waiting().filtered(lambda c: c.partner_id == self.customers[9])
        with freeze_time(at(TODAY + 3 * DAY)):
            way_back.with_user(self.approver).action_approve()
        self.assertEqual((never.grade_id.code, never.date_provisional), (False, False))

    def test_another_computed_grade_supersedes_it(self):
        self.customer.partner_latitude = 5
        self._night(TODAY + 4 * DAY)
        way_back = self.ways_back.filtered(lambda change: change.partner_id == self.customer)
        self.assertEqual(way_back.state, "superseded")
        waiting = self._get_waiting().filtered(lambda c: c.partner_id == self.customer)
        self.assertEqual(waiting.grade_id.code, "C")

    def test_begun_again_it_asks_once(self):
        self.done.undo_state = "asked"
        self.done._undo()
        self.assertEqual(self._get_waiting(), self.ways_back)


@tagged("post_install", "-at_install")
class TestUndoOfWhatWasByHand(OddSequencesCase):
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
        bulk = self._set_many(TODAY + 2 * DAY, kind="freeze")
        self._undo(bulk, TODAY + 2 * DAY)
        with freeze_time(at(TODAY + 3 * DAY)):
            self._get_open().with_user(second).action_approve()
        self.assertEqual(self._get_grades(self.customer), ["A"])
