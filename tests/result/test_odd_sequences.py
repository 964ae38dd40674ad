"""What people do while something else is under way: nothing that waits is forgotten."""

from datetime import timedelta

from freezegun import freeze_time

from odoo.exceptions import UserError
from odoo.fields import Command
from odoo.tests import tagged

from ..common import TODAY, at
from .test_by_hand import ByHandCommon

DAY = timedelta(1)


class OddSequencesCase(ByHandCommon):
    def _get_open(self):
        return self._get_changes().filtered("is_open")

    def _set_many(self, day, **vals):
        """Do something by hand to all customers; return the bulk change."""
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
        return self.env["customer.grading.bulk.change"].browse(done["params"]["id"])

    def _undo(self, bulk, day):
        with freeze_time(at(day)):
            bulk.with_user(self.officer).action_undo()


@tagged("post_install", "-at_install")
class TestOddSequences(OddSequencesCase):
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
                bulk = self._set_many(TODAY + 2 * DAY, kind=kind, grade_id=self.grades["C"].id)
                self.assertEqual(waiting.state, "superseded")
                self._undo(bulk, TODAY + 3 * DAY)
                self.assertEqual(self._get_open(), waiting)
                self.assertEqual(self._grade_on(TODAY + 4 * DAY, policy), "B")
                self.assertEqual(self._get_open(), waiting)
        with freeze_time(at(TODAY + 5 * DAY)):
            waiting.with_user(self.officer).action_approve()
        self.assertEqual(self._get_grades(self.customer), ["A"])

    def test_what_waited_gives_way_to_what_is_computed_by_the_time_of_the_undo(self):
        policy = self._start(15, upgrade_timing="confirmed")
        self._grade_on(TODAY + DAY, policy, 25)
        bulk = self._set_many(TODAY + 2 * DAY, kind="freeze")
        self.assertEqual(self._grade_on(TODAY + 3 * DAY, policy, 5), "B")
        self._undo(bulk, TODAY + 4 * DAY)
        self.assertEqual(self._grade_on(TODAY + 5 * DAY, policy), "C")
        self.assertFalse(self._get_open())

    def test_what_is_put_off_past_the_end_of_the_grade_ends_with_it(self):
        """B ends after a month: whoever put its fall off does not lengthen it."""
        policy = self._start(15, downgrade_timing="confirmed")
        policy.rule_ids.expiry_months = 1
        self._grade_on(TODAY + DAY, policy, 5)
        with freeze_time(at(TODAY + 15 * DAY)):
            self._get_open().with_user(self.officer).action_put_off()
        days = (29, 30, 45)
        grades = [self._grade_on(TODAY + day * DAY, policy) for day in days]
        self.assertEqual(grades, ["B", "C", "C"])
        self.assertFalse(self._get_open())

    def test_a_rise_that_was_put_off_is_left_alone_by_the_end_of_the_grade(self):
        policy = self._start(15, upgrade_timing="confirmed")
        policy.rule_ids.expiry_months = 1
        self._grade_on(TODAY + DAY, policy, 25)
        with freeze_time(at(TODAY + 15 * DAY)):
            self._get_open().with_user(self.officer).action_put_off()
        for day, state in ((30, "held"), (46, "proposed")):
            self.assertEqual(self._grade_on(TODAY + day * DAY, policy), "B")
            self.assertEqual(self._get_open().state, state)

    def test_a_wish_that_came_too_late_is_named(self):
        self._start(15)
        seller = self.users["salesperson"]
        with freeze_time(at(TODAY)):
            self._get_result().with_user(seller)._propose(self.grades["A"], "Fair", TODAY + DAY)
        with (
            freeze_time(at(TODAY + 2 * DAY)),
            self.assertRaisesRegex(UserError, "“Customer 001: B → A” was asked for until.*Refuse"),
        ):
            self._get_open().with_user(self.officer).action_approve()

    def test_the_policy_of_a_deleted_company_grades_nobody_elsewhere(self):
        """Without its company it would be one of all companies."""
        company = self.env["res.company"].create({"name": "Short-lived"})
        self.customers.partner_latitude = 15
        running, draft = (self._create_simple_policy(company_id=company.id) for _ in range(2))
        self._activate(running)
        self.assertEqual(self._get_grades(self.customer, company=company), ["B"])
        company.unlink()
        self.assertEqual((running.state, running.active, draft.active), ("closed", False, False))
        self.env["customer.grading.run"]._schedule_nightly_runs()
        self.assertFalse(running.run_ids.filtered(lambda run: run.state == "waiting"))
