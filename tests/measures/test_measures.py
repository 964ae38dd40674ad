"""Each shipped measure, through real documents, against numbers set by hand."""

from datetime import date, datetime, timedelta

from freezegun import freeze_time

from odoo.fields import Command
from odoo.tests import tagged

from ..common import TODAY, CustomerGradingCommon, at
from ..companies import CompaniesCommon


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
class TestCompanies(CompaniesCommon):
    criteria = {
        "revenue": {"measure": "invoiced_revenue"},
        "orders": {"measure": "order_amount"},
    }

    def test_a_company_counts_its_own_documents_and_its_branches(self):
        self.assertEqual(self._measure_for(self.company), [[110, ...]] * 2)
        self.assertEqual(self._measure_for(self.branch), [[10, ...]] * 2)

    def test_another_company_counts_only_its_own(self):
        measured = self._measure_for(self.abroad)
        # The order abroad was made in dollars, by the common pricelist.
        self.assertEqual(measured, [[1, 5], [0.5, 0]])

    def test_a_group_adds_up_all_companies_in_its_currency(self):
        group = self._create_dimension(
            "group", company_scope="group", currency_id=self.env.ref("base.USD").id
        )
        nobody = self.env["res.company"]
        self.assertEqual(self._measure_for(nobody, dimension=group), [[112, 10], [111, 0]])

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
        revenue, _orders = self._measure_for(nobody, dimension=group)
        self.assertEqual(revenue, [112, 25])  # 5 x 2 + 5 x 3
        group.rate_of = "today"
        revenue, _orders = self._measure_for(nobody, dimension=group)
        self.assertEqual(revenue, [113, 30])

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
            # What was written down since then may have done it as well.
            fallen = result.change_ids.filtered(lambda c: c.grade_id.code == "B")
            self.assertIn("fell below", fallen.reason)
            self.assertNotIn("exchange rates", fallen.reason)

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
                "value": {"measure": "details_filled"},
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
