"""How a grade came about: its history on the view, and moves per month."""

from datetime import timedelta

from freezegun import freeze_time

from odoo.exceptions import UserError
from odoo.fields import Command
from odoo.tests import tagged

from ..common import TODAY, CustomerGradingCommon, at
from .test_change_control import ChangeControlCommon

DAY = timedelta(1)


@tagged("post_install", "-at_install")
class TestTimeline(ChangeControlCommon):
    def _get_timeline(self, user=None):
        customer = self.customer.with_user(user) if user else self.customer
        blocks = customer.get_grading_explanation()[0]["blocks"]
        block = next((b for b in blocks if b["title"] == "Until now"), None)
        return block and [
            [
                (cell["badge"] or {}).get("code") or cell["text"] if not index else cell["text"]
                for index, cell in enumerate(row["cells"])
            ]
            for row in block["rows"]
        ]

    def test_it_tells_each_grade_from_when_until_when_why_by_whom_and_by_which_policy(self):
        policy = self._start(15)
        self.assertFalse(self._get_timeline())
        self._grade_on(TODAY + DAY, policy, 25)
        officer = self._create_users()["officer"]
        with freeze_time(at(TODAY + 2 * DAY)):
            self._get_result().with_user(officer)._set_by_hand(self.grades["C"], "They moved")
        first, second, third = self._get_timeline()
        self.assertEqual(first[:3], ["C", "11/22/2026", "today"])
        self.assertEqual(first[3], "They moved")
        self.assertEqual(first[4], f"{officer.name} · {policy.display_name}")
        self.assertEqual(second[:3], ["A", "11/21/2026", "11/21/2026"])
        self.assertEqual(second[4], policy.display_name)
        self.assertEqual(third[:3], ["B", "11/20/2026", "11/20/2026"])

    def test_what_was_replaced_on_its_day_is_left_out(self):
        self._start(15)
        with freeze_time(at(TODAY)):
            self._get_result()._set_by_hand(self.grades["C"], "First")
            self._get_result()._set_by_hand(self.grades["A"], "Then")
        self.assertFalse(self._get_timeline())

    def test_what_was_another_customer_s_says_so(self):
        self._start(15)
        source = self.customers[1]
        with freeze_time(at(TODAY + DAY)):
            self.env["base.partner.merge.automatic.wizard"].create(
                {
                    "partner_ids": [Command.set((source | self.customer).ids)],
                    "dst_partner_id": self.customer.id,
                }
            ).action_merge()
        self.env.invalidate_all()
        merged = [row for row in self._get_timeline() if "merged from" in row[3]]
        self.assertEqual(len(merged), 1)
        self.assertIn("Customer 002", merged[0][3])


@tagged("post_install", "-at_install")
class TestSurvival(CustomerGradingCommon):
    """What a grade outlives, beside merges (test_merge) and revisions."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.customer = cls._create_customers(1)
        cls.opportunities = cls._create_dimension("chance", subject="lead")
        cls.opportunities._set_main("lead", cls.company)
        cls.policy = cls._create_policy(
            {"expected": {"measure": "lead_expected_revenue"}},
            [("A", ("expected", "ge", 100)), ("B", ())],
            dimension=cls.opportunities,
        )
        cls._activate(cls.policy)

    def _get_lead_grades(self, lead):
        changes = self.env["customer.grading.change"].search(
            [("lead_id", "=", lead.id)], order="id"
        )
        return [(change.grade_id.code, change.direction) for change in changes]

    def test_a_lead_is_graded_once_it_is_an_opportunity_and_its_customer_apart(self):
        lead = self.env["crm.lead"].create(
            {"name": "Trucks", "type": "lead", "contact_name": "Ann", "expected_revenue": 500}
        )
        self._run(self.policy)
        self.assertFalse(self._get_lead_grades(lead))
        wizard = (
            self.env["crm.lead2opportunity.partner"]
            .with_context(active_model="crm.lead", active_id=lead.id, active_ids=lead.ids)
            .create({"name": "convert", "action": "create"})
        )
        wizard.action_apply()
        self._run(self.policy)
        self.assertEqual(self._get_lead_grades(lead), [("A", "new")])
        self.assertTrue(lead.partner_id)
        lead.partner_id = self.customer
        self._run(self.policy)
        self.assertEqual(self._get_lead_grades(lead), [("A", "new")])

    def test_both_histories_of_merged_opportunities_stay(self):
        leads = self.env["crm.lead"].browse()
        for name, revenue in (("Kept", 500), ("Gone", 50)):
            leads += self._create_lead(self.customer, TODAY, name=name, expected_revenue=revenue)
        self._run(self.policy)
        kept = leads.merge_opportunity()
        self.assertEqual(kept, leads.exists())
        grades = self._get_lead_grades(kept)
        self.assertIn(("A", "new"), grades)
        self.assertIn(("B", "new"), grades)
        merged = self.env["customer.grading.change"].search([("lead_id", "=", kept.id)])
        self.assertEqual(len(merged.filtered("merged_from")), 1)

    def test_a_lost_opportunity_keeps_its_history_and_comes_back(self):
        lead = self._create_lead(self.customer, TODAY, expected_revenue=500)
        self._run(self.policy)
        lead.action_set_lost()
        self._run(self.policy)
        lead.action_unarchive()
        self._run(self.policy)
        self.assertEqual(self._get_lead_grades(lead), [("A", "new"), (False, "lost"), ("A", "new")])

    def test_an_archived_grade_stays_in_history_and_the_way_out_is_said(self):
        lead = self._create_lead(self.customer, TODAY, expected_revenue=500)
        with freeze_time(at(TODAY)):
            self._run(self.policy)
        grade = self.opportunities._find_grade("A")
        with self.assertRaisesRegex(UserError, "Archive it instead"):
            grade.unlink()
        with self.assertRaisesRegex(UserError, "Revise the policy to go without it"):
            grade.active = False
        without = self._create_policy({}, [("B", ())], dimension=self.opportunities)
        self.policy.state = "closed"
        with freeze_time(at(TODAY + DAY)):
            self._activate(without)
        grade.active = False
        self.assertEqual(self._get_lead_grades(lead), [("A", "new"), ("B", "down")])

    def test_history_names_the_version_that_decided(self):
        lead = self._create_lead(self.customer, TODAY, expected_revenue=500)
        self._run(self.policy)
        later = self._create_policy(
            {"expected": {"measure": "lead_expected_revenue"}},
            [("A", ("expected", "ge", 1000)), ("B", ())],
            dimension=self.opportunities,
        )
        self.policy.state = "closed"
        self._activate(later)
        changes = self.env["customer.grading.change"].search(
            [("lead_id", "=", lead.id)], order="id"
        )
        self.assertEqual(changes.policy_id, self.policy + later)
        self.assertEqual([c.policy_id for c in changes], [self.policy, later])
        with self.assertRaises(UserError):
            self.policy.unlink()

    def test_a_run_that_is_deleted_leaves_what_it_changed(self):
        lead = self._create_lead(self.customer, TODAY, expected_revenue=500)
        run = self._run(self.policy)
        run.unlink()
        change = self.env["customer.grading.change"].search([("lead_id", "=", lead.id)])
        self.assertEqual(change.grade_id.code, "A")
        self.assertFalse(change.run_id)

    def test_a_measure_whose_model_is_gone_fails_its_run_by_name_and_keeps_all(self):
        measure = self.env["customer.grading.measure"].create(
            {
                "name": "Tickets",
                "code": "tickets",
                "kind": "documents",
                "model_name": "sale.order",
                "subject": "lead",
                "subject_path": "opportunity_id",
                "company_field": "company_id",
                "aggregate": "count",
                "unit": "count",
            }
        )
        policy = self._create_policy(
            {"tickets": {"measure": "tickets"}},
            [("A", ("tickets", "ge", 1)), ("B", ())],
            dimension=self.opportunities,
        )
        lead = self._create_lead(self.customer, TODAY)
        self.policy.state = "closed"
        self._activate(policy)
        before = self._get_lead_grades(lead)
        self.assertEqual(before, [("B", "new")])
        # As when the addon with the documents is uninstalled.
        self.env.cr.execute(
            "UPDATE customer_grading_measure SET model_name = 'gone.model' WHERE id = %s",
            [measure.id],
        )
        self.env.invalidate_all()
        run = self._run(policy)
        self.assertEqual((run.state, run.error_measure_id), ("failed", measure))
        self.assertIn("Tickets", run.error)
        self.assertEqual(self._get_lead_grades(lead), before)
        self.assertTrue(lead.get_grading_explanation())
        change = self.env["customer.grading.change"].search([("lead_id", "=", lead.id)])
        self.assertTrue(change.display_name)
        self.assertIn("“Tickets” no longer works", str(policy.problems))
