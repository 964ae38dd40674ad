from datetime import timedelta
from itertools import pairwise

from odoo import api, models
from odoo.tools import SQL

HORIZONS = (30, 60, 90)  # so many days ahead it is looked
MOVING = SQL.identifier("customer_grading_outlook_moving")
EVALUATED = "customer_grading_outlook_evaluated"
PARTS = 6  # that the days are divided into, among which the one is looked for


class CustomerGradingOutlookFinder(models.AbstractModel):
    """Finds whose computed grade changes by passing time alone, and on which day.

    The policy is evaluated for days to come: with the documents, answers and cut-offs of today,
    everybody at the horizons; then those who move, in between, until the day is known.
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
        days = [today + timedelta(days=count) for count in HORIZONS]
        total = self._evaluate(*asked, days, subject_ids)
        for before, day in pairwise([today, *days]):
            self._add_moved(policy, company, before, day)
        self.env["customer.grading.engine"]._analyze(MOVING)
        while spans := self._get_open_spans():
            for low, high, ids in spans:
                span = self._get_span_sql(low, high)
                among = SQL("SELECT subject_id FROM %s WHERE %s", MOVING, span)
                days = self._get_days_within(low, high)
                # To read for a tenth by their ids takes nearly as long as for everybody.
                read = ids if len(ids) * 10 < total else subject_ids
                self._evaluate(*asked, days, read, among)
                self._narrow(span, days)
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
                    is_open boolean GENERATED ALWAYS AS (
                        NOT is_known OR COALESCE(high - low > 1, FALSE)) STORED)
                """,
                MOVING,
            )
        )

    def _evaluate(self, policy, company, cutoffs, days, subject_ids, among=None):
        """Fill the temporary table of what everybody, or these, get on ``days``; return how many.

        :param among: query of whom it is told of; ``None``: of all
        """
        engine = self.env["customer.grading.engine"]
        scopes = [engine._get_scope(policy, company, day, subject_ids, cutoffs) for day in days]
        return engine._evaluate_days(policy, scopes, EVALUATED, among)

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
                 WHERE evaluated.day = %(day)s AND evaluated.reason != 'waiting'
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

    def _get_open_spans(self):
        """Return ``[(low, high, ids of subjects)]``: after and up to which day a grade changes.

        Of who is not known yet, ``high`` is the day, and there is no ``low``.
        """
        return self.env.execute_query(
            SQL(
                "SELECT low, high, ARRAY_AGG(subject_id) FROM %s WHERE is_open"
                " GROUP BY low, high ORDER BY low, high",
                MOVING,
            )
        )

    @staticmethod
    def _get_span_sql(low, high):
        """Return which rows belong to a span of :meth:`_get_open_spans`."""
        return SQL("is_open AND low IS NOT DISTINCT FROM %s::date AND high = %s", low, high)

    @staticmethod
    def _get_days_within(low, high):
        """Return the days that divide a span, all of them where it is short."""
        if low is None:
            return [high]
        length = (high - low).days
        step = -(-length // PARTS)
        return [low + timedelta(days=count) for count in range(step, length, step)]

    def _narrow(self, span, days):
        """Note of who is in a span on which of ``days`` the other grade is computed first."""
        self.env.cr.execute(
            SQL(
                """
                UPDATE %(moving)s moving
                   SET low = CASE WHEN moving.low IS NOT NULL THEN GREATEST(moving.low, (
                                  SELECT MAX(day) FROM UNNEST(%(days)s::date[]) day
                                   WHERE told.day IS NULL OR day < told.day)) END,
                       high = COALESCE(told.day, moving.high),
                       grade_id = CASE WHEN told.day IS NULL THEN moving.grade_id ELSE told.grade_id END,
                       rule_id = CASE WHEN told.day IS NULL THEN moving.rule_id ELSE told.rule_id END,
                       values = CASE WHEN told.day IS NULL THEN moving.values ELSE told.values END,
                       is_known = TRUE
                  FROM (
                    SELECT DISTINCT ON (one.result_id) one.result_id, evaluated.*
                      FROM %(moving)s one
                      JOIN customer_grading_result result ON result.id = one.result_id
                      LEFT JOIN %(evaluated)s evaluated
                             ON evaluated.subject_id = one.subject_id
                            AND evaluated.reason != 'waiting'
                            AND (one.way = 'manual' OR
                                 evaluated.grade_id IS DISTINCT FROM result.computed_grade_id)
                     WHERE %(span)s
                     ORDER BY one.result_id, evaluated.day
                  ) told
                 WHERE told.result_id = moving.result_id
                """,
                moving=MOVING,
                days=days,
                evaluated=SQL.identifier(EVALUATED),
                span=span,
            )
        )
