from datetime import timedelta

from odoo import api, models
from odoo.tools import SQL

HORIZONS = (30, 60, 90)  # so many days ahead it is looked
MOVING = SQL.identifier("customer_grading_outlook_moving")
EVALUATED = "customer_grading_outlook_evaluated"


class CustomerGradingOutlookFinder(models.AbstractModel):
    """Finds whose computed grade changes by passing time alone, and on which day.

    The policy is evaluated for days to come: with the documents, answers and cut-offs of today,
    everybody at each horizon; then those who move, in between, until the day is known.
    """

    _name = "customer.grading.outlook.finder"
    _description = "Finder of Grades That Move by Time"

    @api.model
    def _find(self, policy, company, today, cutoffs, subject_ids=None):
        """Fill the temporary table ``MOVING`` with the results that move within the horizons.

        Its columns: ``result_id``; ``way`` as of an outlook; ``high``, the day on which another
        grade is computed first; ``since``, the day from which it has stood then; ``grade_id``,
        ``rule_id`` and ``values`` of that day.

        :param cutoffs: those of the last run of everybody
        :param subject_ids: customers or opportunities asked for; ``None``: all
        """
        asked = policy, company, cutoffs
        self._create_table()
        self._add_held(policy, company, today, subject_ids)
        before, total = today, 0
        for days in HORIZONS:
            day = today + timedelta(days=days)
            total = self._evaluate(*asked, day, subject_ids)
            self._add_moved(policy, company, before, day)
            before = day
        while days := self._get_days_asked():
            for day, ids in days:
                # To read for a twentieth by their ids takes as long as for everybody.
                self._evaluate(*asked, day, ids if len(ids) * 20 < total else subject_ids)
                self._narrow(day)
        self.env.cr.execute(SQL("DROP TABLE IF EXISTS %s", SQL.identifier(EVALUATED)))
        self.env["customer.grading.engine"]._analyze(MOVING)

    def _create_table(self):
        self.env.cr.execute(SQL("DROP TABLE IF EXISTS %s", MOVING))
        self.env.cr.execute(
            SQL(
                """
                CREATE TEMPORARY TABLE %s (
                    result_id integer PRIMARY KEY,
                    subject_id integer,
                    way varchar,
                    is_known boolean,
                    low date,
                    high date,
                    since date,
                    grade_id integer,
                    rule_id integer,
                    values jsonb,
                    asked date GENERATED ALWAYS AS (
                        CASE WHEN NOT is_known THEN high
                             WHEN high - low > 1 THEN low + (high - low) / 2 END) STORED)
                """,
                MOVING,
            )
        )

    def _evaluate(self, policy, company, cutoffs, day, subject_ids):
        """Fill the temporary table of what everybody, or these, get on ``day``; return how many."""
        engine = self.env["customer.grading.engine"]
        scope = engine._get_scope(policy, company, day, subject_ids, cutoffs)
        return engine._evaluate(policy, scope, EVALUATED)[1]

    def _get_results_sql(self, policy, company):
        """Return the condition on ``result`` of being one that the policy graded."""
        return SQL(
            "result.dimension_id = %s AND result.company_id IS NOT DISTINCT FROM %s"
            " AND result.policy_id = %s",
            policy.dimension_id.id,
            company.id or None,
            policy.id,
        )

    def _add_held(self, policy, company, today, subject_ids):
        """Add those whose next grade is computed already, and waits for its day."""
        subject = SQL.identifier("result", policy.dimension_id._get_subject_kind().field)
        asked = SQL("TRUE")
        if subject_ids is not None:
            asked = SQL("%s IN %s", subject, tuple(subject_ids) or (0,))
        self.env.cr.execute(
            SQL(
                """
                INSERT INTO %(moving)s
                SELECT result.id, %(subject)s, 'held', TRUE, NULL, %(today)s,
                       COALESCE(result.date_computed_since, %(today)s), result.computed_grade_id,
                       result.computed_rule_id, result.values
                  FROM customer_grading_result result
                 WHERE %(results)s AND %(asked)s AND NOT %(by_hand)s
                   AND result.date_due > %(today)s
                   AND result.computed_grade_id IS DISTINCT FROM result.grade_id
                   AND EXISTS (
                       SELECT 1 FROM customer_grading_change change
                        WHERE change.result_id = result.id AND change.state = 'held'
                          AND change.grade_id IS NOT DISTINCT FROM result.computed_grade_id)
                """,
                moving=MOVING,
                subject=subject,
                today=today,
                results=self._get_results_sql(policy, company),
                asked=asked,
                by_hand=self.env["customer.grading.result"]._get_by_hand_sql("result"),
            )
        )

    def _add_moved(self, policy, company, before, day):
        """Add those who get another grade at a horizon than now, and whose grade by hand ends.

        Who waits for a ranking that only the next full run finds keeps what he has.
        """
        by_hand = self.env["customer.grading.result"]._get_by_hand_sql("result")
        ends = SQL(
            "(%s AND result.manual_until >= %s AND result.manual_until < %s)", by_hand, before, day
        )
        self.env.cr.execute(
            SQL(
                """
                INSERT INTO %(moving)s
                SELECT result.id, evaluated.subject_id,
                       CASE WHEN %(ends)s THEN 'manual' ELSE 'time' END, NOT %(ends)s,
                       CASE WHEN NOT %(ends)s THEN %(before)s::date END,
                       CASE WHEN %(ends)s THEN result.manual_until + 1 ELSE %(day)s END,
                       NULL, evaluated.grade_id, evaluated.rule_id, evaluated.values
                  FROM %(evaluated)s evaluated
                  JOIN customer_grading_result result ON %(held)s = evaluated.subject_id
                   AND %(results)s
                 WHERE evaluated.reason != 'waiting'
                   AND (%(ends)s OR (NOT %(by_hand)s AND
                        evaluated.grade_id IS DISTINCT FROM result.computed_grade_id))
                    ON CONFLICT DO NOTHING
                """,
                moving=MOVING,
                ends=ends,
                by_hand=by_hand,
                before=before,
                day=day,
                evaluated=SQL.identifier(EVALUATED),
                held=SQL.identifier("result", policy.dimension_id._get_subject_kind().field),
                results=self._get_results_sql(policy, company),
            )
        )

    def _get_days_asked(self):
        """Return ``[(day, ids of subjects)]``: who is to be evaluated on which day next."""
        return self.env.execute_query(
            SQL(
                "SELECT asked, ARRAY_AGG(subject_id) FROM %s WHERE asked IS NOT NULL"
                " GROUP BY asked ORDER BY asked",
                MOVING,
            )
        )

    def _narrow(self, day):
        """Note of who was asked for on ``day`` whether the other grade is computed by then."""
        self.env.cr.execute(
            SQL(
                """
                UPDATE %(moving)s moving
                   SET low = CASE WHEN told.moves OR moving.low IS NULL THEN moving.low ELSE asked END,
                       high = CASE WHEN told.moves THEN asked ELSE moving.high END,
                       grade_id = CASE WHEN told.moves THEN told.grade_id ELSE moving.grade_id END,
                       rule_id = CASE WHEN told.moves THEN told.rule_id ELSE moving.rule_id END,
                       values = CASE WHEN told.moves THEN told.values ELSE moving.values END,
                       is_known = TRUE
                  FROM (
                    SELECT asked.result_id, evaluated.grade_id, evaluated.rule_id, evaluated.values,
                           evaluated.reason IS NOT NULL AND evaluated.reason != 'waiting'
                           AND (asked.way = 'manual' OR
                                evaluated.grade_id IS DISTINCT FROM result.computed_grade_id)
                           AS moves
                      FROM %(moving)s asked
                      JOIN customer_grading_result result ON result.id = asked.result_id
                      LEFT JOIN %(evaluated)s evaluated ON evaluated.subject_id = asked.subject_id
                     WHERE asked.asked = %(day)s
                  ) told
                 WHERE told.result_id = moving.result_id
                """,
                moving=MOVING,
                evaluated=SQL.identifier(EVALUATED),
                day=day,
            )
        )
