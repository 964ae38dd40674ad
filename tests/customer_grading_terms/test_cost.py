"""What grades cost: days, money lent, what was given away, and benefits, beside the revenue."""

from datetime import date, timedelta

from lxml import etree

from odoo.exceptions import AccessError
from odoo.fields import Command
from odoo.tests import tagged

from ..common import TODAY
from .test_terms import TermsCase

LISTED = 100.0  # list price of what is sold


@tagged("post_install", "-at_install")
class TestCost(TermsCase):
    """A's customer has 60 days and a discount, B's 30 days, C's a limit that somebody set by hand."""

    start = TODAY

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.report = cls.env["customer.grading.terms.cost"]
        for number, term in cls.days.items():
            term.line_ids.nb_days = number
        # Whose, when, how many, price, discount in per cent.
        cls.sold = [
            (cls.customer, date(2026, 9, 1), 1, 1000, 0),
            (cls.customer, date(2026, 3, 5), 10, 100, 20),
            (cls.customer, date(2026, 5, 5), 4, 90, 10),
            (cls.customer, date(2025, 11, 20), 5, 10, 50),  # 12 months ago and a day
            (cls.second, date(2026, 9, 1), 1, 500, 0),
            (cls.second, date(2026, 6, 5), 3, 70, 0),
            (cls.third, date(2026, 9, 1), 1, 100, 0),
            (cls.third, date(2026, 7, 5), 2, 120, 5),
        ]
        for customer, day, quantity, price, discount in cls.sold:
            if day != date(2026, 9, 1):  # those stand already
                line = {"discount": discount}
                cls._create_order(customer, day, price, quantity=quantity, line=line)
        # Whose, when, untaxed, due, paid.
        cls.invoiced = [
            (cls.customer, date(2026, 10, 10), 900, date(2026, 12, 9), 0),
            (cls.customer, date(2026, 6, 10), 400, date(2026, 8, 9), 150),
            (cls.customer, date(2025, 11, 20), 5000, date(2026, 1, 1), 5000),
            (cls.second, date(2026, 11, 1), 300, date(2026, 12, 1), 100),
            (cls.second, date(2026, 10, 21), 50, TODAY, 0),
            (cls.third, date(2026, 2, 1), 80, date(2026, 2, 1), 0),
        ]
        for customer, day, amount, due, paid in cls.invoiced:
            invoice = cls._create_invoice(customer, day, amount, due)
            if paid:
                cls._pay(invoice, day + timedelta(days=1), paid)
        cls._at(TODAY)

    def _keep(self):
        self.env["customer.grading.terms.figures"]._keep(self.company)

    def _find(self, user=None, domain=()):
        rows = self.report.with_user(user or self.officer).search(
            [("partner_id", "in", self.customers.ids), *domain]
        )
        return {row.partner_id: row for row in rows}

    def _expect(self, customer):
        """Return ``(revenue, discount, below list, open, not due)`` from the lists above."""
        first = date(2025, 11, 21)
        sold = [one for one in self.sold if one[0] == customer and one[1] >= first]
        invoiced = [one for one in self.invoiced if one[0] == customer]
        return (
            sum(amount for _who, day, amount, *_rest in invoiced if day >= first),
            sum(number * price * off / 100 for *_who, number, price, off in sold),
            sum(max(LISTED - price, 0) * number for *_who, number, price, _off in sold),
            sum(amount - paid for *_who, amount, _due, paid in invoiced),
            sum(amount - paid for *_who, amount, due, paid in invoiced if due >= TODAY),
        )

    def test_amounts_of_each_customer_are_those_of_its_documents(self):
        self._keep()
        rows = self._find()
        self.assertEqual(len(rows), 3)
        for customer, row in rows.items():
            told = (row.revenue, row.discount, row.below_list, row.receivable, row.not_due)
            self.assertEqual(told, self._expect(customer.sudo()))
            self.assertEqual(row.given_away, row.discount + row.below_list)
            self.assertEqual(row.currency_id, self.company.currency_id)
        self.assertEqual([rows[c].grade_id.code for c in self.customers], ["A", "B", "C"])
        # As in Odoo's own analysis of sales, and its balance of a customer.
        for customer in self.customers:
            sales = self.env["sale.report"].search(
                [
                    ("commercial_partner_id", "=", customer.id),
                    ("state", "=", "sale"),
                    ("date", ">=", "2025-11-21"),
                ]
            )
            self.assertAlmostEqual(rows[customer].discount, sum(sales.mapped("discount_amount")))
            self.assertAlmostEqual(rows[customer].receivable, customer.credit)

    def test_terms_are_told_as_given_by_the_grade_or_by_hand(self):
        pricelist = self.env["product.pricelist"].create({"name": "Friends"})
        self.third.credit_limit = 700
        self.third.specific_property_product_pricelist = pricelist
        self._give_days()
        self._give(self.a, "credit_limit", amount=5000)
        self._put_in_force()
        self.second.property_payment_term_id = self.days[14]  # by hand meanwhile
        rows = [self._find()[customer] for customer in self.customers]
        names = ("payment_term", "pricelist", "credit_limit")
        by_grade = [[row[f"{name}_by_grade"] for name in names] for row in rows]
        by_hand = [[row[f"{name}_by_hand"] for name in names] for row in rows]
        self.assertEqual(by_grade, [[1, 0, 1], [0, 0, 0], [0, 0, 0]])
        self.assertEqual(by_hand, [[0, 0, 0], [1, 0, 0], [0, 1, 1]])
        self.assertEqual([row.term_days for row in rows], [60, 14, 0])
        self.assertEqual([row.credit_limit for row in rows], [5000, 0, 700])
        self.assertEqual([row.benefit_count for row in rows], [2, 1, 0])
        # A grants what B promises, too.
        self.assertEqual([row.promise_count for row in rows], [1, 1, 0])
        grants = self.env["customer.grading.grant"].search(rows[0].action_view_grants()["domain"])
        self.assertEqual(grants.mapped("kind"), ["payment_term", "credit_limit"])
        self.assertEqual(rows[0].action_open_customer()["res_id"], self.customer.id)

    def test_a_grade_is_told_by_all_its_customers_together(self):
        fourth = self._create_customers(1, user_id=self.seller.id)
        self._create_order(fourth, date(2026, 10, 1), 1000)
        self._create_invoice(fourth, date(2026, 10, 1), 100, date(2026, 12, 1))
        self._run(self.policy)
        self.customer.property_payment_term_id = self.days[60]
        fourth.property_payment_term_id = self.days[14]
        self._keep()
        groups = self.report.with_user(self.officer)._read_group(
            [("partner_id", "in", (self.customers | fourth).ids)],
            ["grade_id"],
            [
                *("customers:sum", "revenue:sum", "term_days:avg", "not_due:sum"),
                *("given_away:sum", "cost_rate:avg", "lent_rate:avg"),
            ],
        )
        told = {grade.code: values for grade, *values in groups}
        revenue, discount, below, _open, not_due = self._expect(self.customer)
        given = discount + below
        whole = revenue + 100
        expected = [2, whole, (revenue * 60 + 100 * 14) / whole, not_due + 100, given]
        expected += [100 * given / whole, 100 * (not_due + 100) / whole]
        self.assertEqual(list(told), ["A", "B", "C"])
        for value, plain in zip(told["A"], expected, strict=True):
            self.assertAlmostEqual(value, plain, 4)

    def test_who_is_not_graded_is_called_so(self):
        for lang, label in (("en_US", "Not graded"), ("zh_CN", "未分级")):
            report = self.report.with_context(lang=lang)
            told = report.fields_get(["grade_id"], ["falsy_value_label"])
            self.assertEqual(told["grade_id"]["falsy_value_label"], label)

    def test_the_picture_has_the_colours_and_the_order_of_the_grades(self):
        view = self.report.get_view(view_type="graph")
        self.assertEqual(etree.fromstring(view["arch"]).get("js_class"), "grading_graph")

    def test_revenue_that_is_kept_to_groups_is_not_told(self):
        self._keep()
        self.assertTrue(self._find()[self.customer].revenue)
        measure = self.env.ref("customer_grading.measure_invoiced_revenue")
        measure.group_ids = self.env.ref("base.group_system")
        self.env.invalidate_all()
        row = self._find()[self.customer]
        self.assertFalse(row.revenue)
        self.assertTrue(row.not_due)
        own = [("partner_id", "in", self.customers.ids)]
        names = ["revenue:sum", "cost_rate:avg", "lent_rate:avg", "term_days:avg"]
        report = self.report.with_user(self.officer)
        [[revenue, cost, lent, days]] = report._read_group(own, [], names)
        self.assertEqual((revenue or 0, cost or 0, lent or 0), (0, 0, 0))
        found = self._find().values()
        self.assertAlmostEqual(days, sum(row.term_days for row in found) / 3)

    def test_days_to_pay_are_those_of_odoos_due_dates_on_average_of_a_year(self):
        line = {"value": "percent", "nb_days": 10}
        term = self.env["account.payment.term"].create(
            {
                "name": "Half at once, half after the end of the month",
                "line_ids": [
                    Command.create({**line, "value_amount": 50, "nb_days": 0}),
                    Command.create(
                        {**line, "value_amount": 50, "delay_type": "days_after_end_of_month"}
                    ),
                ],
            }
        )
        self.customer.property_payment_term_id = term
        total = 0
        for number in range(365):
            day = TODAY - timedelta(days=number)
            due = term._compute_terms(
                date_ref=day,
                currency=self.company.currency_id,
                company=self.company,
                tax_amount=0,
                tax_amount_currency=0,
                sign=1,
                untaxed_amount=100,
                untaxed_amount_currency=100,
            )
            total += sum((part["date"] - day).days * 0.5 for part in due["line_ids"])
        self.assertAlmostEqual(self._find()[self.customer].term_days, total / 365, 1)

    def test_credit_notes_lessen_revenue_and_what_is_open(self):
        invoice = self.env["account.move"].search(
            [("partner_id", "=", self.customer.id), ("amount_untaxed", "=", 900)]
        )
        self._create_credit_note(invoice, date(2026, 11, 10), 200)
        self._at(TODAY)
        self._keep()
        row = self._find()[self.customer]
        revenue, *_sold, owed, not_due = self._expect(self.customer)
        self.assertEqual(
            (row.revenue, row.receivable, row.not_due), (revenue - 200, owed - 200, not_due - 200)
        )

    def test_a_foreign_order_counts_in_the_companys_currency(self):
        euro = self.env.ref("base.EUR")
        euro.active = True
        self.env["res.currency.rate"].create(
            {"currency_id": euro.id, "name": date(2026, 1, 1), "rate": 0.5}
        )
        pricelist = self.env["product.pricelist"].create({"name": "Euro", "currency_id": euro.id})
        line = {"discount": 10}
        order = self._create_order(
            self.third, date(2026, 8, 1), 40, quantity=2, line=line, pricelist_id=pricelist.id
        )
        self.assertEqual(order.currency_id, euro)
        self._at(TODAY)
        self._keep()
        row = self._find()[self.third]
        _revenue, discount, below, *_rest = self._expect(self.third)
        # 40 euros are 80 dollars: 20 below the list price each, and 16 of discount.
        self.assertAlmostEqual(row.discount, discount + 16)
        self.assertAlmostEqual(row.below_list, below + 40)

    def test_a_list_price_is_in_the_currency_of_the_main_company(self):
        euro = self.env.ref("base.EUR")
        euro.active = True
        abroad = self._create_company_with_chart("Abroad", currency=euro)
        self.env["res.currency.rate"].create(
            [
                {"currency_id": currency.id, "name": date(2026, 1, 1), "rate": rate}
                | {"company_id": company.id}
                for company in self.company | abroad
                for currency, rate in ((euro, 0.5), (self.company.currency_id, 1))
            ]
        )
        pricelist = self.env["product.pricelist"].create(
            {"name": "Euro", "currency_id": euro.id, "company_id": abroad.id}
        )
        vals = {"company": abroad, "pricelist_id": pricelist.id}
        order = self._create_order(self.third, date(2026, 8, 1), 40, **vals)
        self.assertEqual(order.currency_id, euro)
        self._at(TODAY)
        self.env["customer.grading.terms.figures"]._keep(abroad)
        kept = self.env["customer.grading.terms.figures"].search([("company_id", "=", abroad.id)])
        # 100 dollars are 50 euros.
        self.assertEqual([(one.partner_id, one.below_list) for one in kept], [(self.third, 10)])

    def test_what_ended_is_forgotten_and_only_what_differs_is_written(self):
        self._keep()
        kept = self.env["customer.grading.terms.figures"].search(
            [("partner_id", "in", self.customers.ids)]
        )
        self.env.cr.execute(
            "SELECT xmin::text FROM customer_grading_terms_figures WHERE id IN %s", [kept._ids]
        )
        before = self.env.cr.fetchall()
        self._keep()
        self.env.cr.execute(
            "SELECT xmin::text, partner_id FROM customer_grading_terms_figures WHERE id IN %s",
            [kept._ids],
        )
        self.assertEqual([(row[0],) for row in self.env.cr.fetchall()], before)
        self._at(TODAY + timedelta(days=500))
        self._keep()
        left = kept.exists()
        self.assertEqual(set(left.mapped("revenue")), {0})
        self.assertEqual(set(left.mapped("not_due")), {0})

    def test_companies_are_told_apart_and_add_up(self):
        branch = self._create_company_with_chart("Branch", parent=self.company)
        self._create_invoice(self.customer, date(2026, 11, 2), 70, company=branch)
        self._at(TODAY)
        for company in self.company | branch:
            self.env["customer.grading.terms.figures"]._keep(company)
        self.officer.company_ids = [Command.link(branch.id)]
        rows = self.report.with_user(self.officer).with_context(
            allowed_company_ids=(self.company | branch).ids
        )
        told = {
            row.company_id: (row.grade_id.code, row.revenue)
            for row in rows.search([("partner_id", "=", self.customer.id)])
        }
        revenue = self._expect(self.customer)[0]
        self.assertEqual(told, {self.company: ("A", revenue), branch: ("A", 70)})
        self.customer.company_id = branch
        self.assertNotIn(self.customer, self._find(self.users["administrator"]))

    def test_officers_and_accountants_see_it_and_nobody_else(self):
        for role in ("officer", "administrator", "accountant"):
            self.assertEqual(len(self._find(self.users[role])), 3)
        for model in ("customer.grading.terms.cost", "customer.grading.terms.figures"):
            with self.assertRaises(AccessError):
                self.env[model].with_user(self.seller).search([])

    def test_more_customers_take_no_query_more(self):
        def count():
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            self.report.with_user(self.officer).formatted_read_group(
                [], ["grade_id"], ["customers:sum", "term_days:avg", "cost_rate:avg"]
            )
            return self.env.cr.sql_log_count - before

        count()
        few = count()
        more = self._create_customers(20)
        for customer in more:
            self._create_order(customer, date(2026, 10, 1), 1000)
        self._run(self.policy)
        self.assertLessEqual(count(), few)
