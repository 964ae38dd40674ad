from odoo import api, models
from odoo.fields import Domain
from odoo.tools import SQL

from ...tools.statement import CUSTOMER

INVOICE = "account.move"
INVOICE_PATH = f"{CUSTOMER}.{CUSTOMER}"
# Orders and their lines: the order, and the contacts who ordered and who is invoiced.
ORDERS = {
    "sale.order": ("id", {"ordered": "partner_id", "invoiced": "partner_invoice_id"}),
    "sale.order.line": (
        "order_id",
        {"ordered": "order_partner_id", "invoiced": "order_id.partner_invoice_id"},
    ),
}


class CustomerGradingOwner(models.AbstractModel):
    """Whose a document is: that of whom Odoo keeps it with, wherever its contact works today.

    An invoice keeps its commercial entity. An order has none of its own: it is of the company
    that it was invoiced to, else of that of its contact today. A criterion may choose that
    orders count for who is invoiced, and invoices for who ordered.
    """

    _name = "customer.grading.owner"
    _description = "Whose a Document Is"

    @api.model
    def _get_path(self, measure, whose):
        """Return the path from a document of ``measure`` to its customer.

        :param whose: ``ordered``, ``invoiced``, or empty: as the measure says
        """
        if whose and measure.model_name in ORDERS:
            _order, contacts = ORDERS[measure.model_name]
            return f"{contacts[whose]}.{CUSTOMER}"
        return measure.subject_path

    @api.model
    def _get_others(self, measure, whose, ids=None):
        """Return the documents that are of others than their path tells.

        :param ids: only of these contacts; ``None``: of all
        :return: name of the documents' field, and the query of ``document_id`` (what that
            field holds), ``now_id`` (whom the path leads to), ``customer_id`` (whose it
            is); ``None`` where there are none
        """
        if measure.model_name == INVOICE and whose == "ordered":
            return "id", self._get_ordered_sql(ids)
        order, contacts = ORDERS.get(measure.model_name, ("", {}))
        path = self._get_path(measure, whose)
        if path not in {f"{contact}.{CUSTOMER}" for contact in contacts.values()}:
            return None
        moved = self._get_moved_invoices(ids)
        return (order, self._get_moved_sql(moved)) if moved else None

    def _get_moved_invoices(self, ids):
        """Return the ids of the invoices whose contact belongs to another company by now.

        They are few, and looked up apart: PostgreSQL would plan for all of them.
        """
        of_few = SQL(
            "AND move.id IN (SELECT move_id FROM account_move_line WHERE partner_id IN %(ids)s"
            " UNION SELECT id FROM account_move WHERE partner_id IN %(ids)s)",
            ids=tuple(ids or ()) or (0,),
        )
        self.env["account.move"].flush_model(["partner_id", CUSTOMER, "state", "move_type"])
        self.env["res.partner"].flush_model([CUSTOMER])
        rows = self.env.execute_query(
            SQL(
                "SELECT move.id FROM account_move move"
                " JOIN res_partner contact ON contact.id = move.partner_id"
                " JOIN res_partner kept ON kept.id = move.commercial_partner_id"
                " WHERE move.partner_id <> move.commercial_partner_id"
                " AND contact.commercial_partner_id <> kept.commercial_partner_id"
                " AND move.state = 'posted' AND move.move_type = 'out_invoice' %s",
                SQL() if ids is None else of_few,
            )
        )
        return tuple(move_id for (move_id,) in rows)

    @staticmethod
    def _get_moved_sql(invoice_ids):
        """Return the orders that were invoiced by these, and whom to: the last one counts."""
        return SQL(
            """
            SELECT DISTINCT ON (part.order_id, contact.commercial_partner_id)
                   part.order_id AS document_id, contact.commercial_partner_id AS now_id,
                   kept.commercial_partner_id AS customer_id
              FROM account_move move
              JOIN account_move_line line ON line.move_id = move.id
              JOIN sale_order_line_invoice_rel link ON link.invoice_line_id = line.id
              JOIN sale_order_line part ON part.id = link.order_line_id
              JOIN res_partner contact ON contact.id = move.partner_id
              JOIN res_partner kept ON kept.id = move.commercial_partner_id
             WHERE move.id IN %s
             ORDER BY part.order_id, contact.commercial_partner_id,
                      move.invoice_date DESC, move.id DESC
            """,
            invoice_ids,
        )

    @staticmethod
    def _get_ordered_sql(ids):
        """Return the invoices that somebody else ordered than is invoiced.

        Of several orders the first one counts. Who ordered is the same as who is invoiced
        where both contacts are of one company today.
        """
        narrow = SQL(
            """
            WHERE move.id IN (
                SELECT move_id FROM account_move_line WHERE partner_id IN %(ids)s
                 UNION
                SELECT line.move_id
                  FROM sale_order ordered
                  JOIN sale_order_line part ON part.order_id = ordered.id
                  JOIN sale_order_line_invoice_rel link ON link.order_line_id = part.id
                  JOIN account_move_line line ON line.id = link.invoice_line_id
                 WHERE ordered.partner_id IN %(ids)s)
            """,
            ids=tuple(ids or ()) or (0,),
        )
        return SQL(
            """
            SELECT DISTINCT ON (move.id)
                   move.id AS document_id, kept.commercial_partner_id AS now_id,
                   CASE WHEN buyer.commercial_partner_id = contact.commercial_partner_id
                        THEN kept.commercial_partner_id
                        ELSE buyer.commercial_partner_id END AS customer_id
              FROM sale_order ordered
              JOIN sale_order_line part ON part.order_id = ordered.id
              JOIN sale_order_line_invoice_rel link ON link.order_line_id = part.id
              JOIN account_move_line line ON line.id = link.invoice_line_id
              JOIN account_move move ON move.id = line.move_id
              JOIN res_partner buyer ON buyer.id = ordered.partner_id
              JOIN res_partner contact ON contact.id = move.partner_id
              JOIN res_partner kept ON kept.id = move.commercial_partner_id
             %s
             ORDER BY move.id, part.order_id
            """,
            SQL() if ids is None else narrow,
        )

    # ------------------------------------------------------------------ those of few

    @api.model
    def _get_few_domain(self, measure, whose, ids):
        """Return the documents that may be of these contacts, found with an index.

        Invoices have none on their commercial entity; the items of each name it, and have.
        """
        domain = self._get_kept_domain(measure.model_name, self._get_path(measure, whose), ids)
        if others := self._get_others(measure, whose, ids):
            field, query = others
            rows = self.env.execute_query(SQL("SELECT document_id FROM (%s) other", query))
            domain |= Domain(field, "in", [document_id for (document_id,) in rows])
        return domain

    @staticmethod
    def _get_kept_domain(model_name, path, ids):
        if (model_name, path) == (INVOICE, INVOICE_PATH):
            return Domain("line_ids.partner_id", "in", list(ids))
        return Domain(path.removesuffix(f".{CUSTOMER}"), "in", list(ids))

    @api.model
    def _get_domain(self, measure, whose, customer):
        """Return the documents of a customer."""
        Partner = self.env["res.partner"].sudo().with_context(active_test=False)
        ids = Partner._search([(CUSTOMER, "=", customer.id)]).get_result_ids()
        path = self._get_path(measure, whose)
        domain = Domain(path, "=", customer.id)
        if (measure.model_name, path) == (INVOICE, INVOICE_PATH):
            domain &= self._get_kept_domain(INVOICE, path, ids)
        if others := self._get_others(measure, whose, ids):
            field, query = others
            rows = self.env.execute_query(query)
            away = [document for document, now, _of in rows if now == customer.id]
            here = [document for document, _now, of in rows if of == customer.id]
            domain = (domain & Domain(field, "not in", away)) | Domain(field, "in", here)
        return domain

    @api.model
    def _get_contact_sql(self, query, model, path):
        """Return whether a document of ``query`` is of ``contact``, a row of another query."""
        if (model._name, path) == (INVOICE, CUSTOMER):
            return SQL(
                "%s IN (SELECT move_id FROM account_move_line WHERE partner_id = contact.id)",
                SQL.identifier(query.table, "id"),
            )
        return SQL("%s = contact.id", model._field_to_sql(query.table, path, query))
