from odoo import api, models
from odoo.fields import Domain
from odoo.tools import SQL


class CustomerGradingMeasure(models.Model):
    """Built-in measures of payment behaviour and of contacts.

    An invoice is settled on the day on which its last part was reconciled; it is late
    where that day, or the reference date while it is open, lies after the due date. One
    that is due in several parts is late where one of them is.
    """

    _inherit = "customer.grading.measure"

    def _get_invoices_domain(self, record, scope):
        """Return the domain of the customer's invoices up to the date."""
        return Domain(
            [
                ("move_type", "=", "out_invoice"),
                ("state", "=", "posted"),
                ("partner_id.commercial_partner_id", "=", record.id),
                ("company_id", "in", list(scope.company_ids)),
                ("invoice_date", "<=", str(scope.date)),
            ]
        )

    def _get_overdue_amount_documents(self, criterion, record, scope):
        model_name, domain = self._get_receivable_age_documents(criterion, record, scope)
        return model_name, domain & Domain("invoice_date_due", "<", str(scope.date))

    def _get_receivable_age_documents(self, criterion, record, scope):
        open_invoices = Domain("payment_state", "in", ("not_paid", "partial"))
        return "account.move", self._get_invoices_domain(record, scope) & open_invoices

    def _get_late_count_documents(self, criterion, record, scope):
        first, _last = criterion._get_period().get_bounds(scope.date)[0]
        domain = self._get_invoices_domain(record, scope)
        if first:
            domain &= Domain("invoice_date", ">=", str(first))
        return "account.move", domain

    _get_ontime_ratio_documents = _get_late_count_documents

    _get_collection_ratio_documents = _get_late_count_documents

    @api.model
    def _get_code_keys(self):
        return [
            *super()._get_code_keys(),
            ("overdue_amount", self.env._("Overdue amount")),
            ("receivable_age", self.env._("Age of the oldest open receivable")),
            ("late_count", self.env._("Late invoices")),
            ("ontime_ratio", self.env._("Invoices paid on time")),
            ("collection_ratio", self.env._("Collected over invoiced")),
            ("last_contact", self.env._("Days since the last contact")),
        ]

    @api.model
    def _get_code_keys_with_period(self):
        return super()._get_code_keys_with_period() | {
            "late_count",
            "ontime_ratio",
            "collection_ratio",
        }

    @staticmethod
    def _narrow_sql(column, ids):
        """Return the condition that ``column`` is one of ``ids``; all where they are ``None``."""
        return SQL() if ids is None else SQL("AND %s IN %s", column, tuple(ids) or (0,))

    def _get_receivables_sql(self, scope, statement):
        """Return the receivable items of customer invoices, as they stood on the date.

        :return: query of ``subject_id, company_id, invoice_id, due, date, amount, settled,
            settled_on``, one row for each part that is due, amounts in company currency
        """
        return SQL(
            """
            SELECT partner.commercial_partner_id AS subject_id, item.company_id,
                   item.move_id AS invoice_id,
                   COALESCE(item.date_maturity, item.date) AS due, move.invoice_date AS date,
                   item.balance AS amount, COALESCE(SUM(part.amount), 0) AS settled,
                   MAX(part.max_date) AS settled_on
              FROM account_move_line item
              JOIN account_account account ON account.id = item.account_id
              JOIN account_move move ON move.id = item.move_id
              JOIN res_partner partner ON partner.id = item.partner_id
              LEFT JOIN account_partial_reconcile part
                ON part.debit_move_id = item.id AND part.max_date <= %(date)s
             WHERE account.account_type = 'asset_receivable'
               AND item.parent_state = 'posted'
               AND move.move_type = 'out_invoice'
               AND item.balance > 0
               AND move.invoice_date <= %(date)s
               AND item.company_id IN %(companies)s %(narrow)s
             GROUP BY item.id, partner.commercial_partner_id, move.invoice_date
            """,
            date=scope.date,
            companies=scope.company_ids,
            narrow=self._narrow_sql(SQL("item.partner_id"), statement.get_ids()),
        )

    def _add_receivable_column(self, criterion, scope, statement, aggregate):
        """Return ``aggregate`` over a customer's receivable items, all in one scan."""
        receivables = self._get_receivables_sql(scope, statement)
        source = statement.get_query_source("receivables", receivables)
        return source.add_column(aggregate)

    def _get_invoiced_in_sql(self, criterion, scope):
        """Return whether an item's invoice is dated in the criterion's period."""
        first, last = criterion._get_period().get_bounds(scope.date)[0]
        if not first:
            return SQL("date <= %s", last)
        return SQL("date BETWEEN %s AND %s", first, last)

    def _get_overdue_amount_values_sql(self, criterion, scope, statement):
        aggregate = SQL(
            "SUM((amount - settled) * %s) FILTER (WHERE due < %s)",
            self._get_rate_sql(scope, SQL("company_id")),
            scope.date,
        )
        column = self._add_receivable_column(criterion, scope, statement, aggregate)
        return SQL("COALESCE(%s, 0)", column)

    def _get_receivable_age_values_sql(self, criterion, scope, statement):
        """The due date of the oldest open item; days count from it. Unknown if none."""
        aggregate = SQL("MIN(due) FILTER (WHERE amount - settled > 0)")
        return self._add_receivable_column(criterion, scope, statement, aggregate)

    @staticmethod
    def _get_late_sql(scope):
        return SQL(
            "(CASE WHEN settled < amount THEN %s > due ELSE settled_on > due END)", scope.date
        )

    @staticmethod
    def _get_decided_sql(scope):
        """Return whether it is known if an item is late: it is settled, or past its date."""
        return SQL("(settled >= amount OR due < %s)", scope.date)

    def _get_late_count_values_sql(self, criterion, scope, statement):
        aggregate = SQL(
            "COUNT(DISTINCT invoice_id) FILTER (WHERE %s AND %s)",
            self._get_invoiced_in_sql(criterion, scope),
            self._get_late_sql(scope),
        )
        column = self._add_receivable_column(criterion, scope, statement, aggregate)
        return SQL("COALESCE(%s, 0)", column)

    def _get_ontime_ratio_values_sql(self, criterion, scope, statement):
        """Per cent of the invoices of the period, due or settled, that were on time."""
        decided = SQL(
            "%s AND %s", self._get_invoiced_in_sql(criterion, scope), self._get_decided_sql(scope)
        )
        aggregate = SQL(
            "ROUND(100.0 - 100.0 * COUNT(DISTINCT invoice_id) FILTER (WHERE %(decided)s AND %(late)s)"
            " / NULLIF(COUNT(DISTINCT invoice_id) FILTER (WHERE %(decided)s), 0), 4)",
            decided=decided,
            late=self._get_late_sql(scope),
        )
        return self._add_receivable_column(criterion, scope, statement, aggregate)

    def _get_collection_ratio_values_sql(self, criterion, scope, statement):
        """Per cent of what was invoiced in the period that has been collected."""
        within = self._get_invoiced_in_sql(criterion, scope)
        aggregate = SQL(
            "ROUND(100.0 * SUM(settled * %(rate)s) FILTER (WHERE %(within)s)"
            " / NULLIF(SUM(amount * %(rate)s) FILTER (WHERE %(within)s), 0), 4)",
            within=within,
            rate=self._get_rate_sql(scope, SQL("company_id")),
        )
        return self._add_receivable_column(criterion, scope, statement, aggregate)

    def _get_last_contact_values_sql(self, criterion, scope, statement):
        """The day of the last done activity, e-mail or meeting with the customer's people.

        Messages and activities on its contacts and opportunities count; a note does not.
        """
        return statement.add_relation(
            SQL(
                """
                SELECT subject_id,
                       (MAX(date) AT TIME ZONE 'UTC' AT TIME ZONE %(tz)s)::date AS contact
                  FROM (
                    SELECT partner.commercial_partner_id AS subject_id, message.date
                      FROM mail_message message
                      JOIN res_partner partner ON partner.id = message.res_id
                     WHERE message.model = 'res.partner' AND %(contact)s %(narrow)s
                    UNION ALL
                    SELECT partner.commercial_partner_id, message.date
                      FROM mail_message message
                      JOIN crm_lead lead ON lead.id = message.res_id
                      JOIN res_partner partner ON partner.id = lead.partner_id
                     WHERE message.model = 'crm.lead' AND %(contact)s %(narrow)s
                    UNION ALL
                    SELECT partner.commercial_partner_id, event.start
                      FROM calendar_event event
                      JOIN calendar_event_res_partner_rel attendee
                        ON attendee.calendar_event_id = event.id
                      JOIN res_partner partner ON partner.id = attendee.res_partner_id
                     WHERE event.active %(narrow)s
                  ) contacts
                 WHERE date < %(end)s
                 GROUP BY subject_id
                """,
                tz=scope.tz,
                end=scope.get_end_of(scope.date),
                contact=SQL(
                    "(message.mail_activity_type_id IS NOT NULL"
                    " OR message.message_type IN ('email', 'email_outgoing'))"
                ),
                narrow=self._narrow_sql(SQL("partner.id"), statement.get_ids()),
            ),
            "contact",
        )

    def _get_payments_changed_sql(self, scope, since):
        """The customers whose receivables were written or reconciled."""
        return SQL(
            """
            SELECT partner.commercial_partner_id AS id
              FROM account_move_line item
              JOIN res_partner partner ON partner.id = item.partner_id
              JOIN account_account account ON account.id = item.account_id
             WHERE account.account_type = 'asset_receivable' AND item.write_date >= %s
            """,
            since,
        )

    _get_overdue_amount_changed_sql = _get_payments_changed_sql
    _get_receivable_age_changed_sql = _get_payments_changed_sql
    _get_late_count_changed_sql = _get_payments_changed_sql
    _get_ontime_ratio_changed_sql = _get_payments_changed_sql
    _get_collection_ratio_changed_sql = _get_payments_changed_sql
