from typing import Any, NamedTuple

from odoo import api, models, tools
from odoo.addons.customer_grading.tools.texts import join_sentences
from odoo.fields import Domain
from odoo.tools import SQL, format_amount

STRICTNESS = ("none", "warning", "stop")


class Hold(NamedTuple):
    """Why an order is held; amounts are in the company's currency."""

    kind: str  # warning or stop
    partner: Any  # who pays, sudoed
    currency: Any
    limit: float
    exposure: float  # this order included
    overdue: float
    days: int  # by more than which it is overdue
    is_over: bool
    is_overdue: bool
    release: Any  # that lets the order pass all the same; may be empty


class CustomerGradingCreditHold(models.AbstractModel):
    """Finds the orders that wait because their customer owes too much, and says why.

    The customer of an order is here who pays it: the invoice address.
    """

    _name = "customer.grading.credit.hold"
    _description = "Orders Held for Credit"

    @api.model
    def _is_any(self):
        """Whether any grade holds orders: without one nothing is asked of the database."""
        find = self._find_holding
        return self.env["customer.grading.dimension"]._is_ever("credit_hold", find)

    @api.model
    @tools.ormcache(cache="stable")
    def _find_holding(self):
        """Return ``{grade's id: (kind, days, dimension's id)}`` of the grades that hold orders."""
        Grade = self.env["customer.grade"].sudo().with_context(active_test=False)
        holding = Domain("credit_hold", "!=", "none") & Domain(
            "dimension_id.subject", "=", "partner"
        )
        return {
            grade.id: (grade.credit_hold, grade.overdue_days, grade.dimension_id.id)
            for grade in Grade.search(holding)
        }

    def _register_hook(self):
        """Know from the start that no grade holds orders."""
        super()._register_hook()
        self._is_any()

    # ------------------------------------------------------------------ which

    @api.model
    def _find(self, orders, adding=True, released=False, deciding=False):
        """Return ``{order: Hold}`` of those of ``orders`` that are held.

        One query tells that none is, and none is made where no grade holds orders.

        :param adding: whether the orders are new, and add to what the customer ordered; they
            are confirmed together, each after those before it
        :param released: whether to return those, too, that a credit manager released
        :param deciding: whether orders pass that are not held: they do so one after the other
        """
        if not self._is_any():
            return {}
        rules = self._get_rules(orders)
        if deciding and rules:
            self._take_turns(orders.browse(rules))
        holds, added = {}, {}
        for order in orders.filtered(lambda order: order.id in rules).sudo():
            key = order.partner_invoice_id.commercial_partner_id, order.company_id
            added[key] = added.get(key, 0.0) + (self._get_amount(order, True) if adding else 0.0)
            hold = self._get_hold(order, rules[order.id], added[key])
            if hold and (released or not hold.release):
                holds[order] = hold
        return holds

    @api.model
    def _get_rules(self, orders):
        """Return ``{order's id: (kind, days)}`` by the grades of who pays: the strictest."""
        holding = self._find_holding()
        dimensions = {dimension_id for _kind, _days, dimension_id in holding.values()}
        query = SQL(
            """
            SELECT ordered.id, ordered.company_id, graded.dimension_id, graded.company_id,
                   graded.grade_id
              FROM sale_order ordered
              JOIN res_partner payer ON payer.id = ordered.partner_invoice_id
              JOIN customer_grading_result graded
                ON graded.partner_id = payer.commercial_partner_id
               AND graded.dimension_id IN %(dimensions)s
             WHERE ordered.id IN %(orders)s
            """,
            dimensions=tuple(dimensions),
            orders=tuple(orders.ids) or (0,),
        )
        orders.flush_recordset(["partner_invoice_id", "company_id"])
        self.env["customer.grading.result"].flush_model(["grade_id", "partner_id", "company_id"])
        self.env["res.partner"].flush_model(["commercial_partner_id"])
        shown = {}
        for order_id, company_id, dimension_id, graded_in, grade_id in self.env.execute_query(
            query
        ):
            rank = self._get_rank(dimension_id, company_id, graded_in)
            key = order_id, dimension_id
            if rank is not None and rank < shown.get(key, (rank + 1,))[0]:
                shown[key] = rank, grade_id
        rules = {}
        for (order_id, _dimension_id), (_rank, grade_id) in shown.items():
            if grade_id in holding:
                kind, days, _dimension = holding[grade_id]
                rules.setdefault(order_id, []).append((STRICTNESS.index(kind), -days))
        return {
            order_id: (STRICTNESS[strictest], -days)
            for order_id, (strictest, days) in ((one, max(found)) for one, found in rules.items())
        }

    @api.model
    def _take_turns(self, orders):
        """Let the orders of a customer pass one after the other, each seeing those before it.

        Two that are confirmed at the same moment would each fit the limit. So the later one
        waits here, meets a row that was written since it began, and Odoo tries it again.
        """
        payers = orders.sudo().partner_invoice_id.commercial_partner_id
        self.env.cr.execute(
            SQL(
                "UPDATE customer_grading_result SET date_stored = date_stored"
                " WHERE partner_id IN %s AND dimension_id IN %s",
                payers._ids,
                tuple(
                    {dimension_id for _kind, _days, dimension_id in self._find_holding().values()}
                ),
            )
        )

    def _get_rank(self, dimension_id, company_id, graded_in):
        """Return how near a result is to the company of an order, ``None`` where it is not its."""
        dimension = self.env["customer.grading.dimension"].sudo().browse(dimension_id)
        company = self.env["res.company"].sudo().browse(company_id)
        companies = dimension._get_result_company_ids(company)
        graded_in = graded_in or False
        return companies.index(graded_in) if graded_in in companies else None

    def _get_amount(self, order, unpaid=False):
        """Return the amount of an order in the company's currency.

        :param unpaid: less what was paid online for it, and is in no payment yet
        """
        amount = order.amount_total
        if unpaid:
            paid = order.transaction_ids.filtered(
                lambda tx: tx.state in ("authorized", "done") and not tx.payment_id
            )
            amount = max(amount - sum(paid.mapped("amount")), 0.0)
        return order.company_id.currency_id.round(amount / (order.currency_rate or 1.0))

    def _get_hold(self, order, rule, added):
        """Return why an order is held, or ``None``.

        :param rule: kind and days
        :param added: what it adds to what the customer owes and ordered
        """
        kind, days = rule
        company = order.company_id
        partner = order.partner_invoice_id.commercial_partner_id.with_company(company)
        partner.invalidate_recordset(["credit", "credit_to_invoice"])  # Odoo keeps what was
        currency, limit = company.currency_id, partner.credit_limit
        # Orders count in what Odoo tells only where credit limits are switched on.
        exposure = partner.credit + partner.credit_to_invoice + added
        Figures = self.env["customer.grading.credit.figures"]
        overdue = Figures._get_overdue(partner, company, days).get(partner.id, 0.0)
        is_over = bool(
            company.account_use_credit_limit
            and not currency.is_zero(limit)
            and currency.compare_amounts(exposure, limit) > 0
        )
        is_overdue = currency.compare_amounts(overdue, 0) > 0
        if not is_over and not is_overdue:
            return None
        return Hold(
            kind=kind,
            partner=partner,
            currency=currency,
            limit=limit,
            exposure=exposure,
            overdue=overdue,
            days=days,
            is_over=is_over,
            is_overdue=is_overdue,
            release=self._get_release(order),
        )

    def _get_release(self, order):
        """Return what released the order, up to its amount of now; may be empty.

        A release is for one confirmation; what it was used for it goes on covering.
        """
        states = ("released", "used") if order.state == "sale" else ("released",)
        released = order.credit_release_ids.filtered(lambda one: one.state in states)
        amount, currency = self._get_amount(order), order.company_id.currency_id
        return released.filtered(
            lambda one: currency.compare_amounts(one.amount_released, amount) >= 0
        )[:1]

    # ------------------------------------------------------------------ in words

    @api.model
    def _may_see(self, hold, company):
        """Whether the user may see the figures of who pays."""
        Explanation = self.env["customer.grading.explanation"]
        seen = Explanation._get_figures_records(hold.partner.with_env(self.env))
        return bool(seen) or self.env["customer.grading.credit.rule"]._is_manager(company)

    @api.model
    def _say(self, hold, figures, over=True):
        """Return why an order is held, as sentences.

        :param figures: whether amounts stand in them
        :param over: whether to say that the limit is exceeded
        """
        sentences = []
        names = {
            "customer": hold.partner.display_name,
            "limit": format_amount(self.env, hold.limit, hold.currency),
            "exposure": format_amount(self.env, hold.exposure, hold.currency),
            "overdue": format_amount(self.env, hold.overdue, hold.currency),
            "days": hold.days,
        }
        if hold.is_over and over:
            sentences.append(
                self.env._(
                    "With this order %(customer)s owes and ordered %(exposure)s, more than the "
                    "credit limit of %(limit)s.",
                    **names,
                )
                if figures
                else self.env._("This order exceeds the credit limit of %(customer)s.", **names)
            )
        if hold.is_overdue:
            sentences.append(self._say_overdue(hold, figures, names))
        return join_sentences(self.env, sentences)

    def _say_overdue(self, hold, figures, names):
        if figures and hold.days:
            return self.env._(
                "%(customer)s has %(overdue)s overdue by more than %(days)s days.", **names
            )
        if figures:
            return self.env._("%(customer)s has %(overdue)s overdue.", **names)
        return self.env._("%(customer)s has overdue items.", **names)
