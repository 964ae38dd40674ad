"""Other people work while a run is undone: real transactions on connections of their own."""

from odoo.tests import tagged

from ..committing import Killed
from ..run.test_concurrency import CONTROL, CUSTOMERS, ConcurrentCase


@tagged("post_install", "-at_install")
class TestUndoAtOnce(ConcurrentCase):
    def _ask_undo(self):
        """Return a run that moved everybody from A to B and is to be undone."""
        self._execute()
        self._set_latitude(0)
        run_id = self._execute()
        with self._connect() as env:
            run = env["customer.grading.run"].browse(run_id)
            run.write({"undo_state": "asked", "undo_note": "Wrong", "undo_user_id": env.uid})
        return run_id

    def _undo(self, run_id):
        with self._connect() as env:
            env["customer.grading.run"].browse(run_id)._undo(commit=True)

    def _assert_undone(self, run_id):
        self._assert_graded(run_id, "A")
        with self._connect() as env:
            run = env["customer.grading.run"].browse(run_id)
            self.assertEqual((run.undo_state, run._count_undone()), ("done", CUSTOMERS))

    def test_two_undos_at_once_take_back_once(self):
        run_id = self._ask_undo()
        self._do_at_once(self._undo, run_id, run_id)
        self._assert_undone(run_id)

    def test_a_result_touched_during_an_undo_is_taken_back_at_the_next_try(self):
        run_id = self._ask_undo()
        with self._before("_undo_slice", self._touch_result, model=CONTROL):
            self._undo(run_id)
        self._assert_undone(run_id)

    def test_an_undo_killed_between_slices_is_resumed(self):
        run_id = self._ask_undo()
        kill = self._before("_undo_slice", self._kill, on_call=2, model=CONTROL)
        with kill, self.assertRaises(Killed):
            self._undo(run_id)
        with self._connect() as env:
            self.assertEqual(env["customer.grading.run"].browse(run_id)._count_undone(), 2)
            env["customer.grading.run"]._cron_undo()
        self._assert_undone(run_id)
