"""The grade of any day: on results, as a filter, on the view; moves per month."""

from ast import literal_eval
from datetime import date, timedelta

from freezegun import freeze_time

from odoo.exceptions import AccessError, UserError
from odoo.fields import Command
from odoo.tests import tagged

from ..common import TODAY, CustomerGradingCommon, at
from .test_change_control import ChangeControlCommon

DAY = timedelta(1)


@tagged("post_install", "-at_install")
class TestGradeOnADate(ChangeControlCommon):
    """The first customer is B, from the 30th A; the others stay B."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.moved = date(2026, 11, 30)
        cls.other = cls.customers[1]
        cls.users = cls._create_users()

    def setUp(self):
        super().setUp()
        self.policy = self._start(15)
        self._grade_on(self.moved, self.policy, 25)

    def _on(self, day, partner=None, **context):
        result = self._get_results(partner or self.customer)[partner or self.customer]
        return result.with_context(grading_date=str(day), **context).day_grade_id.code

    def _find(self, text, user=None):
        Partner = self.env["res.partner"].with_user(user or self.env.user)
        found = Partner.search([("customer_grade_history", "=", text)])
        return found & self.customers

    def test_the_day_of_a_change_is_the_first_of_the_new_grade(self):
        days = (TODAY - DAY, TODAY, self.moved - DAY, self.moved, self.moved + DAY)
        self.assertEqual([self._on(day) for day in days], [False, "B", "B", "A", "A"])

    def test_several_changes_of_a_day_leave_the_last(self):
        with freeze_time(at(self.moved)):
            self._get_result()._set_by_hand(self.grades["C"], "First")
            self._get_result()._set_by_hand(self.grades["B"], "Then")
        self.assertEqual(self._on(self.moved), "B")
        self.assertEqual(self._on(self.moved - DAY), "B")

    def test_who_lost_the_grade_or_never_had_one_had_none(self):
        self._grade_on(date(2026, 12, 10), self.policy, -1)
        days = (date(2026, 12, 9), date(2026, 12, 10))
        self.assertEqual([self._on(day) for day in days], ["A", False])
        never = self._create_customers(1)
        result = self.env["customer.grading.result"]._get_or_create(never, self.dimension)
        self.assertFalse(result.with_context(grading_date=str(self.moved)).day_grade_id)

    def test_results_are_found_grouped_sorted_and_exported_by_it(self):
        Result = self.env["customer.grading.result"].with_context(grading_date=str(self.moved))
        mine = [("partner_id", "in", self.customers.ids)]
        self.assertEqual(
            Result._read_group(mine, ["day_grade_id"], ["__count"]),
            [(self.grades["A"], 1), (self.grades["B"], 9)],
        )
        found = Result.search([*mine, ("day_grade_id", "=", self.grades["A"].id)])
        self.assertEqual(found.partner_id, self.customer)
        self.assertEqual(Result.search(mine, order="day_grade_id, id", limit=1), found)
        before = Result.with_context(grading_date=str(TODAY - DAY))
        self.assertEqual(before.search_count([*mine, ("day_grade_id", "=", False)]), 10)
        then = Result.with_context(grading_date=str(TODAY))
        self.assertEqual(then.search([*mine, ("day_differs", "=", True)]), found)
        exported = then.browse(found.ids).export_data(["day_grade_id/code", "grade_id/code"])
        self.assertEqual(exported["datas"], [["B", "A"]])

    def test_contacts_are_filtered_by_a_grade_on_a_date(self):
        self.assertEqual(self._find("A 2026-11-30"), self.customer)
        self.assertFalse(self._find("A 2026-11-29"))
        self.assertEqual(self._find("B 2026-11-29"), self.customers)
        self.assertEqual(self._find("b 2026-11-30"), self.customers - self.customer)
        self.assertEqual(self._find("Grade A 11/30/2026"), self.customer)
        self.assertEqual(self._find("Not graded 2026-11-19"), self.customers)
        self.assertFalse(self._find("Not graded 2026-11-20"))
        Partner = self.env["res.partner"]
        both = [
            ("customer_grade_history", "ilike", "B 2026-11-29"),
            ("customer_grade_history", "ilike", "A 2026-11-30"),
        ]
        self.assertEqual(Partner.search(both), self.customer)
        others = [("customer_grade_history", "!=", "A 2026-11-30")]
        self.assertEqual(Partner.search(others) & self.customers, self.customers - self.customer)

    def test_a_contact_is_found_by_its_company_s(self):
        person = self.env["res.partner"].create({"name": "Ann", "parent_id": self.customer.id})
        found = self.env["res.partner"].search([("customer_grade_history", "=", "A 2026-11-30")])
        self.assertEqual(found, self.customer | person)
        self.assertIn("A since", person.customer_grade_history)
        self.assertIn("B from", person.customer_grade_history)

    def test_what_is_no_grade_on_a_date_is_refused_with_an_example(self):
        for text in ("A", "A 2026-13-01", "Z 2026-11-30", "Nothing: A 2026-11-30", "2026-11-30"):
            with self.subTest(text), self.assertRaisesRegex(UserError, "A 2025-12-31"):
                self._find(text)

    def test_companies_have_their_own_history(self):
        company = self._create_company_with_chart("Another")
        here = self._get_result()
        there = here.with_company(company)._get_or_create(self.customer, self.dimension)
        with freeze_time(at(self.moved)):
            there._set_by_hand(self.grades["C"], "Chosen there")
        there = (
            self.env["res.partner"]
            .with_company(company)
            .with_context(allowed_company_ids=company.ids)
        )
        found = there.search([("customer_grade_history", "=", "C 2026-11-30")])
        self.assertEqual(found.ids, self.customer.ids)
        self.assertFalse(there.search([("customer_grade_history", "=", "A 2026-11-30")]))
        self.assertFalse(self._find("C 2026-11-30"))

    def test_a_hidden_dimension_is_as_if_it_were_not_there(self):
        hidden = self._create_dimension(
            "credit", group_ids=[Command.link(self.env.ref("account.group_account_user").id)]
        )
        Result = self.env["customer.grading.result"]
        result = Result._get_or_create(self.customer, hidden)
        with freeze_time(at(self.moved)):
            result._set_by_hand(hidden._find_grade("C"), "Pays late")
        text = "Credit: C 2026-11-30"
        self.assertEqual(self._find(text, self.users["accountant"]), self.customer)
        with self.assertRaises(UserError):
            self._find(text, self.users["salesperson"])
        day = Result.with_user(self.users["salesperson"]).with_context(grading_date="2026-11-30")
        self.assertFalse(day.search([("day_grade_id", "=", hidden._find_grade("C").id)]))
        with self.assertRaises(AccessError):
            self.env["res.partner"].with_user(self.users["portal"]).search(
                [("customer_grade_history", "=", "A 2026-11-30")]
            )

    def test_the_dialog_lists_a_day_and_filters_contacts(self):
        with freeze_time(at(date(2026, 12, 5))):
            Wizard = self.env["customer.grading.on.date"].with_user(self.users["salesperson"])
            wizard = Wizard.create({"date": self.moved})
            action = wizard.action_show()
            Result = self.env[action["res_model"]].with_context(**action["context"])
            self.assertEqual(
                Result.search(action["domain"]).partner_id & self.customers, self.customers
            )
            wizard.grade_id = self.grades["A"]
            shown = Result.search(wizard.action_show()["domain"])
            self.assertEqual(shown.partner_id, self.customer)
            text = wizard.action_filter()["context"]["search_default_customer_grade_history"]
            self.assertEqual(self._find(text), self.customer)
            wizard.date = date(2026, 12, 6)
            with self.assertRaisesRegex(UserError, "day to come"):
                wizard.action_show()
            self.assertEqual(Wizard.create({}).date, date(2025, 12, 31))

    def test_of_merged_customers_the_own_grade_counts_and_both_are_told(self):
        self._merge(self.customer, self.other, date(2026, 12, 5))
        self.assertEqual(self._on(self.moved, self.other), "B")
        self.assertEqual(self._find("B 2026-11-30") & self.other, self.other)
        self.assertFalse(self._find("A 2026-11-30"))
        self._merge(self.other, fresh := self._create_customers(1), date(2026, 12, 6))
        self.assertEqual(self._on(self.moved, fresh), "B")
        held = self.env["customer.grading.result"].with_context(grading_date=str(self.moved))
        [(grade, count)] = held._read_group(
            [("partner_id", "=", fresh.id)], ["day_grade_id"], ["__count"]
        )
        self.assertEqual((grade.code, count), ("B", 1))

    def _merge(self, source, target, day):
        self.env.flush_all()
        with freeze_time(at(day)):
            self.env["base.partner.merge.automatic.wizard"].create(
                {
                    "partner_ids": [Command.set((source | target).ids)],
                    "dst_partner_id": target.id,
                }
            ).action_merge()
        self.env.invalidate_all()

    def test_a_filter_and_a_page_are_a_few_statements_by_index(self):
        self.env.flush_all()
        self._find("A 2026-11-30")
        with self.assertQueryCount(6):
            self._find("A 2026-11-30")
        self.env.cr.execute("SET LOCAL enable_seqscan = off")
        domain = self.env["res.partner"]._search([("customer_grade_history", "=", "A 2026-11-30")])
        self.env.cr.execute("EXPLAIN " + self.env.cr.mogrify(domain.select()).decode())
        plan = "\n".join(line for (line,) in self.env.cr.fetchall())
        self.assertIn("customer_grading_change_held_idx", plan)


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
class TestMoves(ChangeControlCommon):
    def test_moves_are_counted_by_month_direction_grade_policy_and_salesperson(self):
        users = self._create_users()
        self.customers[:4].user_id = users["salesperson"]
        policy = self._start(15)
        self.customers[:2].partner_latitude = 25
        self.customers[2].partner_latitude = -1
        with freeze_time(at(date(2026, 12, 3))):
            self._run(policy)
        action = self.env.ref("customer_grading.customer_grading_change_action_moves")
        domain = [*literal_eval(action.domain), ("policy_id", "=", policy.id)]
        Change = self.env["customer.grading.change"]
        groups = Change._read_group(domain, ["date_applied:month", "direction"], ["__count"])
        self.assertEqual(
            [(month.month, direction, count) for month, direction, count in groups],
            [(11, "new", 10), (12, "lost", 1), (12, "up", 2)],
        )
        by_person = Change._read_group(
            [*domain, ("direction", "=", "up")],
            ["salesperson_id", "policy_id", "grade_id"],
            ["__count"],
        )
        self.assertEqual(by_person, [(users["salesperson"], policy, self.grades["A"], 2)])


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
        self.assertIn("A", lead.customer_grade_history)
        found = self.env["crm.lead"].search([("customer_grade_history", "=", f"A {TODAY}")])
        self.assertEqual(found, lead)

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
