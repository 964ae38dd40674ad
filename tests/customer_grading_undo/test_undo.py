"""Undoing a run: who goes back, who stays, and what the nights after do."""

from datetime import date, timedelta
from unittest.mock import patch

from dateutil.relativedelta import relativedelta
from freezegun import freeze_time

from odoo.addons.customer_grading_undo.models import customer_grading_run
from odoo.exceptions import AccessError, UserError
from odoo.tests import Form, tagged

from ..common import TODAY, at
from ..result.test_change_control import ChangeControlCommon

DAY = timedelta(1)


class UndoCase(ChangeControlCommon):
    """All are B; on the next day the first five would be A, and the sixth nothing."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.users = cls._create_users()
        cls.risen, cls.fallen = cls.customers[:5], cls.customers[5]

    def setUp(self):
        super().setUp()
        self.policy = self._start(15)
        self.risen.partner_latitude = 25
        self.fallen.partner_latitude = -1
        self.done = self._night(TODAY + DAY)

    def _night(self, day):
        with freeze_time(at(day)):
            run = self._run(self.policy)
        self.assertEqual(run.state, "done", run.error)
        return run

    def _undo(self, run=None, day=TODAY + 2 * DAY, reason="Invoices were missing", user=None):
        with freeze_time(at(day)):
            (run or self.done).with_user(user or self.users["officer"])._start_undo(reason)
        self.env.invalidate_all()

    def _of(self, customer):
        return self._get_results(customer)[customer]

    def _assert_one_grade_a_day(self):
        """No gap, no overlap: the history of each result is one row of days."""
        for result in self._get_results(self.customers).values():
            told = result.change_ids.filtered(lambda c: c.state == "applied").sorted("id")
            self.assertEqual(told[-1].grade_id, result.grade_id)
            self.assertFalse(told[-1].date_end)
            for change, later in zip(told, told[1:], strict=False):
                self.assertEqual(change.date_end, later.date_applied - DAY)
                self.assertEqual(later.from_grade_id, change.grade_id)
            self.assertFalse(told.filtered(lambda c: c.origin == "undo" and not c.note))


@tagged("post_install", "-at_install")
class TestUndoRun(UndoCase):
    def test_all_go_back_by_changes_like_any_other(self):
        self._undo()
        self.assertEqual(self._get_grades(self.customers), ["B"] * 10)
        changes = self.env["customer.grading.change"].search(
            [("undoes_id.run_id", "=", self.done.id)]
        )
        self.assertEqual(len(changes), 6)
        change = changes.filtered(lambda c: c.partner_id == self.customer)
        self.assertRecordValues(
            change,
            [
                {
                    "from_grade_id": self.grades["A"].id,
                    "grade_id": self.grades["B"].id,
                    "direction": "down",
                    "origin": "undo",
                    "state": "applied",
                    "date_applied": TODAY + 2 * DAY,
                    "user_id": self.users["officer"].id,
                    "decided_by_id": self.users["officer"].id,
                    "policy_id": self.policy.id,
                }
            ],
        )
        self.assertIn("Invoices were missing", change.note)
        self.assertIn("Invoices were missing", change.reason)
        self.assertEqual(changes.filtered(lambda c: c.partner_id == self.fallen).direction, "new")
        self.assertIn("6 went back; 0", self.done.undo_text)
        shown = self.env["customer.grading.change"].search(
            self.done.action_view_changes()["domain"]
        )
        self.assertEqual(len(shown), 12)
        self._assert_one_grade_a_day()

    def test_the_nights_after_keep_it_until_another_grade_is_computed(self):
        self._undo()
        for night in range(3, 40):
            self._night(TODAY + night * DAY)
        self.assertEqual(self._get_grades(self.customers), ["B"] * 10)
        self.assertEqual(self._of(self.customer).computed_grade_id, self.grades["A"])
        self.customer.partner_latitude = 5
        self._night(TODAY + 40 * DAY)
        self.assertEqual(self._get_grades(self.customer), ["C"])
        self.customer.partner_latitude = 25
        self._night(TODAY + 41 * DAY)
        self.assertEqual(self._get_grades(self.customer), ["A"])
        self._assert_one_grade_a_day()

    def test_a_grade_that_came_back_ends_like_any_other(self):
        self.policy._get_rule_of(self.grades["B"]).expiry_months = 1
        self._undo()
        end = TODAY + 2 * DAY + relativedelta(months=1)
        self._night(end - DAY)
        self.assertEqual(self._get_grades(self.customer), ["B"])
        self._night(end)
        self.assertEqual(self._get_grades(self.customer), ["A"])
        self._assert_one_grade_a_day()

    def test_another_policy_decides_anew(self):
        self._undo()
        self.policy.state = "closed"
        other = self._create_simple_policy()
        with freeze_time(at(TODAY + 3 * DAY)):
            self._activate(other)
        self.assertEqual(self._get_grades(self.customer), ["A"])

    def test_an_undo_on_the_day_of_the_run_leaves_no_gap(self):
        self._undo(day=TODAY + DAY)
        self.assertEqual(self._get_grades(self.customers), ["B"] * 10)
        self._assert_one_grade_a_day()

    def test_what_was_decided_since_stays_and_is_said(self):
        by_hand, moved, frozen = self.risen[1:4]
        with freeze_time(at(TODAY + 2 * DAY)):
            self._of(by_hand)._set_by_hand(self.grades["A"], "Agreed")
            self._of(frozen)._freeze("Until the audit")
        moved.partner_latitude = 5
        self._night(TODAY + 2 * DAY)
        wizard = self.env["customer.grading.undo"].create(
            {"run_id": self.done.id, "reason": "Wrong"}
        )
        self.assertEqual((wizard.back_count, wizard.stay_text), (3, "3 customers"))
        self._undo(day=TODAY + 3 * DAY)
        self.assertEqual(self._get_grades(self.risen), ["B", "A", "C", "A", "B"])
        self.assertIn("3 went back; 3 were decided", self.done.undo_text)
        self._night(TODAY + 4 * DAY)
        self.assertEqual(self._get_grades(self.risen), ["B", "A", "C", "A", "B"])

    def test_the_sheet_says_who_brought_the_grade_back(self):
        self._undo()
        [view] = self.customer.get_grading_explanation()
        notices = " ".join(view["notices"])
        self.assertIn("brought B back", notices)
        self.assertIn("Invoices were missing", notices)
        self.assertIn("A is computed; B stays", notices)

    def test_what_was_approved_after_the_run_stays_and_is_counted(self):
        self.policy.upgrade_timing = "confirmed"
        self.customers[6].partner_latitude = 25
        run = self._night(TODAY + 2 * DAY)
        [change] = self.env["customer.grading.change"].search(
            [("run_id", "=", run.id), ("is_open", "=", True)]
        )
        self.fallen.partner_latitude = 15
        with freeze_time(at(TODAY + 2 * DAY)):
            change.with_user(self.users["officer"]).action_approve()
        self.assertEqual(change.state, "applied")
        self.assertEqual(run._count_undoable(), 0)

    def test_what_waits_since_then_goes_on_to_wait(self):
        self.policy.write({"downgrade_days": 5})
        self.customer.partner_latitude = 5
        self._night(TODAY + 2 * DAY)
        self.assertEqual(self.customer.customer_grading_mark, "waiting")
        self._undo(day=TODAY + 3 * DAY)
        self.assertEqual(self._get_grades(self.customer), ["B"])
        self._night(TODAY + 6 * DAY)
        self.assertEqual(self._get_grades(self.customer), ["B"])
        self._night(TODAY + 7 * DAY)
        self.assertEqual(self._get_grades(self.customer), ["C"])
        self._assert_one_grade_a_day()

    def test_a_probation_goes_on_but_ends_with_the_grade_that_began_it(self):
        end = TODAY + timedelta(90)
        for result in self._get_results(self.customers).values():
            result.date_provisional = end
        self._undo()
        result = self._of(self.customer)
        self.assertEqual((result.date_provisional, result.date_due), (end, end))
        first = self.policy.run_ids.filtered("first")
        self._undo(first, day=TODAY + 3 * DAY)
        never = self._of(self.customers[9])
        self.assertEqual((never.grade_id.code, never.date_provisional), (False, False))

    def test_a_first_run_goes_back_to_nothing(self):
        first = self.env["customer.grading.run"].search(
            [("policy_id", "=", self.policy.id), ("first", "=", True)]
        )
        self._undo()
        self._undo(first, day=TODAY + 3 * DAY)
        # Who went back by the first undo is not held as the first run gave it.
        self.assertEqual(self._get_grades(self.customers[6:]), [False] * 4)
        self.assertEqual(self._get_grades(self.risen), ["B"] * 5)
        self._night(TODAY + 4 * DAY)
        self.assertEqual(self._get_grades(self.customers[6:]), [False] * 4)

    def test_many_are_undone_slice_by_slice_in_the_background_and_after_a_kill(self):
        with patch.object(customer_grading_run, "SLICE", 2):
            self._undo()
            self.assertEqual(self.done.undo_state, "asked")
            self.assertEqual(self._get_grades(self.risen), ["A"] * 5)
            with freeze_time(at(TODAY + 2 * DAY)):
                self.env["customer.grading.change.control"]._undo_slice(
                    self.done, 0, 2
                )  # killed after the first slice
            self.env.invalidate_all()
            self.assertEqual(self._get_grades(self.risen), ["B"] * 2 + ["A"] * 3)
            self.assertIn("2 went back, 4 to go", self.done.undo_text)
            self.patch(self.registry["ir.cron"], "_commit_progress", lambda *args, **kwargs: 1)
            with freeze_time(at(TODAY + 2 * DAY)):
                self.env["customer.grading.run"]._cron_undo()
        self.env.invalidate_all()
        self.assertEqual(self.done.undo_state, "done")
        self.assertEqual(self._get_grades(self.customers), ["B"] * 10)
        self._assert_one_grade_a_day()

    def test_who_looks_at_the_changes_first_is_asked_for_no_reason(self):
        officer = self.users["officer"]
        dialog = Form(
            self.env["customer.grading.undo"]
            .with_user(officer)
            .with_context(default_run_id=self.done.id)
        )
        wizard = dialog.save()
        action = wizard.action_look()
        changes = self.env[action["res_model"]].search(action["domain"])
        self.assertFalse(self.risen - changes.partner_id)
        with self.assertRaisesRegex(UserError, "Say why"):
            wizard.action_confirm()

    def test_a_run_is_undone_once_by_an_officer_with_a_reason(self):
        with self.assertRaises(AccessError):
            self._undo(user=self.users["salesperson"])
        with self.assertRaisesRegex(UserError, "Say why"):
            self._undo(reason=" ")
        self._undo()
        with self.assertRaisesRegex(UserError, "not undone"):
            self._undo(day=TODAY + 3 * DAY)

    def test_an_undone_grade_is_history_like_any_other(self):
        self._undo()
        change = self._get_changes(origin="undo").with_user(self.users["officer"])
        with self.assertRaisesRegex(UserError, "is history"):
            change.write({"note": "Another"})

    def test_undoing_takes_as_many_statements_for_many_as_for_few(self):
        self.env.flush_all()
        with freeze_time(at(TODAY + 2 * DAY)):
            self.done.write({"undo_state": "asked", "undo_note": "x", "undo_user_id": self.env.uid})
            self.env.flush_all()
            self.done.display_name, self.env.user.lang  # noqa: B018
            with self.assertQueryCount(8):
                self.env["customer.grading.change.control"]._undo_slice(self.done, 0, 100)


@tagged("post_install", "-at_install")
class TestStoppedRun(ChangeControlCommon):
    """A run that stopped to ask is looked at, applied or discarded."""

    def setUp(self):
        super().setUp()
        self.policy = self._start(15, stop_percent=10)
        self.customers[:5].partner_latitude = 25
        with freeze_time(at(date(2026, 11, 21))):
            self.done = self._run(self.policy)

    def test_it_is_looked_at(self):
        self.assertEqual(self.done.state, "stopped")
        action = self.done.action_view_waiting()
        results = self.env["customer.grading.result"].search(action["domain"])
        self.assertEqual(results.partner_id, self.customers[:5])
        # The page is called by it, not by the menu whose list it borrows.
        self.assertEqual(action["display_name"], "Customers that would move")

    def test_applied_and_undone(self):
        with freeze_time(at(date(2026, 11, 21))):
            self.done.action_apply()
        self.assertEqual(self._get_grades(self.customers[:5]), ["A"] * 5)
        with freeze_time(at(date(2026, 11, 22))):
            self.done._start_undo("Too many")
        self.assertEqual(self._get_grades(self.customers[:5]), ["B"] * 5)
        with freeze_time(at(date(2026, 11, 23))):
            run = self._run(self.policy)
        # What was undone is decided: it stops no further night.
        self.assertEqual(run.state, "done")
        self.assertEqual(self._get_grades(self.customers[:5]), ["B"] * 5)

    def test_discarded_it_asks_again_the_next_night(self):
        self.done.action_discard()
        self.assertEqual(self._get_grades(self.customers), ["B"] * 10)
        self.assertFalse(self.done.can_undo)
        with freeze_time(at(date(2026, 11, 22))):
            self.assertEqual(self._run(self.policy).state, "stopped")

    def test_what_was_undone_is_not_among_those_that_would_move(self):
        with freeze_time(at(date(2026, 11, 21))):
            self.done.action_apply()
            self.done._start_undo("Too many")
        self.customers[5:9].partner_latitude = 5
        with freeze_time(at(date(2026, 11, 22))):
            run = self._run(self.policy)
        self.assertEqual(run.state, "stopped")
        self.assertIn("4 of 10", run.stop_text)
        results = self.env["customer.grading.result"].search(run.action_view_waiting()["domain"])
        self.assertEqual(results.partner_id, self.customers[5:9])
