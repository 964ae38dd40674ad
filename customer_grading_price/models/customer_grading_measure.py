from odoo import fields, models
from odoo.tools import SQL


class CustomerGradingMeasure(models.Model):
    """Compares what was paid for order lines with a price that they name."""

    _inherit = "customer.grading.measure"

    aggregate = fields.Selection(
        selection_add=[("price_level", "Price paid, in per cent of the price")],
        # Left as it is: it works again once the addon is back.
        ondelete={"price_level": lambda measures: None},
    )

    def _get_aggregate_problem(self):
        of_lines = self.model_name == "sale.order.line" and self.unit == "ratio"
        if self.aggregate == "price_level" and self.value_field and not of_lines:
            return self.env._(
                "prices are compared on the lines of sales orders, and told in per cent."
            )
        return super()._get_aggregate_problem()

    def _aggregate_documents(self, criterion, scope, source, add):
        if self.aggregate == "price_level":
            sums = map(add, self._get_price_sums(criterion, scope, source))
            return SQL("(100.0 * %s / NULLIF(%s, 0))", *sums)
        return super()._aggregate_documents(criterion, scope, source, add)

    def _get_price_sums(self, criterion, scope, source):
        """Return what was paid for order lines, and what it is at the price in ``value_field``.

        That of a product is of its own unit of measure, in the currency of the product's company,
        or the main one; any other is of the line's unit, in the currency of the order. What takes
        off from the whole order lessens what was paid. A line without a price says nothing, nor
        one with a price in a currency that the companies looked at have no rate for.
        """
        quantity, price, discount, rate, asked = (
            source.get_field_sql(path)
            for path in (
                *("product_uom_qty", "price_unit", "discount", "order_id.currency_rate"),
                self.value_field,
            )
        )
        # Of companies in several currencies each line weighs as in that of the group.
        own = self._get_group_rate_sql(criterion, scope, source)
        rate = SQL("%s / NULLIF(%s, 0)", own, rate)
        full = SQL("%s * %s * %s", quantity, asked, rate)
        if self.value_field.startswith("product_id."):
            asked, full = self._get_product_price_sql(criterion, scope, source, quantity, asked)
        paid = SQL("%s * %s * (1 - %s / 100.0) * %s", quantity, price, discount, rate)
        return [
            SQL("SUM(CASE WHEN %s < 0 OR %s > 0 THEN %s END)", price, asked, paid),
            SQL("SUM(CASE WHEN %s >= 0 AND %s > 0 THEN %s END)", price, asked, full),
        ]

    def _get_product_price_sql(self, criterion, scope, source, quantity, price):
        """Return a product's ``price`` where it can be compared, and what the line is at it."""
        template = "product_id.product_tmpl_id"
        Company = self.env["res.company"].sudo()
        company = SQL(
            "COALESCE(%s, %s)",
            source.get_field_sql(f"{template}.company_id"),
            Company._get_main_company().id,
        )
        known = scope.company_ids
        if not scope.rates:
            known = Company.search([("currency_id", "=", scope.currency_id)]).ids
        price = SQL("CASE WHEN %s IN %s THEN %s END", company, tuple(known) or (0,), price)
        full = SQL(
            "%s * %s * %s / NULLIF(%s, 0) * %s",
            quantity,
            price,
            source.get_field_sql("product_uom_id.factor"),
            source.get_field_sql(f"{template}.uom_id.factor"),
            self._get_rate_sql(scope, company, self._get_rate_day(criterion, source, scope)),
        )
        return price, full
