from datetime import date

from dateutil.relativedelta import relativedelta

from odoo import api, models
from odoo.addons.customer_grading.tools.scope import Scope
from odoo.tools import SQL

LEAST_DAYS = 3  # days with orders from which on there is a usual interval
TIMES = 2  # so many usual intervals without an order are silence
USUAL = {
    "median": SQL("PERCENTILE_CONT(0.5) WITHIN GROUP (ORDER BY gap)"),
    "mean": SQL("AVG(gap)::float"),
}
AGREEMENT = "customer.grading.agreement"  # of customer_grading_agreement, where it is installed
# What is found out of a customer: columns of its row.
FOUND = (
    "is_silent",
    "is_falling",
    "is_ended",
    "date_last_order",
    "usual_days",
    "revenue",
    "fall",
    "date_contract_end",
    "date_last_contact",
)


class CustomerGradingSilenceEngine(models.AbstractModel):
    """Finds, in one statement a company, whose orders stopped or fell, and whose contract ended.

    A company counts with its branches. Who is listed is listed anew every night; rows are written
    where they differ alone.
    """

    _name = "customer.grading.silence.engine"
    _description = "Engine of Silent Customers"

    @api.model
    def _cron_renew(self):
        """Renew the lists of all companies, each in a transaction of its own."""
        companies = self.env["res.company"].sudo().search([("parent_id", "=", False)])
        for left, company in zip(range(len(companies) - 1, -1, -1), companies, strict=True):
            self._renew(company)
            self.env["ir.cron"]._commit_progress(1, remaining=left)

    @api.model
    def _renew(self, company):
        """Renew the list of a company."""
        self.env.flush_all()
        self.env.cr.execute(self._get_renewing_sql(company.sudo()))
        self.env["customer.grading.silence"].invalidate_model(flush=False)

    @api.model
    def _get_scope(self, company):
        """Return the :class:`Scope` of today: the company and its branches."""
        engine = self.env["customer.grading.engine"]
        companies = self.env["res.company"].sudo().search([("id", "child_of", company.ids)])
        return Scope(
            engine._get_today(company),
            tz=engine._get_time_zone(company),
            company_ids=tuple(companies.ids),
        )

    # ------------------------------------------------------------------ the statement

    @api.model
    def _get_renewing_sql(self, company):
        """Return the statement that writes what differs, and deletes who is on no list any more."""
        scope = self._get_scope(company)
        names = [SQL.identifier(name) for name in FOUND]
        return SQL(
            """
            WITH found AS MATERIALIZED (
                %(found)s
            ), gone AS (
                DELETE FROM customer_grading_silence kept
                 WHERE company_id = %(company)s AND NOT EXISTS (
                       SELECT FROM found WHERE found.partner_id = kept.partner_id)
            )
            INSERT INTO customer_grading_silence (partner_id, company_id, date_listed, %(names)s)
            SELECT found.partner_id, %(company)s, %(today)s, %(found_names)s
              FROM found
              LEFT JOIN customer_grading_silence kept
                     ON kept.partner_id = found.partner_id AND kept.company_id = %(company)s
             WHERE kept.id IS NULL OR (%(found_names)s) IS DISTINCT FROM (%(kept_names)s)
                ON CONFLICT (partner_id, company_id) DO UPDATE SET (%(names)s) = (%(new)s)
            """,
            found=self._get_found_sql(company, scope),
            company=company.id,
            today=scope.date,
            names=SQL(", ").join(names),
            new=SQL(", ").join(SQL("EXCLUDED.%s", name) for name in names),
            found_names=SQL(", ").join(SQL("found.%s", name) for name in names),
            kept_names=SQL(", ").join(SQL("kept.%s", name) for name in names),
        )

    @api.model
    def _get_found_sql(self, company, scope):
        """Return the query of ``partner_id`` and ``FOUND`` of who is to be listed."""
        return SQL(
            """
            WITH customer AS MATERIALIZED (
                %(customers)s
            ), contract AS MATERIALIZED (
                %(contracts)s
            ), listed AS MATERIALIZED (
                SELECT partner.id AS partner_id, customer.date_last_order, customer.usual_days,
                       ROUND(customer.revenue, 2) AS revenue,
                       (1 - customer.recent / NULLIF(customer.earlier, 0))::float AS fall,
                       contract.date_contract_end,
                       COALESCE(customer.order_days >= %(least)s AND %(today)s - date_last_order
                                > %(times)s * usual_days, FALSE) AS is_silent,
                       COALESCE(customer.earlier > 0 AND customer.recent
                                <= customer.earlier * (100 - %(percent)s) / 100.0, FALSE)
                           AS is_falling,
                       COALESCE(contract.date_contract_end < %(today)s, FALSE) AS is_ended
                  FROM res_partner partner
                  LEFT JOIN customer ON customer.partner_id = partner.id
                  LEFT JOIN contract ON contract.partner_id = partner.id
                 WHERE (customer.partner_id IS NOT NULL OR contract.partner_id IS NOT NULL)
                   AND partner.id IN %(population)s AND %(included)s
            )
            SELECT listed.*, contact.day AS date_last_contact
              FROM listed
              LEFT JOIN (SELECT subject_id, MAX(day) AS day FROM (%(contacts)s) told GROUP BY 1
                        ) contact ON contact.subject_id = listed.partner_id
             WHERE is_silent OR is_falling OR is_ended
            """,
            customers=self._get_customers_sql(company, scope),
            contracts=self._get_contracts_sql(company, scope),
            contacts=self.env["customer.grading.contact"]._get_contacts_sql(scope),
            population=self._get_population(scope),
            included=self._get_included_sql(company),
            least=LEAST_DAYS,
            times=TIMES,
            percent=company.customer_grading_fall_percent,
            today=scope.date,
        )

    @api.model
    def _get_customers_sql(self, company, scope):
        """Return the query of who ordered: when last, how often, and for how much.

        ``revenue`` is that of the 12 months up to the last order, ``recent`` and ``earlier`` that
        of the last 12 months and the 12 before; untaxed, in the company's currency.
        """
        year_ago = scope.date - relativedelta(years=1)
        return SQL(
            """
            SELECT partner_id, MAX(day) AS date_last_order, COUNT(*) AS order_days,
                   %(usual)s AS usual_days,
                   SUM(amount) FILTER (WHERE day > last - INTERVAL '1 year') AS revenue,
                   COALESCE(SUM(amount) FILTER (WHERE day > %(year_ago)s), 0) AS recent,
                   COALESCE(SUM(amount) FILTER (WHERE day <= %(year_ago)s AND day > %(before)s), 0)
                       AS earlier
              FROM (
                  SELECT partner_id, day, amount, MAX(day) OVER (PARTITION BY partner_id) AS last,
                         day - LAG(day) OVER (PARTITION BY partner_id ORDER BY day) AS gap
                    FROM (%(days)s) ordered
              ) spaced
             GROUP BY partner_id
            """,
            usual=USUAL[company.customer_grading_usual_by],
            days=self._get_order_days_sql(scope),
            year_ago=year_ago,
            before=scope.date - relativedelta(years=2),
        )

    @api.model
    def _get_order_days_sql(self, scope):
        """Return the query of the days on which a customer ordered, and for how much."""
        return SQL(
            """
            SELECT contact.commercial_partner_id AS partner_id,
                   (sale.date_order AT TIME ZONE 'UTC' AT TIME ZONE %(tz)s)::date AS day,
                   SUM(sale.amount_untaxed / COALESCE(NULLIF(sale.currency_rate, 0), 1)) AS amount
              FROM sale_order sale
              JOIN res_partner contact ON contact.id = sale.partner_id
             WHERE sale.state = 'sale' AND sale.company_id IN %(companies)s
               AND sale.date_order < %(end)s
             GROUP BY 1, 2
            """,
            tz=scope.tz,
            companies=scope.company_ids,
            end=scope.get_end_of(scope.date),
        )

    @api.model
    def _get_contracts_sql(self, company, scope):
        """Return the query of the day on which a customer's last contract ends; none for ever."""
        return SQL(
            "SELECT partner_id, NULLIF(MAX(day), %s) AS date_contract_end FROM (%s) told"
            " GROUP BY partner_id",
            date.max,
            self._get_contract_days_sql(company, scope),
        )

    @api.model
    def _get_contract_days_sql(self, company, scope):
        """Hook: return the query of ``partner_id`` and ``day``: last days of contracts.

        Here of the newest answers to the question of the settings, and of agreements where these
        are installed. ``date.max`` is the day of what has none.
        """
        days = self._get_answered_days_sql(company, scope)
        if AGREEMENT not in self.env:
            return days
        agreed = self.env[AGREEMENT].sudo()._get_last_days_sql(scope)
        return SQL("(%s) UNION ALL SELECT subject_id, day FROM (%s) agreed", days, agreed)

    @api.model
    def _get_answered_days_sql(self, company, scope):
        return SQL(
            """
            SELECT DISTINCT ON (partner_id) partner_id, date_value AS day
              FROM customer_grading_answer
             WHERE question_id = %s AND company_id IN %s AND date <= %s AND partner_id IS NOT NULL
             ORDER BY partner_id, date DESC, id DESC
            """,
            company.customer_grading_contract_question_id.id or None,
            scope.company_ids,
            scope.date,
        )

    @api.model
    def _get_population(self, scope):
        """Return who can be a customer, as grading knows it: no own company, none archived."""
        customers = self.env["customer.grading.engine"]._get_partner_domain(scope)
        Partner = self.env["res.partner"].sudo().with_context(active_test=False)
        return Partner._search(customers, bypass_access=True).subselect()

    @api.model
    def _get_included_sql(self, company):
        """Return whether a customer is not excluded from the company's main dimension by hand."""
        dimension = self.env["customer.grading.dimension"]._get_main("partner", company)
        ids = dimension._get_result_company_ids(company) if dimension else [False]
        return SQL(
            "partner.commercial_partner_id = partner.id AND NOT EXISTS ("
            "SELECT FROM customer_grading_result result WHERE result.partner_id = partner.id"
            " AND result.dimension_id = %s AND COALESCE(result.company_id, 0) IN %s"
            " AND result.manual_kind = 'exclude')",
            dimension.id or None,
            tuple(id_ or 0 for id_ in ids),
        )
