"""Officers decide on changes: approve, refuse, put off."""

from ast import literal_eval
from datetime import date

from freezegun import freeze_time
from lxml import etree

from odoo.exceptions import AccessError, UserError
from odoo.tests import TransactionCase, tagged

from ..common import TODAY, CustomerGradingCommon, at

MONTH = date(2026, 12, 20)


@tagged("post_install", "-at_install")
class TestDecisions(CustomerGradingCommon, TransactionCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.startClassPatcher(freeze_time(at(TODAY)))
        cls.users = cls._create_users()
        cls.policy = cls._create_policy(
            {"revenue": {"measure": "invoiced_revenue", "period": "all_time"}},
            [("A", ("revenue", "ge", 1000)), ("C", ())],
            upgrade_timing="confirmed",
        )
        cls.customers = cls._create_customers(2)
        for customer in cls.customers:
            cls._create_invoice(customer, TODAY, amount=100)
        cls._activate(cls.policy)
        cls.a = cls.dimension._find_grade("A")
        cls.c = cls.dimension._find_grade("C")
        cls.officer = cls.users["officer"]

    def _get_changes(self, *states):
        return self.env["customer.grading.change"].search(
            [("partner_id", "in", self.customers.ids), ("state", "in", states)]
        )

    def _propose(self, until=MONTH):
        results = self._get_results(self.customers)
        one = results[self.customers[0]].with_user(self.users["salesperson"])
        return one._propose(self.a, "New plant", until)

    def _compute_upgrades(self):
        """Make both customers move up, which waits for somebody to confirm it."""
        for customer in self.customers:
            self._create_invoice(customer, TODAY, amount=2000)
        self._run(self.policy)
        return self._get_changes("proposed")

    def test_changes_open_on_what_waits_or_is_of_ones_own_customers(self):
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "customer_grading.customer_grading_change_action"
        )
        context = literal_eval(action["context"])
        shown = {}
        for role in ("salesperson", "officer"):
            Change = self.env["customer.grading.change"].with_user(self.users[role])
            arch = etree.fromstring(Change.get_view(view_type="search")["arch"])
            names = {node.get("name") for node in arch.iter("filter")}
            shown[role] = {name for name in names if f"search_default_{name}" in context}
        self.assertEqual(shown, {"salesperson": {"mine"}, "officer": {"waits_for_me"}})

    def test_superseded_changes_are_listed_by_a_filter_only(self):
        change = self._propose()
        change._supersede("Outdated")
        own = [("id", "in", change.ids)]
        listed = self.env["customer.grading.change"].with_context(grading_superseded=False)
        self.assertFalse(listed.search(own))
        self.assertFalse(listed._read_group(own, ["state"], ["__count"]))
        self.assertEqual(listed.with_context(grading_superseded=True).search(own), change)
        self.assertEqual(self.env["customer.grading.change"].search(own), change)

    def test_an_approved_proposal_is_a_grade_set_by_hand_and_its_own_history(self):
        change = self._propose()

        change.with_user(self.officer).action_approve()

        self.assertRecordValues(
            change,
            [
                {
                    "state": "applied",
                    "from_grade_id": self.c.id,
                    "direction": "up",
                    "date_applied": TODAY,
                    "decided_by_id": self.officer.id,
                    "user_id": self.users["salesperson"].id,
                }
            ],
        )
        result = self._get_results(self.customers)[self.customers[0]]
        self.assertRecordValues(
            result,
            [
                {
                    "grade_id": self.a.id,
                    "manual_grade_id": self.a.id,
                    "manual_reason": "New plant",
                    "manual_user_id": self.officer.id,
                    "manual_until": MONTH,
                    "previous_grade_id": self.c.id,
                }
            ],
        )
        applied = result.change_ids.filtered(lambda c: c.state == "applied")
        self.assertEqual(len(applied), 2, "the first grade, and this one")
        self._run(self.policy)
        self.assertEqual(self._get_grades(self.customers), ["A", "C"])

    def test_approved_computed_changes_come_into_effect(self):
        changes = self._compute_upgrades()
        self.assertEqual(self._get_grades(self.customers), ["C", "C"])

        changes.with_user(self.officer).action_approve()

        self.assertEqual(self._get_grades(self.customers), ["A", "A"])
        self.assertEqual(set(changes.mapped("state")), {"applied"})
        self._run(self.policy)
        self.assertFalse(self._get_changes("proposed", "held"))

    def test_approving_both_of_two_wishes_for_a_customer_applies_the_newest(self):
        older, newer = self._propose(), self._propose(until=False)

        (older + newer).with_user(self.officer).action_approve()

        self.assertEqual((older.state, newer.state), ("superseded", "applied"))

    def test_a_refusal_keeps_grade_and_reason(self):
        changes = self._compute_upgrades()

        wizard = (
            self.env["customer.grading.refuse"]
            .with_user(self.officer)
            .with_context(**changes.with_user(self.officer).action_ask_refusal()["context"])
            .create({"reason": "Wait for the contract"})
        )
        wizard.action_confirm()

        self.assertEqual(self._get_grades(self.customers), ["C", "C"])
        self.assertRecordValues(
            changes,
            [
                {
                    "state": "refused",
                    "decision_note": "Wait for the contract",
                    "decided_by_id": self.officer.id,
                }
            ]
            * 2,
        )
        self._run(self.policy)
        self.assertFalse(self._get_changes("proposed"), "it is not asked again")

    def test_a_refusal_needs_a_reason(self):
        change = self._propose().with_user(self.officer)
        with self.assertRaises(UserError):
            change.action_refuse(" ")

    def test_what_is_put_off_comes_back_in_30_days(self):
        changes = self._compute_upgrades()

        changes.with_user(self.officer).action_put_off()

        self.assertEqual(set(changes.mapped("state")), {"held"})
        self.assertEqual(changes[0].date_due, MONTH)
        self._run(self.policy)
        self.assertFalse(self._get_changes("proposed"))
        with freeze_time(at(MONTH)):
            self._run(self.policy)
            self.assertEqual(len(self._get_changes("proposed")), 2)

    def test_what_was_decided_is_not_decided_again(self):
        change = self._propose().with_user(self.officer)
        change.action_refuse("No")
        with self.assertRaises(UserError):
            change.action_approve()

    def test_only_officers_decide(self):
        change = self._propose().with_user(self.users["salesperson"])
        for decide in (change.action_approve, change.action_put_off, change.action_ask_refusal):
            with self.subTest(decide=decide.__name__), self.assertRaises(AccessError):
                decide()
        with self.assertRaises(AccessError):
            change.action_refuse("No")

    def test_setting_the_grade_held_is_no_move(self):
        result = self._get_results(self.customers)[self.customers[0]]
        result._set_by_hand(self.c, "Stays as it is")
        self.assertEqual(result.change_ids[0].direction, "same")
