"""What customers bought, added up once a night, equals the documents."""

from datetime import date, timedelta
from unittest.mock import patch

from freezegun import freeze_time

from odoo.tests import tagged
from odoo.tests.common import warmup
from odoo.tools import SQL

from ..common import TODAY, at
from .common import ReportCase


@tagged("post_install", "-at_install")
class TestFigures(ReportCase):
    def test_figures_are_those_of_the_documents(self):
        customer, other = self._create_customers(2)
        contact = self.env["res.partner"].create({"name": "Buyer", "parent_id": customer.id})
        self._activate(self.policy, run=False)
        self._create_invoice(customer, TODAY, 700)
        self._create_invoice(contact, date(2025, 11, 21), 60)  # the first day that counts
        self._create_invoice(customer, date(2025, 11, 20), 5)  # the last of the year before
        self._create_invoice(customer, date(2024, 11, 21), 30)
        self._create_invoice(customer, date(2024, 11, 20), 9)
        invoice = self._create_invoice(customer, date(2026, 5, 1), 90)
        self._create_credit_note(invoice, date(2026, 6, 1), 40)
        self._create_invoice(customer, date(2026, 6, 2), 3, move_type="out_receipt")
        self._create_invoice(customer, date(2026, 6, 2), 1000).button_draft()
        moved = self._create_invoice(contact, date(2026, 7, 1), 8)
        contact.parent_id = other
        self._create_order(customer, date(2026, 3, 1), 50)
        self._create_order(customer, date(2025, 11, 20), 50)
        self._create_order(customer, date(2026, 4, 1), 50, confirm=False)
        self._create_order(other, date(2024, 1, 1), 50)
        self.assertEqual(moved.commercial_partner_id, customer)
        self._run(self.policy)
        self._fill()
        rows = self._get_rows(customer | other)
        self.assertRecordValues(
            rows[customer],
            [
                {
                    "revenue": 821,
                    "revenue_before": 35,
                    "order_count": 1,
                    "date_last_order": date(2026, 3, 1),
                    "date_figures": TODAY,
                    "currency_id": self.company.currency_id.id,
                }
            ],
        )
        self.assertEqual(rows[customer].revenue, self._get_revenue(customer, TODAY))
        self.assertRecordValues(
            rows[other],
            [{"revenue": 0, "order_count": 0, "date_last_order": date(2024, 1, 1)}],
        )

    def test_the_margin_is_that_of_the_orders(self):
        if "margin" not in self.env["sale.order"]._fields:
            self.skipTest("Odoo knows no margins here")
        [customer] = self._create_customers(1)
        self.product.standard_price = 70
        orders = [
            self._create_order(customer, day, 100, quantity=quantity)
            for day, quantity in ((date(2026, 3, 1), 2), (date(2026, 9, 1), 1))
        ]
        self._create_order(customer, date(2025, 3, 1), 100)
        self._activate(self.policy)
        self._fill()
        expected = sum(order.margin for order in orders)
        self.assertEqual(self._get_rows(customer)[customer].margin, expected)

    def test_places_and_shares_are_those_of_a_sorted_list(self):
        customers = self._create_customers(12)
        for number, customer in enumerate(customers):
            self._create_invoice(customer, date(2026, 6, 1), 100 * (number % 7 + 1))
        self._create_invoice(customers[0], date(2026, 6, 2), 500, move_type="out_refund")
        self._activate(self.policy)
        self._fill()
        everybody = self.Report.search(self._get_own())
        ranked = everybody.sorted(lambda row: (-row.revenue, row.partner_id.id))
        total = sum(max(row.revenue, 0) for row in ranked)
        for place, row in enumerate(ranked, start=1):
            self.assertEqual(row.position, place)
            self.assertEqual(row.is_first_ten, place <= 10)
            self.assertEqual(row.is_first_fifth, place <= -(-len(ranked) // 5))
            share = 100 * max(row.revenue, 0) / total
            self.assertAlmostEqual(row.revenue_share, share)
        found = self.Report.search([*self._get_own(), ("is_first_ten", "=", True)])
        self.assertEqual(found, ranked[:10].sorted(lambda row: (-row.revenue, row.id)))

    def test_only_what_differs_is_written_and_who_is_gone_goes(self):
        customers = self._create_customers(3)
        for customer in customers:
            self._create_invoice(customer, date(2026, 6, 1), 100)
        self._activate(self.policy)
        self._fill()
        figures = self.env["customer.grading.figures"].search(
            [("partner_id", "in", customers.ids)], order="partner_id"
        )
        places = self._get_places(figures)
        self._create_invoice(customers[0], TODAY, 50)
        self._fill()
        written = dict(places.items() - self._get_places(figures).items())
        self.assertEqual([*written], figures[0].ids)
        self.assertEqual(figures.mapped("revenue"), [150, 100, 100])
        with patch.object(type(self.engine), "_store_slice") as store:
            self._fill()
            store.assert_not_called()
        self._get_results(customers[2])[customers[2]].sudo().unlink()
        self._fill()
        self.assertEqual(figures.exists(), figures[:2])

    def _get_places(self, figures):
        """Return ``{id: where the row lies}``: it moves when it is written."""
        statement = SQL(
            "SELECT id, ctid FROM customer_grading_figures WHERE id IN %s", figures._ids
        )
        return dict(self.env.execute_query(statement))

    def test_a_merge_leaves_the_figures_of_who_stays(self):
        customers = self._create_customers(2)
        for customer in customers:
            self._create_invoice(customer, date(2026, 6, 1), 100)
        self._activate(self.policy)
        self._fill()
        wizard = self.env["base.partner.merge.automatic.wizard"].create({})
        wizard._merge(customers.ids, customers[0], extra_checks=False)
        self._fill()
        self.assertFalse(customers[1].exists())
        self.assertEqual(self._get_rows(customers[0])[customers[0]].revenue, 200)

    @warmup
    def test_filling_asks_as_often_for_many_as_for_few(self):
        counts = []
        self._activate(self.policy)
        for count in (3, 12):
            for customer in self._create_customers(count):
                self._create_invoice(customer, date(2026, 6, 1), 100)
            self._run(self.policy)
            self._fill()
            self.env.flush_all()
            self.env.invalidate_all()
            self.Set.search([]).is_asked = True
            self.env.flush_all()
            before = self.env.cr.sql_log_count
            self._fill()
            counts.append(self.env.cr.sql_log_count - before)
        self.assertEqual(*counts)

    def test_the_night_fills_after_the_runs_whoever_was_interrupted(self):
        [customer] = self._create_customers(1)
        self._create_invoice(customer, date(2026, 6, 1), 100)
        self._activate(self.policy)
        cron = self.env.ref("customer_grading_report.ir_cron_fill_figures")
        self.Set.search([]).is_asked = False
        with self.enter_registry_test_mode():
            cron.method_direct_trigger()
        own = self.Set.search([("company_id", "=", self.company.id)])
        self.assertEqual((own.date, own.is_asked), (TODAY, False))
        self.assertEqual(self._get_rows(customer)[customer].revenue, 100)
        self.assertFalse(self.Set._get_due())
        triggers = self.env["ir.cron.trigger"].search([("cron_id", "=", cron.id)])
        self.env["customer.grading.run"]._after_queue()
        self.assertEqual(self.Set._get_due(), self.Set.search([]))
        self.assertTrue(self.env["ir.cron.trigger"].search([("cron_id", "=", cron.id)]) - triggers)
        with freeze_time(at(TODAY + timedelta(days=1))):
            self.Set.search([]).is_asked = False
            self.assertIn(own, self.Set._get_due())


@tagged("post_install", "-at_install")
class TestFiguresOfCompanies(ReportCase):
    def test_a_branch_counts_for_its_company_and_all_count_for_a_group(self):
        branch = self._create_company_with_chart("Branch", parent=self.company)
        euro = self.env.ref("base.EUR")
        euro.active = True
        abroad = self._create_company_with_chart("Abroad", currency=euro)
        self.env["res.currency.rate"].search([("currency_id", "=", euro.id)]).unlink()
        self.env["res.currency.rate"].create(
            [
                {"currency_id": euro.id, "name": day, "rate": rate, "company_id": company.id}
                for company in (self.company, abroad)
                for day, rate in ((date(2026, 1, 1), 0.5), (date(2026, 7, 1), 0.25))
            ]
        )
        self.env["res.currency.rate"].create(
            {
                "currency_id": self.company.currency_id.id,
                "name": date(2020, 1, 1),
                "rate": 1,
                "company_id": abroad.id,
            }
        )
        [customer] = self._create_customers(1)
        self._create_invoice(customer, date(2026, 6, 1), 100)
        self._create_invoice(customer, date(2026, 6, 2), 20, company=branch)
        self._create_invoice(customer, date(2026, 6, 3), 10, company=abroad)
        self._create_invoice(customer, date(2026, 8, 3), 10, company=abroad)
        group = self._create_dimension(
            "group", company_scope="group", currency_id=self.company.currency_id.id
        )
        policy = self._create_policy({}, [("A", ())], dimension=group, company_id=False)
        self._activate(self.policy)
        self._activate(policy)
        self.Set._create_missing()
        for one in self.Set.search([("company_id", "in", [False, self.company.id])]):
            self.engine._fill(one)
        rows = self.Report.search([("partner_id", "=", customer.id)])
        revenue = {row.dimension_id: row.revenue for row in rows}
        self.assertEqual(revenue[self.dimension], 120)
        self.assertEqual(revenue[group], 120 + 20 + 40)
        in_group = rows.filtered(lambda row: row.dimension_id == group)
        self.assertEqual(in_group.currency_id, self.company.currency_id)
        self.assertFalse(in_group.company_id)
        months = self.Month.search([("dimension_id", "=", group.id)])
        self.assertEqual(
            sum(months.mapped("customer_count")),
            len(self.Report.search([("dimension_id", "=", group.id)])),
        )
