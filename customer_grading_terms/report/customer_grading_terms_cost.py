from dateutil.relativedelta import relativedelta

from odoo import api, fields, models
from odoo.addons.customer_grading.tools.blocks import open_window
from odoo.addons.customer_grading.tools.texts import NOT_GRADED
from odoo.tools import SQL

from ..models.customer_grading_grant import HELD
from .customer_grading_terms_figures import AMOUNTS

# What the id of a row is made of: that of the result, so many times, and that of the company.
ID_STEP = 100_000
# Amounts told for each 100 of revenue.
RATES = {"cost_rate": "given_away", "lent_rate": "not_due"}
# What a customer has by its grade, or by hand: kind of benefit, and the column of what it has now.
BY = {
    "payment_term": "payment_term_id",
    "pricelist": "pricelist_id",
    "credit_limit": "credit_limit",
}


class CustomerGradingTermsCost(models.Model):
    """What the terms of a customer cost a company, beside the revenue, by its main grade.

    A row a graded customer and company. Grades, terms, limits and benefits are those of now, amounts
    of documents those of last night.
    """

    _name = "customer.grading.terms.cost"
    _description = "What Grades Cost"
    _auto = False
    _order = "given_away desc, not_due desc, id"
    _rec_name = "partner_id"

    partner_id = fields.Many2one("res.partner", "Customer", readonly=True)
    company_id = fields.Many2one("res.company", readonly=True)
    currency_id = fields.Many2one("res.currency", readonly=True)
    user_id = fields.Many2one("res.users", "Salesperson", readonly=True)
    team_id = fields.Many2one("crm.team", "Sales team", readonly=True)
    grade_id = fields.Many2one("customer.grade", readonly=True, falsy_value_label=NOT_GRADED)
    grade_color = fields.Integer(related="grade_id.color")
    customers = fields.Integer(readonly=True)
    payment_term_id = fields.Many2one("account.payment.term", "Payment terms", readonly=True)
    term_days = fields.Float(
        "Days to pay",
        readonly=True,
        digits=(16, 1),
        aggregator="avg",
        help="From the invoice to the day on which it is due, by the payment terms of the customer, "
        "on average of a year. Of several customers: weighted by their revenue.",
    )
    pricelist_id = fields.Many2one("product.pricelist", readonly=True)
    credit_limit = fields.Monetary("Credit limit", readonly=True)
    revenue = fields.Monetary(
        readonly=True, help="Invoiced in the last 12 months, untaxed, less credit notes."
    )
    receivable = fields.Monetary("Receivables open", readonly=True)
    not_due = fields.Monetary(
        "Not yet due", readonly=True, help="Of the open receivables: lent because of the terms."
    )
    discount = fields.Monetary(
        readonly=True,
        help="Discount on the lines of orders confirmed in the last 12 months, as in Odoo's Sales "
        "analysis.",
    )
    below_list = fields.Monetary(
        "Below list price",
        readonly=True,
        help="What the same lines were sold below the list price of today, before their discount: "
        "by a pricelist, or by hand.",
    )
    given_away = fields.Monetary(
        "Given away", readonly=True, help="Discount, and what was sold below the list price."
    )
    cost_rate = fields.Float(
        "Given away per 100", readonly=True, aggregator="avg", help="For each 100 of revenue."
    )
    lent_rate = fields.Float(
        "Not yet due per 100", readonly=True, aggregator="avg", help="For each 100 of revenue."
    )
    benefit_count = fields.Integer(
        "Benefits", readonly=True, help="What is given for the grade now, whoever changed it since."
    )
    promise_count = fields.Integer(
        "Promises", readonly=True, help="What the grade promises in words alone."
    )
    payment_term_by_grade = fields.Integer("Payment terms by grade", readonly=True)
    payment_term_by_hand = fields.Integer("Payment terms by hand", readonly=True)
    pricelist_by_grade = fields.Integer("Pricelists by grade", readonly=True)
    pricelist_by_hand = fields.Integer("Pricelists by hand", readonly=True)
    credit_limit_by_grade = fields.Integer("Credit limits by grade", readonly=True)
    credit_limit_by_hand = fields.Integer("Credit limits by hand", readonly=True)

    @property
    def _table_query(self):
        """Return the rows of the companies that the user has selected."""
        self.env.flush_all()
        rows = [SQL("(%s)", self._get_rows_sql(company)) for company in self.env.companies.sudo()]
        return SQL(
            "SELECT told.*, discount + below_list AS given_away, %s FROM (%s) told",
            SQL(", ").join(SQL("NULL::float AS %s", SQL.identifier(name)) for name in RATES),
            SQL(" UNION ALL ").join(rows),
        )

    @api.model
    def _get_rows_sql(self, company):
        """Return the query of the rows of one company; without revenue that the reader may not see."""
        hidden = self.env["customer.grading.explanation"]._hides_revenue() and "revenue"
        return SQL(
            """
            SELECT told.result_id::bigint * %(step)s + %(company)s AS id, told.partner_id,
                   %(company)s AS company_id, %(currency)s AS currency_id, told.user_id,
                   salesperson.sale_team_id AS team_id, told.grade_id, 1 AS customers,
                   told.payment_term_id, COALESCE(term.days, 0) AS term_days, told.pricelist_id,
                   COALESCE(told.credit_limit, 0) AS credit_limit, %(amounts)s, %(by)s,
                   COALESCE(held.count, 0) AS benefit_count,
                   COALESCE(promised.count, 0) AS promise_count
              FROM (%(customers)s) told
              LEFT JOIN customer_grading_terms_figures kept
                ON kept.partner_id = told.partner_id AND kept.company_id = %(company)s
              LEFT JOIN (%(held)s) held ON held.partner_id = told.partner_id
              LEFT JOIN (%(terms)s) term ON term.id = told.payment_term_id
              LEFT JOIN (%(promised)s) promised ON promised.id = told.grade_id
              LEFT JOIN res_users salesperson ON salesperson.id = told.user_id
            """,
            step=ID_STEP,
            company=company.id,
            currency=company.currency_id.id,
            amounts=SQL(", ").join(
                SQL("COALESCE(kept.%(name)s, 0) AS %(name)s", name=SQL.identifier(name))
                if name != hidden
                else SQL("NULL::numeric AS %s", SQL.identifier(name))
                for name in AMOUNTS
            ),
            by=SQL(", ").join(self._get_by_sql(*item) for item in BY.items()),
            customers=self._get_customers_sql(company),
            held=self._get_held_sql(company),
            terms=self._get_values_sql(self._get_terms_days(company), SQL("days")),
            promised=self._get_values_sql(self._get_promises(company), SQL("count")),
        )

    @staticmethod
    def _get_by_sql(kind, name):
        """Return whether a customer has what it has by its grade, and whether by hand: 1 or 0 each."""
        now, given = SQL.identifier("told", name), SQL.identifier("held", kind)
        return SQL(
            "COALESCE(%(now)s > 0 AND %(now)s = %(given)s, FALSE)::integer AS %(by_grade)s,"
            " COALESCE(%(now)s > 0 AND %(now)s IS DISTINCT FROM %(given)s, FALSE)::integer"
            " AS %(by_hand)s",
            now=now,
            given=given,
            by_grade=SQL.identifier(f"{kind}_by_grade"),
            by_hand=SQL.identifier(f"{kind}_by_hand"),
        )

    @api.model
    def _get_customers_sql(self, company):
        """Return the query of the customers with their grade, and the terms that they have now."""
        parents = company.parent_ids | company
        Partner = self.env["res.partner"].sudo().with_company(company)
        seen = [("company_id", "in", [False, *parents.ids])]
        query = Partner._search(seen, bypass_access=True)
        same = SQL("graded.partner_id = %s", SQL.identifier(query.table, "id"))
        query.add_join("JOIN", "graded", SQL("(%s)", self._get_graded_sql(company)), same)
        names = {
            "user_id": "user_id",
            "payment_term_id": "property_payment_term_id",
            "pricelist_id": "specific_property_product_pricelist",
            "credit_limit": "credit_limit",
        }
        return query.select(
            SQL("graded.*"),
            *(
                SQL("%s AS %s", Partner._field_to_sql(query.table, field, query), SQL.identifier(n))
                for n, field in names.items()
            ),
        )

    @api.model
    def _get_graded_sql(self, company):
        """Return the query of ``result_id, partner_id, grade_id``: the grades that are shown."""
        dimension = self.env["customer.grading.dimension"]._get_main("partner", company)
        ids = dimension._get_result_company_ids(company) if dimension else [False]
        ids = [id_ or 0 for id_ in ids]
        nearest = SQL("DISTINCT ON (partner_id)") if len(ids) > 1 else SQL()
        order = SQL(" ORDER BY partner_id, ARRAY_POSITION(%s, COALESCE(company_id, 0))", ids)
        return SQL(
            "SELECT %s id AS result_id, partner_id, grade_id FROM customer_grading_result"
            " WHERE dimension_id = %s AND partner_id IS NOT NULL"
            " AND COALESCE(company_id, 0) = ANY(%s) %s",
            *(nearest, dimension.id or None, ids, order if len(ids) > 1 else SQL()),
        )

    @api.model
    def _get_held_sql(self, company):
        """Return the query of what customers were given and hold: how many benefits, and what.

        Of dimensions that the user sees. What counts everywhere is told where it was given.
        """
        visible = self.env["customer.grading.dimension"]._get_visible("partner")
        return SQL(
            """
            SELECT held.partner_id, COUNT(*)::integer AS count, %(given)s
              FROM customer_grading_grant held
              JOIN customer_grading_terms terms ON terms.id = held.terms_id
             WHERE held.state IN %(held)s AND held.partner_id IS NOT NULL
               AND held.dimension_id IN %(visible)s
               AND (held.company_id = %(company)s OR held.company_id IS NULL
                    AND COALESCE(terms.company_id, %(company)s) = %(company)s)
             GROUP BY held.partner_id
            """,
            given=SQL(", ").join(
                SQL(
                    "MAX(CASE WHEN held.kind = %s THEN (held.after #>> '{}')::numeric END) AS %s",
                    kind,
                    SQL.identifier(kind),
                )
                for kind in BY
            ),
            held=HELD,
            visible=tuple(visible.ids) or (0,),
            company=company.id,
        )

    # ------------------------------------------------------------------ worked out in Python

    @staticmethod
    def _get_values_sql(values, name):
        """Return ``{id: number}`` as a query of ``id`` and the number by a name."""
        rows = [SQL("(%s, %s::numeric)", *item) for item in values.items()]
        return SQL(
            "SELECT * FROM (VALUES %s) told (id, %s)",
            SQL(", ").join(rows or [SQL("(0, 0::numeric)")]),
            name,
        )

    @api.model
    def _get_terms_days(self, company):
        """Return ``{payment term's id: days from the invoice to the day on which it is due}``.

        Parts weigh as much as they are of the total. Where it depends on the day of the invoice, it
        is the average of those of the last year.
        """
        today = self.env["customer.grading.engine"]._get_today(company)
        Term = self.env["account.payment.term"].sudo().with_context(active_test=False)
        terms = Term.search([("line_ids.value_amount", ">", 0)])
        return {term.id: self._get_term_days(term, today) for term in terms}

    @api.model
    def _get_term_days(self, term, today):
        parts = term.line_ids.filtered(lambda line: line.value == "percent" and line.value_amount)
        whole = sum(parts.mapped("value_amount"))
        days = [self._get_line_days(line, today) * line.value_amount for line in parts]
        return round(sum(days) / whole, 1) if whole else 0

    @staticmethod
    def _get_line_days(line, today):
        """Return the days of one part, as Odoo tells its due date."""
        # Where the day of the invoice says nothing, one stands for all.
        year = 1 if line.delay_type == "days_after" else 365
        invoiced = [today - relativedelta(days=number) for number in range(year)]
        return sum((line._get_due_date(day) - day).days for day in invoiced) / year

    @api.model
    def _get_promises(self, company):
        """Return ``{grade's id: how much it promises in words alone}``."""
        dimension = self.env["customer.grading.dimension"]._get_main("partner", company)
        given = self.env["customer.grade"]._get_benefits_of(dimension, company)
        return {
            grade.id: len(benefits.filtered(lambda one: not one._is_given()))
            for grade, benefits in given.items()
        }

    # ------------------------------------------------------------------ shares of all rows together

    def _read_group_select(self, aggregate_spec, query):
        """Say what is told for each 100 of all rows together; days weighted by revenue."""
        name = aggregate_spec.partition(":")[0]
        revenue = self._field_to_sql(self._table, "revenue", query)
        if name in RATES:
            part = self._field_to_sql(self._table, RATES[name], query)
            return SQL("100 * SUM(%s)::float / NULLIF(GREATEST(SUM(%s), 0), 0)", part, revenue)
        if name == "term_days":
            days = self._field_to_sql(self._table, name, query)
            return SQL(
                "COALESCE(SUM(%(days)s * GREATEST(%(revenue)s, 0))"
                " / NULLIF(SUM(GREATEST(%(revenue)s, 0)), 0), AVG(%(days)s))::float",
                days=days,
                revenue=revenue,
            )
        return super()._read_group_select(aggregate_spec, query)

    # ------------------------------------------------------------------ what people open

    def action_open_customer(self):
        """Open the form of the customer."""
        self.ensure_one()
        return self.partner_id._get_records_action()

    def action_view_grants(self):
        """Open what the customer was given for its grades."""
        self.ensure_one()
        return open_window(
            self.partner_id.display_name,
            "customer.grading.grant",
            "list,kanban,pivot",
            domain=[("partner_id", "=", self.partner_id.id)],
        )
