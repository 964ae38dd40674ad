"""What a policy starts from: the dialog that New opens, and the first steps."""

import base64
from datetime import date

from freezegun import freeze_time

from odoo.exceptions import AccessError, UserError
from odoo.tests import Form, tagged
from odoo.tools.misc import file_open

from ..common import TODAY, CustomerGradingCommon, at
from ..opportunities import OpportunityCommon


@tagged("post_install", "-at_install")
class TestNewPolicy(CustomerGradingCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.Wizard = cls.env["customer.grading.new.policy"]
        with file_open(
            "customer_grading_policy_file/data/policies/df1_revenue_rank.json", "rb"
        ) as f:
            cls.content = base64.b64encode(f.read())

    def test_every_start_makes_a_draft_with_name_company_and_dimension(self):
        for start, decide_by in (
            ("rank", "rank"),
            ("requirements", "requirements"),
            ("points", "points"),
            ("empty", "requirements"),
        ):
            with self.subTest(start=start):
                policy = self.Wizard.create({"name": start, "start": start})._make_policy()
                self.assertRecordValues(
                    policy,
                    [
                        {
                            "name": start,
                            "state": "draft",
                            "decide_by": decide_by,
                            "company_id": self.env.company.id,
                            "dimension_id": self.dimension.id,
                        }
                    ],
                )
        file = {"start": "file", "file": self.content, "file_name": "own.json", "name": "Own"}
        self.assertEqual(len(self.Wizard.create(file)._make_policy().rule_ids), 4)
        with self.assertRaisesRegex(UserError, "Choose the policy file"):
            self.Wizard.create({"start": "file"})._make_policy()

    def test_a_start_can_grade_another_dimension(self):
        loyalty = self.env["customer.grading.dimension"].create(
            {"name": "Loyalty", "code": "loyalty"}
        )
        wizard = self.Wizard.create({"name": "Loyal", "dimension_id": loyalty.id})
        policy = wizard._make_policy()
        self.assertEqual(policy.dimension_id, loyalty)
        self.assertEqual(policy.rule_ids.grade_id.dimension_id, loyalty)
        self.assertEqual(policy.rule_ids.mapped("grade_code"), ["A", "B", "C", "D"])

    def test_opportunities_start_from_what_grades_opportunities(self):
        with Form(self.Wizard) as form:
            self.assertEqual((form.subject, form.name), ("partner", "Customer grading"))
            self.assertIn("df1_revenue_rank", form.library_keys)
            self.assertNotIn("s59_closing_time", form.library_keys)
            form.subject = "lead"
            self.assertEqual(form.dimension_id.subject, "lead")
            self.assertEqual(form.name, "Opportunity grading")
            self.assertIn("s59_closing_time", form.library_keys)
            self.assertNotIn("df1_revenue_rank", form.library_keys)
        policy = form.record._make_policy()
        self.assertEqual(policy.subject, "lead")
        self.assertEqual(policy.rule_ids.mapped("grade_code"), ["H", "A", "B", "C"])
        self.assertFalse(policy._get_own_problems())

    def test_a_file_must_grade_what_was_asked_for(self):
        lead = self.env.ref("customer_grading.customer_grading_dimension_opportunity")
        file = {"lead_start": "file", "file": self.content, "file_name": "x.json"}
        wizard = self.Wizard.create({"dimension_id": lead.id, **file})
        self.assertEqual(wizard.subject, "lead")
        with self.assertRaisesRegex(UserError, "“A-D by revenue rank” grades customers"):
            wizard._make_policy()

    def test_the_starts_are_an_administrator_s(self):
        """He may read whatever the shipped policies measure."""
        users = self._create_users()
        for start in ("rank", "requirements", "points"):
            wizard = self.Wizard.with_user(users["administrator"])
            with self.subTest(start=start):
                policy = wizard.create({"name": start, "start": start})._make_policy()
                self.assertEqual(policy.state, "draft")
                self.assertTrue(policy.criterion_ids)
        for role in ("accountant", "salesperson", "officer"):
            with self.subTest(role=role), self.assertRaises(AccessError):
                self.env["customer.grading.policy"].with_user(users[role]).action_start()

    def test_the_menu_opens_the_first_steps_until_there_is_a_policy(self):
        policies = self.env["customer.grading.policy"].with_context(active_test=False)
        policies.search([("state", "=", "draft")]).unlink()
        if policies.search([]):
            self.skipTest("This database has policies of its own.")
        users = self._create_users()
        opened = {
            role: policies.with_user(users[role]).action_open_grading()["res_model"]
            for role in ("salesperson", "administrator")
        }
        self.assertEqual(
            opened,
            {"salesperson": "res.partner", "administrator": "customer.grading.new.policy"},
        )

    def test_start_stays_until_a_policy_runs_and_goes_on_with_the_draft(self):
        policies = self.env["customer.grading.policy"].with_context(active_test=False)
        if policies._has_graded():
            self.skipTest("This database has policies of its own.")
        administrator = self._create_users()["administrator"]
        Policy = self.env["customer.grading.policy"].with_user(administrator)
        [customer] = self._create_customers(1)
        first = Policy.action_start()
        trial = self.env[first["res_model"]].browse(first["res_id"])
        self.assertIn("Nobody to grade yet", trial.first_text)
        self.assertEqual(Policy.action_open_grading()["res_model"], "customer.grading.new.policy")
        text = self.env["customer.grading.new.policy"].with_user(administrator).new({}).draft_text
        self.assertIn(trial.policy_id.name, text)

        self._create_invoice(customer, TODAY, 500)
        again = Policy.action_start()
        later = self.env[again["res_model"]].browse(again["res_id"])
        self.assertEqual(later.policy_id, trial.policy_id)
        done = later.with_user(administrator).action_put_in_force()
        self.assertIn("1 customer graded; renewed every night at", done["params"]["message"])
        self.assertEqual(done["params"]["next"]["res_id"], later.policy_id.id)
        self.assertEqual(Policy.action_open_grading()["res_model"], "res.partner")

    def test_who_sees_an_empty_page_is_offered_the_dialog(self):
        administrator = self._create_users()["administrator"]
        [view] = self._create_customers(1).with_user(administrator).get_grading_explanation()
        action = view["empty"]["action"]
        self.assertEqual(action["res_model"], "customer.grading.new.policy")
        self.assertEqual(action["target"], "new")

    def test_new_above_the_policies_opens_the_dialog(self):
        arch = self.env["customer.grading.policy"].get_view(view_type="list")["arch"]
        dialog = self.env.ref("customer_grading_policy_file.customer_grading_new_policy_action")
        self.assertIn(f'name="{dialog.id}"', arch)
        self.assertIn('create="0"', arch)


@tagged("post_install", "-at_install")
class TestStartByClosing(OpportunityCommon):
    def test_the_start_by_expected_closing_has_its_days_on_the_better_side(self):
        days = (0, 7, 8, 30, 31, 92, 93, -1)  # a month is over on 20 December
        leads = self.env["crm.lead"].union(*map(self._create_closing, days))
        leads |= self._create_lead(self.customer, date(2026, 11, 1))
        policy = self.env["customer.grading.policy"]._load_file("s59_closing_time")
        with freeze_time(at(TODAY)):
            self._activate(policy)
        self.assertEqual(
            self._get_grades(leads, dimension=policy.dimension_id),
            ["H", "H", "A", "A", "B", "B", "C", False, False],
        )
