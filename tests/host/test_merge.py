"""Merging, moving, archiving and deleting contacts, with Odoo's own tools."""

from datetime import date, timedelta

from freezegun import freeze_time

from odoo.exceptions import UserError
from odoo.fields import Command
from odoo.tests import tagged

from ..common import TODAY, CustomerGradingCommon, at


@tagged("post_install", "-at_install")
class TestMerge(CustomerGradingCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.kept, cls.gone, cls.other = cls.customers = cls._create_customers(3)
        for customer, amount in zip(cls.customers, (60, 60, 10), strict=True):
            cls._create_order(customer, date(2026, 5, 1), amount)
        cls.grades = cls._create_grades(cls.dimension, "ABC")

    def _start(self, day=TODAY, **vals):
        policy = self._create_policy(
            {"orders": {"measure": "order_amount"}},
            [("A", ("orders", "ge", 100)), ("B", ("orders", "ge", 50)), ("C", ())],
            **vals,
        )
        with freeze_time(at(day)):
            self._activate(policy)
        return policy

    def _merge(self, sources, target, day=TODAY):
        self.env.flush_all()
        with freeze_time(at(day)):
            wizard = self.env["base.partner.merge.automatic.wizard"].create(
                {
                    "partner_ids": [Command.set((sources | target).ids)],
                    "dst_partner_id": target.id,
                }
            )
            wizard.action_merge()
        self.env.invalidate_all()

    def _get_history(self, partner):
        return self.env["customer.grading.change"].search(
            [("partner_id", "=", partner.id)], order="id"
        )

    def test_both_histories_stay_and_the_survivor_is_regraded(self):
        self._start()
        name = self.gone.display_name
        self._merge(self.gone, self.kept, TODAY + timedelta(1))
        self.assertFalse(self.gone.exists())
        self.assertEqual(self._get_grades(self.kept), ["A"])
        self.assertRecordValues(
            self._get_history(self.kept),
            [
                {"grade_id": self.grades["B"].id, "merged_from": False, "state": "applied"},
                {"grade_id": self.grades["B"].id, "merged_from": name, "state": "applied"},
                {"grade_id": self.grades["A"].id, "merged_from": False, "state": "applied"},
            ],
        )
        self.assertEqual(
            [bool(change.date_end) for change in self._get_history(self.kept)],
            [True, True, False],
        )

    def test_a_target_without_a_grade_takes_over_the_source_s(self):
        self._start()
        fresh = self._create_customers(1)
        self._merge(self.gone, fresh)
        self.assertEqual(self._get_grades(fresh), ["B"])
        self.assertEqual(len(self._get_history(fresh)), 1)

    def test_three_contacts_become_one(self):
        self._start()
        self._merge(self.gone | self.other, self.kept)
        self.assertEqual(self._get_grades(self.kept), ["A"])
        self.assertEqual(len(self._get_history(self.kept).filtered("merged_from")), 2)

    def test_a_second_merge_keeps_the_first_name(self):
        self._start()
        name = self.gone.display_name
        self._merge(self.gone, self.kept)
        self._merge(self.kept, self.other)
        names = self._get_history(self.other).mapped("merged_from")
        self.assertEqual(names.count(name), 1)

    def test_a_grade_by_hand_goes_on(self):
        policy = self._start()
        result = self._get_results(self.gone)[self.gone]
        until = date(2026, 12, 31)
        with freeze_time(at(TODAY)):
            result._set_by_hand(self.grades["C"], "They stopped", until)
        self._merge(self.gone, self.kept)
        kept = self._get_results(self.kept)[self.kept]
        self.assertEqual((kept.grade_id.code, kept.manual_reason), ("C", "They stopped"))
        self.assertEqual(kept.manual_until, until)
        with freeze_time(at(date(2027, 1, 1))):
            self._run(policy)
        self.assertEqual(self._get_grades(self.kept), ["A"])

    def test_a_grade_by_hand_that_is_over_does_not_stop_the_merge(self):
        self._start()
        result = self._get_results(self.gone)[self.gone]
        with freeze_time(at(TODAY)):
            result._set_by_hand(self.grades["C"], "They stopped", TODAY)
        self._merge(self.gone, self.kept, TODAY + timedelta(1))
        self.assertEqual(self._get_grades(self.kept), ["A"])

    def test_the_target_s_own_grade_by_hand_stays(self):
        self._start()
        results = self._get_results(self.customers)
        with freeze_time(at(TODAY)):
            results[self.gone]._set_by_hand(self.grades["C"], "They stopped", False)
            results[self.kept]._set_by_hand(self.grades["B"], "Agreed", False)
        self._merge(self.gone, self.kept)
        self.assertEqual(self._get_grades(self.kept), ["B"])

    def test_what_was_proposed_for_the_source_is_superseded(self):
        self._start()
        results = self._get_results(self.customers)
        with freeze_time(at(TODAY)):
            of_gone = results[self.gone]._propose(self.grades["A"], "A new plant")
            of_kept = results[self.kept]._propose(self.grades["A"], "A new plant")
        self._merge(self.gone, self.kept)
        self.assertEqual((of_gone.state, of_kept.state), ("superseded", "proposed"))
        self.assertEqual(of_gone.partner_id, self.kept)

    def test_answers_follow(self):
        question = self.env["customer.grading.question"].create({"name": "Reliable?"})
        answer = self._answer(question, self.gone, True)
        self._merge(self.gone, self.kept)
        self.assertEqual(answer.partner_id, self.kept)

    def test_merging_without_any_policy_is_odoo_s_own_affair(self):
        self._merge(self.gone, self.kept)
        self.assertFalse(self.gone.exists())

    def test_merging_contact_persons_changes_no_grade(self):
        persons = self.env["res.partner"].create(
            [{"name": name, "parent_id": self.kept.id} for name in ("Ann", "Anne")]
        )
        self._start()
        self._merge(persons[0], persons[1])
        self.assertEqual(self._get_grades(self.kept), ["B"])


@tagged("post_install", "-at_install")
class TestMoves(CustomerGradingCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.company_partner, cls.single = cls._create_customers(2)
        cls._create_order(cls.company_partner, date(2026, 5, 1), 60)
        cls._create_order(cls.single, date(2026, 5, 1), 60)
        cls.policy = cls._create_policy(
            {"orders": {"measure": "order_amount"}},
            [("A", ("orders", "ge", 100)), ("B", ("orders", "ge", 50)), ("C", ())],
        )
        cls._activate(cls.policy)

    def test_a_customer_that_becomes_a_contact_shows_its_company_s_grade(self):
        self.single.write({"is_company": False, "parent_id": self.company_partner.id})
        self._run(self.policy)
        self.assertEqual(self._get_grades(self.company_partner), ["A"])
        self.assertEqual(self._get_results(self.single)[self.single].reason, "left")
        self.assertEqual(self.single.customer_grade_id.code, "A")
        found = self.env["res.partner"].search([("customer_grade_id.code", "=", "A")])
        self.assertEqual(found, self.company_partner | self.single)

    def test_a_contact_that_leaves_its_company_takes_its_own_orders_along(self):
        person = self.env["res.partner"].create(
            {"name": "Ann", "parent_id": self.company_partner.id}
        )
        self._create_order(person, date(2026, 5, 1), 60)
        self._run(self.policy)
        self.assertEqual(self._get_grades(self.company_partner), ["A"])
        person.parent_id = False
        self._run(self.policy)
        self.assertEqual(self._get_grades(self.company_partner | person), ["B", "B"])

    def test_an_archived_customer_leaves_and_comes_back(self):
        self.single.active = False
        self._run(self.policy)
        result = self._get_results(self.single)[self.single]
        self.assertEqual((result.grade_id.code, result.reason), (False, "left"))
        self.single.active = True
        self._run(self.policy)
        self.assertEqual(self._get_grades(self.single), ["B"])

    def test_deleting_a_customer_deletes_its_grading(self):
        partner = self._create_customers(1)
        self._create_lead(partner, date(2026, 5, 1)).partner_id = partner
        self._run(self.policy)
        result = self._get_results(partner)[partner]
        changes = result.change_ids
        self.assertTrue(changes)
        self.env["crm.lead"].search([("partner_id", "=", partner.id)]).unlink()
        partner.unlink()
        self.assertFalse(result.exists() or changes.exists())
        self.assertEqual(self._run(self.policy).state, "done")

    def test_what_was_ever_given_in_a_dimension_keeps_it(self):
        with self.assertRaisesRegex(UserError, "grades were given in it"):
            self.dimension.unlink()
        with self.assertRaisesRegex(UserError, "Archive it instead"):
            self._get_results(self.single)[self.single].grade_id.unlink()

    def test_a_company_takes_what_it_graded_along(self):
        company = self.env["res.company"].create({"name": "Short-lived"})
        here = self._get_results(self.single)[self.single]
        there = here.with_company(company)._get_or_create(self.single, self.dimension)
        there._set_by_hand(here.grade_id, "Chosen")
        changes = there.change_ids
        self.assertEqual((there.company_id, changes.company_id), (company, company))
        company.unlink()
        self.assertFalse(there.exists() or changes.exists())
        self.assertTrue(here.exists())
