"""Other people work while a run goes on: real transactions on connections of their own.

These tests commit, and clean up after themselves.
"""

import threading
import time
from contextlib import suppress
from unittest.mock import patch

import psycopg2

from odoo.modules.registry import Registry
from odoo.service.model import retrying
from odoo.tests import tagged
from odoo.tests.common import get_db_name
from odoo.tools import mute_logger

from ..committing import MODELS, CommittingCase, Killed

CUSTOMERS = 6
STORE = "customer.grading.store"
CONTROL = "customer.grading.change.control"


class ConcurrentCase(CommittingCase):
    def _prepare(self, env):
        """A policy in force that gives everybody A from 1 on, else B; nobody is graded yet."""

        factory = self._make_factory(env)
        env["customer.grading.measure"].create(
            {
                "name": "Concurrent",
                "code": "concurrent",
                "kind": "field",
                "field_name": "partner_latitude",
                "unit": "number",
            }
        )
        partners = factory._create_customers(CUSTOMERS, ref="concurrent", partner_latitude=1)
        policy = factory._create_policy(
            {"value": {"measure": "concurrent"}},
            [("A", ("value", "ge", 1)), ("B", ())],
            dimension=factory._create_dimension("concurrent", "AB"),
            population="all",
            domain="[('ref', '=', 'concurrent')]",
        )
        policy.state = "running"
        self.partner_ids, self.policy_id = partners.ids, policy.id

    def _clean(self):
        with self._connect() as env:
            self._delete_policy(self._get_policy(env))
            env["customer.grading.measure"].search([("code", "=", "concurrent")]).unlink()
            env["res.partner"].search([("ref", "=", "concurrent")]).unlink()

    # ------------------------------------------------------------------ what is done

    def _get_policy(self, env):
        return env["customer.grading.policy"].browse(self.policy_id)

    def _create_run(self):
        """Queue a run, committed, and return its id."""
        with self._connect() as env:
            return self._get_policy(env)._create_run("nightly").id

    def _execute(self, run_id=None):
        """Make a run go, by default a new one, and return its id."""
        run_id = run_id or self._create_run()
        super()._execute(run_id)
        return run_id

    def _set_latitude(self, value):
        with self._connect() as env:
            env["res.partner"].browse(self.partner_ids).exists().partner_latitude = value

    def _assert_graded(self, run_id, grade, moved=None):
        """Assert one result and one change in effect for each customer, of ``grade``."""
        with self._connect() as env:
            run = env["customer.grading.run"].browse(run_id)
            self.assertEqual(run.state, "done", run.error)
            if moved is not None:
                self.assertEqual(run.new_count + run.up_count + run.down_count, moved)
            left = env["res.partner"].browse(self.partner_ids).exists()
            results = env["customer.grading.result"].search(
                [("dimension_id", "=", run.dimension_id.id)]
            )
            self.assertEqual(sorted(results.partner_id.ids), sorted(left.ids))
            self.assertEqual(len(results), len(left))
            self.assertEqual(set(results.grade_id.mapped("code")), {grade})
            changes = env["customer.grading.change"].search(
                [("dimension_id", "=", run.dimension_id.id), ("date_end", "=", False)]
            )
            self.assertEqual(sorted(changes.result_id.ids), sorted(results.ids))
            self.assertEqual(len(changes), len(results))
            self.assertEqual(changes.grade_id, results.grade_id)

    def _touch_result(self):
        """Change a result of the first slice, as an officer does."""
        with self._connect() as env:
            env.cr.execute(
                "UPDATE customer_grading_result SET manual_reason = 'touched' WHERE policy_id = %s",
                [self.policy_id],
            )

    def _delete_partner(self):
        with self._connect() as env:
            env["res.partner"].browse(self.partner_ids[:1]).unlink()


@tagged("post_install", "-at_install")
class TestConcurrency(ConcurrentCase):
    def test_two_decide_on_a_customer_never_graded_one_after_the_other(self):
        found = []

        def find(env):
            partner = env["res.partner"].browse(self.partner_ids[0])
            dimension = self._get_policy(env).dimension_id
            found.append(env["customer.grading.result"]._get_or_create(partner, dimension).id)

        def decide():
            with self._connect() as env:
                retrying(lambda: find(env), env)

        other = threading.Thread(target=decide)
        with self._connect() as env, mute_logger("odoo.sql_db", "odoo.service.model"):
            find(env)
            other.start()
            time.sleep(1)
            env.cr.commit()
            other.join()
        self.assertEqual(len(found), 2)
        self.assertEqual(found[0], found[1])

    def test_undisturbed(self):
        self._assert_graded(self._execute(), "A", moved=CUSTOMERS)

    def test_a_result_touched_during_a_slice_is_stored_at_the_next_try(self):
        self._execute()
        self._set_latitude(0)
        with self._before("_store_slice", self._touch_result, model=STORE) as calls:
            run_id = self._execute()
        self.assertEqual(len(calls), 5)
        self._assert_graded(run_id, "B", moved=CUSTOMERS)

    def test_a_result_touched_during_change_control_is_decided_at_the_next_try(self):
        self._execute()
        self._set_latitude(0)
        control = "customer.grading.change.control"
        with self._before("_settle_computed", self._touch_result, model=control) as calls:
            run_id = self._execute()
        self.assertEqual(len(calls), 6)
        self._assert_graded(run_id, "B", moved=CUSTOMERS)

    def _disturb_long(self, method, model):
        """Let somebody write to the results during each slice longer than one."""
        cls = Registry(get_db_name())[model]
        original = getattr(cls, method)

        def disturbed(records, *args):
            if args[-1] > 1:
                records.env.cr.execute("SELECT COUNT(*) FROM customer_grading_result")
                self._touch_result()
            return original(records, *args)

        return patch.object(cls, method, disturbed)

    def test_slices_that_others_always_disturb_are_done_in_shorter_ones(self):
        self._execute()
        self._set_latitude(0)
        store = self._disturb_long("_store_slice", STORE)
        settle = self._disturb_long("_settle_computed", "customer.grading.change.control")
        with store, settle, mute_logger("odoo.sql_db"):
            run_id = self._execute()
        self._assert_graded(run_id, "B", moved=CUSTOMERS)

    def test_a_slice_that_is_always_disturbed_fails_and_keeps_the_grades(self):
        self._execute()
        self._set_latitude(0)
        cls = Registry(get_db_name())[STORE]
        original = cls._store_slice

        def disturbed(store, *args):
            store.env.cr.execute("SELECT COUNT(*) FROM customer_grading_result")
            self._touch_result()
            return original(store, *args)

        quiet = mute_logger("odoo.sql_db", f"{MODELS}.run.customer_grading_evaluation")
        with patch.object(cls, "_store_slice", disturbed), quiet:
            run_id = self._execute()
        with self._connect() as env:
            run = env["customer.grading.run"].browse(run_id)
            self.assertEqual(run.state, "failed")
            self.assertTrue(run.error)
        self._assert_graded(self._execute(), "B", moved=CUSTOMERS)

    def test_a_run_outlasts_a_while_of_others_writes(self):
        """Tries in vain are not used up within a moment."""
        self._execute()
        self._set_latitude(0)
        end = []

        def touch_for_a_while():
            while time.monotonic() < end[0]:
                with suppress(psycopg2.errors.SerializationFailure):
                    self._touch_result()

        def begin():
            end.append(time.monotonic() + 0.3)
            thread.start()

        thread = threading.Thread(target=touch_for_a_while)
        with self._before("_store_slice", begin, model=STORE):
            run_id = self._execute()
        thread.join()
        self._assert_graded(run_id, "B", moved=CUSTOMERS)

    def test_a_customer_deleted_before_its_slice_is_passed_over(self):
        with self._before("_store", self._delete_partner):
            run_id = self._execute()
        self._assert_graded(run_id, "A")

    def test_a_customer_deleted_during_its_slice_is_passed_over(self):
        with self._before("_store_slice", self._delete_partner, model=STORE) as calls:
            run_id = self._execute()
        self.assertEqual(len(calls), 5)
        self._assert_graded(run_id, "A")

    def test_a_customer_deleted_during_change_control_is_passed_over(self):
        self._execute()
        self._set_latitude(0)
        control = "customer.grading.change.control"
        with self._before("_settle_computed", self._delete_partner, model=control):
            run_id = self._execute()
        self._assert_graded(run_id, "B")

    def test_a_run_within_another_writes_nothing_twice(self):
        inner = self._create_run()
        done = []

        def run_inner():
            if not done:
                done.append(inner)
                self._execute(inner)

        with self._before("_store_slice", run_inner, on_call=1, model=STORE):
            outer = self._execute()
        self._assert_graded(inner, "A")
        self._assert_graded(outer, "A")

    def test_what_was_regraded_since_the_night_evaluated_is_passed_over(self):
        """The night does not put a newer result back to what it saw before."""
        self._execute()

        def regrade():
            self._set_latitude(0)
            with self._connect() as env:
                env["customer.grading.policy"]._regrade(env["res.partner"].browse(self.partner_ids))

        with self._before("_store", regrade):
            run_id = self._execute()
        self._assert_graded(run_id, "B", moved=0)
        with self._connect() as env:
            changes = env["customer.grading.change"].search([("policy_id", "=", self.policy_id)])
            self.assertEqual(len(changes), 2 * CUSTOMERS)

    def test_a_regrade_that_confirms_is_newer_than_the_night_as_well(self):
        """What was A, was B while the night evaluated, and is A again, stays A."""
        self._execute()

        def regrade():
            self._set_latitude(1)
            with self._connect() as env:
                env["customer.grading.policy"]._regrade(env["res.partner"].browse(self.partner_ids))

        self._set_latitude(0)
        with self._before("_store", regrade):
            run_id = self._execute()
        self._assert_graded(run_id, "A", moved=0)

    def test_two_runs_at_once_write_nothing_twice(self):
        self._execute()
        self._set_latitude(0)
        runs = [self._create_run(), self._create_run()]
        self._do_at_once(self._execute, *runs)
        for run_id in runs:
            self._assert_graded(run_id, "B")

    def _kill_and_resume(self, method, on_call, **model):
        run_id = self._create_run()
        with self._before(method, self._kill, on_call, **model), self.assertRaises(Killed):
            self._execute(run_id)
        with self._connect() as env:
            self.assertEqual(env["customer.grading.run"].browse(run_id).state, "running")
            env["customer.grading.run"]._cron_continue()
        return run_id

    def test_a_run_killed_between_slices_is_resumed(self):
        run_id = self._kill_and_resume("_store_slice", on_call=2, model=STORE)
        self._assert_graded(run_id, "A", moved=CUSTOMERS)

    def test_a_run_killed_between_batches_is_resumed(self):
        self._execute()
        self._set_latitude(0)
        control = "customer.grading.change.control"
        run_id = self._kill_and_resume("_settle_computed", on_call=2, model=control)
        self._assert_graded(run_id, "B", moved=CUSTOMERS)

    def test_a_run_that_fails_while_it_changes_grades_says_that_some_changed(self):
        self._execute()
        self._set_latitude(0)
        cls = Registry(get_db_name())["customer.grading.change.control"]
        with (
            patch.object(cls, "_settle_manual", side_effect=KeyError("broken")),
            mute_logger(f"{MODELS}.run.customer_grading_evaluation"),
        ):
            run_id = self._execute()
        with self._connect() as env:
            run = env["customer.grading.run"].browse(run_id)
            self.assertEqual(run.state, "failed")
            self.assertIn("stay", run.error)
        self._assert_graded(self._execute(), "B")

    def test_the_night_grades_every_policy_by_its_crons(self):
        with self._connect() as env:
            env["customer.grading.run"]._schedule_nightly_runs()
            env["customer.grading.run"]._schedule_nightly_runs()
            [run] = self._get_policy(env).run_ids
        with self._connect() as env:
            env["customer.grading.run"]._cron_continue()
        self._assert_graded(run.id, "A", moved=CUSTOMERS)
