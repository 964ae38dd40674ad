"""Each shipped measure, through real documents, against numbers set by hand."""

from datetime import date, datetime, time, timedelta

from freezegun import freeze_time

from odoo.fields import Command
from odoo.tests import tagged

from ..common import TODAY, CustomerGradingCommon, at


@tagged("post_install", "-at_install")
class TestInvoiceMeasures(CustomerGradingCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.customers = cls._create_customers(2)
        cls.customer, cls.other = cls.customers

    def _measure_one(self, day=TODAY, company=None, **criterion):
        values = self._measure_all(self.customer, day, company, value=criterion)
        return values["value"][0]

    def test_a_credit_note_counts_where_it_is_said_to(self):
        sold = self._create_invoice(self.customer, date(2025, 6, 2), 1000)
        self._create_credit_note(sold, date(2026, 1, 5))
        day = date(2026, 2, 1)
        year = {"period": "this_year"}
        revenue = {"measure": "invoiced_revenue"}
        for criterion, expected in (
            ({**revenue, **year}, -1000),
            ({**revenue, **year, "credit_notes": "invoice"}, 0),
            ({**revenue, "period": "last_year"}, 1000),
            ({**revenue, "period": "last_year", "credit_notes": "invoice"}, 0),
            ({**revenue, "period": "best_year", "period_count": 1}, 0),
            ({**revenue, "period": "best_year", "period_count": 1, "credit_notes": "own"}, 1000),
            ({**revenue, "period": "all_time"}, 0),
        ):
            with self.subTest(criterion=criterion):
                self.assertEqual(self._measure_one(day, **criterion), expected)
        self._create_invoice(self.customer, date(2025, 1, 10), 100)
        self._create_invoice(self.customer, date(2026, 1, 10), 150)
        growth = {"measure": "revenue_growth", "period_count": 12}
        self.assertEqual(self._measure_one(day, **growth, period="this_year"), 50)

    def test_down_payments_and_discounts_are_no_goods(self):
        trucks = self.env["product.category"].create({"name": "Trucks"})
        self.product.categ_id = trucks
        order = self._create_order(self.customer, date(2026, 3, 1), 1000, confirm=False)
        self.env["sale.order.discount"].create(
            {
                "sale_order_id": order.id,
                "discount_type": "so_discount",
                "discount_percentage": 0.2,
            }
        ).action_apply_discount()
        order.action_confirm()
        order.date_order = at(date(2026, 3, 1))
        wizard = self.env["sale.advance.payment.inv"].with_context(
            active_model="sale.order", active_ids=order.ids
        )
        wizard.create({"advance_payment_method": "percentage", "amount": 10}).create_invoices()
        self.assertGreater(len(order.order_line), 2)
        unit = {"uom_id": self.env.ref("uom.product_uom_unit").id}
        self.assertEqual(self._measure_one(measure="ordered_quantity", **unit), 1)
        self.assertEqual(self._measure_one(measure="distinct_categories"), 1)
        self.assertEqual(self._measure_one(measure="main_category"), trucks.id)
        self.assertEqual(self._measure_one(measure="order_amount"), 800)

    def test_who_changes_employer_takes_no_debt_along(self):
        ann = self.env["res.partner"].create({"name": "Ann", "parent_id": self.customer.id})
        late = self._create_invoice(ann, date(2026, 3, 1), 100, due=date(2026, 3, 31))
        self._pay(late, date(2026, 5, 1))
        for amount in (200, 300):
            self._create_invoice(ann, date(2026, 4, 1), amount, due=date(2026, 4, 30))
        ann.parent_id = self.other
        self.assertEqual(ann.commercial_partner_id, self.other)
        criteria = {code: {"measure": code} for code in ("overdue_amount", "late_count")}
        expected = {"overdue_amount": [500, 0], "late_count": [3, 0]}
        self.assertEqual(self._measure_all(self.customers, **criteria), expected)

    def test_a_full_reversal_leaves_nothing_whatever_the_rates(self):
        euro = self.env.ref("base.EUR")
        euro.active = True
        for day, rate in ((date(2025, 1, 1), 0.8), (date(2026, 1, 1), 0.5)):
            self.env["res.currency.rate"].create(
                {"currency_id": euro.id, "name": day, "rate": rate, "company_id": self.company.id}
            )
        sold = self._create_invoice(self.customer, date(2025, 6, 2), 1000, currency_id=euro.id)
        self.assertEqual(sold.amount_untaxed_signed, 1250)
        self._create_credit_note(sold, date(2026, 1, 5), currency_id=euro.id)
        criterion = {"measure": "invoiced_revenue", "period": "all_time"}
        self.assertEqual(self._measure_one(**criterion, credit_notes="invoice"), 0)

    def test_revenue_is_invoices_less_credit_notes(self):
        tax = self.env["account.tax"].create({"name": "Tax 15 %", "amount": 15.0})
        self._create_invoice(self.customer, date(2026, 3, 2), 1000, taxes=tax)
        credited = self._create_invoice(self.customer, date(2026, 3, 3), 500, taxes=tax)
        self._create_credit_note(credited, date(2026, 4, 1), 200)
        self._create_invoice(
            self.customer, date(2026, 3, 2), 77, move_type="in_invoice", ref="bill"
        )
        self.env["account.move"].create(
            {"move_type": "out_invoice", "partner_id": self.customer.id}
        )
        values = self._measure_all(
            self.customers,
            untaxed={"measure": "invoiced_revenue"},
            taxed={"measure": "invoiced_revenue", "with_tax": True},
            count={"measure": "invoice_count"},
        )
        self.assertEqual(values["untaxed"], [1300, 0])
        self.assertEqual(values["taxed"], [1525, 0])
        self.assertEqual(values["count"], [2, 0])

    def test_a_period_begins_and_ends_with_whole_days(self):
        amounts = {
            date(2024, 12, 31): 1,
            date(2025, 1, 1): 2,
            date(2025, 11, 20): 4,
            date(2025, 11, 21): 8,
            date(2025, 12, 31): 16,
            date(2026, 1, 1): 32,
            date(2026, 6, 30): 64,
            date(2026, 7, 1): 128,
            date(2026, 9, 30): 256,
            date(2026, 10, 21): 512,
            date(2026, 10, 22): 1024,
            date(2026, 10, 31): 2048,
            TODAY: 4096,
            date(2026, 11, 21): 8192,
        }
        for day, amount in amounts.items():
            self._create_invoice(self.customer, day, amount)
        periods = {
            "year": ({}, date(2025, 11, 21), TODAY),
            "days": ({"period_count": 30, "period_unit": "days"}, date(2026, 10, 22), TODAY),
            "this_year": ({"period": "this_year"}, date(2026, 1, 1), TODAY),
            "last_year": ({"period": "last_year"}, date(2025, 1, 1), date(2025, 12, 31)),
            "ever": ({"period": "all_time"}, date.min, TODAY),
            "month": (
                {"period_count": 1, "up_to": "month_end"},
                date(2026, 10, 1),
                date(2026, 10, 31),
            ),
            "quarter": (
                {"period_count": 3, "up_to": "quarter_end"},
                date(2026, 7, 1),
                date(2026, 9, 30),
            ),
        }
        values = self._measure_all(
            self.customer,
            **{
                key: {"measure": "invoiced_revenue", **spec}
                for key, (spec, _first, _last) in periods.items()
            },
        )
        for key, (_spec, first, last) in periods.items():
            with self.subTest(period=key):
                expected = sum(n for day, n in amounts.items() if first <= day <= last)
                self.assertEqual(values[key], [expected])

    def test_on_the_last_day_of_a_month_the_month_is_over(self):
        self._create_invoice(self.customer, date(2026, 10, 31), 7)
        self._create_invoice(self.customer, date(2026, 11, 30), 9)
        month = {"measure": "invoiced_revenue", "period_count": 1, "up_to": "month_end"}
        self.assertEqual(self._measure_one(date(2026, 11, 29), **month), 7)
        self.assertEqual(self._measure_one(date(2026, 11, 30), **month), 9)

    def test_the_better_of_the_last_full_years_counts(self):
        for day, amount in {
            date(2023, 5, 1): 900,
            date(2024, 5, 1): 300,
            date(2025, 5, 1): 200,
            date(2026, 5, 1): 800,
        }.items():
            self._create_invoice(self.customer, day, amount)
        best = {"measure": "invoiced_revenue", "period": "best_year"}
        self.assertEqual(self._measure_one(**best, period_count=2), 300)
        self.assertEqual(self._measure_one(**best, period_count=3), 900)

    def test_growth_compares_with_the_year_before(self):
        self._create_invoice(self.customer, date(2025, 11, 20), 100)
        self._create_invoice(self.customer, date(2026, 11, 20), 150)
        self._create_invoice(self.other, date(2026, 11, 20), 150)
        values = self._measure_all(
            self.customers,
            growth={"measure": "revenue_growth"},
            this_year={"measure": "revenue_growth", "period": "this_year"},
        )
        self.assertEqual(values["growth"], [50, None])
        self.assertEqual(values["this_year"], [50, None])

    def test_documents_are_narrowed_by_a_filter(self):
        self._create_invoice(self.customer, date(2026, 5, 1), 100)
        self._create_invoice(self.customer, date(2026, 5, 2), 30)
        values = self._measure_all(
            self.customers,
            all={"measure": "invoiced_revenue"},
            large={
                "measure": "invoiced_revenue",
                "document_domain": "[('amount_untaxed', '>=', 50)]",
            },
        )
        self.assertEqual((values["all"], values["large"]), ([130, 0], [100, 0]))

    def test_a_foreign_invoice_counts_in_the_company_s_currency(self):
        euro = self.setup_other_currency("EUR", rates=[("2020-01-01", 2.0)])
        self._create_invoice(self.customer, date(2026, 5, 1), 200, currency_id=euro.id)
        self.assertEqual(self._measure_one(measure="invoiced_revenue"), 100)

    def test_contact_persons_and_archived_ones_count_for_their_company(self):
        person, gone = self.env["res.partner"].create(
            [{"name": name, "parent_id": self.customer.id} for name in ("Ann", "Bob")]
        )
        self._create_invoice(person, date(2026, 5, 1), 10)
        self._create_invoice(gone, date(2026, 5, 1), 20)
        self._create_order(gone, date(2026, 5, 1), 5)
        gone.active = False
        values = self._measure_all(
            self.customers + person,
            revenue={"measure": "invoiced_revenue"},
            orders={"measure": "order_amount"},
        )
        self.assertEqual(values["revenue"], [30, 0, ...])
        self.assertEqual(values["orders"], [5, 0, ...])


@tagged("post_install", "-at_install")
class TestPaymentMeasures(CustomerGradingCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.customers = cls._create_customers(2)
        cls.customer, cls.other = cls.customers

    def _measure_payments(self, day=TODAY):
        codes = (
            "overdue_amount",
            "receivable_age",
            "late_count",
            "ontime_ratio",
            "collection_ratio",
        )
        values = self._measure_all(
            self.customers, day, **{code: {"measure": code} for code in codes}
        )
        return [tuple(values[code][row] for code in codes) for row in (0, 1)]

    def test_nothing_invoiced_is_nothing_overdue_and_no_ratio(self):
        self.assertEqual(self._measure_payments(), [(0, None, 0, None, None)] * 2)

    def test_an_invoice_is_overdue_from_the_day_after_its_due_date(self):
        self._create_invoice(self.customer, date(2026, 10, 1), 100, due=date(2026, 11, 19))
        self._create_invoice(self.other, date(2026, 10, 1), 100, due=TODAY)
        self.assertEqual(
            self._measure_payments(),
            [
                (100, date(2026, 11, 19), 1, 0, 0),
                (0, TODAY, 0, None, 0),
            ],
        )

    def test_payments_are_late_by_their_date_and_partly_by_what_is_open(self):
        due = date(2026, 6, 30)
        invoices = [
            self._create_invoice(self.customer, date(2026, 6, 1), 100, due=due) for _n in range(4)
        ]
        on_time, late, partly, _open = invoices
        self._pay(on_time, due)
        self._pay(late, date(2026, 7, 1))
        self._pay(partly, due, 60)
        [measured, _other] = self._measure_payments()
        self.assertEqual(measured, (140, due, 3, 25, 65))

    def test_a_past_day_does_not_know_later_payments(self):
        invoice = self._create_invoice(self.customer, date(2026, 6, 1), 100, due=date(2026, 6, 30))
        self._pay(invoice, date(2026, 8, 1))
        self.assertEqual(
            self._measure_payments(date(2026, 7, 15))[0],
            (100, date(2026, 6, 30), 1, 0, 0),
        )
        self.assertEqual(self._measure_payments()[0], (0, None, 1, 0, 100))

    def test_an_invoice_that_was_credited_is_none(self):
        invoice = self._create_invoice(self.customer, date(2026, 6, 1), 100, due=date(2026, 6, 30))
        self._create_credit_note(invoice, date(2026, 6, 15))
        self.assertEqual(self._measure_payments()[0], (0, None, 0, None, None))

    def test_an_invoice_in_parts_is_one_invoice(self):
        term = self.env["account.payment.term"].create(
            {
                "name": "Half now, half in a month",
                "line_ids": [
                    Command.create({"value": "percent", "value_amount": 50, "nb_days": days})
                    for days in (0, 30)
                ],
            }
        )
        self._create_invoice(
            self.customer,
            date(2026, 6, 1),
            100,
            invoice_payment_term_id=term.id,
            invoice_date_due=False,
        )
        paid = self._create_invoice(self.customer, date(2026, 6, 1), 100, due=date(2026, 7, 1))
        self._pay(paid, date(2026, 6, 5))
        [measured, _other] = self._measure_payments()
        self.assertEqual(measured, (100, date(2026, 6, 1), 1, 50, 50))

    def test_only_invoices_of_the_period_count_as_late(self):
        self._create_invoice(self.customer, date(2025, 11, 20), 100)
        self._create_invoice(self.customer, date(2025, 11, 21), 100)
        values = self._measure_all(
            self.customer,
            year={"measure": "late_count"},
            ever={"measure": "late_count", "period": "all_time"},
        )
        self.assertEqual((values["year"], values["ever"]), ([1], [2]))

    def test_a_contact_s_invoice_is_its_company_s(self):
        person = self.env["res.partner"].create({"name": "Ann", "parent_id": self.customer.id})
        self._create_invoice(person, date(2026, 6, 1), 100, due=date(2026, 6, 30))
        self.assertEqual(self._measure_payments()[0][0], 100)


@tagged("post_install", "-at_install")
class TestOrderMeasures(CustomerGradingCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.customers = cls._create_customers(2)
        cls.customer, cls.other = cls.customers

    def test_confirmed_orders_count_by_amount_number_average_and_largest(self):
        for amount in (100, 300):
            self._create_order(self.customer, date(2026, 5, 1), amount)
        self._create_order(self.customer, date(2026, 5, 1), 999, confirm=False)
        cancelled = self._create_order(self.customer, date(2026, 5, 1), 999)
        cancelled._action_cancel()
        codes = ("order_amount", "order_count", "order_average", "order_largest")
        values = self._measure_all(self.customers, **{c: {"measure": c} for c in codes})
        self.assertEqual(
            [values[code] for code in codes],
            [
                [400, 0],
                [2, 0],
                [200, None],
                [300, None],
            ],
        )

    def test_an_order_counts_at_its_own_rate(self):
        euro = self.setup_other_currency("EUR", rates=[("2020-01-01", 2.0)])
        pricelist = self.env["product.pricelist"].create({"name": "Euro", "currency_id": euro.id})
        self._create_order(self.customer, date(2026, 5, 1), 200, pricelist_id=pricelist.id)
        self.env.flush_all()
        euro.rate_ids.rate = 4.0
        values = self._measure_all(
            self.customer, amount={"measure": "order_amount"}, largest={"measure": "order_largest"}
        )
        self.assertEqual((values["amount"], values["largest"]), ([100], [100]))

    def test_an_amount_is_rounded_as_odoo_shows_it(self):
        euro = self.setup_other_currency("EUR", rates=[("2020-01-01", 3.3333333333333335)])
        pricelist = self.env["product.pricelist"].create({"name": "Euro", "currency_id": euro.id})
        self._create_order(self.customer, date(2026, 5, 1), 1000, pricelist_id=pricelist.id)
        policy = self._create_policy(
            {"orders": {"measure": "order_amount"}}, [("A", ("orders", "ge", 300)), ("B", ())]
        )
        self._activate(policy)
        self.assertEqual(self.customer.customer_grade_id.code, "A")

    def test_a_rank_is_not_lost_to_rounding(self):
        """A third of a hundred has more digits than a float: the line is kept exactly."""
        euro = self.setup_other_currency("EUR", rates=[("2020-01-01", 3.0)])
        pricelist = self.env["product.pricelist"].create({"name": "Euro", "currency_id": euro.id})
        for customer, amount in zip(self.customers, (100, 10), strict=True):
            self._create_order(customer, date(2026, 5, 1), amount, pricelist_id=pricelist.id)
        policy = self._create_policy(
            {
                "amount": {
                    "measure": "order_amount",
                    "period": "all_time",
                    "band_by": "percentile",
                    "bands": [{"lower": 50, "level": "first"}],
                }
            },
            [("A", ("amount", "level_is", 0)), ("B", ())],
        )
        self._activate(policy)
        self.assertEqual(self._get_grades(self.customers), ["A", "B"])

    def test_quantities_add_up_in_the_reference_unit_by_category(self):
        dozen = self.env.ref("uom.product_uom_dozen")
        kilogram = self.env.ref("uom.product_uom_kgm")
        truck, part = self.env["product.category"].create([{"name": "Truck"}, {"name": "Part"}])
        wheel = self.env["product.product"].create({"name": "Wheel", "categ_id": part.id})
        self.product.categ_id = truck
        for quantity, line in (
            (2, {"product_uom_id": dozen.id}),
            (6, {}),
            (5, {"product_id": wheel.id}),
            (9, {"product_uom_id": kilogram.id}),
        ):
            self._create_order(self.customer, date(2026, 5, 1), quantity=quantity, line=line)
        spec = {"measure": "ordered_quantity", "uom_id": dozen.id}
        only = f"[('product_id.categ_id', 'child_of', {truck.id})]"
        values = self._measure_all(
            self.customers,
            all={**spec, "uom_id": self.env.ref("uom.product_uom_unit").id},
            trucks={**spec, "document_domain": only},
        )
        self.assertEqual(values["all"], [35, 0])
        self.assertEqual(values["trucks"], [2.5, 0])

    def test_ages_are_dates_of_the_first_and_the_last_order(self):
        for day in (date(2026, 3, 31), date(2026, 9, 1)):
            self._create_order(self.customer, day)
        values = self._measure_all(
            self.customers,
            last={"measure": "days_since_order", "period": "all_time"},
            first={"measure": "months_since_first_order", "period": "all_time"},
        )
        self.assertEqual(values["last"], [date(2026, 9, 1), None])
        self.assertEqual(values["first"], [date(2026, 3, 31), None])

    def test_days_begin_where_the_company_is(self):
        self.company.customer_grading_tz = "Asia/Shanghai"
        # One o'clock in the morning of the 20th, and of the 21st, in Shanghai.
        self._create_order(self.customer, datetime(2026, 11, 19, 17), 100)
        self._create_order(self.other, datetime(2026, 11, 20, 17), 100)
        day = {"period_count": 1, "period_unit": "days"}
        values = self._measure_all(
            self.customers,
            amount={"measure": "order_amount", **day},
            last={"measure": "days_since_order", "period": "all_time"},
        )
        self.assertEqual(values["amount"], [100, 0])
        self.assertEqual(values["last"], [TODAY, None])

    @freeze_time("2026-11-20 17:00:00")
    def test_today_is_the_company_s_day(self):
        self.company.customer_grading_tz = "Asia/Shanghai"
        run = self._create_policy({})._create_run("nightly")
        self.assertEqual(run.date, date(2026, 11, 21))


@tagged("post_install", "-at_install")
class TestOpportunityMeasures(CustomerGradingCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.customers = cls._create_customers(2)
        cls.customer, cls.other = cls.customers

    def test_open_won_and_lost_opportunities(self):
        for revenue in (500, 700):
            self._create_lead(self.customer, date(2026, 5, 1), expected_revenue=revenue)
        with freeze_time(at(date(2026, 6, 1))):
            won, *lost = (self._create_lead(self.customer, date(2026, 5, 1)) for _n in range(4))
            won.action_set_won()
            for lead in lost:
                lead.action_set_lost()
        old = self._create_lead(self.other, date(2020, 1, 1))
        with freeze_time(at(date(2020, 2, 1))):
            old.action_set_won()
        codes = (
            "open_opportunities",
            "expected_revenue",
            "won_opportunities",
            "closed_opportunities",
            "win_rate",
        )
        values = self._measure_all(self.customers, **{c: {"measure": c} for c in codes})
        self.assertEqual(
            [values[code] for code in codes],
            [
                [2, 0],
                [1200, 0],
                [1, 0],
                [4, 0],
                [25, None],
            ],
        )

    def test_opportunities_are_lost_for_a_reason(self):
        reasons = self.env["crm.lost.reason"].create([{"name": "Price"}, {"name": "Delivery"}])
        with freeze_time(at(date(2026, 6, 1))):
            for reason in (*reasons, reasons[0]):
                lead = self._create_lead(self.customer, date(2026, 5, 1))
                lead.action_set_lost(lost_reason_id=reason.id)
        by_price = {
            "measure": "closed_opportunities",
            "document_domain": "[('lost_reason_id.name', '=', 'Price')]",
        }
        values = self._measure_all(self.customers, by_price=by_price)
        self.assertEqual(values, {"by_price": [2, 0]})


@tagged("post_install", "-at_install")
class TestContact(CustomerGradingCommon):
    """What counts as contact, with the customer or on an opportunity of it."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.seller = cls._create_users()["salesperson"]
        [cls.customer] = cls._create_customers(1)
        cls.person = cls.env["res.partner"].create(
            {"name": "Ann", "email": "ann@example.com", "parent_id": cls.customer.id}
        )
        cls.lead = cls._create_lead(cls.customer, date(2026, 1, 1))
        cls.order = cls._create_order(cls.customer, date(2026, 1, 1))
        cls.invoice = cls._create_invoice(cls.customer, date(2026, 1, 1))
        cls.documents = cls.customer | cls.person, cls.lead, cls.order, cls.invoice
        cls.day = date(2026, 5, 1)

    def _get_contacts(self, of="partner"):
        """Return ``[(day, kind, direction, author)]`` of the customer, or of the opportunity."""
        engine = self.env["customer.grading.engine"]
        scope = engine._get_scope(self.env["customer.grading.policy"], self.company, TODAY)
        ids = self.lead.ids if of == "lead" else (self.customer | self.person).ids
        self.env.flush_all()
        query = self.env["customer.grading.contact"]._get_contacts_sql(scope, ids, of)
        own = self.lead.id if of == "lead" else self.customer.id
        rows = self.env.execute_query(query)
        self.assertLessEqual({row[0] for row in rows}, {own})
        partners = self.env["res.partner"]
        return sorted((row[1], *row[2:4], partners.browse(row[4]).name) for row in rows)

    def _post(self, record, author, **vals):
        with freeze_time(at(self.day)):
            return record.message_post(body="Hello", author_id=author.id, **vals)

    def _meet(self, attendee, state="accepted", **vals):
        event = self.env["calendar.event"].create(
            {
                "name": "Visit",
                "start": datetime.combine(self.day, time(9)),
                "stop": datetime.combine(self.day, time(10)),
                "user_id": self.seller.id,
                "partner_ids": [Command.set(attendee.ids)],
                **vals,
            }
        )
        event.attendee_ids.state = state

    def test_a_message_from_our_people_to_theirs_or_from_them_is_one(self):
        ours, to_them = self.seller.partner_id, {"partner_ids": self.person.ids}
        comment = {"message_type": "comment", "subtype_xmlid": "mail.mt_comment"}
        for record in (self.customer, self.person, self.lead, self.order, self.invoice):
            self._post(record, ours, **comment, **to_them)
            self._post(record, self.person, message_type="email", subtype_xmlid="mail.mt_comment")
        told = self._get_contacts()
        self.assertEqual(told.count((self.day, "message", "out", ours.name)), 5)
        self.assertEqual(told.count((self.day, "message", "in", "Ann")), 5)
        self.assertEqual(len(self._get_contacts("lead")), 2)

    def test_notes_automatic_mail_newsletters_and_notices_are_none(self):
        ours, to_them = self.seller.partner_id, {"partner_ids": self.person.ids}
        comment = {"message_type": "comment", "subtype_xmlid": "mail.mt_comment"}
        colleague = self._create_users(suffix="_2")["officer"].partner_id
        for record in (self.customer, self.lead, self.order):
            self._post(record, ours, message_type="comment", subtype_xmlid="mail.mt_note")
            self._post(record, ours, **comment, partner_ids=colleague.ids)
            self._post(record, ours, **comment)  # which reaches nobody
            self._post(record, self.env.ref("base.partner_root"), **comment, **to_them)
            for kind in ("auto_comment", "notification", "email_outgoing"):
                self._post(record, ours, message_type=kind, subtype_xmlid="mail.mt_comment")
            with freeze_time(at(self.day)):
                record.activity_schedule("mail.mail_activity_data_todo").action_feedback()
        self.assertEqual((self._get_contacts(), self._get_contacts("lead")), ([], []))

    def test_what_reaches_a_follower_of_theirs_is_one(self):
        self.order.message_subscribe(self.person.ids)
        self._post(
            self.order,
            self.seller.partner_id,
            message_type="comment",
            subtype_xmlid="mail.mt_comment",
        )
        self.assertEqual([row[1:3] for row in self._get_contacts()], [("message", "out")])

    def test_done_calls_and_meetings_are_ones_of_their_kind(self):
        for kind in ("call", "meeting"):
            with freeze_time(at(self.day)):
                activity = self.lead.activity_schedule(f"mail.mail_activity_data_{kind}")
                activity.action_feedback()
        self.lead.activity_schedule("mail.mail_activity_data_call")  # which is not done yet
        told = [row[1:3] for row in self._get_contacts()]
        self.assertEqual(told, [("call", "out"), ("visit", "out")])
        self.assertEqual(self._get_contacts("lead"), self._get_contacts())

    def test_a_meeting_that_they_did_not_decline_is_one(self):
        self._meet(self.person, "declined")
        self._meet(self.person, "declined", opportunity_id=self.lead.id)
        self._meet(self.seller.partner_id)
        self.assertFalse(self._get_contacts() + self._get_contacts("lead"))
        self._meet(self.person, "needsAction")
        self._meet(self.seller.partner_id, opportunity_id=self.lead.id)
        self.assertEqual(
            self._get_contacts(), [(self.day, "visit", "out", self.seller.partner_id.name)] * 2
        )
        self.assertEqual(len(self._get_contacts("lead")), 1)
        self.day = date(2026, 12, 4)  # still to come
        self._meet(self.person)
        self.assertEqual(len(self._get_contacts()), 2)

    def test_what_is_of_another_company_is_none_here(self):
        abroad = self._create_company_with_chart("Abroad")
        lead = self._create_lead(self.customer, date(2026, 1, 1), company_id=abroad.id)
        self._post(lead, self.person, message_type="email", subtype_xmlid="mail.mt_comment")
        self._meet(self.seller.partner_id, opportunity_id=lead.id)
        self.assertFalse(self._get_contacts())

    def test_the_last_one_is_measured(self):
        measured = {"value": {"measure": "days_since_contact"}}
        self.assertEqual(self._measure_all(self.customer, **measured)["value"], [None])
        self._meet(self.person)
        self.day = date(2026, 6, 2)
        self._post(self.person, self.person, message_type="email", subtype_xmlid="mail.mt_comment")
        values = self._measure_all(self.customer, **measured)
        self.assertEqual(values["value"], [date(2026, 6, 2)])


@tagged("post_install", "-at_install")
class TestOtherMeasures(CustomerGradingCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.customers = cls._create_customers(2)
        cls.customer, cls.other = cls.customers

    def test_what_a_customer_is(self):
        belgium = self.env.ref("base.be")
        state = self.env.ref("base.state_us_5")
        industry = self.env.ref("base.res_partner_industry_A")
        tags = self.env["res.partner.category"].create([{"name": "Red"}, {"name": "Blue"}])
        self.customer.write(
            {
                "country_id": belgium.id,
                "state_id": state.id,
                "industry_id": industry.id,
                "user_id": self.env.user.id,
                "category_id": [Command.set(tags.ids)],
            }
        )
        codes = ("country", "state", "industry", "salesperson", "tags")
        values = self._measure_all(
            self.customers,
            **{code: {"measure": code} for code in codes},
            filter={
                "measure": "matches_filter",
                "subject_domain": "[('country_id.code', 'in', ['BE', 'NL'])]",
            },
        )
        self.assertEqual(
            [values[code] for code in codes],
            [
                [belgium.id, None],
                [state.id, None],
                [industry.id, None],
                [self.env.user.id, None],
                [sorted(tags.ids), []],
            ],
        )
        self.assertEqual(values["filter"], [True, False])

    def test_the_newest_valid_answer_counts(self):
        Question = self.env["customer.grading.question"]
        reliable = Question.create({"name": "Reliable?", "validity_months": 6})
        level = Question.create(
            {
                "name": "Level",
                "kind": "levels",
                "validity_months": 0,
                "choice_ids": [Command.create({"name": n}) for n in ("good", "bad")],
            }
        )
        points = Question.create({"name": "Points", "kind": "points"})
        good, bad = level.choice_ids
        self._answer(reliable, self.customer, False, date(2026, 5, 1))
        self._answer(reliable, self.customer, True, date(2026, 6, 1))
        self._answer(level, self.customer, bad, date(2020, 1, 1))
        self._answer(level, self.customer, good, date(2020, 1, 1))
        person = self.env["res.partner"].create({"name": "Ann", "parent_id": self.customer.id})
        self._answer(points, person, 7.5, date(2026, 11, 19))

        def measure(day):
            return self._measure_all(
                self.customers,
                day,
                reliable={"question": reliable},
                level={"question": level},
                points={"question": points},
            )

        self.assertEqual(
            measure(TODAY),
            {
                "reliable": [True, None],
                "level": [good.id, None],
                "points": [7.5, None],
            },
        )
        # Valid for six months: the last day counts, the next one does not.
        self.assertEqual(measure(date(2026, 11, 30))["reliable"], [True, None])
        self.assertEqual(measure(date(2026, 12, 1))["reliable"], [None, None])
        self.assertEqual(measure(date(2026, 5, 31))["reliable"], [False, None])
        self.assertEqual(measure(date(2026, 11, 18))["points"], [None, None])


@tagged("post_install", "-at_install")
class TestCompanies(CustomerGradingCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.customers = cls._create_customers(2)
        cls.customer, cls.elsewhere = cls.customers
        cls.branch = cls._create_company_with_chart("Branch", parent=cls.company)
        cls.euro = cls.setup_other_currency("EUR")
        cls.abroad = cls._create_company_with_chart("Abroad", currency=cls.euro)
        cls.env["res.currency.rate"].create(
            [
                {
                    "currency_id": cls.env.ref("base.USD").id,
                    "company_id": cls.abroad.id,
                    "name": "2020-01-01",
                    "rate": 2.0,  # two dollars for a euro
                },
            ]
        )
        for company, amount in ((cls.company, 100), (cls.branch, 10), (cls.abroad, 1)):
            cls._create_invoice(cls.customer, date(2026, 5, 1), amount, company=company)
            cls._create_order(cls.customer, date(2026, 5, 1), amount, company=company)
        cls._create_invoice(cls.elsewhere, date(2026, 5, 1), 5, company=cls.abroad)
        cls.criteria = {
            "revenue": {"measure": "invoiced_revenue"},
            "orders": {"measure": "order_amount"},
            "overdue": {"measure": "overdue_amount"},
        }

    def _measure_for(self, company, **policy):
        made = self._create_policy(self.criteria, company_id=company.id, **policy)
        values = self._measure_all(self.customers, company=company, policy=made)
        return [values[key] for key in self.criteria]

    def test_a_company_counts_its_own_documents_and_its_branches(self):
        self.assertEqual(self._measure_for(self.company), [[110, ...]] * 3)
        self.assertEqual(self._measure_for(self.branch), [[10, ...]] * 3)

    def test_another_company_counts_only_its_own(self):
        measured = self._measure_for(self.abroad)
        # The order abroad was made in dollars, by the common pricelist.
        self.assertEqual(measured, [[1, 5], [0.5, 0], [1, 5]])

    def test_a_group_adds_up_all_companies_in_its_currency(self):
        group = self._create_dimension(
            "group", company_scope="group", currency_id=self.env.ref("base.USD").id
        )
        nobody = self.env["res.company"]
        self.assertEqual(
            self._measure_for(nobody, dimension=group), [[112, 10], [111, 0], [112, 10]]
        )

    def test_each_document_of_a_group_has_the_rate_of_its_day_or_of_today(self):
        dollars = self.env.ref("base.USD")
        self.env["res.currency.rate"].create(
            {
                "currency_id": dollars.id,
                "company_id": self.abroad.id,
                "name": "2026-10-01",
                "rate": 3.0,
            }
        )
        self._create_invoice(self.elsewhere, date(2026, 10, 5), 5, company=self.abroad)
        group = self._create_dimension("group", company_scope="group", currency_id=dollars.id)
        nobody = self.env["res.company"]
        revenue, _orders, overdue = self._measure_for(nobody, dimension=group)
        self.assertEqual((revenue, overdue), ([112, 25], [112, 25]))  # 5 x 2 + 5 x 3
        group.rate_of = "today"
        revenue, _orders, overdue = self._measure_for(nobody, dimension=group)
        self.assertEqual((revenue, overdue), ([113, 30], [113, 30]))
        group.rate_of = "document"
        paid = self._create_invoice(self.elsewhere, date(2026, 5, 1), 100, company=self.abroad)
        self._pay(paid, date(2026, 10, 5))
        balance = {"measure": "receivable_balance", "period": "all_time"}
        policy = self._create_policy({"owed": balance}, dimension=group, company_id=False)
        owed = self._measure_all(self.customers, company=nobody, policy=policy)["owed"]
        self.assertEqual(owed, [113, 30], "what was paid leaves nothing, whatever the rates")

    def test_a_grade_that_only_a_rate_moved_says_so(self):
        dollars = self.env.ref("base.USD")
        group = self._create_dimension("group", company_scope="group", currency_id=dollars.id)
        group.rate_of = "today"
        policy = self._create_policy(
            {"revenue": {"measure": "invoiced_revenue"}},
            [("A", ("revenue", "ge", 10)), ("B", ())],
            dimension=group,
            company_id=False,
        )
        with freeze_time(at(TODAY)):
            self._activate(policy)
        self.env["res.currency.rate"].create(
            {
                "currency_id": dollars.id,
                "company_id": self.abroad.id,
                "name": TODAY + timedelta(days=1),
                "rate": 1.0,
            }
        )
        with freeze_time(at(TODAY + timedelta(days=1))):
            self._run(policy)
            of_it = [("dimension_id", "=", group.id), ("partner_id", "=", self.elsewhere.id)]
            result = self.env["customer.grading.result"].search(of_it)
            self.assertEqual(result.grade_id.code, "B")
            self.assertIn("5 USD; only exchange rates moved", result.change_ids[0].reason)
            self._create_invoice(self.elsewhere, TODAY, 5, company=self.abroad)
            self._run(policy)
            self.assertEqual(result.grade_id.code, "A")
            self.assertNotIn("exchange rates", result.change_ids[0].reason)

    def test_an_answer_is_its_company_s(self):
        question = self.env["customer.grading.question"].create({"name": "Reliable?"})
        self._answer(question, self.customer, True, company_id=self.abroad.id)
        spec = {"value": {"question": question}}
        for company, expected in ((self.company, None), (self.abroad, True)):
            policy = self._create_policy(spec, company_id=company.id)
            measured = self._measure_all(self.customer, company=company, policy=policy)
            self.assertEqual(measured["value"], [expected])

    def test_the_branch_shows_its_parent_s_grade_until_it_has_its_own(self):
        policy = self._create_policy(self.criteria, [("A", ("revenue", "ge", 110)), ("B", ())])
        self._activate(policy)
        here = self.customer.with_company(self.branch)
        self.assertEqual(here.customer_grade_id.code, "A")
        self.assertFalse(self.customer.with_company(self.abroad).customer_grade_id)
        own = self._create_policy(
            self.criteria,
            [("A", ("revenue", "ge", 110)), ("B", ())],
            company_id=self.branch.id,
        )
        self._activate(own)
        self.env.invalidate_all()
        self.assertEqual(here.customer_grade_id.code, "B")
        self.assertEqual(self.customer.customer_grade_id.code, "A")


@tagged("post_install", "-at_install")
class TestPopulation(CustomerGradingCommon):
    def test_customers_are_commercial_entities_with_a_document(self):
        """Whatever the criteria read, and however long ago the document was."""
        partners = self._create_customers(9)
        ordered, invoiced, lead, person_s, nothing, archived, own, drafted, lately = partners
        person = self.env["res.partner"].create({"name": "Ann", "parent_id": person_s.id})
        colleague = self._create_users()["salesperson"].partner_id
        elsewhere = self._create_company_with_chart("Elsewhere")
        own.company_id = elsewhere
        self._create_order(ordered, date(2015, 1, 1))
        self._create_order(lately, date(2026, 9, 1))
        self._create_invoice(lately, date(2026, 9, 1))
        self._create_order(drafted, date(2026, 9, 1), confirm=False)
        self._create_order(nothing, date(2026, 9, 1), company=elsewhere)
        self._create_invoice(invoiced, date(2015, 1, 1))
        self._create_lead(lead, date(2015, 1, 1), company_id=False)
        for partner in (person, archived, colleague, elsewhere.partner_id):
            self._create_lead(partner, date(2015, 1, 1))
        archived.active = False
        everybody = partners | person | colleague | elsewhere.partner_id
        for code, criteria in {
            "none": {},
            "invoices": {"value": {"measure": "invoiced_revenue"}},
            "orders": {"value": {"measure": "order_count"}},
            "ages": {"value": {"measure": "days_since_order", "period": "all_time"}},
            "others": {
                "value": {"measure": "late_count"},
                "open": {"measure": "open_opportunities"},
            },
        }.items():
            dimension = self._create_dimension(code)
            policy = self._create_policy(criteria, [("A", ())], dimension=dimension)
            self._activate(policy)
            self.assertEqual(
                self._get_results(everybody, dimension).keys(),
                {ordered, invoiced, lead, person_s, lately},
                code,
            )

    def test_the_first_running_policy_that_applies_grades(self):
        belgian, other = customers = self._create_customers(2)
        belgian.country_id = self.env.ref("base.be")
        for customer in customers:
            self._create_order(customer, date(2026, 5, 1))
        special = self._create_policy(
            {}, [("A", ())], sequence=1, domain="[('country_id.code', '=', 'BE')]"
        )
        general = self._create_policy({}, [("B", ())], sequence=2)
        self._activate(general)
        self._activate(special)
        self.assertEqual(self._get_grades(customers), ["A", "B"])
        self._run(general)
        self.assertEqual(self._get_grades(customers), ["A", "B"])
        belgian.country_id = False
        self._run(special)
        self._run(general)
        self.assertEqual(self._get_grades(customers), ["B", "B"])
