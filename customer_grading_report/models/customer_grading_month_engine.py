from datetime import timedelta

from dateutil.relativedelta import relativedelta

from odoo import api, models
from odoo.addons.customer_grading.tools.subject import REVENUE_MONTHS
from odoo.tools import SQL, date_utils

# What customers of a month are told apart by, and what is told of those that are the same.
KEYS = (
    "dimension_id",
    "grade_id",
    "country_id",
    "state_id",
    "industry_id",
    "team_id",
    "salesperson_id",
)
TOLD = (*KEYS, "customer_count", "revenue")


class CustomerGradingMonthEngine(models.AbstractModel):
    """Tells month ends: which grade held how many customers, and what these bought in 12 months.

    This month is told every night, as it stands. A month that is over is told once, from the
    history of changes, and anew where changes of that time were written later, as an import does.
    """

    _name = "customer.grading.month.engine"
    _inherit = ["customer.grading.slices"]
    _description = "Calculation of Month Ends"

    @api.model
    def _tell(self, figures_set, scope, commit=False):
        """Tell the months of a set that are to be told, oldest first, and this month.

        Each is committed: a job that was killed goes on with the next one.
        """
        self._try(self._tell_month, commit, figures_set, scope, scope.date, None)
        if not figures_set.date_from:
            return
        last = date_utils.start_of(scope.date, "month") - timedelta(days=1)
        sums = SQL.identifier(f"grading_months_{figures_set.id}")
        self._try(self._sum_up, commit, figures_set.date_from, last, scope, sums)
        while figures_set.date_from:
            self._try(self._tell_next, commit, figures_set, scope, last, sums)
        self.env.cr.execute(SQL("DROP TABLE %s", sums))

    def _tell_next(self, figures_set, scope, last, sums):
        """Tell the first month end that is still to be told."""
        month_end = figures_set.date_from
        self._tell_month(figures_set, scope, month_end, sums)
        following = date_utils.end_of(month_end + timedelta(days=1), "month")
        figures_set.date_from = following if following <= last else False

    def _sum_up(self, first, last, scope, sums):
        """Fill the temporary table ``sums`` with what each customer was invoiced each month.

        It is what the 12 months up to the month ends ``first`` to ``last`` are made of: one scan.
        """
        start = date_utils.start_of(first, "month") - relativedelta(months=REVENUE_MONTHS - 1)
        Owner = self.env["customer.grading.owner"]
        query, customer, day, amount = Owner._open_invoices(scope, start, last)
        month = SQL("date_trunc('month', %s)::date", day)
        query.groupby = SQL("%s, %s", customer, month)
        self.env.flush_all()
        self.env.cr.execute(SQL("DROP TABLE IF EXISTS %s", sums))
        self.env.cr.execute(
            SQL(
                "CREATE TEMPORARY TABLE %s AS %s",
                sums,
                query.select(
                    SQL("%s AS partner_id", customer),
                    SQL("%s AS month", month),
                    SQL("SUM(%s) AS revenue", amount),
                ),
            )
        )
        self.env["customer.grading.engine"]._analyze(sums)

    # ------------------------------------------------------------------ one month

    def _tell_month(self, figures_set, scope, day, sums):
        """Write the rows of one month: those that differ go, and come anew.

        :param day: its end, or today where it is not over
        :param sums: table of what was invoiced each month; ``None``: this month
        """
        self.env.flush_all()
        standing = SQL("result.grade_id")
        joins = self._get_joins_sql(figures_set, day, sums)
        there = SQL("result.reason != 'left'")
        if sums is not None:
            standing = SQL("held.grade_id")
            there = SQL("%s AND partner.create_date < %s", there, scope.get_end_of(day))
        statement = SQL(
            """
            WITH standing AS (
                SELECT result.dimension_id, %(grade)s AS grade_id, partner.country_id,
                       partner.state_id, partner.industry_id,
                       salesperson.sale_team_id AS team_id, partner.user_id AS salesperson_id,
                       COALESCE(figures.revenue, 0) AS revenue
                  FROM customer_grading_result result
                  JOIN res_partner partner ON partner.id = result.partner_id
                  LEFT JOIN res_users salesperson ON salesperson.id = partner.user_id
                  %(joins)s
                 WHERE %(own)s AND (%(grade)s IS NOT NULL OR %(there)s)
            ), told AS (
                SELECT %(keys)s, COUNT(*)::integer AS customer_count,
                       ROUND(SUM(revenue)::numeric, %(digits)s) AS revenue
                  FROM standing
                 GROUP BY %(keys)s
            ), hashed AS (
                SELECT *, ROW(%(told)s, %(currency)s, %(running)s)::text AS hash FROM told
            ), kept AS (
                SELECT id, ROW(%(told)s, currency_id, is_running)::text AS hash
                  FROM customer_grading_month
                 WHERE month_end = %(month_end)s
                   AND COALESCE(company_id, -dimension_id) = %(key)s
            ), gone AS (
                DELETE FROM customer_grading_month
                 WHERE id IN (SELECT id FROM kept WHERE NOT EXISTS (
                              SELECT FROM hashed WHERE hashed.hash = kept.hash))
            )
            INSERT INTO customer_grading_month (
                month_end, is_running, company_id, currency_id, %(told)s)
            SELECT %(month_end)s, %(running)s, %(company)s, %(currency)s, %(told)s
              FROM hashed
             WHERE NOT EXISTS (SELECT FROM kept WHERE kept.hash = hashed.hash)
            """,
            grade=standing,
            joins=joins,
            own=figures_set._get_results_sql("result"),
            there=there,
            keys=SQL(", ").join(map(SQL.identifier, KEYS)),
            told=SQL(", ").join(map(SQL.identifier, TOLD)),
            digits=figures_set._get_currency().decimal_places,
            currency=SQL("%s::integer", figures_set._get_currency().id),
            running=SQL("%s::boolean", sums is None),
            month_end=date_utils.end_of(day, "month"),
            company=figures_set.company_id.id or None,
            key=figures_set.key,
        )
        self.env.cr.execute(statement)
        self.env["customer.grading.month"].invalidate_model(flush=False)

    def _get_joins_sql(self, figures_set, day, sums):
        """Return the joins of ``figures``, a customer's revenue, and of ``held``, its grade then."""
        if sums is None:
            return SQL(
                "LEFT JOIN customer_grading_figures figures"
                " ON figures.partner_id = result.partner_id AND figures.set_id = %s",
                figures_set.id,
            )
        return SQL(
            """
            LEFT JOIN (
                SELECT partner_id, SUM(revenue) AS revenue FROM %(sums)s
                 WHERE month > %(before)s AND month <= %(day)s
                 GROUP BY partner_id
            ) figures ON figures.partner_id = result.partner_id
            LEFT JOIN (
                SELECT result_id, grade_id FROM customer_grading_change change
                 WHERE state = 'applied' AND is_aside IS NOT TRUE AND %(own)s
                   AND date_applied <= %(day)s AND (date_end IS NULL OR date_end >= %(day)s)
            ) held ON held.result_id = result.id
            """,
            sums=sums,
            before=day - relativedelta(months=REVENUE_MONTHS),
            day=day,
            own=figures_set._get_results_sql("change"),
        )
