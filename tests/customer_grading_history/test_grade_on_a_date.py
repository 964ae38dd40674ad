"""The grade of any day: on results, as a filter of contacts and opportunities."""

from datetime import date, timedelta

from freezegun import freeze_time

from odoo.exceptions import AccessError, UserError
from odoo.fields import Command
from odoo.tests import tagged

from ..common import TODAY, at
from ..result.test_change_control import ChangeControlCommon

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

    @freeze_time(at(date(2026, 12, 5)))
    def test_what_is_no_grade_on_a_date_is_refused_saying_what_is_wrong(self):
        told = {
            "A": "is no grade on a date",
            "2026-11-30": "is no grade on a date",
            "A 2026-13-01": "“2026-13-01” is no date",
            "A yesterday": "“yesterday” is no date",
            "Z 2026-11-30": "“Z” is no grade of “.*”. Its grades: A, B, and C",
            "Nothing: A 2026-11-30": "There is no dimension “Nothing”",
            "A 2026-12-06": "12/06/2026 is a day to come",
        }
        Partner = self.env["res.partner"].with_user(self.users["salesperson"])
        for text, problem in told.items():
            with self.subTest(text), self.assertRaisesRegex(UserError, problem):
                self._find(text)
            with self.subTest(text), self.assertRaisesRegex(UserError, problem):
                Partner.check_grade_on_a_date(text)
        Partner.check_grade_on_a_date("A 2026-12-05")
        self.assertEqual(self._find("A 2026-12-05"), self.customer)
        with self.assertRaises(AccessError):
            self.env["res.partner"].with_user(self.users["portal"]).check_grade_on_a_date("A")

    def test_a_portal_customer_finds_no_document_by_it(self):
        Order = self.env["sale.order"].with_user(self.users["portal"])
        with self.assertRaises(AccessError):
            Order.search([("partner_id.customer_grade_history", "=", "A 2026-11-30")])

    def test_opportunities_are_found_by_it_also_by_a_grade_that_is_archived_by_now(self):
        leads = self._create_dimension("chance", subject="lead")
        leads._set_main("lead", self.env.company)
        expected = {"expected": {"measure": "lead_expected_revenue"}}
        first = self._create_policy(
            expected, [("A", ("expected", "ge", 1)), ("B", ())], dimension=leads
        )
        lead = self._create_lead(self.customer, TODAY, expected_revenue=500)
        with freeze_time(at(TODAY)):
            self._activate(first)
        later = self._create_policy({}, [("B", ())], dimension=leads)
        first.state = "closed"
        with freeze_time(at(TODAY + DAY)):
            self._activate(later)
        leads._find_grade("A").active = False
        self.assertIn("A from", lead.customer_grade_history)
        found = self.env["crm.lead"].search([("customer_grade_history", "=", f"A {TODAY}")])
        self.assertEqual(found, lead)

    def test_a_run_that_was_undone_is_told_until_the_day_of_its_undo(self):
        self.other.partner_latitude = 25
        with freeze_time(at(self.moved + DAY)):
            run = self._run(self.policy)
        with freeze_time(at(self.moved + 2 * DAY)):
            run._start_undo("Invoices were missing")
        self.env.invalidate_all()
        days = [self._on(self.moved + n * DAY, self.other) for n in range(4)]
        self.assertEqual(days, ["B", "A", "B", "B"])

    def test_a_run_that_was_undone_on_its_day_gave_nothing(self):
        self.other.partner_latitude = 25
        with freeze_time(at(self.moved + DAY)):
            self._run(self.policy)._start_undo("Invoices were missing")
        self.env.invalidate_all()
        days = [self._on(self.moved + n * DAY, self.other) for n in range(3)]
        self.assertEqual(days, ["B", "B", "B"])

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

    def test_the_dialog_offers_all_kinds_that_are_graded(self):
        kinds = self.env["customer.grading.dimension"]._fields["subject"].get_values(self.env)
        made = self.env["customer.grading.dimension"].create(
            [
                {"name": kind, "code": f"of_{kind}", "subject": kind}
                | ({"group_path": "state_id"} if kind == "group" else {})
                for kind in kinds
            ]
        )
        wizard = self.env["customer.grading.on.date"].create({})
        self.assertTrue(wizard.visible_dimension_ids >= made)
        for wizard.dimension_id in made:
            with self.subTest(kind=wizard.subject):
                action = wizard.action_show()
                Result = self.env[action["res_model"]].with_context(**action["context"])
                self.assertFalse(Result.search(action["domain"]))

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
