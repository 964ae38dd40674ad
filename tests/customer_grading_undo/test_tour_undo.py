"""An officer undoes a run in the browser."""

from datetime import timedelta

from freezegun import freeze_time

from odoo.tests import tagged

from ..common import TODAY, at
from ..result.test_tour_history import TrucksCase


@tagged("post_install", "-at_install")
class TestUndoTour(TrucksCase):
    """The night after both are A, of which one is set by hand since."""

    def test_a_run_is_undone(self):
        for customer in self.customers:
            self._create_invoice(customer, TODAY - timedelta(2), amount=5000)
        with freeze_time(at(TODAY - timedelta(2))):
            run = self._run(self.policy)
        self._get_results(self.small)[self.small]._set_by_hand(
            self.dimension._find_grade("A"), "Agreed"
        )

        self.start_tour(
            f"/odoo/customer.grading.run/{run.id}",
            "customer_grading_undo_run",
            login="grading_officer",
        )

        self.assertEqual(self._get_grades(self.customers), ["B", "A"])
        self.assertEqual(run.undo_user_id, self.users["officer"])
