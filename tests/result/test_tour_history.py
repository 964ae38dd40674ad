"""An officer undoes a run, overrides a grade until a day, and takes back what he did to many."""

from datetime import date, timedelta

from freezegun import freeze_time

from odoo.tests import HttpCase, tagged

from ..common import TODAY, CustomerGradingCommon, at


@tagged("post_install", "-at_install")
class TestHistoryTours(CustomerGradingCommon, HttpCase):
    """Two trucks are B; the night after both are A, of which one is set by hand since."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.users = cls._create_users()
        cls.policy = cls._create_policy(
            {"Revenue": {"measure": "invoiced_revenue", "period": "all_time"}},
            [("A", ("Revenue", "ge", 1000)), ("B", ("Revenue", "ge", 100)), ("C", ())],
        )
        cls.azure, cls.small = cls.customers = cls.env["res.partner"].create(
            [{"name": name, "is_company": True} for name in ("Azure Trucks", "Small Trucks")]
        )
        for customer in cls.customers:
            cls._create_invoice(customer, TODAY - timedelta(9), amount=500)
        with freeze_time(at(TODAY - timedelta(3))):
            cls._activate(cls.policy)

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

    def test_a_grade_is_overridden_until_a_day(self):
        self.start_tour(
            f"/odoo/res.partner/{self.azure.id}",
            "customer_grading_override_end",
            login="grading_officer",
        )

        changes = self.env["customer.grading.change"].search(
            [("partner_id", "=", self.azure.id)], order="id"
        )
        self.assertEqual(
            [(change.origin, change.grade_id.code) for change in changes],
            [("computed", "B"), ("manual", "C"), ("manual_end", "B")],
        )
        self.assertEqual(changes[1].manual_until, date(2026, 12, 31))

    def test_what_was_done_to_many_is_taken_back(self):
        self.start_tour(
            "/odoo/action-contacts.action_contacts",
            "customer_grading_many_at_once",
            login="grading_officer",
        )

        self.assertEqual(self._get_grades(self.customers), ["B", "B"])
        origins = self.env["customer.grading.change"].search(
            [("partner_id", "=", self.azure.id)], order="id"
        )
        self.assertEqual(origins.mapped("origin"), ["computed", "exclude", "undo"])
