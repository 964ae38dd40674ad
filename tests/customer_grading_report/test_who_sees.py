"""Whoever sees a customer sees its grade; what it buys, only who may see that."""

from collections import Counter
from datetime import date

from odoo.exceptions import AccessError
from odoo.fields import Command
from odoo.tests import tagged
from odoo.tests.common import new_test_user
from odoo.tools import SQL

from ..common import TODAY
from .common import ReportCase

FIGURES = (
    "revenue",
    "revenue_before",
    "margin",
    "order_count",
    "date_last_order",
    "position",
    "revenue_share",
    "is_first_ten",
    "is_first_fifth",
)


@tagged("post_install", "-at_install")
class TestWhoSeesFigures(ReportCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.colleague = new_test_user(
            cls.env, "grading_colleague", "sales_team.group_sale_salesman"
        )
        cls.stranger = new_test_user(cls.env, "grading_stranger", "sales_team.group_sale_salesman")
        cls.env["crm.team"].create(
            {"name": "North", "member_ids": [Command.set((cls.seller | cls.colleague).ids)]}
        )
        cls.owners = [cls.seller, cls.colleague, cls.stranger, cls.env["res.users"]]
        cls.customers = cls._create_customers(4)
        for customer, owner in zip(cls.customers, cls.owners, strict=True):
            customer.user_id = owner

    def setUp(self):
        super().setUp()
        for customer in self.customers:
            self._create_invoice(customer, date(2026, 6, 1), 200)
            self._create_order(customer, date(2026, 6, 1), 200)
        self._activate(self.policy)
        self._fill()

    def _as(self, user, model):
        self.env.invalidate_all()
        return self.env[model].with_user(user)

    def _get_seen(self, user):
        """Return the customers whose revenue a user sees in the report."""
        rows = self._as(user, "customer.grading.report").search(self._get_own())
        self.assertLessEqual(self.customers, rows.partner_id)
        hidden = rows.filtered(lambda row: not row.revenue)
        self.assertTrue(all(hidden.mapped("figures_hidden")))
        self.assertFalse(any((rows - hidden).mapped("figures_hidden")))
        for name in FIGURES:
            self.assertFalse(any(hidden.mapped(name)), name)
        return (rows - hidden).partner_id & self.customers

    def test_who_sees_a_part_is_not_told_of_the_whole_by_shares(self):
        self._get_seen(self.seller)
        rows = self._as(self.seller, "customer.grading.report").search(self._get_own())
        self.assertFalse(any(rows.mapped("revenue_share")))
        rows = self._as(self.users["officer"], "customer.grading.report").search(self._get_own())
        self.assertAlmostEqual(sum(rows.mapped("revenue_share")), 100)

    def test_what_all_companies_sold_as_one_is_seen_by_who_works_in_all(self):
        group = self._create_dimension("group", "AB", company_scope="group")
        policy = self._create_policy({}, [("A", ())], dimension=group, population="documents")
        self._activate(policy)
        self.Set._create_missing()
        self.engine._fill(self.Set.search([("dimension_id", "=", group.id)]))
        own = [("dimension_id", "=", group.id), ("partner_id", "in", self.customers.ids)]

        def get_revenues(user):
            return self._as(user, "customer.grading.report").search(own).mapped("revenue")

        officer = self.users["officer"]
        everywhere = self.env["res.company"].search([])
        officer.company_ids = everywhere
        self.assertEqual(get_revenues(officer), [200] * 4)
        self.env["res.company"].create({"name": "Elsewhere"})
        self.assertEqual(get_revenues(officer), [0] * 4)
        self.dimension.main_company_ids -= self.company
        group.main_company_ids = self.company
        customer = self.customers[0].with_user(officer)
        self.assertEqual(customer.customer_grade_id, policy.rule_ids.grade_id)
        self.assertTrue(customer.customer_grading_figures_hidden)
        [told] = customer.search_read([("id", "=", customer.id)], ["customer_grading_revenue"])
        self.assertFalse(told["customer_grading_revenue"])

    def test_the_main_dimension_is_that_of_each_company(self):
        other = self._create_company_with_chart("Other")
        second = self._create_dimension("second", "AB", main_company_ids=other.ids)
        policies = self._create_policy({}, [("A", ())], dimension=second, population="all")
        policies |= self._create_policy({}, [("A", ())], company_id=other.id, population="all")
        for policy in policies:
            self._activate(policy)
        for company in (self.company, other):
            self._run(policies[0], company)
        Report = self.env["customer.grading.report"]
        found = Report.with_context(allowed_company_ids=(self.company | other).ids).search(
            [("is_main", "=", True), ("partner_id", "in", self.customers.ids)]
        )
        self.assertEqual(
            Counter((row.dimension_id, row.company_id) for row in found),
            Counter({(self.dimension, self.company): 4, (second, other): 4}),
        )
        self.assertTrue(all(found.mapped("is_main")))

    def test_a_branch_finds_what_its_company_gave_and_no_policy_gives_any_more(self):
        branch = self._create_company_with_chart("Branch", parent=self.company)
        own = [("is_main", "=", True), ("partner_id", "in", self.customers.ids)]

        def find():
            self.env.invalidate_all()
            return self.Report.with_context(allowed_company_ids=branch.ids).search(own)

        self.assertEqual(len(find()), 4)
        self.policy.action_close()
        self.assertEqual(len(find()), 4)
        self.assertTrue(all(find().mapped("is_main")))
        shown = self.customers.with_context(allowed_company_ids=branch.ids)
        self.assertTrue(all(shown.mapped("customer_grade_id")))

    def test_a_salesperson_sees_what_own_and_team_customers_buy(self):
        self.assertEqual(self._get_seen(self.seller), self.customers[:2])
        self.assertEqual(self._get_seen(self.stranger), self.customers[2])
        for role in ("accountant", "officer", "administrator"):
            self.assertEqual(self._get_seen(self.users[role]), self.customers, role)

    def test_the_settings_say_who_sees_as_they_do_of_one_customer(self):
        Explanation = self.env["customer.grading.explanation"]
        everybody = [*self.users.values(), self.colleague, self.stranger]
        for setting in ("own", "accounting", "all"):
            self.env["ir.config_parameter"].set_param("customer_grading.figures", setting)
            for user in everybody:
                if user == self.users["portal"]:
                    continue
                with self.subTest(setting=setting, user=user.login):
                    seen = Explanation.with_user(user)._get_figures_records(
                        self.customers.with_user(user)
                    )
                    self.assertEqual(self._get_seen(user), seen.with_env(self.env))

    def test_a_measure_of_some_groups_is_theirs_in_reports_too(self):
        self.env.ref("customer_grading.measure_invoiced_revenue").group_ids = self.env.ref(
            "account.group_account_user"
        )
        self.assertFalse(self._get_seen(self.users["officer"]))
        self.assertEqual(self._get_seen(self.users["accountant"]), self.customers)

    def test_no_sum_group_order_filter_or_export_tells_what_is_hidden(self):
        self.seller.group_ids += self.env.ref("base.group_allow_export")
        month_end = self._get_month_end(TODAY)
        for model in ("report", "move.report", "month"):
            Model = self._as(self.seller, f"customer.grading.{model}")
            domain = self._get_own()
            if model == "month":
                domain += [("month_end", "=", month_end)]
            with self.subTest(model=model):
                [[total]] = Model._read_group(domain, [], ["revenue:sum"])
                self.assertEqual(total, 400)
                formatted = Model.formatted_read_group(
                    domain, ["salesperson_id"], ["revenue:sum", "revenue:max"]
                )
                told = {g["salesperson_id"] and g["salesperson_id"][0]: g for g in formatted}
                self.assertFalse(told[self.stranger.id]["revenue:sum"])
                self.assertFalse(told[self.stranger.id]["revenue:max"])
                self.assertEqual(told[self.colleague.id]["revenue:sum"], 200)
                found = Model.search([*domain, ("revenue", ">", 100)])
                self.assertEqual(found.salesperson_id, self.seller | self.colleague)
                rows = Model.search(domain).export_data(["salesperson_id", "revenue"])["datas"]
                amounts = Counter()
                for name, amount in rows:
                    amounts[name] += amount or 0
                self.assertFalse(amounts[self.stranger.name])
                self.assertEqual(amounts[self.seller.name], 200)

    def test_grades_are_counted_whoever_may_see_figures(self):
        for model in ("report", "month"):
            name = "__count" if model == "report" else "customer_count:sum"
            domain = [*self._get_own(), ("grade_id", "=", self.b.id)]
            if model == "month":
                domain += [("is_running", "=", True)]
            Model = self._as(self.seller, f"customer.grading.{model}")
            [[count]] = Model._read_group(domain, [], [name])
            self.assertEqual(count, 4)

    def test_the_figures_themselves_are_for_administrators(self):
        for model in ("customer.grading.figures", "customer.grading.figures.set"):
            with self.assertRaises(AccessError):
                self._as(self.users["officer"], model).search([])
            self._as(self.users["administrator"], model).search([])
        plain = new_test_user(self.env, "grading_plain", "base.group_user")
        for model in ("report", "move.report", "month"):
            with self.assertRaises(AccessError):
                self._as(plain, f"customer.grading.{model}").search([])


@tagged("post_install", "-at_install")
class TestWhoSeesRows(ReportCase):
    def test_companies_and_confidential_dimensions_are_kept_apart(self):
        abroad = self._create_company_with_chart("Abroad")
        shared, own, foreign = self._create_customers(3)
        own.company_id, foreign.company_id = self.company, abroad
        for customer, company in (
            (shared, self.company),
            (own, self.company),
            (shared, abroad),
            (foreign, abroad),
        ):
            self._create_invoice(customer, date(2026, 6, 1), 200, company=company)
        self.policy.company_id = False
        self._activate(self.policy)
        accounting = self.env.ref("account.group_account_user")
        secret = self._create_dimension("secret", "A", group_ids=[Command.set(accounting.ids)])
        self._activate(self._create_policy({}, [("A", ())], dimension=secret, company_id=False))
        self._fill()
        self._fill(abroad)
        there = self._create_users(abroad, suffix="_abroad")["officer"]
        places = {
            self.users["officer"]: (self.company, shared | own),
            there: (abroad, shared | foreign),
        }
        customers = shared | own | foreign
        for user, (company, seen) in places.items():
            for model in ("report", "move.report"):
                self.env.invalidate_all()
                rows = self.env[f"customer.grading.{model}"].with_user(user)
                rows = rows.search([("partner_id", "in", customers.ids)])
                self.assertEqual(rows.partner_id, seen.with_user(user))
                self.assertEqual(rows.company_id, company)
                self.assertEqual(rows.dimension_id, self.dimension)
            months = self.env["customer.grading.month"].with_user(user).search([])
            self.assertEqual(months.company_id, company)
            self.assertNotIn(secret, months.dimension_id)
        accountant = self.users["accountant"]
        self.assertIn(secret, self.Report.with_user(accountant).search([]).dimension_id)
        self.assertIn(secret, self.Month.with_user(accountant).search([]).dimension_id)

    def test_moves_of_opportunities_are_those_that_crm_shows(self):
        intention = self._create_dimension("intention", subject="lead")
        [customer] = self._create_customers(1)
        owners = [self.seller, self.users["officer"]]
        leads = [
            self._create_lead(customer, date(2026, 11, 1), user_id=owner.id) for owner in owners
        ]
        self._activate(
            self._create_policy({}, [("A", ())], dimension=intention, lead_population="all")
        )
        expected = {
            self.seller: leads[:1],
            self.users["officer"]: leads,
            self.users["accountant"]: [],
        }
        ids = [lead.id for lead in leads]
        for user, seen in expected.items():
            self.env.invalidate_all()
            rows = self.Move.with_user(user).search([("lead_id", "in", ids)])
            self.assertEqual({row.sudo().lead_id.id for row in rows}, {lead.id for lead in seen})
            self.assertFalse(any(rows.mapped("revenue")))


@tagged("post_install", "-at_install")
class TestReportCosts(ReportCase):
    def test_a_view_asks_as_often_for_many_as_for_few(self):
        self._activate(self.policy)
        seller, counts = self.users["officer"], []
        for count in (2, 10):
            for customer in self._create_customers(count, user_id=seller.id):
                self._create_invoice(customer, date(2026, 6, 1), 200)
            self._run(self.policy)
            self._fill()
            for _attempt in range(2):
                self.env.invalidate_all()
                before = self.env.cr.sql_log_count
                for name in ("report", "move.report", "month"):
                    Model = self.env[f"customer.grading.{name}"].with_user(seller)
                    Model.formatted_read_group([], ["grade_id", "country_id"], ["revenue:sum"])
                    Model.web_search_read(
                        self._get_own(), {"grade_id": {"fields": {}}, "revenue": {}}, limit=80
                    )
            counts.append(self.env.cr.sql_log_count - before)
        self.assertEqual(*counts)

    def test_places_are_computed_only_where_they_are_asked_for(self):
        self.env.flush_all()
        for names, expected in (("grade_id, revenue", False), ("position", True)):
            query = SQL("EXPLAIN SELECT %s FROM (%s) report", SQL(names), self.Report._table_query)
            plan = "\n".join(line for [line] in self.env.execute_query(query))
            self.assertEqual("WindowAgg" in plan, expected)
