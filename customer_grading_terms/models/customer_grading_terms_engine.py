import json

from odoo import api, models
from odoo.addons.customer_grading.tools.subject import REVENUE_MONTHS
from odoo.fields import Domain
from odoo.tools import SQL

from ..tools.kinds import KINDS
from .customer_grading_grant import HELD

# What is asked of whoever holds a grade, as columns.
ASKED = {
    "grade_id": "integer",
    "company_id": "integer",
    "key": "varchar",
    "kind": "varchar",
    "benefit_id": "integer",
    "what": "varchar",
    "after": "jsonb",
    "gives": "boolean",
    # What is archived, and stays with who has it: compared as ``what``.
    "stays": "varchar[]",
}


class CustomerGradingTermsEngine(models.AbstractModel):
    """Finds who is to be given what, and from whom something is to be taken back.

    In: the grades in effect, and what they give. Out: rows of the ledger that wait. What is given
    already is compared as a text, so that only what differs is written.
    """

    _name = "customer.grading.terms.engine"
    _description = "Engine of What Grades Give"

    @api.model
    def _propose(self, terms, subject_ids=None):
        """Let wait in the ledger what differs from what the grades give, and nothing else.

        :param terms: those of one dimension and company, sudoed
        :param subject_ids: the customers or opportunities to look at; ``None``: all
        """
        self.env.flush_all()
        names = self._get_names(terms, subject_ids)
        if subject_ids is None:
            # Of rows that were written a moment ago PostgreSQL knows nothing, takes them for few,
            # and would look for each of them among all.
            self.env.cr.execute(SQL("SET LOCAL enable_nestloop = off"))
        for statement in (self._get_stale_sql, self._get_ending_sql, self._get_waiting_sql):
            self.env.cr.execute(statement(names))
        if subject_ids is None:
            self.env.cr.execute(SQL("SET LOCAL enable_nestloop = DEFAULT"))
        self.env["customer.grading.grant"].invalidate_model(flush=False)
        self._work_out_limits(terms, subject_ids)

    def _get_names(self, terms, subject_ids):
        """Return what the statements are put together from, by name."""
        field = SQL.identifier(terms.dimension_id._get_subject_kind().field)
        some = SQL("TRUE")
        if subject_ids is not None:
            some = SQL("%s = ANY(%s)", field, list(subject_ids))
        return {
            "field": field,
            "some": some,
            "terms": terms.id,
            "dimension": terms.dimension_id.id,
            "held": HELD,
            "wanted": self._get_wanted_sql(terms, field, some),
            "same": SQL(
                "wanted.subject_id = held.%s AND wanted.key = held.key"
                " AND COALESCE(wanted.company_id, 0) = COALESCE(held.company_id, 0)",
                field,
            ),
        }

    def _get_wanted_sql(self, terms, field, some):
        """Return the query of what whoever holds a grade is to have, a row each."""
        company = SQL("company_id IS NULL")
        if terms.company_id:
            company = SQL("company_id = %s", terms.company_id.id)
        return SQL(
            "SELECT result.id AS result_id, result.subject_id, asked.*"
            " FROM (SELECT id, %(field)s AS subject_id, grade_id FROM customer_grading_result"
            " WHERE dimension_id = %(dimension)s AND %(company)s AND %(field)s IS NOT NULL"
            " AND %(some)s) result"
            " JOIN (%(asked)s) asked ON asked.grade_id = result.grade_id",
            field=field,
            dimension=terms.dimension_id.id,
            company=company,
            some=some,
            asked=self._get_asked_sql(terms),
        )

    def _get_asked_sql(self, terms):
        columns = SQL(", ").join(
            SQL("%s::%s AS %s", SQL.identifier("said", name), SQL(type_), SQL.identifier(name))
            for name, type_ in ASKED.items()
        )
        names = SQL(", ").join(map(SQL.identifier, ASKED))
        rows = [
            SQL("(%s)", SQL(", ").join(map(self._get_cell_sql, row)))
            for row in self._get_asked(terms)
        ]
        nothing = SQL("(%s)", SQL(", ").join([SQL("NULL")] * len(ASKED)))
        return SQL(
            "SELECT %s FROM (VALUES %s) said (%s)",
            columns,
            SQL(", ").join(rows or [nothing]),
            names,
        )

    @staticmethod
    def _get_cell_sql(value):
        return SQL("%s", value) if value is not None else SQL("NULL")

    @api.model
    def _get_asked(self, terms):
        """Return what who holds a grade is to be given, in which company.

        :return: list of values of :data:`ASKED`
        """
        companies = terms._get_companies()
        rows = []
        for company in companies:
            everywhere = company == (terms.company_id or companies[:1])
            given = self.env["customer.grade"]._get_benefits_of(
                terms.dimension_id, company, archived=True
            )
            for grade, benefits in given.items():
                rows += [
                    self._get_row(grade, benefit, company, rivals)
                    for rivals in benefits._get_by_key().values()
                    for benefit in rivals
                    if KINDS[benefit.kind].per_company or everywhere
                ]
        return rows

    def _get_row(self, grade, benefit, company, rivals):
        """Return what is asked of one benefit.

        :param rivals: all that the grade gives of the same, some of them archived
        """
        after = benefit._get_after()
        archived = rivals.filtered(lambda one: not one._is_giving(company))
        return (
            grade.id,
            company.id if KINDS[benefit.kind].per_company else None,
            benefit._get_key(),
            benefit.kind,
            benefit.id,
            benefit._get_what(),
            None if after is None else json.dumps(after),
            benefit._is_giving(company),
            [one._get_what() for one in archived],
        )

    # ------------------------------------------------------------------ what waits

    def _get_stale_sql(self, names):
        """Forget what waits, or was refused, and is not asked for any more."""
        return SQL(
            """
            WITH wanted AS MATERIALIZED (%(wanted)s)
            DELETE FROM customer_grading_grant held
             WHERE terms_id = %(terms)s AND state IN ('waiting', 'refused') AND %(some)s
               AND NOT EXISTS (
                   SELECT FROM wanted
                    WHERE %(same)s AND wanted.what = held.what AND wanted.gives)
            """,
            **names,
        )

    def _get_ending_sql(self, names):
        """Mark what is held and not given any more, and let be what is given again.

        What is archived is not given to anybody new; who has it keeps it.
        """
        return SQL(
            """
            WITH wanted AS MATERIALIZED (%(wanted)s),
            ending AS (
                SELECT held.id, wanted.subject_id IS NULL AS ends
                  FROM customer_grading_grant held
                  LEFT JOIN wanted
                    ON %(same)s AND (wanted.gives OR wanted.what = held.what)
                 WHERE held.terms_id = %(terms)s AND held.state IN %(held)s AND %(some)s
            )
            UPDATE customer_grading_grant held
               SET ends = ending.ends, is_confirmed = FALSE
              FROM ending
             WHERE held.id = ending.id AND ending.ends IS DISTINCT FROM COALESCE(held.ends, FALSE)
            """,
            **names,
        )

    def _get_waiting_sql(self, names):
        """Let wait what is given and not held, nor refused; who has it by another dimension keeps it."""
        return SQL(
            """
            WITH wanted AS MATERIALIZED (%(wanted)s)
            INSERT INTO customer_grading_grant (
                   terms_id, dimension_id, %(field)s, company_id, grade_id, benefit_id, kind, key, what,
                   after, state, ends, is_confirmed, change_id)
            SELECT %(terms)s, %(dimension)s, wanted.subject_id, wanted.company_id, wanted.grade_id,
                   wanted.benefit_id, wanted.kind, wanted.key, wanted.what, wanted.after, 'waiting',
                   FALSE, FALSE, change.id
              FROM wanted
              LEFT JOIN LATERAL (
                   SELECT id FROM customer_grading_change
                    WHERE result_id = wanted.result_id AND state = 'applied' AND date_end IS NULL
                    ORDER BY id DESC LIMIT 1) change ON TRUE
             WHERE wanted.gives
               AND NOT EXISTS (
                   SELECT FROM customer_grading_grant held
                    WHERE %(same)s
                      AND (held.state IN %(held)s
                           AND (held.what = wanted.what OR held.what = ANY(wanted.stays)
                                OR held.terms_id != %(terms)s)
                           OR held.state IN ('waiting', 'refused') AND held.terms_id = %(terms)s))
             ORDER BY wanted.subject_id, wanted.key
                ON CONFLICT DO NOTHING
            """,
            **names,
        )

    # ------------------------------------------------------------------ credit limits by revenue

    def _work_out_limits(self, terms, subject_ids):
        """Work out the credit limits that wait and are so many times the monthly revenue.

        They are whole amounts: nobody promises cents.
        """
        own = Domain("terms_id", "=", terms.id) & Domain("state", "=", "waiting")
        if subject_ids is not None:
            own &= Domain("partner_id", "in", subject_ids)
        unknown = own & Domain("what", "=like", "credit\\_limit*%") & Domain("after", "=", False)
        waiting = self.env["customer.grading.grant"].search(unknown)
        for company, some in waiting.grouped("company_id").items():
            revenue = self._get_monthly_revenue(some.partner_id, company)
            for grant in some:
                amount = round(revenue[grant.partner_id.id] * grant.benefit_id.revenue_months)
                if amount > 0:
                    grant.after = float(amount)
                else:
                    grant.problem = self.env._(
                        "Nothing was invoiced in the last 12 months, and a limit of 0 would be none."
                    )

    @api.model
    def _get_monthly_revenue(self, customers, company):
        """Return ``{customer's id: amount}``: invoiced in a month, on average of the last twelve."""
        today = self.env["customer.grading.engine"]._get_today(company)
        revenues = self.env["customer.grading.owner"]._get_revenues(customers, company, today)
        return {id_: revenues[id_] / REVENUE_MONTHS for id_ in customers.ids}
