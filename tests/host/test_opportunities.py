"""Opportunities are graded by the same engine, by their own figures and their customer's."""

import json
from datetime import date, timedelta
from unittest.mock import patch

from freezegun import freeze_time
from lxml import etree

from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import tagged

from ..common import TODAY, at
from ..opportunities import OpportunityCommon


@tagged("post_install", "-at_install")
class TestOpportunities(OpportunityCommon):
    def test_time_alone_changes_the_grade(self):
        soon, later, undated = leads = (
            self._create_closing(10)
            | self._create_closing(60)
            | self._create_lead(self.customer, date(2026, 11, 1))
        )
        policy = self._create_urgency_policy()
        self._grade(policy)
        self.assertEqual(self._get_codes(leads), ["A", "B", "C"])
        self._grade(policy, TODAY + timedelta(days=40))
        self.assertEqual(self._get_codes(leads), ["A", "A", "C"])
        self.assertEqual(soon.opportunity_grade_id.code, "A")
        self.assertFalse(undated.customer_grade_id)
        self.assertEqual(later.customer_grading_result_id.lead_id, later)

    def test_only_open_opportunities_are_graded_unless_all_are_asked_for(self):
        opened, won, lost, lead = leads = (
            self._create_closing(10)
            | self._create_closing(10)
            | self._create_closing(10)
            | self._create_closing(10, type="lead")
        )
        policy = self._create_urgency_policy()
        self._grade(policy)
        self.assertEqual(self._get_codes(leads), ["A", "A", "A", None])
        won.action_set_won()
        lost.action_set_lost()
        self._grade(policy)
        self.assertEqual(self._get_codes(leads), ["A", False, False, None])
        result = self._get_results(won, self.intention)[won]
        self.assertEqual(result.reason, "left")
        everything = self._create_urgency_policy(lead_population="all", sequence=1)
        self._grade(everything)
        self.assertEqual(self._get_codes(leads), ["A", "A", "A", None])

    def test_a_customer_s_figures_grade_its_opportunities(self):
        self._create_invoice(self.customer, date(2026, 5, 1), 1000)
        person = self.env["res.partner"].create({"name": "Ann", "parent_id": self.customer.id})
        leads = (
            self._create_closing(10, person)
            | self._create_closing(10, self.other)
            | self._create_closing(10, self.env["res.partner"])
        )
        policy = self._create_policy(
            {
                "revenue": {"measure": "invoiced_revenue"},
                "won": {"measure": "win_rate"},
                "belgian": {
                    "measure": "matches_filter",
                    "subject_domain": "[('country_id.code', '=', 'BE')]",
                },
            },
            [("A", ("revenue", "ge", 500)), ("B", ("belgian", "yes")), ("C", ())],
            dimension=self.intention,
        )
        self.other.country_id = self.env.ref("base.be")
        self._grade(policy)
        self.assertEqual(self._get_codes(leads), ["A", "B", "C"])
        leads[0].action_regrade()
        self.assertEqual(self._get_codes(leads), ["A", "B", "C"])

    def test_what_an_opportunity_is(self):
        lead = self._create_closing(
            45,
            expected_revenue=120000,
            probability=40,
            phone="+86 10 1234",
            tag_ids=[(0, 0, {"name": "Fleet"})],
        )
        order = self._create_order(self.customer, date(2026, 11, 2), 700, confirm=False)
        order.write({"opportunity_id": lead.id, "state": "sent"})
        policy = self._create_policy(
            {
                "revenue": {"measure": "lead_expected_revenue"},
                "probability": {"measure": "lead_probability"},
                "phone": {"measure": "lead_phone"},
                "email": {"measure": "lead_email"},
                "tags": {"measure": "lead_tags"},
                "quotations": {"measure": "lead_quotations"},
                "quoted": {"measure": "lead_quoted_amount"},
                "fleet": {
                    "measure": "lead_matches_filter",
                    "subject_domain": "[('tag_ids.name', '=', 'Fleet')]",
                },
            },
            [("A", ())],
            dimension=self.intention,
        )
        lead.email_from = False
        values = self._measure_all(lead, policy=policy)
        self.assertEqual(
            {key: value for key, [value] in values.items()},
            {
                "revenue": 120000,
                "probability": 40,
                "phone": "+86 10 1234",
                "email": None,
                "tags": lead.tag_ids.ids,
                "quotations": 1,
                "quoted": 700,
                "fleet": True,
            },
        )

    def test_opportunities_are_found_sorted_and_grouped_by_grade(self):
        later, soon = leads = self._create_closing(60) | self._create_closing(10)
        self._grade(self._create_urgency_policy())
        Lead = self.env["crm.lead"]
        mine = [("id", "in", leads.ids)]
        self.assertEqual(Lead.search([*mine, ("opportunity_grade_id.code", "=", "A")]), soon)
        self.assertEqual(Lead.search(mine, order="opportunity_grade_id"), soon + later)
        groups = Lead._read_group(mine, ["opportunity_grade_id"], ["__count"])
        self.assertEqual([(grade.code, count) for grade, count in groups], [("A", 1), ("B", 1)])

    def test_a_grade_by_hand_is_kept_by_every_run(self):
        lead = self._create_closing(60)
        policy = self._create_urgency_policy()
        self._grade(policy)
        wizard = self.env["customer.grading.set.grade"].with_context(
            lead.action_set_grade()["context"]
        )
        grade_a = self.intention._find_grade("A")
        wizard.create({"grade_id": grade_a.id, "reason": "the board knows them"}).action_confirm()
        self.assertEqual(self._get_codes(lead), ["A"])
        self._grade(policy)
        self.assertEqual(self._get_codes(lead), ["A"])
        self._get_results(lead, self.intention)[lead].action_end_manual()
        self.assertEqual(self._get_codes(lead), ["B"])

    def test_merged_opportunities_keep_both_histories(self):
        kept, merged = leads = self._create_closing(10) | self._create_closing(60)
        policy = self._create_urgency_policy()
        self._grade(policy)
        survivor = leads.merge_opportunity()
        gone = leads - survivor
        self.assertFalse(gone.exists())
        changes = self.env["customer.grading.change"].search([("lead_id", "=", survivor.id)])
        self.assertGreaterEqual(len(changes), 2)
        self.assertEqual(changes.filtered("merged_from").mapped("merged_from"), ["Opportunity"])
        self.assertEqual(len(self._get_results(survivor, self.intention)), 1)
        current = changes.filtered(lambda c: c.state == "applied" and not c.date_end)
        self.assertEqual(len(current), 1)

    def test_a_deleted_opportunity_takes_its_grading_along(self):
        lead = self._create_closing(10)
        self._grade(self._create_urgency_policy())
        result = self._get_results(lead, self.intention)[lead]
        lead.unlink()
        self.assertFalse(result.exists())

    def test_a_policy_of_opportunities_reads_as_one_and_is_tried_on(self):
        self._create_closing(10, expected_revenue=500)
        policy = self._create_urgency_policy()
        self.assertIn("Grades opportunities of", policy.reads_as)
        self.assertIn("open opportunities", policy.reads_as)
        run = policy._create_trial("try_on")
        run._execute()
        self.assertEqual(run.state, "done", run.error)
        [line] = run.line_ids.filtered(lambda line: line.lead_id.partner_id == self.customer)
        self.assertEqual((line.grade_id.code, line.revenue, line.why != ""), ("A", 500, True))
        self.assertFalse(self._get_results(line.lead_id, self.intention))

    def test_customers_cannot_be_measured_by_one_opportunity(self):
        with self.assertRaisesRegex(ValidationError, "opportunities only"):
            self._create_policy({"closing": {"measure": "lead_days_to_close"}}, [("A", ())])

    def test_a_policy_of_opportunities_is_not_made_one_of_customers(self):
        policy = self._create_urgency_policy()
        policy.rule_ids.unlink()
        with self.assertRaisesRegex(ValidationError, "opportunities only"):
            policy.dimension_id = self.dimension

    def test_what_grades_rest_on_stays_while_a_policy_is_in_force(self):
        policy = self._create_urgency_policy()
        self.intention.lead_types = "both"
        self._activate(policy, run=False)
        self.intention.write({"lead_types": "both", "rate_of": "document", "name": "Intention"})
        for name, value, label in [
            ("lead_types", "lead", "Which of them"),
            ("company_scope", "group", "Companies are graded"),
            ("currency_id", False, "Currency"),
        ]:
            with (
                self.subTest(name=name),
                self.assertRaisesRegex(UserError, f"is in force: “{label}” stays"),
            ):
                self.intention[name] = value
        policy.state = "closed"
        self.intention.lead_types = "lead"

    def test_nobody_regrades_without_a_policy(self):
        with self.assertRaisesRegex(UserError, "No grading policy"):
            self._create_closing(10).action_regrade()

    def test_a_dimension_of_drafts_takes_no_other_one_s_place(self):
        Dimension = self.env["customer.grading.dimension"]
        lead = self._create_closing(10)
        self._grade(self._create_urgency_policy())
        self.assertEqual(lead.opportunity_grade_id.code, "A")
        rival = self._create_dimension("rival", "AB", subject="lead")
        rival.sequence = self.intention.sequence - 1
        self._create_policy({}, [("A", ())], dimension=rival)
        lead.invalidate_recordset()
        self.assertEqual(Dimension._get_main("lead", self.company), self.intention)
        self.assertEqual(lead.opportunity_grade_id.code, "A")


@tagged("post_install", "-at_install")
class TestOpportunityScreens(OpportunityCommon):
    """What grades opportunities speaks of opportunities."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.policy = cls._create_urgency_policy()
        cls.soon, cls.later = cls._create_closing(10), cls._create_closing(60)

    def test_nothing_that_a_run_says_is_of_customers(self):
        run = self.policy._create_trial("try_on")
        run._execute()
        said = [run.summary, run.data_check, run.first_text, run._get_moving_text(100)]
        self._grade(self.policy)
        self.policy.stop_percent = 10
        (self.soon | self.later).date_deadline = TODAY + timedelta(days=200)
        with freeze_time(at(TODAY)):
            stopped = self._run(self.policy)
        self.assertEqual(stopped.state, "stopped")
        said += [stopped.counts, stopped.stop_text, stopped.activity_ids.mapped("note")]
        for action in (
            self.policy.action_view_results(),
            self.policy.rule_ids[0].action_view_met(),
            stopped.action_view_waiting(),
        ):
            said.append({**action, "help": ""}["name"])
        texts = json.dumps(said).replace("customer_grading", "").replace("customer.grading", "")
        self.assertIn("opportunities", texts)
        self.assertNotIn("ustomer", texts)
        self.assertNotIn("customers", self.policy.reads_as)

    def test_who_meets_a_requirement_is_opened_as_opportunities(self):
        rule = self.policy.rule_ids[0]
        with freeze_time(at(TODAY)):
            action = rule.action_view_met()
        found = self.env[action["res_model"]].search(action["domain"])
        self.assertEqual(found & (self.soon | self.later), self.soon)

    def test_a_grade_opens_the_opportunities_that_hold_it(self):
        self._grade(self.policy)
        other = self._create_dimension("urgency", subject="lead")
        for dimension in (self.intention, other):
            if dimension == other:
                self._activate(self._create_policy({}, [("A", ())], dimension=other))
            action = dimension._find_grade("A").action_view_customers()
            found = self.env[action["res_model"]].search(action["domain"])
            leads = found if found._name == "crm.lead" else found.lead_id
            with self.subTest(dimension=dimension.name):
                self.assertIn(self.soon, leads)
                self.assertEqual(self.later in leads, dimension == other)

    @freeze_time(at(TODAY))
    def test_the_badge_says_in_one_sentence_why(self):
        seller = self._create_users()["salesperson"]
        self.soon.user_id = seller
        self.assertEqual(self.soon.get_grade_reason(), "")
        self._activate(self.policy)
        self.assertEqual(self.soon.get_grade_reason(), "A: Closing at most 30 days: 10 days")
        self.assertEqual(self.later.get_grade_reason()[:2], "B:")
        self.assertEqual(self.soon.with_user(seller).get_grade_reason()[:2], "A:")
        result = self._get_results(self.soon, self.intention)[self.soon]
        result._set_by_hand(self.intention._find_grade("C"), "They wait for the board")
        self.assertEqual(self.soon.get_grade_reason(), "C: They wait for the board")
        with self.assertRaises(AccessError):
            self.soon.with_user(self._create_users(suffix="2")["portal"]).get_grade_reason()

    @freeze_time(at(TODAY))
    def test_why_tells_that_the_closing_has_passed(self):
        passed = self._create_closing(-1)
        self._activate(self.policy)
        [view] = passed.get_grading_explanation()
        self.assertRegex(view["notices"][-1], "^Expected closing .* has passed: set a date.$")
        passed.action_set_lost()
        [view] = passed.get_grading_explanation()
        self.assertNotIn("Expected closing", "".join(view["notices"]))

    def test_a_closing_that_has_passed_is_told_on_the_form_only(self):
        form = self.env["crm.lead"].get_views([(False, "form")])["views"]["form"]["arch"]
        [node] = etree.fromstring(form).xpath("//div[@name='closing_passed']")
        self.assertIn("date_deadline >= today", node.get("invisible"))
        for view in ("crm.crm_case_kanban_view_leads", "crm.crm_case_tree_view_oppor"):
            self.assertNotIn("closing_passed", self.env.ref(view).get_combined_arch())

    def test_lists_show_the_column_of_what_is_graded(self):
        def get_columns(model):
            views = self.env[model].get_views([(False, "list")])
            arch = etree.fromstring(views["views"]["list"]["arch"])
            return {
                node.get("name")
                for node in arch.xpath("./field[@name='partner_id' or @name='lead_id']")
                if node.get("column_invisible") != "True"
            }

        Dimension = self.env["customer.grading.dimension"]
        for model in ("customer.grading.result", "customer.grading.change"):
            with patch.object(type(Dimension), "_is_used", lambda self, subject: False):
                self.assertEqual(get_columns(model), {"partner_id"})
            with patch.object(type(Dimension), "_is_used", lambda self, subject: subject == "lead"):
                self.assertEqual(get_columns(model), {"lead_id"})
            with patch.object(type(Dimension), "_is_used", lambda self, subject: True):
                self.assertEqual(get_columns(model), {"partner_id", "lead_id"})
