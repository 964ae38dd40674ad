from odoo import api, models
from odoo.addons.customer_grading.tools.statement import narrow_to
from odoo.tools import SQL

# The journals by which money comes in and goes out.
MONEY_JOURNALS = ("bank", "cash", "credit")

IS_CREDIT = SQL("(move.move_type = 'out_refund' OR move.reversed_entry_id IS NOT NULL)")


class CustomerGradingReceivables(models.AbstractModel):
    """What customers were asked for and what they paid, by the journal items of receivables.

    One definition for all that is told of it, the one of Odoo's balance of a customer and of
    its aged receivables:

    - *asked*: what an invoice, a receipt, an opening or another entry is due for, a part at a
      time, less what credit notes and reversals took off
    - *paid*: money matched to it, on the day of the payment; money on account, matched to
      nothing, pays what is due first
    - *written off*: what an entry, or a part of a payment, closed at the company's expense
    - *open*: the rest

    Exchange differences are none of these: they belong to the payment that they are of.
    """

    _name = "customer.grading.receivables"
    _description = "Receivables of Customers"

    @api.model
    def _get_items_sql(self, scope, ids=None, latest=None):
        """Return what customers were asked for up to the date, as it stood then.

        :param ids: only of these contacts; ``None``: of all
        :param latest: the last day on which an ``item`` is paid in time, as SQL; the one on
            which it is due where it is not said
        :return: query of ``subject_id, company_id, move_id, date, due, latest, is_counted,
            asked, paid, in_time, written_off, open, paid_on``, a row for each part that is
            due; amounts in the company's currency; not counted is money that went back
        """
        return SQL(
            """
            WITH exchange AS MATERIALIZED (%(exchange)s),
                 item AS MATERIALIZED (%(item)s),
                 part AS MATERIALIZED (%(part)s),
                 counter AS MATERIALIZED (%(counter)s),
                 waived AS MATERIALIZED (%(waived)s),
                 promised AS MATERIALIZED (%(promised)s),
                 matched AS MATERIALIZED (%(matched)s),
                 promise AS (%(promise)s),
                 owed AS (%(owed)s),
                 on_account AS (%(on_account)s),
                 covered AS (%(covered)s)
            %(settled)s
            """,
            exchange=self._get_exchange_sql(ids),
            item=self._get_own_items_sql(scope, ids, latest or SQL("due")),
            part=self._get_parts_sql(scope),
            counter=self._get_counter_sql(),
            waived=self._get_waived_sql(scope, ids),
            promised=self._get_promised_sql(scope, ids),
            matched=self._get_matched_sql(),
            promise=self._get_promise_sql(),
            owed=self._get_owed_sql(),
            on_account=self._get_on_account_sql(scope),
            covered=self._get_covered_sql(),
            settled=self._get_settled_sql(scope),
        )

    @api.model
    def _get_on_account(self, customer, scope):
        """Return what a customer has on account today: matched to nothing.

        :return: ``(paid, credited)``, in the currency of the scope
        """
        items = [
            ("account_id.account_type", "=", "asset_receivable"),
            ("parent_state", "=", "posted"),
            ("reconciled", "=", False),
            ("amount_residual", "<", 0),
            ("partner_id.commercial_partner_id", "=", customer._get_customer().id),
            ("company_id", "in", scope.company_ids),
        ]
        groups = (
            self.env["account.move.line"]
            .sudo()
            ._read_group(items, ["company_id", "move_type"], ["amount_residual:sum"])
        )
        rates, paid, credited = dict(scope.rates), 0, 0
        for company, move_type, residual in groups:
            amount = -residual * rates.get(company.id, 1)
            if move_type == "out_refund":
                credited += amount
            else:
                paid += amount
        return paid, credited

    def _get_receivable_ids(self):
        return self._get_ids("account.account", "account_type", ("asset_receivable",))

    def _get_ids(self, model_name, name, values):
        """Return the ids of the accounts or journals that are of these kinds.

        Named by their ids PostgreSQL knows how many items they have.
        """
        records = self.env[model_name].sudo().with_context(active_test=False)
        return records._search([(name, "in", values)]).get_result_ids() or (0,)

    def _get_exchange_sql(self, ids):
        """Return the items of exchange differences, with the day of the matching they are of."""
        of_these = SQL("IS NOT NULL")
        if ids is not None:
            few = "IN (SELECT move_id FROM account_move_line WHERE partner_id IN %s)"
            of_these = SQL(few, tuple(ids) or (0,))
        return SQL(
            """
            SELECT line.id, entry.date
              FROM (
                SELECT exchange_move_id AS move_id, MIN(max_date) AS date
                  FROM account_partial_reconcile
                 WHERE exchange_move_id %s
                 GROUP BY exchange_move_id
              ) entry
              JOIN account_move_line line ON line.move_id = entry.move_id
            """,
            of_these,
        )

    def _get_waived_sql(self, scope, ids):
        """Return the entries that close items at the company's expense, and their share of it.

        That is the whole of a bad debt's entry, and of a payment what it came short by.
        """
        few = SQL("IS NOT NULL") if ids is None else SQL("IN (SELECT move_id FROM counter)")
        return SQL(
            """
            SELECT lost.move_id, LEAST(lost.amount / SUM(-item.balance), 1) AS share
              FROM (
                SELECT line.move_id, SUM(line.balance) AS amount
                  FROM account_move_line line
                 WHERE line.journal_id IN %(journals)s AND line.parent_state = 'posted'
                   AND (line.account_id IN %(results)s OR line.tax_line_id IS NOT NULL)
                   AND line.company_id IN %(companies)s AND line.move_id %(of_these)s
                 GROUP BY line.move_id
                HAVING SUM(line.balance) > 0
              ) lost
              JOIN account_move_line item
                ON item.move_id = lost.move_id AND item.account_id IN %(receivable)s
             GROUP BY lost.move_id, lost.amount
            HAVING SUM(-item.balance) > 0
            """,
            journals=self._get_ids("account.journal", "type", (*MONEY_JOURNALS, "general")),
            results=self._get_ids("account.account", "internal_group", ("income", "expense")),
            receivable=self._get_receivable_ids(),
            companies=scope.company_ids,
            of_these=few,
        )

    def _get_own_items_sql(self, scope, ids, latest):
        """Return the receivable items of customers, but for those of exchange differences.

        ``rate`` is what one of its own currency is in the company's. Of what lessens a debt
        ``is_credit`` tells whether it is a credit note: looked up for few, found for all.
        """
        credits = SQL("SELECT move.id FROM account_move move WHERE %s", IS_CREDIT)
        joined, is_credit = SQL("LEFT JOIN (%s) credit ON credit.id = item.move_id", credits), None
        if ids is not None:
            joined = SQL()
            is_credit = SQL(
                "(item.balance < 0 AND EXISTS (%s AND move.id = item.move_id))", credits
            )
        return SQL(
            """
            SELECT own.*, %(latest)s AS latest
              FROM (
                SELECT item.id, item.move_id, partner.commercial_partner_id AS subject_id,
                       item.company_id, item.date, item.balance,
                       COALESCE(item.invoice_date, item.date) AS asked_on,
                       COALESCE(item.date_maturity, item.date) AS due,
                       COALESCE(item.balance / NULLIF(item.amount_currency, 0), 1) AS rate,
                       item.journal_id IN %(journals)s AS is_money, %(is_credit)s AS is_credit,
                       item.statement_line_id IS NOT NULL AS is_banked
                  FROM account_move_line item
                  JOIN res_partner partner ON partner.id = item.partner_id
                  LEFT JOIN exchange ON exchange.id = item.id
                  %(joined)s
                 WHERE item.account_id IN %(receivable)s
                   AND item.parent_state = 'posted' AND item.date <= %(date)s
                   AND item.company_id IN %(companies)s AND item.balance != 0
                   AND exchange.id IS NULL %(narrow)s
              ) own
            """,
            latest=latest,
            receivable=self._get_receivable_ids(),
            journals=self._get_ids("account.journal", "type", MONEY_JOURNALS),
            is_credit=is_credit or SQL("credit.id IS NOT NULL"),
            joined=joined,
            date=scope.date,
            companies=scope.company_ids,
            narrow=narrow_to(SQL("item.partner_id"), ids),
        )

    def _get_parts_sql(self, scope):
        """Return what was matched to each item that asks, and the item it was matched to.

        ``closed`` is in the company's currency, and tells Odoo's open amount; ``value`` is so
        at the item's own rate.
        """
        return SQL(
            """
            SELECT item.id, item.move_id, item.latest, part.credit_move_id AS counter_id,
                   part.amount AS closed, part.debit_amount_currency * item.rate AS value
              FROM item
              JOIN account_partial_reconcile part ON part.debit_move_id = item.id
              LEFT JOIN exchange ON exchange.id = part.credit_move_id
             WHERE item.balance > 0 AND COALESCE(exchange.date, part.max_date) <= %s
            """,
            scope.date,
        )

    def _get_counter_sql(self):
        """Return what items that ask were matched to: mostly the customers' own items."""
        return SQL(
            """
            SELECT id, move_id, date, is_credit, is_banked FROM item WHERE balance < 0
             UNION ALL
            SELECT line.id, line.move_id, line.date, %s, move.statement_line_id IS NOT NULL
              FROM (
                SELECT counter_id FROM part EXCEPT SELECT id FROM item WHERE balance < 0
              ) other
              JOIN account_move_line line ON line.id = other.counter_id
              JOIN account_move move ON move.id = line.move_id
            """,
            IS_CREDIT,
        )

    def _get_promised_sql(self, scope, ids):
        """Return what payments without an entry of their own pay, by invoice.

        A payment of several invoices pays each by its share in their total, and in their own
        currency at their own rate.
        """
        return SQL(
            """
            SELECT shared.move_id, MAX(shared.date) AS date, SUM(shared.amount) AS amount
              FROM (
                SELECT link.invoice_id AS move_id, payment.date,
                       CASE WHEN payment.currency_id = move.currency_id
                            THEN payment.amount * ABS(move.amount_total_signed)
                                 / NULLIF(move.amount_total, 0)
                            ELSE payment.amount_company_currency_signed END
                       * move.amount_total_signed
                       / NULLIF(SUM(move.amount_total_signed)
                                OVER (PARTITION BY payment.id), 0) AS amount
                  FROM account_payment payment
                  JOIN account_move__account_payment link ON link.payment_id = payment.id
                  JOIN account_move move ON move.id = link.invoice_id
                 WHERE payment.move_id IS NULL AND payment.state IN ('in_process', 'paid')
                   AND payment.payment_type = 'inbound' AND payment.date <= %(date)s %(narrow)s
              ) shared
             WHERE shared.move_id IN (SELECT move_id FROM item)
             GROUP BY shared.move_id
            """,
            date=scope.date,
            narrow=SQL()
            if ids is None
            else SQL(
                "AND payment.id IN (SELECT payment_id FROM account_move__account_payment"
                " WHERE invoice_id IN (SELECT move_id FROM item))"
            ),
        )

    def _get_matched_sql(self):
        """Return what was matched to each item that asks, by what it was matched to.

        A payment that had no entry at first is of its own day, not of that of the bank
        statement.
        """
        return SQL(
            """
            SELECT id, SUM(closed) AS closed, SUM(closed) FILTER (WHERE is_banked) AS banked,
                   SUM(value) FILTER (WHERE is_credit) AS credited,
                   SUM(value * waived) FILTER (WHERE NOT is_credit) AS written_off,
                   SUM(value * (1 - waived))
                       FILTER (WHERE NOT is_credit AND day <= latest) AS in_time,
                   MAX(day) FILTER (WHERE NOT is_credit AND waived < 1 AND value > 0) AS paid_on
              FROM (
                SELECT part.id, part.latest, part.closed, part.value, counter.is_credit,
                       counter.is_banked, COALESCE(waived.share, 0) AS waived,
                       CASE WHEN counter.is_banked AND part.closed <= promised.amount
                            THEN LEAST(counter.date, promised.date)
                            ELSE counter.date END AS day
                  FROM part
                  JOIN counter ON counter.id = part.counter_id
                  LEFT JOIN waived ON waived.move_id = counter.move_id
                  LEFT JOIN promised ON promised.move_id = part.move_id
              ) part
             GROUP BY id
            """
        )

    def _get_promise_sql(self):
        """Return what payments without an entry pay of what is open of an item.

        What the bank statement paid of it is matched already.
        """
        return SQL(
            """
            SELECT standing.id, promised.date,
                   COALESCE(LEAST(GREATEST(
                       promised.amount - SUM(standing.banked) OVER (PARTITION BY move_id)
                       + standing.open - SUM(standing.open) OVER (
                           PARTITION BY move_id ORDER BY standing.due, standing.id),
                       0), standing.open), 0) AS amount
              FROM (
                SELECT item.id, item.move_id, item.due, COALESCE(banked, 0) AS banked,
                       balance - COALESCE(closed, 0) AS open
                  FROM item
                  LEFT JOIN matched ON matched.id = item.id
                 WHERE balance > 0
              ) standing
              JOIN promised USING (move_id)
            """
        )

    def _get_owed_sql(self):
        """Return the items that ask, and ``pending``: what is open of them and not promised."""
        return SQL(
            """
            SELECT item.id, item.subject_id, item.company_id, item.move_id, item.asked_on,
                   item.due, item.latest, item.is_money, item.balance,
                   COALESCE(credited, 0) AS credited, COALESCE(written_off, 0) AS written_off,
                   COALESCE(in_time, 0) AS in_time, paid_on, promise.date AS promised_on,
                   COALESCE(promise.amount, 0) AS promised,
                   GREATEST(balance - COALESCE(closed, 0), 0) - COALESCE(promise.amount, 0)
                       AS pending
              FROM item
              LEFT JOIN matched ON matched.id = item.id
              LEFT JOIN promise ON promise.id = item.id
             WHERE balance > 0
            """
        )

    def _get_on_account_sql(self, scope):
        """Return what is matched to nothing yet, credit notes first, and all of it up to each."""
        return SQL(
            """
            SELECT free.*, SUM(amount) OVER (
                       PARTITION BY subject_id, company_id ORDER BY is_money, date, id) AS until
              FROM (
                SELECT item.id, item.subject_id, item.company_id, item.date,
                       NOT item.is_credit AS is_money,
                       -item.balance - COALESCE(SUM(part.amount) FILTER (
                           WHERE COALESCE(exchange.date, part.max_date) <= %(date)s), 0) AS amount
                  FROM item
                  LEFT JOIN account_partial_reconcile part ON part.credit_move_id = item.id
                  LEFT JOIN exchange ON exchange.id = part.debit_move_id
                 WHERE item.balance < 0
                 GROUP BY item.id, item.subject_id, item.company_id, item.date,
                          item.is_credit, item.balance
              ) free
             WHERE amount > 0
            """,
            date=scope.date,
        )

    def _get_covered_sql(self):
        """Return what is on account for each item that is open, as it stands in the queue.

        What is due first is paid first. ``noted`` is from credit notes, ``in_time`` money that
        came in time. Of each customer one row is looked at, however much is on account: money
        stands in it by its days, and all of it up to each.
        """
        return SQL(
            """
            SELECT id, GREATEST(LEAST(until, ahead_of) - pending_from, 0) AS amount,
                   GREATEST(LEAST(notes, ahead_of) - pending_from, 0) AS noted,
                   GREATEST(LEAST(until_latest, ahead_of) - GREATEST(notes, pending_from), 0)
                       AS in_time,
                   paid_on
              FROM (
                SELECT owed.id, owed.pending_until AS ahead_of,
                       owed.pending_until - owed.pending AS pending_from,
                       account.until, account.notes,
                       COALESCE(account.untils[width_bucket(owed.latest, account.days)], 0)
                           AS until_latest,
                       account.days[1 + width_bucket(
                           owed.pending_until - 0.000001, account.untils)] AS paid_on
                  FROM (
                    SELECT owed.*, SUM(pending) OVER (
                               PARTITION BY subject_id, company_id ORDER BY due, id
                           ) AS pending_until
                      FROM owed
                     WHERE pending != 0
                  ) owed
                  JOIN (
                    SELECT subject_id, company_id, MAX(until) AS until,
                           COALESCE(MAX(until) FILTER (WHERE NOT is_money), 0) AS notes,
                           COALESCE(ARRAY_AGG(date ORDER BY date, id) FILTER (WHERE is_money),
                                    '{}'::date[]) AS days,
                           COALESCE(ARRAY_AGG(until ORDER BY date, id) FILTER (WHERE is_money),
                                    '{}'::numeric[]) AS untils
                      FROM on_account
                     GROUP BY subject_id, company_id
                  ) account USING (subject_id, company_id)
                 WHERE owed.pending > 0
              ) queued
            """
        )

    def _get_settled_sql(self, scope):
        companies = self.env["res.company"].sudo().browse(scope.company_ids)
        return SQL(
            """
            SELECT settled.*, asked - open - written_off AS paid
              FROM (
                SELECT owed.subject_id, owed.company_id, owed.move_id, owed.asked_on AS date,
                       owed.due, owed.latest, NOT owed.is_money AS is_counted,
                       ROUND(owed.balance - owed.credited - COALESCE(covered.noted, 0),
                             %(digits)s) AS asked,
                       ROUND(owed.written_off, %(digits)s) AS written_off,
                       ROUND(owed.in_time + COALESCE(covered.in_time, 0)
                             + CASE WHEN owed.promised_on <= owed.latest
                                    THEN owed.promised ELSE 0 END, %(digits)s) AS in_time,
                       owed.pending - COALESCE(covered.amount, 0) AS open,
                       GREATEST(owed.paid_on, covered.paid_on,
                                CASE WHEN owed.promised > 0 THEN owed.promised_on END) AS paid_on
                  FROM owed
                  LEFT JOIN covered ON covered.id = owed.id
              ) settled
             WHERE asked > 0
            """,
            digits=max(companies.currency_id.mapped("decimal_places"), default=2),
        )
