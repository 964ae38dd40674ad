from dateutil.relativedelta import relativedelta

from odoo import api, fields, models
from odoo.addons.customer_grading.tools.texts import NOT_GRADED
from odoo.addons.customer_grading_follow_up.models.customer_grading_cadence import CONTACTS
from odoo.tools import SQL

from ..tools.weeks import get_monday, get_month

MONTHS = 12  # before this one, that are told of
# A share: what it is of what, both summed up first.
SHARES = {"success_rate": ("successful", "done"), "coverage": ("reached", "customers")}


class CustomerGradingVisitReport(models.Model):
    """What was planned and done, row by row: a visit, a contact nobody planned, a customer a month."""

    _name = "customer.grading.visit.report"
    _inherit = ["customer.grading.subject"]
    _description = "Visit Statistics"
    _auto = False
    _order = "date desc, id"

    what = fields.Selection(
        [
            ("planned", "Planned"),
            ("unplanned", "Not planned"),
            ("customer", "Customer of the month"),
        ],
        readonly=True,
    )
    user_id = fields.Many2one("res.users", "Responsible", readonly=True)
    team_id = fields.Many2one("crm.team", "Sales team", readonly=True)
    company_id = fields.Many2one("res.company", readonly=True)
    grade_id = fields.Many2one("customer.grade", readonly=True, falsy_value_label=NOT_GRADED)
    grade_color = fields.Integer(related="grade_id.color")
    kind = fields.Selection(CONTACTS, readonly=True)
    date = fields.Date(readonly=True, help="Planned for; of what was not planned, the day itself.")
    planned = fields.Integer(readonly=True)
    done = fields.Integer(readonly=True)
    successful = fields.Integer(readonly=True)
    missed = fields.Integer(readonly=True)
    unplanned = fields.Integer("Not planned, done", readonly=True)
    customers = fields.Integer(readonly=True, help="Customers of the salesperson, as of today.")
    reached = fields.Integer(readonly=True, help="Of these, with any contact in the month.")
    success_rate = fields.Float("Success rate", readonly=True, aggregator="avg")
    coverage = fields.Float(
        readonly=True,
        aggregator="avg",
        help="Share of the customers with at least one contact in the month.",
    )

    # Of this addon: it goes with it, as what the core declares would not.
    _subject_check = models.Constraint(
        "CHECK (num_nonnulls(partner_id, lead_id) = 1)",
        "Say whom the visit is to: a customer, or an opportunity.",
    )

    @property
    def _table_query(self):
        """Return the rows of all companies that the user works in and that have plans."""
        self.env.flush_all()
        Plan = self.env["customer.grading.visit.plan"].sudo()
        own = [("company_id", "in", self.env.companies.ids)]
        companies = [company for [company] in Plan._read_group(own, ["company_id"])]
        rows = [SQL("(%s)", self._get_rows_sql(company)) for company in companies]
        return SQL(
            "SELECT ROW_NUMBER() OVER (ORDER BY what, date, user_id, partner_id, lead_id, kind,"
            " visit_id) AS id, told.*, successful::float / NULLIF(done, 0) AS success_rate,"
            " reached::float / NULLIF(customers, 0) AS coverage FROM (%s) told",
            SQL(" UNION ALL ").join(rows) if rows else self._get_nothing_sql(),
        )

    @staticmethod
    def _get_nothing_sql():
        return SQL(
            "SELECT NULL::integer AS visit_id, NULL::varchar AS what, NULL::integer AS user_id,"
            " NULL::integer AS team_id, NULL::integer AS company_id, NULL::integer AS partner_id,"
            " NULL::integer AS lead_id, NULL::integer AS grade_id, NULL::varchar AS kind,"
            " NULL::date AS date, 0 AS planned, 0 AS done, 0 AS successful, 0 AS missed,"
            " 0 AS unplanned, 0 AS customers, 0 AS reached WHERE FALSE"
        )

    @api.model
    def _get_bounds(self, company):
        """Return the first day that is told of, and the last one."""
        today = self.env["customer.grading.engine"]._get_today(company)
        return today.replace(day=1) - relativedelta(months=MONTHS), get_month(today)[1]

    @api.model
    def _get_rows_sql(self, company):
        """Return the query of the rows of one company: visits, contacts, customers by month."""
        first, last = self._get_bounds(company)
        return SQL(
            """
            WITH plan AS MATERIALIZED (
                SELECT user_id, team_id, date_month FROM customer_grading_visit_plan
                 WHERE company_id = %(company)s AND date_month >= %(first)s
            )
            (%(visits)s)
             UNION ALL
            SELECT NULL, 'unplanned', told.user_id, plan.team_id, %(company)s, told.partner_id,
                   told.lead_id, graded.grade_id, told.kind, told.day, 0, 0, 0, 0, 1, 0, 0
              FROM (%(unplanned)s) told
              JOIN plan ON plan.user_id = told.user_id
                       AND plan.date_month = DATE_TRUNC('month', told.day)::date
              LEFT JOIN LATERAL (%(told_grade)s) graded ON TRUE
             UNION ALL
            SELECT NULL, 'customer', plan.user_id, plan.team_id, %(company)s, customer.id, NULL,
                   graded.grade_id, NULL, plan.date_month, 0, 0, 0, 0, 0, 1,
                   (reached.subject_id IS NOT NULL)::integer
              FROM plan
              JOIN res_partner customer ON customer.user_id = plan.user_id AND %(is_customer)s
              LEFT JOIN (
                  SELECT DISTINCT subject_id, DATE_TRUNC('month', day)::date AS month
                    FROM (%(contacts)s) contact WHERE day >= %(first)s
              ) reached ON reached.subject_id = customer.id AND reached.month = plan.date_month
              LEFT JOIN LATERAL (%(customer_grade)s) graded ON TRUE
            """,
            company=company.id,
            first=first,
            told_grade=self._get_grade_sql(company, SQL("told.partner_id")),
            customer_grade=self._get_grade_sql(company, SQL("customer.id")),
            visits=self._get_visits_sql(company, first),
            unplanned=self.env["customer.grading.visit.contacts"]._get_unplanned_sql(
                company, first, last
            ),
            is_customer=self._get_customer_sql(company),
            contacts=self.env["customer.grading.visit.contacts"]._get_contacts_sql(
                company, None, "partner"
            ),
        )

    @api.model
    def _get_visits_sql(self, company, first):
        """Return the rows of the planned visits; what was cancelled counts for nothing."""
        today = self.env["customer.grading.engine"]._get_today(company)
        return SQL(
            """
            SELECT id AS visit_id, 'planned' AS what, user_id, team_id, company_id, partner_id,
                   lead_id, grade_id, kind, date_planned AS date, 1 AS planned,
                   (date_done IS NOT NULL)::integer AS done,
                   (date_done IS NOT NULL AND success = 'yes')::integer AS successful,
                   (date_done IS NULL AND date_planned < %s)::integer AS missed,
                   0 AS unplanned, 0 AS customers, 0 AS reached
              FROM customer_grading_visit
             WHERE company_id = %s AND date_planned >= %s AND active AND is_cancelled IS NOT TRUE
            """,
            get_monday(today),
            company.id,
            first,
        )

    @api.model
    def _get_grade_sql(self, company, customer):
        """Return the query of ``grade_id``: the main grade of a customer, found by an index.

        :param customer: the column of whom it is the grade
        """
        dimension = self.env["customer.grading.dimension"]._get_main("partner", company)
        ids = dimension._get_result_company_ids(company) if dimension else [False]
        ids = [id_ or 0 for id_ in ids]
        return SQL(
            "SELECT grade_id FROM customer_grading_result"
            " WHERE dimension_id = %(dimension)s AND partner_id = %(customer)s"
            " AND COALESCE(company_id, 0) = ANY(%(ids)s)"
            " ORDER BY ARRAY_POSITION(%(ids)s, COALESCE(company_id, 0)) LIMIT 1",
            dimension=dimension.id or None,
            customer=customer,
            ids=ids,
        )

    @api.model
    def _get_customer_sql(self, company):
        """Return the condition that ``customer`` is somebody's in the company, no mere contact."""
        parents = company.sudo().parent_ids | company
        return SQL(
            "customer.active AND customer.commercial_partner_id = customer.id"
            " AND (customer.company_id IS NULL OR customer.company_id IN %s)",
            tuple(parents.ids),
        )

    def _read_group_select(self, aggregate_spec, query):
        """Say a share of all rows together, and not the average of theirs."""
        name = aggregate_spec.partition(":")[0]
        if name in SHARES:
            part, whole = (self._field_to_sql(self._table, n, query) for n in SHARES[name])
            return SQL("SUM(%s)::float / NULLIF(SUM(%s), 0)", part, whole)
        return super()._read_group_select(aggregate_spec, query)
