from datetime import timedelta

from odoo import api, models
from odoo.addons.customer_grading.tools.statement import CUSTOMER, join_path
from odoo.tools import SQL

CRON = "customer_grading_report.ir_cron_fill_figures"
COLUMNS = (
    "revenue",
    "revenue_before",
    "margin",
    "order_count",
    "date_last_order",
    "date_last_contact",
)


class CustomerGradingFiguresEngine(models.AbstractModel):
    """Adds up once a night what each graded customer bought, for all pictures of the day.

    One scan of the invoices, one of the orders, for each company. Only what differs is written,
    in slices that are committed, beside other people's work.
    """

    _name = "customer.grading.figures.engine"
    _inherit = ["customer.grading.slices"]
    _description = "Calculation of Figures"

    @api.model
    def _ask(self):
        """Let the job tell all figures anew, at once."""
        asked = [("is_asked", "=", False)]
        self.env["customer.grading.figures.set"].search(asked).is_asked = True
        self.env.ref(CRON).sudo()._trigger()

    @api.model
    def _cron_fill(self):
        """Fill what was asked for, or is of an earlier day, one company after the other.

        What was done is no longer due, so that a job that was killed goes on with the rest.
        """
        due = self.env["customer.grading.figures.set"]._get_due()
        cron = self.env["ir.cron"]
        cron._commit_progress(remaining=len(due))
        for one in due:
            self._fill(one, commit=True)
            if not cron._commit_progress(1):
                break

    @api.model
    def _fill(self, figures_set, commit=False):
        """Bring the figures of a company up to date, and the months that they belong to.

        :param commit: whether to do so in transactions of their own
        """
        scope = figures_set._get_scope()
        todo = SQL.identifier(f"grading_figures_{figures_set.id}")
        count = self._try(self._find_differing, commit, figures_set, scope, todo)
        if count:
            self._in_slices(self._store_slice, commit, figures_set, todo, count)
        self.env.cr.execute(SQL("DROP TABLE %s", todo))
        self.env["customer.grading.figures"].invalidate_model(flush=False)
        self._try(figures_set._note_filled, commit, scope.date)
        self.env["customer.grading.month.engine"]._tell(figures_set, scope, commit)

    # ------------------------------------------------------------------ what is told

    def _find_differing(self, figures_set, scope, todo):
        """Fill the temporary table ``todo`` with whose figures are others by now, or none.

        :return: how many
        """
        self.env.flush_all()
        columns = SQL(", ").join(map(SQL.identifier, COLUMNS))
        statement = SQL(
            """
            CREATE TEMPORARY TABLE %(todo)s AS
            SELECT ROW_NUMBER() OVER (ORDER BY partner_id) AS position, partner_id, told.here,
                   %(told)s
              FROM (%(figures)s) told
              FULL JOIN (SELECT partner_id, %(columns)s FROM customer_grading_figures
                          WHERE set_id = %(set)s) kept USING (partner_id)
             WHERE kept.partner_id IS NULL OR told.here IS NULL
                OR (%(told)s) IS DISTINCT FROM (%(kept)s)
            """,
            todo=todo,
            figures=self._get_figures_sql(figures_set, scope),
            columns=columns,
            told=SQL(", ").join(SQL.identifier("told", name) for name in COLUMNS),
            kept=SQL(", ").join(SQL.identifier("kept", name) for name in COLUMNS),
            set=figures_set.id,
        )
        self.env.cr.execute(SQL("DROP TABLE IF EXISTS %s", todo))
        self.env.cr.execute(statement)
        count = self.env.cr.rowcount
        self.env.cr.execute(SQL("CREATE UNIQUE INDEX ON %s (position)", todo))
        self.env["customer.grading.engine"]._analyze(todo, "position")
        return count

    def _get_figures_sql(self, figures_set, scope):
        """Return the query of ``partner_id``, ``here`` and the figures, of all who are graded."""
        return SQL(
            """
            SELECT graded.partner_id, TRUE AS here,
                   COALESCE(invoiced.revenue, 0) AS revenue,
                   COALESCE(invoiced.revenue_before, 0) AS revenue_before,
                   COALESCE(ordered.margin, 0) AS margin,
                   COALESCE(ordered.order_count, 0)::integer AS order_count,
                   ordered.date_last_order, contacted.date_last_contact
              FROM (%(graded)s) graded
              LEFT JOIN (%(invoiced)s) invoiced ON invoiced.partner_id = graded.partner_id
              LEFT JOIN (%(ordered)s) ordered ON ordered.partner_id = graded.partner_id
              LEFT JOIN (%(contacted)s) contacted ON contacted.partner_id = graded.partner_id
            """,
            graded=figures_set._get_customers_sql(),
            invoiced=self._get_invoiced_sql(scope),
            ordered=self._get_ordered_sql(scope),
            contacted=self._get_contacted_sql(scope),
        )

    def _get_invoiced_sql(self, scope):
        """Return the query of the revenue of 12 months, and of the 12 before, by customer."""
        Owner = self.env["customer.grading.owner"]
        start, end = Owner._get_year(scope.date)
        start_before, end_before = Owner._get_year(start - timedelta(days=1))
        query, customer, day, amount = Owner._open_invoices(scope, start_before, end)
        query.groupby = customer
        revenue = SQL("SUM(%s) FILTER (WHERE %s >= %s)", amount, day, start)
        before = SQL("SUM(%s) FILTER (WHERE %s <= %s)", amount, day, end_before)
        return query.select(
            SQL("%s AS partner_id", customer),
            SQL("%s AS revenue", self._round_sql(revenue, scope)),
            SQL("%s AS revenue_before", self._round_sql(before, scope)),
        )

    def _round_sql(self, amount, scope):
        """Return an amount to the cent of the currency: sums of amounts at rates never end."""
        currency = self.env["res.currency"].browse(scope.currency_id)
        return SQL("ROUND((%s)::numeric, %s)", amount, currency.decimal_places)

    def _get_ordered_sql(self, scope):
        """Return the query of orders and margin of 12 months, and of the last order, by customer."""
        start, end = self.env["customer.grading.owner"]._get_year(scope.date)
        Order = self.env["sale.order"].sudo()
        confirmed = [
            ("state", "=", "sale"),
            ("company_id", "in", scope.company_ids),
            ("date_order", "<", scope.get_end_of(end)),
        ]
        query = Order._search(confirmed, bypass_access=True)
        customer = self._get_orderer_sql(Order, query)
        moment = Order._field_to_sql(query.table, "date_order", query)
        lately = SQL("FILTER (WHERE %s >= %s)", moment, scope.get_start_of(start))
        query.groupby = customer
        margin = SQL("SUM(%s) %s", self._get_margin_sql(Order, query, scope), lately)
        return query.select(
            SQL("%s AS partner_id", customer),
            SQL("%s AS margin", self._round_sql(margin, scope)),
            SQL("COUNT(*) %s AS order_count", lately),
            SQL(
                "(MAX(%s) AT TIME ZONE 'UTC' AT TIME ZONE %s)::date AS date_last_order",
                moment,
                scope.tz,
            ),
        )

    def _get_orderer_sql(self, Order, query):
        """Return whose an order is: the company's that it was invoiced to, else its contact's."""
        contact = join_path(Order, query.table, query, f"partner_id.{CUSTOMER}")
        Owner = self.env["customer.grading.owner"]
        if not (invoices := Owner._get_moved_invoices(None)):
            return contact
        others = SQL("(%s)", Owner._get_moved_sql(invoices))
        joined = SQL(
            "%s = %s AND %s = %s",
            SQL.identifier("others", "document_id"),
            SQL.identifier(query.table, "id"),
            SQL.identifier("others", "now_id"),
            contact,
        )
        query.add_join("LEFT JOIN", "others", others, joined)
        return SQL("COALESCE(%s, %s)", SQL.identifier("others", "customer_id"), contact)

    def _get_margin_sql(self, Order, query, scope):
        """Return the margin of an order, where Odoo knows it, in the currency of ``scope``."""
        if "margin" not in Order._fields:
            return SQL("0")
        margin, rate, company, moment = (
            Order._field_to_sql(query.table, name, query)
            for name in ("margin", "currency_rate", "company_id", "date_order")
        )
        margin = SQL("%s / COALESCE(NULLIF(%s, 0), 1)", margin, rate)
        if scope.rates:
            day = SQL("(%s AT TIME ZONE 'UTC' AT TIME ZONE %s)::date", moment, scope.tz)
            rate = self.env["customer.grading.measure"]._get_rate_sql(scope, company, day)
            margin = SQL("%s * %s", margin, rate)
        return margin

    @api.model
    def _get_contacted_sql(self, scope):
        """Hook: return the query of ``partner_id`` and ``date_last_contact``; here of nobody."""
        return SQL("SELECT NULL::integer AS partner_id, NULL::date AS date_last_contact LIMIT 0")

    # ------------------------------------------------------------------ stored

    def _store_slice(self, figures_set, todo, count, start, length):
        """Write the figures of one slice; customers deleted meanwhile are passed over.

        :return: where the next slice starts, ``None`` after the last
        """
        end = start + length
        names = [SQL.identifier(name) for name in COLUMNS]
        params = {
            "todo": todo,
            "set": figures_set.id,
            "slice": SQL("position > %s AND position <= %s", start, end),
            "columns": SQL(", ").join(names),
            "told": SQL(", ").join(SQL.identifier("told", name) for name in COLUMNS),
            "new": SQL(", ").join(SQL("%s = EXCLUDED.%s", name, name) for name in names),
        }
        self.env.cr.execute(
            SQL(
                """
                DELETE FROM customer_grading_figures
                 WHERE set_id = %(set)s AND partner_id = ANY (ARRAY(
                       SELECT partner_id FROM %(todo)s WHERE %(slice)s AND here IS NULL))
                """,
                **params,
            )
        )
        self.env.cr.execute(
            SQL(
                """
                INSERT INTO customer_grading_figures (set_id, partner_id, %(columns)s)
                SELECT %(set)s, partner.id, %(told)s
                  FROM %(todo)s told
                  JOIN res_partner partner ON partner.id = told.partner_id
                 WHERE %(slice)s AND here
                ON CONFLICT (partner_id, set_id) DO UPDATE SET %(new)s
                """,
                **params,
            )
        )
        return end if end < count else None
