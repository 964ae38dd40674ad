"""What customers paid, against the price list and the sales price."""

from datetime import date

from odoo.exceptions import ValidationError
from odoo.tests import Form, tagged

from ..common import at
from ..companies import CompaniesCommon
from ..measures.test_sales import SalesCase


@tagged("post_install", "-at_install")
class TestPrices(SalesCase):
    def test_lower_prices_count_however_they_came_about(self):
        self.product.list_price = 100
        self.product.taxes_id = False
        order = self._create_order(self.customer, date(2026, 3, 1), confirm=False)
        with Form(order) as form, form.order_line.edit(0) as line:
            line.product_uom_qty = 2
            line.price_unit = 90
        order.action_confirm()
        order.date_order = at(date(2026, 3, 1))
        dozen = {"product_uom_id": self.env.ref("uom.product_uom_dozen").id, "discount": 50}
        self._create_order(self.other, date(2026, 3, 1), 1200, line=dozen)
        values = self._measure_each(
            product={"measure": "price_against_product"},
            pricelist={"measure": "price_against_pricelist"},
        )
        self.assertEqual([float(value) for value in values["product"]], [90, 50])
        self.assertEqual(float(values["pricelist"][1]), 50)

    def test_a_price_typed_below_the_price_list_counts(self):
        self.product.list_price = 100
        self.product.taxes_id = False
        order = self.env["sale.order"].create(
            {
                "partner_id": self.customer.id,
                "order_line": [(0, 0, {"product_id": self.product.id})],
            }
        )
        order.pricelist_id = self.env["product.pricelist"].create(
            {
                "name": "Dealers",
                "item_ids": [(0, 0, {"compute_price": "fixed", "fixed_price": 80})],
            }
        )
        order.action_update_prices()
        self.assertEqual(order.order_line.price_unit, 80)
        order.order_line.price_unit = 60
        self.env["sale.order.discount"].create(
            {"sale_order_id": order.id, "discount_type": "amount", "discount_amount": 20}
        ).action_apply_discount()
        order.action_confirm()
        order.date_order = at(date(2026, 3, 1))
        values = self._get_values(
            pricelist={"measure": "price_against_pricelist"},
            product={"measure": "price_against_product"},
        )
        self.assertEqual(
            {key: float(value) for key, value in values.items()}, {"pricelist": 50, "product": 40}
        )

    def test_nothing_ordered_has_no_price(self):
        values = self._get_values(price={"measure": "price_against_product"})
        self.assertEqual(values, {"price": None})

    def test_prices_are_compared_on_order_lines(self):
        with self.assertRaisesRegex(ValidationError, "on the lines of sales orders"):
            self._measure("order_amount").copy().aggregate = "price_level"


@tagged("post_install", "-at_install")
class TestPricesOfAGroup(CompaniesCommon):
    def test_a_group_s_prices_weigh_in_one_currency(self):
        self.product.list_price = 100
        dollars = self.env.ref("base.USD")
        group = self._create_dimension("group", company_scope="group", currency_id=dollars.id)
        for company, price in ((self.company, 100), (self.abroad, 40)):
            prices = self.env["product.pricelist"].create(
                {"name": "Own", "company_id": company.id, "currency_id": company.currency_id.id}
            )
            order = {"company": company, "pricelist_id": prices.id}
            self._create_order(self.elsewhere, date(2026, 5, 2), price, **order)
        policy = self._create_policy(
            {"price": {"measure": "price_against_product"}}, dimension=group, company_id=False
        )
        values = self._measure_all(self.customers, company=self.env["res.company"], policy=policy)
        # 100 of 100 dollars, and 40 euros, which are 80 dollars, of as many.
        self.assertEqual(float(values["price"][1]), 90)
        # Abroad no rate is asked for what a product costs in dollars.
        values = self._measure_all(
            self.customers, company=self.abroad, price={"measure": "price_against_product"}
        )
        self.assertEqual(values["price"][1], None)
