from datetime import timedelta
from functools import partialmethod

from odoo import api, models
from odoo.fields import Domain
from odoo.tools import SQL

# A small difference that was written off is let go; a larger one was not paid.
SMALL_SHARE = 0.05
# The measures that money on account changes.
ON_ACCOUNT_KEYS = ("overdue_amount", "receivable_age", "late_count", "ontime_ratio", "exposure")
# As far back are working days told from free ones; before that all days count.
HISTORY = timedelta(days=5 * 366)


class CustomerGradingMeasure(models.Model):
    """Built-in measures of what customers owe, and how they pay.

    All are told of the items of ``customer.grading.receivables``. An item is late where what
    was asked did not come in time: by the day on which it was due, or as many days later as
    the criterion allows. One invoice may be several items, and is late where one of them is.
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
        ]

    @api.model
    def _get_code_keys_with_period(self):
        days = {"days_to_pay", "days_late", "median_days_late", "days_outstanding"}
        shares = {"late_count", "ontime_ratio", "collection_ratio"}
        return super()._get_code_keys_with_period() | shares | days

    @api.model
    def _get_code_keys_with_tolerance(self):
        late = {"overdue_amount", "late_count", "ontime_ratio"}
        return super()._get_code_keys_with_tolerance() | late

    # ------------------------------------------------------------------ values

    def _add_receivable_column(self, criterion, scope, statement, aggregate):
        """Return ``aggregate`` over a customer's receivable items.

        Criteria that are equally patient share one scan.
        """
        patience = (criterion.tolerance_days, criterion.tolerance_working_days)
        items = self.env["customer.grading.receivables"]._get_items_sql(
            scope, statement.get_ids(), self._get_latest_sql(criterion, scope)
        )
        source = statement.get_query_source(("receivables", *patience), items)
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

    # ------------------------------------------------------------------ what is told beside

    def _get_beside_text(self, criterion, record, scope):
        """Tell the money on account: it pays what is due first, and nothing says so yet."""
        text = super()._get_beside_text(criterion, record, scope)
        if self.code_key not in ON_ACCOUNT_KEYS:
            return text
        free = self.env["customer.grading.receivables"]._get_on_account(record, scope)
        currency = self.env["res.currency"].browse(scope.currency_id)
        paid, credited = (
            amount and f"{criterion._format_number(amount, digits=2)} {currency.name}"
            for amount in free
        )
        texts = [
            text,
            paid and self.env._("%s paid, not matched", paid),
            credited and self.env._("%s credited, not matched", credited),
        ]
        return " · ".join(filter(None, texts))

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
