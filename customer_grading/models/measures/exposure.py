from odoo import api, models
from odoo.fields import Domain
from odoo.tools import SQL

from ...tools.statement import narrow_to


class CustomerGradingMeasure(models.Model):
    """Built-in measures of what the company would lose with a customer: owed, and ordered."""

    _inherit = "customer.grading.measure"

    @api.model
    def _get_code_keys(self):
        return [
            *super()._get_code_keys(),
            ("exposure", self.env._("Owed, and ordered but not invoiced")),
            ("credit_limit_share", self.env._("Exposure as a share of the credit limit")),
        ]

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
