"""Each move is told once; Odoo's own analyses tell by grade what their documents say."""

from collections import Counter
from datetime import date, timedelta
from unittest.mock import patch

from odoo.tests import tagged

from ..common import TODAY
from .common import ReportCase


@tagged("post_install", "-at_install")
class TestMoves(ReportCase):
    def _get_moves(self, customers):
        moves = self.Move.search([("partner_id", "in", customers.ids)], order="id")
        return [
            (move.partner_id, move.from_grade_id.code, move.grade_id.code, move.direction)
            for move in moves
        ]

    def test_a_move_tells_who_decided_what_is_at_stake_and_why(self):
        [customer] = self._create_customers(1, user_id=self.seller.id)
        customer.country_id = self.env.ref("base.cn")
        self._create_invoice(customer, date(2026, 6, 1), 200)
        self._activate(self.policy)
        result = self._get_results(customer)[customer]
        officer = self.users["officer"]
        result.with_user(officer)._set_by_hand(self.a.with_user(officer), "A new plant")
        result.with_user(officer)._freeze("Stays so")  # moves nothing
        self._fill()
        moves = self.Move.search([("partner_id", "=", customer.id)], order="id")
        self.assertRecordValues(
            moves,
            [
                {
                    "direction": "new",
                    "origin": "computed",
                    "is_first": True,
                    "grade_id": self.b.id,
                    "decided_by_id": False,
                    "revenue": 200,
                },
                {
                    "direction": "up",
                    "origin": "manual",
                    "is_first": False,
                    "grade_id": self.a.id,
                    "decided_by_id": officer.id,
                    "revenue": 200,
                },
            ],
        )
        self.assertEqual(moves[1].note, "A new plant")
        self.assertEqual({*moves.mapped("date")}, {TODAY})
        self.assertEqual(moves.country_id, customer.country_id)
        self.assertEqual(moves.salesperson_id, self.seller)
        self.assertIn("A new plant", moves[1].why)
        self.assertEqual(moves[1].action_open_change()["res_model"], "customer.grading.change")

    def test_moves_are_counted_by_the_region_of_the_customer_or_the_opportunity(self):
        regions = [self.env.ref(f"base.state_cn_{code}") for code in ("BJ", "GD", "GD")]
        customers = self._create_customers(4)
        for customer, region in zip(customers[:3], regions, strict=True):
            customer.write({"state_id": region.id, "country_id": region.country_id.id})
        for customer, amount in zip(customers, (200, 2000, 20, 150), strict=True):
            self._create_invoice(customer, date(2026, 6, 1), amount)
        self._activate(self.policy)
        intention = self._create_dimension("intention", subject="lead")
        lead = self._create_lead(customers[3], date(2026, 11, 1), state_id=regions[0].id)
        self._activate(
            self._create_policy({}, [("A", ())], dimension=intention, lead_population="all")
        )
        expected = Counter(customer.state_id for customer in customers)
        expected[lead.state_id] += 1
        moved = ["|", ("partner_id", "in", customers.ids), ("lead_id", "=", lead.id)]
        counts = self.Move._read_group(moved, ["state_id"], ["__count"])
        self.assertEqual(dict(counts), expected)
        self.assertEqual(self.Move.search([("lead_id", "=", lead.id)]).state_id, regions[0])

    def test_proposals_refusals_and_what_was_superseded_are_no_moves(self):
        [customer] = self._create_customers(1)
        self._create_invoice(customer, date(2026, 6, 1), 200)
        self._activate(self.policy)
        result = self._get_results(customer)[customer]
        result._propose(self.a, "Please")
        change = result._propose(self.c, "Or so")
        change.action_refuse("No")
        self.assertEqual(self._get_moves(customer), [(customer, False, "B", "new")])

    def test_what_was_undone_is_not_told_nor_its_undo(self):
        if "undo_state" not in self.env["customer.grading.run"]._fields:
            self.skipTest("nothing is undone here")
        [customer] = self._create_customers(1)
        self._create_invoice(customer, date(2026, 6, 1), 200)
        self._activate(self.policy)
        self._at(TODAY + timedelta(days=1))
        self._create_invoice(customer, TODAY + timedelta(days=1), 2000)
        run = self._run(self.policy)
        self.assertEqual(self._get_moves(customer)[-1], (customer, "B", "A", "up"))
        run._start_undo("An invoice too much")
        self.env.invalidate_all()
        self.assertEqual(self._get_grades(customer), ["B"])
        self.assertEqual(self._get_moves(customer), [(customer, False, "B", "new")])

    def test_moves_of_merged_customers_are_those_of_the_one_that_stays(self):
        customers = self._create_customers(2)
        for customer in customers:
            self._create_invoice(customer, date(2026, 6, 1), 200)
        self._activate(self.policy)
        wizard = self.env["base.partner.merge.automatic.wizard"].create({})
        wizard._merge(customers.ids, customers[0], extra_checks=False)
        self.assertEqual(self._get_moves(customers[0]), [(customers[0], False, "B", "new")])


@tagged("post_install", "-at_install")
class TestAnalyses(ReportCase):
    """The grade in the analyses of sales, of invoices, and of the pipeline."""

    def setUp(self):
        super().setUp()
        self.customers = self._create_customers(4)
        for customer, amount in zip(self.customers, (2000, 150, 150, 10), strict=True):
            self._create_invoice(customer, date(2026, 6, 1), amount)
            self._create_order(customer, date(2026, 5, 1), amount)
            self._create_lead(customer, date(2026, 6, 1), expected_revenue=amount)
        contact = self.env["res.partner"].create(
            {"name": "Buyer", "parent_id": self.customers[0].id}
        )
        self._create_order(contact, date(2026, 6, 1), 50)
        self._create_invoice(contact, date(2026, 7, 1), 50)
        self._activate(self.policy)
        self.codes = dict(zip(self.customers, self._get_grades(self.customers), strict=True))

    def _sum(self, model, field, domain=(), by="customer_grade_id"):
        grouped = self.env[model]._read_group(list(domain), [by], [f"{field}:sum"])
        return {grade.code or "": amount for grade, amount in grouped}

    def _add_up(self, records, amount):
        total = Counter()
        for record in records:
            total[self.codes.get(record.partner_id.commercial_partner_id, "")] += record[amount]
        return dict(total)

    def test_sales_are_told_by_the_grade_of_the_customer(self):
        orders = self.env["sale.order"].search([("state", "=", "sale")])
        told = self._sum("sale.report", "price_subtotal", [("state", "=", "sale")])
        expected = self._add_up(orders, "amount_untaxed")
        self.assertEqual({c: told.get(c, 0) for c in "ABC"}, {c: expected.get(c, 0) for c in "ABC"})
        self.assertEqual(told["A"], 2050)

    def test_revenue_of_the_best_customers_by_month(self):
        Report = self.env["account.invoice.report"]
        best = [("customer_grade_id.is_best", "=", True), ("state", "=", "posted")]
        months = Report._read_group(best, ["invoice_date:month"], ["price_subtotal:sum"])
        self.assertEqual(
            [(month, amount) for month, amount in months if month.year == 2026],
            [(date(2026, 6, 1), 2000), (date(2026, 7, 1), 50)],
        )

    def test_the_pipeline_is_told_by_the_grade_of_the_customer(self):
        told = self._sum("crm.lead", "expected_revenue")
        leads = self.env["crm.lead"].search([])
        expected = self._add_up(leads, "expected_revenue")
        self.assertEqual({c: told.get(c, 0) for c in "ABC"}, {c: expected.get(c, 0) for c in "ABC"})

    def test_searches_offer_the_grade(self):
        for xml_id, model in (
            ("sale.view_order_product_search", "sale.report"),
            ("account.view_account_invoice_report_search", "account.invoice.report"),
            ("crm.crm_opportunity_report_view_search", "crm.lead"),
        ):
            view = self.env[model].get_view(self.env.ref(xml_id).id, "search")
            self.assertIn("group_customer_grade", view["arch"], model)
            self.assertIn('name="customer_grade_id"', view["arch"], model)

    def test_who_asks_for_no_grade_has_nothing_looked_up(self):
        by_month = ["invoice_date:month"], ["price_subtotal:sum"]
        with patch.object(type(self.env["res.partner"]), "_get_shown_sql") as looked_up:
            self.env["account.invoice.report"]._read_group([], *by_month)
            self.env["sale.report"]._read_group([], ["date:month"], ["price_subtotal:sum"])
            looked_up.assert_not_called()


@tagged("post_install", "-at_install")
class TestRows(ReportCase):
    def test_main_dimension_graded_and_left(self):
        customers = self._create_customers(2)
        for customer in customers:
            self._create_invoice(customer, date(2026, 6, 1), 200)
        other = self._create_dimension("other", "X")
        self._activate(self.policy)
        self._activate(self._create_policy({}, [("X", ())], dimension=other))
        asked = [("partner_id", "in", customers.ids)]
        self.assertEqual(len(self.Report.search(asked)), 4)
        main = self.Report.search([*asked, ("is_main", "=", True)])
        self.assertEqual(main.dimension_id, self.dimension)
        self.assertTrue(all(main.mapped("is_main")))
        self.assertFalse(any((self.Report.search(asked) - main).mapped("is_main")))
        customers[1].active = False
        self._at(TODAY + timedelta(days=1))
        self._run(self.policy)
        found = self.Report.search([*asked, ("is_main", "=", True)])
        self.assertEqual(found.partner_id, customers[0])

    def test_tags_countries_and_what_waits_are_grouped_by(self):
        key, partner = self.env["res.partner.category"].create(
            [{"name": "Key"}, {"name": "Partner"}]
        )
        first, second, third = customers = self._create_customers(3)
        first.category_id, second.category_id = key | partner, key
        first.country_id = self.env.ref("base.cn")
        for customer in customers:
            self._create_invoice(customer, date(2026, 6, 1), 200)
        self._activate(self.policy)
        self._fill()
        domain = [*self._get_own(), ("partner_id", "in", customers.ids)]
        grouped = self.Report._read_group(domain, ["category_ids"], ["__count", "revenue:sum"])
        self.assertEqual(
            {(tag.name, count, revenue) for tag, count, revenue in grouped},
            {("Key", 2, 400), ("Partner", 1, 200), (False, 1, 200)},
        )
        found = self.Report.search([*domain, ("category_ids", "in", key.ids)])
        self.assertEqual(found.partner_id, first | second)
        counts = self.Report._read_group(domain, ["country_id"], ["__count"])
        self.assertEqual({c.code: n for c, n in counts}, {"CN": 1, False: 2})
        self._get_results(first)[first]._set_by_hand(self.a, "A new plant")
        self.env.invalidate_all()
        by_hand = self.Report.search([*domain, ("is_by_hand", "=", True)])
        self.assertRecordValues(
            by_hand,
            [
                {
                    "partner_id": first.id,
                    "grade_id": self.a.id,
                    "previous_grade_id": self.b.id,
                    "last_move": "up",
                    "is_waiting": False,
                    "date_since": TODAY,
                    "reason": "graded",
                    "overdue_count": 0,
                }
            ],
        )

    def test_menus_wait_for_the_first_grades(self):
        menus = self.env["ir.ui.menu"].with_user(self.seller)
        report = self.env.ref("customer_grading_report.customer_grading_report_menu_invoicing")
        self.env["customer.grading.policy"].search([]).sudo().write({"state": "draft"})
        self.env.registry.clear_all_caches()
        self.assertIn(report.id, menus._load_menus_blacklist())
        self._activate(self.policy)
        self.env.registry.clear_all_caches()
        self.assertNotIn(report.id, menus._load_menus_blacklist())
