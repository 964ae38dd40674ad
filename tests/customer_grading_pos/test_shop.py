"""What is sold over the counter: measured, added to what is invoiced, and making customers."""

from datetime import date, datetime, timedelta
from uuid import uuid4

from freezegun import freeze_time

from odoo.fields import Command, Datetime
from odoo.tests import tagged

from ..common import TODAY, CustomerGradingCommon, at

SALES = {
    "all": {"measure": "shop_sales"},
    "taxed": {"measure": "shop_sales", "with_tax": True},
    "rest": {"measure": "shop_sales_not_invoiced"},
    "invoiced": {"measure": "invoiced_revenue"},
}


@tagged("post_install", "-at_install")
class TestShop(CustomerGradingCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.tax = cls.env["account.tax"].create(
            {"name": "20 %", "amount": 20, "price_include_override": "tax_excluded"}
        )
        cls.customers = cls._create_customers(3)
        cls.ann, cls.ben, cls.cem = cls.customers
        cls.till = cls._open_till(cls.company)

    @classmethod
    def _open_till(cls, company, currency=None):
        """Return the open session of a new point of sale of ``company``."""
        env = cls.env(context={**cls.env.context, "allowed_company_ids": company.ids})
        vals = {"name": "Shop"}
        journal = {"currency_id": currency.id} if currency else {}
        card = env["account.journal"].create({"name": "Card", "type": "bank", **journal})
        method = env["pos.payment.method"].create({"name": "Card", "journal_id": card.id})
        if currency:
            sales = env["account.journal"].create({"name": "Shop", "type": "sale", **journal})
            prices = env["product.pricelist"].create({"name": currency.name, **journal})
            vals |= {
                "journal_id": sales.id,
                "use_pricelist": True,
                "available_pricelist_ids": [Command.set(prices.ids)],
                "pricelist_id": prices.id,
            }
        vals["payment_method_ids"] = [Command.set(method.ids)]
        config = env["pos.config"].create(vals)
        session = env["pos.session"].create({"config_id": config.id, "user_id": env.uid})
        session.set_opening_control(0, None)
        return session

    @classmethod
    def _buy(cls, partner, day, amount=100.0, till=None, **vals):
        """Return a purchase, or a refund of less than zero, paid on ``day``, as the till sends it.

        It tells the amounts of a refund's lines as more than zero.
        """
        till = till or cls.till
        moment = at(day)
        total = amount * 1.2
        line = {
            "product_id": cls.product.id,
            "price_unit": abs(amount),
            "qty": 1 if amount > 0 else -1,
            "discount": 0,
            "tax_ids": [Command.set(cls.tax.ids if till.company_id == cls.company else [])],
            "price_subtotal": abs(amount),
            "price_subtotal_incl": abs(total),
        }
        payment = {
            "amount": total,
            "name": Datetime.to_string(moment),
            "payment_method_id": till.payment_method_ids.id,
        }
        order = {
            "uuid": str(uuid4()),
            "name": "Shop",
            "session_id": till.id,
            "company_id": till.company_id.id,
            "partner_id": partner.id,
            "user_id": cls.env.uid,
            "date_order": Datetime.to_string(moment),
            "amount_total": total,
            "amount_tax": total - amount,
            "amount_paid": total,
            "amount_return": 0,
            "is_refund": amount < 0,
            "fiscal_position_id": False,
            "to_invoice": False,
            "last_order_preparation_change": "{}",
            "lines": [Command.create(line)],
            "payment_ids": [Command.create(payment)],
            **vals,
        }
        Order = till.env["pos.order"].with_context(generate_pdf=False)
        with freeze_time(moment):
            Order.sync_from_ui([order])
        return Order.search([("uuid", "=", order["uuid"])])

    def test_shop_sales_are_purchases_less_refunds(self):
        self._buy(self.ann, date(2026, 5, 1), 100)
        self._buy(self.ann, date(2026, 5, 2), 50)
        self._buy(self.ann, date(2026, 5, 3), -50)
        self._buy(self.ann, date(2025, 11, 20), 7)  # out of the twelve months
        self._buy(self.ben, date(2026, 5, 1), 30, payment_ids=[], state="draft")  # not paid
        refund = self._buy(self.cem, date(2026, 5, 1), 100)._refund()  # by the back office
        values = {"active_id": refund.id, "active_ids": refund.ids}
        self.env["pos.make.payment"].with_context(**values).create({}).check()
        refund.date_order = at(date(2026, 5, 2))
        self.assertEqual(refund.state, "paid")
        values = self._measure_all(
            self.customers,
            all={"measure": "shop_sales"},
            taxed={"measure": "shop_sales", "with_tax": True},
            count={"measure": "shop_purchase_count"},
            average={"measure": "shop_purchase_average"},
            last={"measure": "days_since_purchase"},
        )
        self.assertEqual(values["all"], [100, 0, 0])
        self.assertEqual(values["taxed"], [120, 0, 0])
        self.assertEqual(values["count"], [2, 0, 1])
        self.assertEqual(values["average"], [75, None, 100])
        self.assertEqual(values["last"], [date(2026, 5, 2), None, date(2026, 5, 1)])

    def test_what_is_invoiced_in_the_shop_counts_once(self):
        """Invoiced revenue and shop sales without an invoice are all that was sold."""
        self._buy(self.ann, date(2026, 5, 1), 100, to_invoice=True)
        self._buy(self.ann, date(2026, 5, 2), -40, to_invoice=True)
        self._buy(self.ann, date(2026, 5, 3), 10)
        self._create_invoice(self.ann, date(2026, 5, 4), 1000)
        later = self._buy(self.ben, date(2026, 5, 1), 100)
        with freeze_time(at(date(2026, 6, 1))):
            later.action_pos_order_invoice()
        self.assertEqual(later.account_move.state, "posted")
        values = self._measure_all(self.customers, **SALES)
        self.assertEqual(values["all"], [70, 100, 0])
        self.assertEqual(values["taxed"], [84, 120, 0])
        self.assertEqual(values["rest"], [10, 0, 0])
        self.assertEqual(values["invoiced"], [1060, 100, 0])
        sold = self._create_policy(
            {
                "invoiced": {"measure": "invoiced_revenue"},
                "rest": {"measure": "shop_sales_not_invoiced"},
                "sold": {"kind": "sum", "parts": ["invoiced", "rest"]},
            },
            [("A", ("sold", "ge", 1070)), ("B", ("sold", "ge", 100)), ("C", ())],
        )
        with freeze_time(at(TODAY)):
            self._activate(sold)
        self.assertEqual(self._get_grades(self.customers), ["A", "B", None])

    def test_the_day_of_a_purchase_is_the_company_s(self):
        self.company.customer_grading_tz = "America/New_York"
        self._buy(self.ann, datetime(2026, 1, 1, 3), 100)  # still 31 December there
        values = self._measure_all(
            self.ann,
            year={"measure": "shop_sales", "period": "this_year"},
            last={"measure": "days_since_purchase"},
        )
        self.assertEqual(values, {"year": [0], "last": [date(2025, 12, 31)]})

    def test_another_company_s_and_another_currency_s_purchases(self):
        abroad = self._create_company_with_chart("Abroad")
        self._buy(self.ann, date(2026, 5, 1), 500, till=self._open_till(abroad))
        euro = self.env.ref("base.EUR")
        euro.active = True
        self.env["res.currency.rate"].create(
            {
                "currency_id": euro.id,
                "company_id": self.company.id,
                "name": "2026-01-01",
                "rate": 0.5,
            }
        )
        self._buy(self.ann, date(2026, 5, 1), 100, till=self._open_till(self.company, euro))
        values = self._measure_all(self.customers, **SALES)
        self.assertEqual(values["all"], [200, 0, 0])
        values = self._measure_all(self.customers, company=abroad, **SALES)
        self.assertEqual(values["all"], [500, 0, 0])

    def test_who_only_bought_in_the_shop_is_a_customer(self):
        """Contacts of a company too; by a scan that finds them, and by looking them up."""
        contact = self.env["res.partner"].create({"name": "Bo", "parent_id": self.ben.id})
        self._buy(self.ann, date(2026, 5, 1))
        self._buy(contact, date(2026, 9, 1))
        self._buy(self.cem, date(2026, 5, 1), payment_ids=[], state="draft")
        for measure in ("invoiced_revenue", "shop_sales"):
            policy = self._create_policy({"it": {"measure": measure}}, [("A", ())])
            measured = self._measure_all(self.customers, policy=policy)["it"]
            self.assertEqual([value is not ... for value in measured], [True, True, False])
            with freeze_time(at(TODAY)):
                self._activate(policy)
            self.assertEqual(self._get_grades(self.customers), ["A", "A", None])
            policy.action_close()

    def test_on_a_past_day_a_purchase_was_not_there_yet(self):
        self._buy(self.ann, date(2026, 5, 1))
        self._buy(self.ben, date(2026, 9, 1))
        policy = self._create_policy({"it": {"measure": "invoiced_revenue"}}, [("A", ())])
        engine = self.env["customer.grading.engine"]
        scope = engine._get_scope(policy, self.company, date(2026, 6, 1))._replace(past=True)
        found = {row[0] for row in self.env.execute_query(engine._get_values_sql(policy, scope))}
        self.assertEqual(found & set(self.customers.ids), {self.ann.id})

    def test_who_buys_in_the_shop_is_graded_within_minutes(self):
        policy = self._create_policy(
            {"sales": {"measure": "shop_sales"}},
            [("A", ("sales", "ge", 100)), ("B", ())],
            regrades_changed=True,
        )
        self._buy(self.ann, date(2026, 5, 1), 10)
        with freeze_time(at(TODAY)):
            self._activate(policy)
            self.env.flush_all()
            for table in ("pos_order", "res_partner"):
                self.env.cr.execute(f"UPDATE {table} SET write_date = '2020-01-01'")
            self._buy(self.ann, TODAY, 90)
            self._buy(self.ben, TODAY, 10)
            since = self.env.cr.now() - timedelta(days=1)
            run = self.env["customer.grading.run"]._grade_changed(since)
        self.assertEqual(run.graded_count, 2)
        self.assertEqual(self._get_grades(self.customers), ["A", "B", None])

    def test_the_policy_names_the_shop_among_what_makes_a_customer(self):
        policy = self._create_policy({}, [("A", ())])
        named = "a confirmed order, a posted invoice, an opportunity, or a purchase in the shop"
        self.assertIn(f"It applies to customers with {named}.", policy.reads_as)
        offered = dict(policy.fields_get(["population"])["population"]["selection"])
        self.assertEqual(offered["documents"], f"Customers with {named}")
