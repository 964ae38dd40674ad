from odoo import api, fields, models
from odoo.tools import SQL

from ..tools.weeks import say_month

# A share: what it is of what, both summed up first.
SHARES = {
    "coverage": ("graded", "customers"),
    "success_rate": ("successful", "done"),
    "in_time_rate": ("in_time", "due"),
}
# What stands as of today beside each month: months are not added up.
STANDING = ("customers", "graded", "overdue")


class CustomerGradingAppraisal(models.Model):
    """What a salesperson is appraised by: grading, visits and follow-ups of each month."""

    _name = "customer.grading.appraisal"
    _description = "Appraisal Figures"
    _auto = False
    _order = "month desc, user_id, id"
    _rec_name = "user_id"

    user_id = fields.Many2one("res.users", "Salesperson", readonly=True)
    company_id = fields.Many2one("res.company", readonly=True)
    team_id = fields.Many2one("crm.team", "Sales team", readonly=True)
    month = fields.Date("First day of the month", readonly=True)
    month_name = fields.Char("Month", compute="_compute_month_name")
    customers = fields.Integer(readonly=True, help="Customers of the salesperson, as of today.")
    graded = fields.Integer(readonly=True, help="Of these, with a grade, as of today.")
    coverage = fields.Float("Grading coverage", readonly=True, aggregator="avg")
    planned = fields.Integer("Visits planned", readonly=True)
    done = fields.Integer("Visits done", readonly=True)
    successful = fields.Integer("Visits successful", readonly=True)
    success_rate = fields.Float("Success rate", readonly=True, aggregator="avg")
    missed = fields.Integer("Visits missed", readonly=True)
    unplanned = fields.Integer("Not planned, done", readonly=True)
    due = fields.Integer("Contacts due", readonly=True, help="Of what fell due in the month.")
    in_time = fields.Integer("Contacts in time", readonly=True)
    in_time_rate = fields.Float("Share in time", readonly=True, aggregator="avg")
    overdue = fields.Integer("Follow-ups overdue", readonly=True, help="As of today.")

    @api.depends("month")
    @api.depends_context("lang")
    def _compute_month_name(self):
        for one in self:
            one.month_name = say_month(self.env, one.month)

    @property
    def _table_query(self):
        """Return a row a salesperson and month, of the companies that the user works in."""
        self.env.flush_all()
        rows = [SQL("(%s)", self._get_rows_sql(company)) for company in self.env.companies]
        return SQL(
            "SELECT ROW_NUMBER() OVER (ORDER BY company_id, user_id, month) AS id, told.*,"
            " graded::float / NULLIF(customers, 0) AS coverage,"
            " successful::float / NULLIF(done, 0) AS success_rate,"
            " in_time::float / NULLIF(due, 0) AS in_time_rate FROM (%s) told",
            SQL(" UNION ALL ").join(rows),
        )

    @api.model
    def _get_rows_sql(self, company):
        Report = self.env["customer.grading.visit.report"]
        first, last = Report._get_bounds(company)
        return SQL(
            """
            WITH owned AS MATERIALIZED (
                SELECT customer.user_id, COUNT(*) AS customers, COUNT(graded.grade_id) AS graded
                  FROM res_partner customer LEFT JOIN LATERAL (%(grade)s) graded ON TRUE
                 WHERE customer.user_id IS NOT NULL AND %(is_customer)s GROUP BY 1
            ), overdue AS MATERIALIZED (%(overdue)s), visited AS MATERIALIZED (
                SELECT user_id, DATE_TRUNC('month', date)::date AS month, SUM(planned) AS planned,
                       SUM(done) AS done, SUM(successful) AS successful, SUM(missed) AS missed,
                       SUM(unplanned) AS unplanned
                  FROM (%(rows)s) told WHERE what != 'customer' GROUP BY 1, 2
            ), contacted AS MATERIALIZED (
                SELECT user_id, DATE_TRUNC('month', date_due)::date AS month, COUNT(*) AS due,
                       COUNT(*) FILTER (WHERE outcome = 'in_time') AS in_time
                  FROM customer_grading_attainment
                 WHERE (company_id IS NULL OR company_id IN %(parents)s)
                   AND date_due BETWEEN %(first)s AND %(last)s GROUP BY 1, 2
            ), person AS (
                SELECT user_id FROM owned UNION SELECT user_id FROM overdue
                 UNION SELECT user_id FROM visited UNION SELECT user_id FROM contacted
            )
            SELECT person.user_id, %(company)s AS company_id, salesperson.sale_team_id AS team_id,
                   month.month::date AS month, COALESCE(customers, 0) AS customers,
                   COALESCE(graded, 0) AS graded, COALESCE(overdue, 0) AS overdue,
                   COALESCE(planned, 0) AS planned, COALESCE(done, 0) AS done,
                   COALESCE(successful, 0) AS successful, COALESCE(missed, 0) AS missed,
                   COALESCE(unplanned, 0) AS unplanned, COALESCE(due, 0) AS due,
                   COALESCE(in_time, 0) AS in_time
              FROM person
              JOIN res_users salesperson ON salesperson.id = person.user_id
              CROSS JOIN GENERATE_SERIES(%(first)s::date, %(last)s::date, '1 month') month (month)
              LEFT JOIN owned USING (user_id)
              LEFT JOIN overdue USING (user_id)
              LEFT JOIN visited ON visited.user_id = person.user_id
                               AND visited.month = month.month::date
              LEFT JOIN contacted ON contacted.user_id = person.user_id
                                 AND contacted.month = month.month::date
            """,
            company=company.id,
            parents=tuple((company.sudo().parent_ids | company).ids),
            first=first,
            last=last,
            grade=Report._get_grade_sql(company, SQL("customer.id")),
            is_customer=Report._get_customer_sql(company),
            overdue=self._get_overdue_sql(company),
            rows=Report._get_rows_sql(company),
        )

    def _get_overdue_sql(self, company):
        """Return the query of ``user_id, overdue``: follow-ups that wait, by who does them."""
        FollowUp = self.env["customer.grading.follow.up"].sudo()
        query = FollowUp._search(
            [
                ("date_due", "<", self.env["customer.grading.engine"]._get_today(company)),
                ("company_id", "in", [False, *(company.sudo().parent_ids | company).ids]),
                ("cadence_id.optional", "=", False),
            ]
        )
        user = FollowUp._field_to_sql(query.table, "responsible_id", query)
        query.order = None
        query.groupby = user
        return SQL(
            "SELECT * FROM (%s) told WHERE user_id IS NOT NULL",
            query.select(SQL("%s AS user_id", user), SQL("COUNT(*) AS overdue")),
        )

    def _read_group_select(self, aggregate_spec, query):
        """Say a share of all rows together; what stands today once, whatever months are shown."""
        name = aggregate_spec.partition(":")[0]
        if name in SHARES:
            part, whole = (self._field_to_sql(self._table, n, query) for n in SHARES[name])
            return SQL("SUM(%s)::float / NULLIF(SUM(%s), 0)", part, whole)
        if name in STANDING:
            return SQL(
                "SUM(%s) / COUNT(DISTINCT %s)",
                self._field_to_sql(self._table, name, query),
                self._field_to_sql(self._table, "month", query),
            )
        return super()._read_group_select(aggregate_spec, query)
