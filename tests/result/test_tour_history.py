"""An officer overrides a grade until a day, and takes back what he did to many."""

from datetime import date, timedelta

from freezegun import freeze_time

from odoo.tests import HttpCase, tagged

from ..common import TODAY, CustomerGradingCommon, at


class TrucksCase(CustomerGradingCommon, HttpCase):
    """Two trucks are B."""

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


@tagged("post_install", "-at_install")
class TestHistoryTours(TrucksCase):
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
