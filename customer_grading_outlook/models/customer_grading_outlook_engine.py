from datetime import timedelta

from odoo import api, models
from odoo.addons.customer_grading.models.result.customer_grading_change_writer import DIRECTION
from odoo.addons.customer_grading.tools.columns import VALUES
from odoo.tools import SQL

from .customer_grading_outlook_finder import HORIZONS, MOVING

FOUND = SQL.identifier("customer_grading_outlook_found")
# What a row of an outlook holds beside the subject, in the order of the temporary table.
COLUMNS = (
    "result_id",
    "direction",
    "way",
    "grade_id",
    "to_grade_id",
    "date",
    "date_effect",
    "needs_yes",
    "horizon",
    "values",
    "date_evaluated",
)
# Which way an outlook goes, from the direction of a change.
WAYS = SQL("CASE direction WHEN 'down' THEN 'fall' WHEN 'lost' THEN 'lost' ELSE 'rise' END")


class CustomerGradingOutlookEngine(models.AbstractModel):
    """Writes the outlooks of a policy: who moves by time, from which day on, and who is near.

    When a move takes effect is said by change control, of the results as they will be.
    """

    _name = "customer.grading.outlook.engine"
    _inherit = ["customer.grading.outlook.finder"]
    _description = "Engine of Outlooks"

    @api.model
    def _renew(self, policy, company, subject_ids=None):
        """Bring the outlooks of a policy up to date, writing only those that differ.

        :param policy: sudoed, as of the company
        :param subject_ids: customers or opportunities asked for; ``None``: all
        """
        self.env.flush_all()
        engine = self.env["customer.grading.engine"]
        today = engine._get_today(company)
        cutoffs = engine._get_last_full_run(policy, company).cutoffs or {}
        self._find(policy, company, today, cutoffs, subject_ids)
        self._create_found()
        before = today
        for days in HORIZONS:
            day = today + timedelta(days=days)
            self._add_timed(policy, company, today, before, day)
            before = day
        self._add_near(policy, company, today, cutoffs, subject_ids)
        self._write(policy, company, today, subject_ids)
        self.env.cr.execute(SQL("DROP TABLE %s, %s", MOVING, FOUND))
        self.env["customer.grading.outlook"].invalidate_model(flush=False)

    def _create_found(self):
        """Create the temporary table of the outlooks that are found: one a result and way."""
        names = SQL(", ").join(map(SQL.identifier, COLUMNS))
        table = SQL.identifier("customer_grading_outlook")
        self.env.cr.execute(SQL("DROP TABLE IF EXISTS %s", FOUND))
        self.env.cr.execute(
            SQL("CREATE TEMPORARY TABLE %s AS SELECT %s FROM %s LIMIT 0", FOUND, names, table)
        )
        self.env.cr.execute(
            SQL("CREATE UNIQUE INDEX ON %s (result_id, (direction = 'rise'))", FOUND)
        )

    # ------------------------------------------------------------------ by time

    def _add_timed(self, policy, company, today, before, day):
        """Add those whose other grade is computed after ``before`` and by ``day``.

        Change control is asked as in a run of ``before``: what it counts from then on is the same
        on each of the days. What waits for its day already is asked about today.
        """
        control = self.env["customer.grading.change.control"].sudo()
        run = self.env["customer.grading.run"].new(
            {"policy_id": policy.id, "company_id": company.id, "date_effect": before}
        )
        target = SQL(
            "CASE WHEN result.way = 'manual' THEN result.computed_grade_id ELSE %s END",
            control._get_target_sql(run),
        )
        self.env.cr.execute(
            SQL(
                """
                INSERT INTO %(found)s
                WITH workdays AS MATERIALIZED (
                    SELECT %(workdays)s AS days
                ), moved AS (
                    SELECT result.id, result.dimension_id, result.company_id, result.policy_id,
                           result.partner_id, result.lead_id, result.grade_id, result.date_since,
                           result.date_provisional, result.previous_grade_id,
                           moving.grade_id AS computed_grade_id, moving.rule_id AS computed_rule_id,
                           COALESCE(moving.since, moving.high) AS date_computed_since,
                           moving.way, moving.high, moving.values
                      FROM %(moving)s moving
                      JOIN customer_grading_result result ON result.id = moving.result_id
                     WHERE CASE WHEN moving.way = 'held' THEN %(before)s = %(today)s
                                ELSE moving.high > %(before)s AND moving.high <= %(day)s END
                ), directed AS MATERIALIZED (
                    SELECT result.*, %(target)s AS target_id, %(expires)s AS expires,
                           COALESCE(result.date_provisional <= result.high, FALSE) AS evaluates,
                           %(direction)s AS direction
                      FROM moved result %(joins)s
                ), timed AS MATERIALIZED (
                    SELECT directed.*,
                           CASE WHEN way = 'manual' THEN high ELSE GREATEST(%(due)s, high) END AS due
                      FROM directed
                     WHERE direction != 'same'
                ), stated AS (
                    SELECT timed.*,
                           CASE WHEN way = 'manual' THEN %(asked)s ELSE %(state)s END AS state,
                           CASE WHEN way = 'held' THEN due ELSE high END AS day
                      FROM timed
                )
                SELECT id, %(ways)s, way, grade_id, target_id, day, due, state != 'applied',
                       CASE WHEN day <= %(first)s THEN '30' WHEN day <= %(second)s THEN '60'
                            ELSE '90' END,
                       values, CASE WHEN way = 'held' THEN %(today)s ELSE high END
                  FROM stated
                 WHERE way != 'held' OR (due > %(today)s AND due <= %(last)s)
                    ON CONFLICT DO NOTHING
                """,
                found=FOUND,
                moving=MOVING,
                workdays=control._get_workdays_sql(run),
                before=SQL("%s::date", before),
                today=SQL("%s::date", today),
                day=day,
                target=target,
                expires=control._get_anniversary_sql(policy, "expiry_months"),
                direction=DIRECTION,
                joins=control._get_joins_sql(target),
                due=control._get_due_sql(run),
                asked=control._require_sql(policy, SQL("direction"), SQL("'applied'")),
                state=control._get_state_sql(run),
                ways=WAYS,
                **dict(
                    zip(
                        ("first", "second", "last"),
                        (today + timedelta(days=days) for days in HORIZONS),
                        strict=True,
                    )
                ),
            )
        )

    # ------------------------------------------------------------------ near

    def _add_near(self, policy, company, today, cutoffs, subject_ids):
        """Add whom one number, of which little is short, keeps from the next better grade.

        It is read from the values that results kept. Nobody whose grade is about to change, is by
        hand, or goes by how many take it, is told.
        """
        engine = self.env["customer.grading.engine"]
        scope = engine._get_scope(policy, company, today, cutoffs=cutoffs)
        terms, joins = engine._get_terms(policy, scope)
        if not (whens := list(self._get_near_whens(policy, terms, scope))):
            return
        subject = SQL.identifier("kept", policy.dimension_id._get_subject_kind().field)
        asked = SQL("TRUE")
        if subject_ids is not None:
            asked = SQL("%s IN %s", subject, tuple(subject_ids) or (0,))
        settled = SQL(
            "kept.dimension_id = %s AND kept.company_id IS NOT DISTINCT FROM %s"
            " AND kept.policy_id = %s AND kept.computed_grade_id IS NOT DISTINCT FROM kept.grade_id"
            " AND kept.reason != 'left' AND NOT %s AND %s",
            policy.dimension_id.id,
            company.id or None,
            policy.id,
            self.env["customer.grading.result"]._get_by_hand_sql("kept"),
            asked,
        )
        results = self.env["customer.grading.result"]
        self.env.cr.execute(
            SQL(
                """
                INSERT INTO %(found)s
                SELECT result.id, 'rise', 'near', result.grade_id, near.grade_id, NULL, NULL, FALSE,
                       NULL, NULL, NULL
                  FROM (%(values)s) %(alias)s %(joins)s
                  JOIN customer_grading_result result ON result.id = %(alias)s.subject_id
                 CROSS JOIN LATERAL (SELECT CASE %(whens)s END AS grade_id) near
                 WHERE near.grade_id IS NOT NULL
                    ON CONFLICT DO NOTHING
                """,
                found=FOUND,
                values=engine._get_kept_values_sql(policy, results, settled),
                alias=SQL.identifier(VALUES),
                joins=joins,
                whens=SQL(" ").join(whens),
            )
        )

    def _get_near_whens(self, policy, terms, scope):
        """Yield the branches that give the next better grade to those who are near it.

        A requirement gives it where none that is asked before it is met. Who is not graded is
        near any, the least first.
        """
        grades = list(policy._get_given_grades())
        for position, grade in reversed(list(enumerate(grades))):
            below = [*grades[position + 1 : position + 2], policy.env["customer.grade"]]
            for rule in policy.rule_ids.filtered(lambda r, g=grade: r.grade_id == g):
                if rule.limit_count:
                    continue
                near = rule._get_near_sql(rule._get_children(), terms, scope)
                later = policy.rule_ids[list(policy.rule_ids).index(rule) + 1 :]
                yield SQL(
                    "WHEN (result.computed_rule_id IS NULL OR result.computed_rule_id IN %s)"
                    " AND COALESCE(result.computed_grade_id, 0) IN %s AND %s THEN %s",
                    tuple(later.ids) or (0,),
                    tuple(one.id or 0 for one in below),
                    near,
                    grade.id,
                )

    # ------------------------------------------------------------------ writing

    def _write(self, policy, company, today, subject_ids):
        """Make the outlooks those that were found."""
        names = SQL(", ").join(map(SQL.identifier, COLUMNS))
        params = {
            "found": FOUND,
            "names": names,
            "results": self._get_results_sql(policy, company),
            "asked": SQL("TRUE"),
        }
        field = SQL.identifier("result", policy.dimension_id._get_subject_kind().field)
        if subject_ids is not None:
            params["asked"] = SQL("%s IN %s", field, tuple(subject_ids) or (0,))
        self.env.cr.execute(
            SQL(
                """
                DELETE FROM customer_grading_outlook outlook
                 USING customer_grading_result result
                 WHERE result.id = outlook.result_id AND %(results)s AND %(asked)s
                   AND NOT EXISTS (
                       SELECT 1 FROM %(found)s found
                        WHERE found.result_id = outlook.result_id
                          AND (found.direction = 'rise') = (outlook.direction = 'rise'))
                """,
                **params,
            )
        )
        if self.env.execute_query(SQL("SELECT 1 FROM %s LIMIT 1", FOUND)):
            self._write_found(policy, company, today, params)

    def _write_found(self, policy, company, today, params):
        """Write the rows found that are new, or differ, with the revenue of each."""
        self.env["customer.grading.engine"]._analyze(FOUND)
        trial = self.env["customer.grading.trial"].new(
            {"policy_id": policy.id, "company_id": company.id, "date": today}
        )
        subject = policy.dimension_id._get_subject_kind()
        revenue, joined = trial._get_revenue_sql()
        told = (*COLUMNS, "policy_id", "currency_id", "kept_revenue")
        self.env.cr.execute(
            SQL(
                """
                INSERT INTO customer_grading_outlook (
                    %(names)s, %(field)s, dimension_id, company_id, policy_id, currency_id,
                    kept_revenue)
                SELECT %(found_names)s, subject.id, %(dimension)s, %(company)s, %(policy)s,
                       %(currency)s, ROUND((%(revenue)s)::numeric, 2)
                  FROM %(found)s found
                  JOIN customer_grading_result result ON result.id = found.result_id
                  JOIN %(subjects)s subject ON subject.id = %(held)s
                  %(joined)s
                    ON CONFLICT (result_id, (direction = 'rise')) DO UPDATE
                   SET (%(told)s) = ROW(%(new)s)
                 WHERE (%(old)s) IS DISTINCT FROM (%(new)s)
                """,
                **params,
                field=SQL.identifier(subject.field),
                found_names=SQL(", ").join(SQL.identifier("found", name) for name in COLUMNS),
                dimension=policy.dimension_id.id,
                company=company.id or None,
                policy=policy.id,
                currency=trial._get_scope().currency_id,
                revenue=revenue,
                subjects=SQL.identifier(subject.table),
                held=SQL.identifier("result", subject.field),
                joined=joined,
                told=SQL(", ").join(map(SQL.identifier, told)),
                old=SQL(", ").join(
                    SQL.identifier("customer_grading_outlook", name) for name in told
                ),
                new=SQL(", ").join(SQL.identifier("excluded", name) for name in told),
            )
        )
