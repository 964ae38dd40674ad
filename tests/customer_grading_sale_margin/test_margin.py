"""Margins as measures, where Odoo keeps the cost of what is sold."""

from datetime import date

from odoo.tests import tagged

from ..common import CustomerGradingCommon


@tagged("post_install", "-at_install")
class TestMargin(CustomerGradingCommon):
    def test_the_margin_of_orders_is_what_they_bring_over_their_cost(self):
        customers = self._create_customers(2)
        self.product.standard_price = 60
        self._create_order(customers[0], date(2026, 5, 1), 100)
        self._create_order(customers[0], date(2026, 5, 2), 50)
        values = self._measure_all(
            customers,
            margin={"measure": "order_margin"},
            percent={"measure": "order_margin_percent"},
        )
        self.assertEqual(values, {"margin": [30, 0], "percent": [20, None]})
