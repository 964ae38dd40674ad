"""What orders and invoices tell beyond their amounts: whose they are, new, cancelled."""

from datetime import date

from odoo.tests import tagged
from odoo.tools import SQL

from ..common import TODAY, CustomerGradingCommon, at


class SalesCase(CustomerGradingCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.product.invoice_policy = "order"
        cls.customers = cls._create_customers(2)
        cls.customer, cls.other = cls.customers

    @classmethod
    def _invoice(cls, order, day):
        invoice = order._create_invoices()
        invoice.invoice_date = day
        invoice.action_post()
        return invoice

    def _measure_each(self, **criteria):
        """Return the values of both customers, by a run of all and by one of each alone."""
        policy = self._create_policy(criteria, population="all")
        values = self._measure_all(self.customers, policy=policy)
        engine = self.env["customer.grading.engine"]
        for position, customer in enumerate(self.customers):
            scope = engine._get_scope(policy, self.company, TODAY, customer.ids)
            [row] = self.env.execute_query_dict(engine._get_values_sql(policy, scope))
            for criterion in policy._get_measured_criteria():
                with self.subTest(customer=customer.name, criterion=criterion.key):
                    alone = row[f"v{criterion.id}"]
                    self.assertEqual(alone, values[criterion.key][position])
        return values

    def _get_values(self, **criteria):
        """Return the values of the first customer."""
        return {key: values[0] for key, values in self._measure_each(**criteria).items()}

    def _open_documents(self, customer, **criterion):
        """Return the documents behind a value, as a reader opens them."""
        policy = self._create_policy({"value": criterion}, population="all")
        scope = self.env["customer.grading.engine"]._get_scope(policy, self.company, TODAY)
        criterion = policy.criterion_ids
        model, domain = criterion.measure_id._get_documents(criterion, customer, scope)
        return self.env[model].search(domain)


@tagged("post_install", "-at_install")
class TestWhoseDocument(SalesCase):
    def test_who_changes_employer_takes_nothing_along(self):
        ann = self.env["res.partner"].create({"name": "Ann", "parent_id": self.customer.id})
        order = self._create_order(ann, date(2026, 3, 1), 100)
        invoice = self._invoice(order, date(2026, 3, 2))
        self._create_invoice(ann, date(2026, 3, 3), 10)
        self._create_order(ann, date(2026, 3, 4), 7)
        ann.parent_id = self.other
        self.assertEqual(ann.commercial_partner_id, self.other)
        later = self._create_order(ann, date(2026, 4, 1), 1)
        self._invoice(later, date(2026, 4, 2))
        values = self._measure_each(
            revenue={"measure": "invoiced_revenue"},
            invoices={"measure": "invoice_count"},
            orders={"measure": "order_amount"},
            products={"measure": "product_amount"},
            invoiced={"measure": "order_amount", "whose": "invoiced"},
            bought={"measure": "invoiced_revenue", "whose": "ordered"},
        )
        # The order that was not invoiced is of who she works for today.
        self.assertEqual(
            values,
            {
                "revenue": [110, 1],
                "invoices": [2, 1],
                "orders": [100, 8],
                "products": [100, 8],
                "invoiced": [100, 8],
                "bought": [110, 1],
            },
        )
        self.assertEqual(self._open_documents(self.customer, measure="order_amount"), order)
        moves = self._open_documents(self.customer, measure="invoiced_revenue")
        self.assertIn(invoice, moves)
        self.assertEqual(sum(moves.mapped("amount_untaxed_signed")), 110)

    def test_an_invoice_of_years_ago_makes_a_customer_of_who_it_stayed_with(self):
        [third] = self._create_customers(1)
        ann, ben = self.env["res.partner"].create(
            [
                {"name": "Ann", "parent_id": self.customer.id},
                {"name": "Ben", "parent_id": third.id},
            ]
        )
        for contact in (ann, ben):
            self._create_invoice(contact, date(2020, 3, 3), 10)
        customers = self.customers | third
        self.assertEqual(self._get_graded(customers), self.customer | third)
        ann.parent_id = self.other
        self.assertEqual(self._get_graded(customers), self.customer | third)
        self._create_invoice(ann, date(2020, 3, 4), 10)
        self.assertEqual(self._get_graded(customers), customers)

    def _get_graded(self, customers):
        """Return which of these are customers, by a run of all and by one of each alone."""
        policy = self._create_policy(
            {"revenue": {"measure": "invoiced_revenue"}}, [("A", ())], population="documents"
        )
        engine = self.env["customer.grading.engine"]
        told = []
        for asked in (None, *customers):
            scope = engine._get_scope(policy, self.company, TODAY, asked and asked.ids)
            engine._evaluate(policy, scope, "looked_at")
            rows = self.env.execute_query(SQL("SELECT subject_id FROM looked_at"))
            told.append(customers.browse(row[0] for row in rows) & customers)
        everybody, *alone = told
        self.assertEqual(everybody, customers.union(*alone) & everybody)
        self.assertEqual(len(everybody), sum(map(len, alone)))
        return everybody

    def test_who_is_merged_into_somebody_elsewhere_takes_nothing_along(self):
        twins = self.env["res.partner"].create(
            [
                {"name": "Ann", "email": "ann@example.com", "parent_id": customer.id}
                for customer in self.customers
            ]
        )
        self._create_invoice(twins[0], date(2026, 3, 3), 10)
        self._create_invoice(twins[1], date(2026, 3, 3), 1)
        merge = self.env["base.partner.merge.automatic.wizard"].create({})
        merge._merge(twins.ids, twins[1], extra_checks=False)
        self.env.invalidate_all()
        values = self._measure_each(revenue={"measure": "invoiced_revenue"})
        self.assertEqual(values["revenue"], [10, 1])

    def test_a_company_that_is_merged_leaves_its_contacts_invoices_to_who_it_becomes(self):
        bought = self.env["res.partner"].create({"name": "Bought"})
        ann = self.env["res.partner"].create({"name": "Ann", "parent_id": bought.id})
        self._create_invoice(ann, date(2026, 3, 3), 10)
        person = self.env["res.partner"].create({"name": "Person", "parent_id": self.other.id})
        merge = self.env["base.partner.merge.automatic.wizard"].create({})
        merge._merge((bought | person).ids, person, extra_checks=False)
        self.env.invalidate_all()
        values = self._measure_each(revenue={"measure": "invoiced_revenue"})
        self.assertEqual(values["revenue"], [0, 10])

    def test_who_becomes_a_company_of_its_own_takes_nothing_along(self):
        ann = self.env["res.partner"].create({"name": "Ann", "parent_id": self.customer.id})
        helper = self.env["res.partner"].create({"name": "Her helper", "parent_id": ann.id})
        self._create_invoice(ann, date(2026, 3, 3), 10)
        self._create_invoice(helper, date(2026, 3, 3), 5)
        ann.is_company = True
        self.assertEqual(helper.commercial_partner_id, ann)
        self._create_invoice(helper, date(2026, 3, 4), 1)
        values = self._measure_each(revenue={"measure": "invoiced_revenue"})
        self.assertEqual(values["revenue"], [15, 0])

    def test_who_moved_before_grading_was_installed_is_found_as_it_is(self):
        ann = self.env["res.partner"].create({"name": "Ann", "parent_id": self.customer.id})
        self._create_invoice(ann, date(2026, 3, 3), 10)
        ann.parent_id = self.other
        self.env["customer.grading.former.contact"].search([]).unlink()
        self.env["customer.grading.former.contact"]._note_all()
        values = self._measure_each(revenue={"measure": "invoiced_revenue"})
        self.assertEqual(values["revenue"], [10, 0])

    def test_who_moved_without_a_trace_is_found_by_the_next_night(self):
        """As whose parent is deleted, by a draft that is posted later, or as SQL moves."""
        above = self.env["res.partner"].create({"name": "Sales", "parent_id": self.customer.id})
        ann = self.env["res.partner"].create({"name": "Ann", "parent_id": above.id})
        self._create_invoice(ann, date(2026, 3, 3), 10)
        above.unlink()
        self.assertEqual(ann.commercial_partner_id, ann)
        self.env["customer.grading.run"]._cron_grade()
        values = self._measure_each(revenue={"measure": "invoiced_revenue"})
        self.assertEqual(values["revenue"], [10, 0])

    def test_who_has_nothing_but_what_a_leaver_bought_is_a_customer_still(self):
        ann = self.env["res.partner"].create({"name": "Ann", "parent_id": self.customer.id})
        self._create_invoice(ann, date(2026, 3, 3), 10)
        ann.parent_id = self.other
        policy = self._create_policy(
            {"revenue": {"measure": "invoiced_revenue"}},
            [("A", ("revenue", "ge", 10))],
        )
        self._activate(policy)
        self.assertEqual(self._get_grades(self.customers), ["A", None])
        self.env["customer.grading.policy"]._regrade(self.customer)
        self.assertEqual(self._get_grades(self.customers), ["A", None])

    def test_a_contact_that_joins_a_company_brings_what_was_its_own(self):
        pete = self.env["res.partner"].create({"name": "Pete"})
        self._create_invoice(pete, date(2026, 3, 3), 10)
        pete.parent_id = self.customer
        self.assertEqual(pete.commercial_partner_id, self.customer)
        values = self._measure_each(revenue={"measure": "invoiced_revenue"})
        self.assertEqual(values["revenue"], [10, 0])

    def test_orders_and_invoices_count_for_who_ordered_or_who_is_invoiced(self):
        order = self._create_order(
            self.customer, date(2026, 3, 1), 100, partner_invoice_id=self.other.id
        )
        invoice = self._invoice(order, date(2026, 3, 2))
        self.assertEqual(invoice.commercial_partner_id, self.other)
        self._create_invoice(self.other, date(2026, 3, 3), 5)
        values = self._measure_each(
            ordered={"measure": "order_amount"},
            ordered_too={"measure": "order_amount", "whose": "ordered"},
            invoiced={"measure": "order_amount", "whose": "invoiced"},
            products={"measure": "product_amount", "whose": "invoiced"},
            revenue={"measure": "invoiced_revenue"},
            bought={"measure": "invoiced_revenue", "whose": "ordered"},
        )
        self.assertEqual(
            values,
            {
                "ordered": [100, 0],
                "ordered_too": [100, 0],
                "invoiced": [0, 100],
                "products": [0, 100],
                "revenue": [0, 105],
                "bought": [100, 5],
            },
        )
        bought = {"measure": "invoiced_revenue", "whose": "ordered"}
        self.assertEqual(self._open_documents(self.customer, **bought), invoice)
        self.assertEqual(len(self._open_documents(self.other, **bought)), 1)


@tagged("post_install", "-at_install")
class TestSalesMeasures(SalesCase):
    def test_orders_of_one_day_are_one_day_with_an_order(self):
        # In Shanghai both are of the 2nd of March.
        self.company.customer_grading_tz = "Asia/Shanghai"
        for day in (date(2026, 3, 2), date(2026, 3, 2), date(2026, 5, 2)):
            self._create_order(self.customer, day, 10)
        values = self._get_values(
            days={"measure": "days_with_order"}, orders={"measure": "order_count"}
        )
        self.assertEqual(values, {"days": 2, "orders": 3})

    def test_who_bought_for_the_first_time_this_year_is_new(self):
        self._create_order(self.customer, date(2026, 2, 1), 10)
        self._create_order(self.other, date(2025, 12, 31), 10)
        self._create_order(self.other, date(2026, 2, 1), 10)
        never = self._create_customers(1)
        values = self._measure_all(
            self.customers | never,
            new={"measure": "new_customer", "period": "this_year"},
            ever={"measure": "new_customer", "period": "all_time"},
        )
        self.assertEqual(values, {"new": [True, False, False], "ever": [True, True, False]})

    def test_a_cancelled_quotation_is_no_cancelled_order(self):
        for confirm in (True, False):
            order = self._create_order(self.customer, date(2026, 3, 1), 10, confirm=False)
            order = order.with_context(tracking_disable=False, mail_notrack=False)
            self.env.cr.precommit.run()
            if confirm:
                order.action_confirm()
                order.date_order = at(date(2026, 3, 1))
                self.env.cr.precommit.run()
            order._action_cancel()
            self.assertEqual(order.state, "cancel")
        values = self._get_values(
            cancelled={"measure": "cancelled_orders"}, orders={"measure": "order_count"}
        )
        self.assertEqual(values, {"cancelled": 1, "orders": 0})

    def test_a_fiscal_year_is_that_of_the_company(self):
        self.company.write({"fiscalyear_last_month": "3", "fiscalyear_last_day": 31})
        for day, amount in (
            (date(2025, 3, 31), 1),
            (date(2025, 4, 1), 10),
            (date(2026, 3, 31), 100),
            (date(2026, 4, 1), 1000),
        ):
            self._create_invoice(self.customer, day, amount)
        revenue = {"measure": "invoiced_revenue"}
        values = self._get_values(
            this={**revenue, "period": "this_fiscal_year"},
            last={**revenue, "period": "last_fiscal_year"},
            growth={"measure": "revenue_growth", "period": "last_fiscal_year"},
        )
        self.assertEqual(values, {"this": 1000, "last": 110, "growth": 10900})

    def test_growth_from_next_to_nothing_is_unknown_where_so_chosen(self):
        for customer, before in ((self.customer, 99), (self.other, 100)):
            self._create_invoice(customer, date(2025, 3, 1), before)
            self._create_invoice(customer, date(2026, 3, 1), 200)
        values = self._measure_each(
            growth={"measure": "revenue_growth", "period": "this_year", "least_base": 100}
        )
        self.assertEqual(values["growth"], [None, 100])
