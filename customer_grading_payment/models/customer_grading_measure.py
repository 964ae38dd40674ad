from datetime import timedelta
from functools import partialmethod

from odoo import api, models
from odoo.addons.customer_grading.tools.statement import QuerySource, narrow_to
from odoo.fields import Domain
from odoo.tools import SQL

# A small difference that was written off is let go; a larger one was not paid.
SMALL_SHARE = 0.05
# The measures that are told by what is late, which a criterion may be patient with.
LATE_KEYS = ("overdue_amount", "late_count", "ontime_ratio")
# Those of which more is better.
PAID_KEYS = ("ontime_ratio", "collection_ratio")
# As far back are working days told from free ones; before that all days count.
HISTORY = timedelta(days=5 * 366)


class CustomerGradingMeasure(models.Model):
    """Built-in measures of what customers owe, how they pay, and what is lost with them.

    Payments are told of the items of ``customer.grading.receivables``. An item is late where
    what was asked did not come in time: by the day on which it was due, or as many days later
    as the criterion allows. One invoice may be several items, and is late where one of them is.
    """

    _inherit = "customer.grading.measure"

    @api.model
    def _get_code_keys(self):
        return [
            *super()._get_code_keys(),
            ("overdue_amount", self.env._("Overdue amount")),
            ("receivable_age", self.env._("Age of the oldest open receivable")),
            ("late_count", self.env._("Late invoices")),
            ("ontime_ratio", self.env._("Invoices paid on time")),
            ("collection_ratio", self.env._("Collected over invoiced")),
            ("days_to_pay", self.env._("Average days to pay")),
            ("days_late", self.env._("Average days late")),
            ("median_days_late", self.env._("Median of the days late")),
            ("days_outstanding", self.env._("Days sales outstanding")),
            ("exposure", self.env._("Owed, and ordered but not invoiced")),
            ("credit_limit_share", self.env._("Exposure as a share of the credit limit")),
        ]

    @api.model
    def _get_code_keys_with_period(self):
        days = {"days_to_pay", "days_late", "median_days_late", "days_outstanding"}
        shares = {"late_count", "ontime_ratio", "collection_ratio"}
        return super()._get_code_keys_with_period() | shares | days

    def _has_tolerance(self):
        """Whether it tells what is late: a criterion then says how much of that is let go."""
        return self.kind == "code" and self.code_key in LATE_KEYS

    def _is_better_low(self):
        owed = self.category == "3_payments" and self.code_key not in PAID_KEYS
        return super()._is_better_low() or owed

    # ------------------------------------------------------------------ values

    def _add_receivable_column(self, criterion, scope, statement, aggregate):
        """Return ``aggregate`` over a customer's receivable items.

        Criteria that are equally patient share one scan.
        """
        patience = (criterion.tolerance_days, criterion.tolerance_working_days)

        def open_source(scope):
            latest = self._get_latest_sql(criterion, scope)
            Receivables = self.env["customer.grading.receivables"]
            return QuerySource(Receivables._get_items_sql(scope, statement.get_ids(), latest))

        source = statement.get_source(("receivables", *patience), open_source)
        return source.add_column(aggregate)

    @staticmethod
    def _get_latest_sql(criterion, scope):
        """Return the last day on which what is ``due`` is paid in time.

        Where working days count, what is due on a free day may come on the next one that is not.
        """
        days = criterion.tolerance_days
        if not criterion.tolerance_working_days:
            return SQL("due + %s", days) if days else SQL("due")
        company = criterion.env["res.company"].browse(scope.company_ids[:1])
        first, last = scope.date - HISTORY, scope.date + timedelta(days=days * 3 + 30)
        worked = criterion.env["customer.grading.engine"]._get_workdays(company, first, last)
        return SQL(
            "CASE WHEN due > %(first)s THEN COALESCE("
            " (SELECT %(days)s::date[])"
            "[width_bucket(due - 1, (SELECT %(days)s::date[])) + %(count)s], due + %(more)s)"
            " ELSE due + %(more)s END",
            first=first,
            days=worked,
            count=1 + days,
            more=days,
        )

    def _get_item_terms(self, criterion, scope):
        """Return the conditions on an item that the measures are told by, as SQL by name.

        ``within``: it was asked in the criterion's period. ``decided``: it is settled, or its
        time is over. ``late``: what was asked did not come in time, more than is tolerated.
        """
        first, last = criterion._get_bounds(scope)[0]
        rate = self._get_rate_sql(scope, SQL("company_id"), SQL("date"))
        tolerated = SQL(
            "GREATEST(%s, asked * %s * %s / 100)",
            criterion.tolerance_amount,
            rate,
            criterion.tolerance_percent,
        )
        return {
            "date": scope.date,
            "rate": rate,
            "tolerated": tolerated,
            "within": SQL(
                "(is_counted AND date <= %s AND %s)",
                last,
                SQL("date >= %s", first) if first else SQL("TRUE"),
            ),
            "decided": SQL("(open = 0 OR latest < %s)", scope.date),
            "late": SQL(
                "((asked - in_time - CASE WHEN written_off <= asked * %s THEN written_off"
                " ELSE 0 END) * %s > %s)",
                SMALL_SHARE,
                rate,
                tolerated,
            ),
        }

    def _get_items_values_sql(self, criterion, scope, statement, aggregate, **more):
        """Return an aggregate over the items, written in the terms of :meth:`_get_item_terms`.

        :param more: further terms
        """
        sql = SQL(aggregate, **self._get_item_terms(criterion, scope), **more)
        return self._add_receivable_column(criterion, scope, statement, sql)

    def _get_overdue_amount_values_sql(self, criterion, scope, statement):
        """What is open of items past their day, and more than is tolerated."""
        overdue = self._get_items_values_sql(
            criterion,
            scope,
            statement,
            "SUM(open * %(rate)s) FILTER (WHERE latest < %(date)s AND open * %(rate)s > %(tolerated)s)",
        )
        return SQL("COALESCE(%s, 0)", overdue)

    def _get_receivable_age_values_sql(self, criterion, scope, statement):
        """The due date of the oldest open item; days count from it. Unknown if none."""
        oldest = SQL("MIN(due) FILTER (WHERE open > 0)")
        return self._add_receivable_column(criterion, scope, statement, oldest)

    def _get_late_count_values_sql(self, criterion, scope, statement):
        late = self._get_items_values_sql(
            criterion,
            scope,
            statement,
            "COUNT(DISTINCT move_id) FILTER (WHERE %(within)s AND %(decided)s AND %(late)s)",
        )
        return SQL("COALESCE(%s, 0)", late)

    def _get_ontime_ratio_values_sql(self, criterion, scope, statement):
        """Per cent of the invoices of the period, due or settled, that were on time."""
        return self._get_items_values_sql(
            criterion,
            scope,
            statement,
            "100.0 - 100.0"
            " * COUNT(DISTINCT move_id) FILTER (WHERE %(within)s AND %(decided)s AND %(late)s)"
            " / NULLIF(COUNT(DISTINCT move_id) FILTER (WHERE %(within)s AND %(decided)s), 0)",
        )

    def _get_collection_ratio_values_sql(self, criterion, scope, statement):
        """Per cent of what was asked in the period that has been paid."""
        return self._get_items_values_sql(
            criterion,
            scope,
            statement,
            "100.0 * SUM(paid * %(rate)s) FILTER (WHERE %(within)s)"
            " / NULLIF(SUM(asked * %(rate)s) FILTER (WHERE %(within)s), 0)",
        )

    def _get_days_to_pay_values_sql(self, criterion, scope, statement):
        """Days from the invoice to the last payment of what is settled, weighted by amount."""
        return self._get_items_values_sql(
            criterion,
            scope,
            statement,
            "SUM((paid_on - date) * asked * %(rate)s)"
            " FILTER (WHERE %(within)s AND open = 0 AND paid_on IS NOT NULL)"
            " / NULLIF(SUM(asked * %(rate)s)"
            " FILTER (WHERE %(within)s AND open = 0 AND paid_on IS NOT NULL), 0)",
        )

    # How many days after its due date an item came, or is waited for; one in time has none.
    _DAYS_LATE = (
        "GREATEST(CASE WHEN open = 0 THEN paid_on ELSE %(date)s END - due, 0)",
        "%(within)s AND (CASE WHEN open = 0 THEN paid_on IS NOT NULL ELSE due < %(date)s END)",
    )

    def _get_days_late_values_sql(self, criterion, scope, statement):
        """Days past due of what is settled or overdue, weighted by amount."""
        days, known = self._DAYS_LATE
        return self._get_items_values_sql(
            criterion,
            scope,
            statement,
            f"SUM({days} * asked * %(rate)s) FILTER (WHERE {known})"
            f" / NULLIF(SUM(asked * %(rate)s) FILTER (WHERE {known}), 0)",
        )

    def _get_median_days_late_values_sql(self, criterion, scope, statement):
        """The same of the item in the middle, whatever the amounts."""
        days, known = self._DAYS_LATE
        return self._get_items_values_sql(
            criterion,
            scope,
            statement,
            f"PERCENTILE_CONT(0.5) WITHIN GROUP (ORDER BY {days}) FILTER (WHERE {known})",
        )

    def _get_days_outstanding_values_sql(self, criterion, scope, statement):
        """What is open, as days of what was asked in the period; unknown without any."""
        first, last = criterion._get_bounds(scope)[0]
        since = SQL("%s::date", first) if first else SQL("MIN(date) FILTER (WHERE is_counted)")
        return self._get_items_values_sql(
            criterion,
            scope,
            statement,
            "(%(last)s::date - %(since)s + 1) * SUM(open * %(rate)s)"
            " / NULLIF(SUM(asked * %(rate)s) FILTER (WHERE %(within)s), 0)",
            last=last,
            since=since,
        )

    # ------------------------------------------------------------------ exposure

    def _get_exposure_values_sql(self, criterion, scope, statement):
        """What is owed, as Odoo's balance of the customer, and what is ordered beyond."""
        rows = SQL(
            "SELECT subject_id, SUM(amount * %s) AS exposure FROM (%s UNION ALL %s) part"
            " GROUP BY subject_id",
            self._get_rate_sql(scope, SQL("company_id")),
            self._get_owed_parts_sql(scope, statement.get_ids()),
            self._get_ordered_parts_sql(scope, statement.get_ids()),
        )
        return statement.add_relation(rows, "exposure", empty=SQL("0"))

    def _get_credit_limit_share_values_sql(self, criterion, scope, statement):
        """Per cent of the customer's limit, or of the company's; unknown without one."""
        exposure = self._get_exposure_values_sql(criterion, scope, statement)
        limit = statement.get_field_sql("credit_limit", "partner")
        rate = self._get_rate_sql(scope, SQL("%s", scope.company_ids[0]))
        return SQL("100.0 * %s / NULLIF(GREATEST(%s, 0) * %s, 0)", exposure, limit, rate)

    @staticmethod
    def _get_owed_parts_sql(scope, ids):
        """Return the open receivables of customers: ``subject_id, company_id, amount``."""
        return SQL(
            """
            SELECT partner.commercial_partner_id AS subject_id, item.company_id,
                   item.amount_residual AS amount
              FROM account_move_line item
              JOIN account_account account ON account.id = item.account_id
              JOIN res_partner partner ON partner.id = item.partner_id
             WHERE account.account_type = 'asset_receivable' AND item.parent_state = 'posted'
               AND item.reconciled IS NOT TRUE AND item.company_id IN %(companies)s %(narrow)s
            """,
            companies=scope.company_ids,
            narrow=narrow_to(SQL("item.partner_id"), ids),
        )

    @staticmethod
    def _get_ordered_parts_sql(scope, ids):
        """Return what is ordered and not invoiced yet, by order, with tax.

        An order of which some invoice is a draft counts as not invoiced by it; a down payment
        lessens what is left. It is of whom the invoice goes to.
        """
        return SQL(
            """
            SELECT partner.commercial_partner_id, ordered.company_id,
                   GREATEST(ordered.amount_total - COALESCE(invoiced.amount, 0), 0)
                   / COALESCE(NULLIF(ordered.currency_rate, 0), 1)
              FROM sale_order ordered
              JOIN res_partner partner ON partner.id = ordered.partner_invoice_id
              LEFT JOIN LATERAL (
                  SELECT SUM(CASE WHEN invoice.move_type = 'out_refund' THEN -line.price_total
                                  ELSE line.price_total END
                             * CASE WHEN line.currency_id = ordered.currency_id THEN 1
                                    ELSE ordered.currency_rate / COALESCE(
                                        NULLIF(invoice.invoice_currency_rate, 0), 1) END) AS amount
                    FROM sale_order_line part
                    JOIN sale_order_line_invoice_rel link ON link.order_line_id = part.id
                    JOIN account_move_line line ON line.id = link.invoice_line_id
                    JOIN account_move invoice ON invoice.id = line.move_id
                   WHERE part.order_id = ordered.id AND invoice.state = 'posted'
              ) invoiced ON TRUE
             WHERE ordered.state = 'sale' AND ordered.company_id IN %(companies)s %(narrow)s
               AND (ordered.invoice_status != 'invoiced' OR EXISTS (
                       SELECT FROM sale_order_line part
                         JOIN sale_order_line_invoice_rel link ON link.order_line_id = part.id
                         JOIN account_move_line line ON line.id = link.invoice_line_id
                        WHERE part.order_id = ordered.id AND line.parent_state = 'draft'))
            """,
            companies=scope.company_ids,
            narrow=SQL()
            if ids is None
            else SQL("AND ordered.partner_invoice_id IN %s", tuple(ids) or (0,)),
        )

    # ------------------------------------------------------------------ documents behind them

    def _get_items_documents(self, criterion, record, scope, condition):
        """Return the entries of the items that meet ``condition``, in the terms of the measures."""
        Partner = self.env["res.partner"].sudo().with_context(active_test=False)
        items = self.env["customer.grading.receivables"]._get_items_sql(
            scope,
            Partner.search([("commercial_partner_id", "=", record.id)]).ids,
            self._get_latest_sql(criterion, scope),
        )
        self.env.flush_all()
        rows = self.env.execute_query(
            SQL(
                "SELECT DISTINCT move_id FROM (%s) item WHERE %s",
                items,
                SQL(condition, **self._get_item_terms(criterion, scope)),
            )
        )
        return "account.move", Domain("id", "in", [move_id for (move_id,) in rows])

    _get_overdue_amount_documents = partialmethod(
        _get_items_documents, condition="latest < %(date)s AND open * %(rate)s > %(tolerated)s"
    )
    _get_receivable_age_documents = partialmethod(_get_items_documents, condition="open > 0")
    _get_late_count_documents = partialmethod(
        _get_items_documents, condition="%(within)s AND %(decided)s AND %(late)s"
    )
    _get_ontime_ratio_documents = partialmethod(
        _get_items_documents, condition="%(within)s AND %(decided)s"
    )
    _get_collection_ratio_documents = partialmethod(_get_items_documents, condition="%(within)s")
    _get_days_to_pay_documents = partialmethod(
        _get_items_documents, condition="%(within)s AND open = 0 AND paid_on IS NOT NULL"
    )
    _get_days_late_documents = partialmethod(_get_items_documents, condition=_DAYS_LATE[1])
    _get_median_days_late_documents = _get_days_late_documents
    _get_days_outstanding_documents = partialmethod(
        _get_items_documents, condition="open > 0 OR %(within)s"
    )

    def _get_exposure_documents(self, criterion, record, scope):
        """Return the open receivables; what is ordered stands in the list of orders."""
        return "account.move.line", (
            Domain("partner_id.commercial_partner_id", "=", record.id)
            & Domain("account_id.account_type", "=", "asset_receivable")
            & Domain("parent_state", "=", "posted")
            & Domain("reconciled", "=", False)
            & Domain("company_id", "in", scope.company_ids)
        )

    _get_credit_limit_share_documents = _get_exposure_documents

    # ------------------------------------------------------------------ what changed

    def _get_payments_changed_sql(self, scope, since):
        """The customers whose receivables were written or matched, or paid without an entry."""
        return SQL(
            """
            SELECT partner.commercial_partner_id AS id
              FROM account_move_line item
              JOIN res_partner partner ON partner.id = item.partner_id
              JOIN account_account account ON account.id = item.account_id
             WHERE account.account_type = 'asset_receivable' AND item.write_date >= %(since)s
             UNION
            SELECT partner.commercial_partner_id
              FROM account_payment payment
              JOIN res_partner partner ON partner.id = payment.partner_id
             WHERE payment.move_id IS NULL AND payment.write_date >= %(since)s
            """,
            since=since,
        )

    _get_overdue_amount_changed_sql = _get_receivable_age_changed_sql = _get_payments_changed_sql
    _get_late_count_changed_sql = _get_ontime_ratio_changed_sql = _get_payments_changed_sql
    _get_collection_ratio_changed_sql = _get_days_to_pay_changed_sql = _get_payments_changed_sql
    _get_days_late_changed_sql = _get_median_days_late_changed_sql = _get_payments_changed_sql
    _get_days_outstanding_changed_sql = _get_payments_changed_sql

    def _get_exposure_changed_sql(self, scope, since):
        """The customers whose receivables or orders were written."""
        return SQL(
            "%s UNION SELECT partner.commercial_partner_id FROM sale_order ordered"
            " JOIN res_partner partner ON partner.id = ordered.partner_invoice_id"
            " WHERE ordered.write_date >= %s",
            self._get_payments_changed_sql(scope, since),
            since,
        )

    _get_credit_limit_share_changed_sql = _get_exposure_changed_sql
