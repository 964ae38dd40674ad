from collections import defaultdict

from odoo import api, models
from odoo.fields import Domain
from odoo.tools import SQL

from ...tools.period import Period
from ...tools.statement import CUSTOMER, join_path
from ...tools.subject import INVOICE_TYPES, REVENUE_MONTHS

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

# Parts of orders, the invoices that they are on, whom to, and whom Odoo keeps these with.
INVOICED = SQL(
    """
    sale_order_line part
    JOIN sale_order_line_invoice_rel link ON link.order_line_id = part.id
    JOIN account_move_line line ON line.id = link.invoice_line_id
    JOIN account_move move ON move.id = line.move_id
    JOIN res_partner contact ON contact.id = move.partner_id
    JOIN res_partner kept ON kept.id = move.commercial_partner_id
    """
)


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
        invoices = self._get_moved_invoices(ids)
        return (order, self._get_moved_sql(invoices)) if invoices else None

    def _get_moved_invoices(self, ids=None):
        """Return the ids of the invoices whose contact belongs to another company by now.

        They are few, and looked up apart: PostgreSQL would plan for all of them.

        :param ids: only those that are, or were, of these contacts, and of others that moved
            with them; ``None``: all
        """
        Former = self.env["customer.grading.former.contact"].sudo()
        asked = Domain.TRUE
        if ids is not None:
            asked = Domain("partner_id", "in", list(ids)) | Domain("customer_id", "in", list(ids))
        contacts = Former.search_fetch(asked, ["partner_id"]).partner_id
        if not contacts:
            return ()
        self.env["account.move"].flush_model(["partner_id", CUSTOMER, "state", "move_type"])
        self.env["res.partner"].flush_model([CUSTOMER])
        rows = self.env.execute_query(
            SQL(
                "SELECT move.id FROM account_move move"
                "  JOIN res_partner contact ON contact.id = move.partner_id"
                "  JOIN res_partner kept ON kept.id = move.commercial_partner_id"
                " WHERE move.partner_id IN %s"
                " AND contact.commercial_partner_id <> kept.commercial_partner_id"
                " AND move.state = 'posted' AND move.move_type IN %s",
                contacts._ids,
                INVOICE_TYPES,
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
              FROM %(invoiced)s
             WHERE move.id IN %(invoices)s
             ORDER BY part.order_id, contact.commercial_partner_id,
                      move.invoice_date DESC, move.id DESC
            """,
            invoiced=INVOICED,
            invoices=invoice_ids,
        )

    @staticmethod
    def _get_ordered_sql(ids):
        """Return the invoices that somebody else ordered than is invoiced.

        Of several orders the first one counts. Who ordered is the same as who is invoiced
        where both contacts are of one company today.
        """
        narrow = SQL(
            """
            WHERE move.id = ANY(ARRAY(
                SELECT move_id FROM account_move_line WHERE partner_id IN %(ids)s
                 UNION
                SELECT line.move_id
                  FROM sale_order ordered
                  JOIN sale_order_line part ON part.order_id = ordered.id
                  JOIN sale_order_line_invoice_rel link ON link.order_line_id = part.id
                  JOIN account_move_line line ON line.id = link.invoice_line_id
                 WHERE ordered.partner_id IN %(ids)s))
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
              FROM %(invoiced)s
              JOIN sale_order ordered ON ordered.id = part.order_id
              JOIN res_partner buyer ON buyer.id = ordered.partner_id
             %(narrow)s
             ORDER BY move.id, part.order_id
            """,
            invoiced=INVOICED,
            narrow=SQL() if ids is None else narrow,
        )

    # ------------------------------------------------------------------ those of few

    @api.model
    def _get_few_domain(self, measure, path, others, ids):
        """Return the documents that may be of these contacts, found with an index.

        :param path: as :meth:`_get_path` gives it
        :param others: as :meth:`_get_others` gives them
        """
        domain = Domain(path.removesuffix(f".{CUSTOMER}"), "in", list(ids))
        if (measure.model_name, path) == (INVOICE, INVOICE_PATH):
            domain = self._get_kept_domain(ids)
        if others:
            field, query = others
            rows = self.env.execute_query(SQL("SELECT document_id FROM (%s) other", query))
            domain |= Domain(field, "in", [document_id for (document_id,) in rows])
        return domain

    @api.model
    def _get_kept_domain(self, ids):
        """Return the invoices that Odoo keeps with these contacts, and some of others.

        Their entity has no index, but who is addressed has.
        """
        invoices = self._get_moved_invoices(ids)
        return Domain("partner_id", "in", list(ids)) | Domain("id", "in", invoices)

    @api.model
    def _get_domain(self, measure, whose, customer):
        """Return the documents of a customer, as a domain that a list can be opened with."""
        path = self._get_path(measure, whose)
        domain = Domain(path, "=", customer.id)
        if (measure.model_name, path) == (INVOICE, INVOICE_PATH):
            domain = self._get_invoices_domain(customer)
        ids = self._get_contact_ids(customer)
        if others := self._get_others(measure, whose, ids):
            field, query = others
            rows = self.env.execute_query(query)
            away = [document for document, now, of in rows if customer.id == now != of]
            here = [document for document, now, of in rows if customer.id == of != now]
            domain = self._swap(domain, field, away, here)
        return domain

    @api.model
    def _get_invoices_domain(self, customer):
        """Return the invoices of a customer, by the contacts, but for those that moved."""
        moved = self.env[INVOICE].sudo()
        moved = moved.browse(self._get_moved_invoices(self._get_contact_ids(customer)))
        here = moved.filtered(lambda move: move[CUSTOMER][CUSTOMER] == customer)
        domain = Domain(f"partner_id.{CUSTOMER}", "=", customer.id)
        return self._swap(domain, "id", (moved - here).ids, here.ids)

    def _get_contact_ids(self, customers):
        """Return the ids of customers, and of their contacts."""
        Partner = self.env["res.partner"].sudo().with_context(active_test=False)
        return Partner._search([(CUSTOMER, "in", customers.ids)]).get_result_ids()

    @staticmethod
    def _swap(domain, field, away, here):
        """Return ``domain`` without some documents, and with some others."""
        if away:
            domain &= Domain(field, "not in", away)
        return domain | Domain(field, "in", here) if here else domain

    @api.model
    def _narrow_to_contact(self, query, model, path):
        """Leave in ``query`` the documents of ``contact``, a row of another query.

        Invoices are found by their addressees, by index, but for those of who moved since.
        """
        found = SQL("%s = contact.id", model._field_to_sql(query.table, path, query))
        if (model._name, path) == (INVOICE, CUSTOMER):
            kept, moved = found, self._get_moved_invoices()
            found = SQL("%s = contact.id", model._field_to_sql(query.table, "partner_id", query))
            if moved:  # only then: an OR takes longer
                of_moved = SQL("%s IN %s", SQL.identifier(query.table, "id"), moved)
                found = SQL("(%s AND NOT %s OR %s AND %s)", found, of_moved, kept, of_moved)
        query.add_where(found)

    # ------------------------------------------------------------------ revenue

    @staticmethod
    def _get_year(day):
        """Return the first and the last of the 12 months up to ``day``."""
        return Period("trailing", REVENUE_MONTHS).get_bounds(day)[0]

    @staticmethod
    def _get_revenue_domain(company_ids, start, end):
        """Return what makes the revenue from ``start`` to ``end``, receipts included."""
        posted = Domain("state", "=", "posted") & Domain("move_type", "in", INVOICE_TYPES)
        days = Domain("invoice_date", ">=", start) & Domain("invoice_date", "<=", end)
        return posted & days & Domain("company_id", "in", company_ids)

    @api.model
    def _open_invoices(self, scope, start, end):
        """Return the query of what was invoiced from ``start`` to ``end``, and its columns.

        :return: ``(query, customer, day, amount)``, the amount untaxed, less credit notes, in the
            currency of ``scope``
        """
        Move = self.env[INVOICE].sudo()
        invoiced = self._get_revenue_domain(scope.company_ids, start, end)
        query = Move._search(invoiced, bypass_access=True)
        customer = join_path(Move, query.table, query, INVOICE_PATH)
        day, amount, company = (
            Move._field_to_sql(query.table, name, query)
            for name in ("invoice_date", "amount_untaxed_signed", "company_id")
        )
        if scope.rates:
            rate = self.env["customer.grading.measure"]._get_rate_sql(scope, company, day)
            amount = SQL("%s * %s", amount, rate)
        return query, customer, day, amount

    @api.model
    def _get_revenues(self, customers, company, day, counted=None):
        """Return ``{customer's id: amount}`` of the 12 months up to ``day``.

        Untaxed, less credit notes, in the company's currency; nobody is missing in it. An
        invoice is whose Odoo says, whoever the addressee works for today. Those of the companies
        ``counted`` count: by default the company's and its branches'.
        """
        Company, Move = self.env["res.company"].sudo(), self.env[INVOICE].sudo()
        counted = counted or Company.search([("id", "child_of", company.ids)])
        invoices = self._get_kept_domain(self._get_contact_ids(customers))
        invoices &= self._get_revenue_domain(counted.ids, *self._get_year(day))
        by, revenues = [CUSTOMER, "company_id"], defaultdict(float)
        for kept, of, amount in Move._read_group(invoices, by, ["amount_untaxed_signed:sum"]):
            converted = of.currency_id._convert(amount, company.currency_id, company, day)
            revenues[kept[CUSTOMER].id] += converted
        return revenues
