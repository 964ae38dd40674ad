import time

import psycopg2

from odoo import models
from odoo.service.model import PG_CONCURRENCY_EXCEPTIONS_TO_RETRY
from odoo.tools import SQL

SLICE = 10_000  # results stored in one transaction
TRIES = 5  # of a slice that other people's writes keep from being stored
WAIT = 0.05  # seconds before the second try; twice as long before each further one


class CustomerGradingRun(models.Model):
    """Stores what a run found, writing only what differs."""

    _inherit = "customer.grading.run"

    def _store(self, table, commit=False, subject_ids=None):
        """Bring the results up to date, writing only those that differ."""
        engine = self.env["customer.grading.engine"]
        todo = f"{table}_todo"
        count = self._try(self._find_differing, commit, table, todo, subject_ids)
        if count:
            self._in_slices(self._store_slice, commit, todo, count)
        self._drop(todo)
        if self.first and count > SLICE:
            engine._analyze(SQL.identifier("customer_grading_result"))
        self.env["customer.grading.result"].invalidate_model(flush=False)

    def _try(self, step, commit, *args):
        """Do ``step``; in a transaction of its own, again when others were in its way."""
        for attempt in range(TRIES):
            try:
                result = step(*args)
                if commit:
                    self.env["ir.cron"]._commit_progress()
                return result
            except PG_CONCURRENCY_EXCEPTIONS_TO_RETRY + (psycopg2.errors.ForeignKeyViolation,):
                if not commit or attempt == TRIES - 1:
                    raise
                self.env.cr.rollback()
                time.sleep(WAIT * 2**attempt)
        return None

    def _in_slices(self, step, commit, *args):
        """Do ``step`` slice by slice, each in a transaction of its own.

        One that others' writes keep from being done is tried again at a quarter of its length:
        what takes less time is less often in somebody's way. The next ones are longer again.

        :param step: takes ``args``, where the slice starts and how long it is; returns where
            the next one starts, ``None`` after the last
        """
        start, length = 0, SLICE
        while start is not None:
            lengths = iter([max(length // 4**attempt, 1) for attempt in range(TRIES)])

            def do_slice(start=start, lengths=lengths):
                length = next(lengths)
                return step(*args, start, length), length

            start, length = self._try(do_slice, commit)
            length = min(2 * length, SLICE)

    def _find_differing(self, table, todo, subject_ids):
        """Fill the temporary table ``todo`` with what differs from the results.

        Who is graded no more is among it, with the reason ``left``.

        :return: how many rows differ
        """
        self.env.flush_all()
        params = self._get_store_params(table)
        elsewhere, leaves = self._get_leaving_sql(subject_ids)
        asked = SQL("TRUE")
        if subject_ids is not None:
            asked = SQL("%s IN %s", params["held"], tuple(subject_ids) or (0,))
        params.update(todo=SQL.identifier(todo), elsewhere=elsewhere, leaves=leaves, asked=asked)
        self.env.cr.execute(
            SQL(
                """
                CREATE TEMPORARY TABLE %(todo)s AS
                SELECT ROW_NUMBER() OVER (ORDER BY result.id, subject_id) AS position,
                       result.id AS result_id, subject_id,
                       evaluated.rule_id, evaluated.grade_id,
                       COALESCE(evaluated.reason, 'left') AS reason,
                       evaluated.score, evaluated.values
                  FROM %(table)s evaluated
                  FULL JOIN (
                      SELECT id, %(held)s AS subject_id, policy_id, computed_rule_id,
                             computed_grade_id, reason, score, values
                        FROM customer_grading_result result
                       WHERE dimension_id = %(dimension)s
                         AND company_id IS NOT DISTINCT FROM %(company)s
                         AND %(asked)s
                  ) result USING (subject_id)
                  %(elsewhere)s
                 WHERE CASE
                       WHEN evaluated.reason IS NULL THEN %(leaves)s
                       WHEN evaluated.reason = 'waiting' THEN result.id IS NULL
                       ELSE result.id IS NULL
                         OR (result.policy_id, result.computed_rule_id, result.computed_grade_id,
                             result.reason, result.score, result.values)
                            IS DISTINCT FROM
                            (%(policy)s, evaluated.rule_id, evaluated.grade_id,
                             evaluated.reason, evaluated.score, evaluated.values)
                       END
                """,
                **params,
            )
        )
        count = self.env.cr.rowcount
        if count > SLICE:
            self.env.cr.execute(SQL("CREATE UNIQUE INDEX ON %(todo)s (position)", **params))
            self.env["customer.grading.engine"]._analyze(params["todo"], "position")
        return count

    def _get_leaving_sql(self, subject_ids):
        """Return when a result that was not evaluated is of one who left, and what tells it.

        Whom another running policy grades, or will grade, has not left.

        :return: ``(join, condition)`` on ``result``
        """
        engine = self.env["customer.grading.engine"]
        policy = self.policy_id.sudo()
        others = policy._get_running(policy.dimension_id, self.company_id) - policy
        leaves = SQL(
            "result.reason != 'left' AND result.policy_id NOT IN %s", tuple(others.ids) or (0,)
        )
        if not others:
            return SQL(), leaves
        subjects = []
        for other in others:
            scope = engine._get_scope(other, self.company_id, self.date, subject_ids)
            subjects.append(engine._get_subject_query(other, scope).select())
        elsewhere = SQL(
            "LEFT JOIN (%s) elsewhere (id) ON elsewhere.id = subject_id",
            SQL(" UNION ").join(subjects),
        )
        return elsewhere, SQL("%s AND elsewhere.id IS NULL", leaves)

    def _store_slice(self, todo, count, start, length):
        """Store the results of one slice; customers deleted meanwhile are passed over.

        :param count: how many there are in ``todo``
        :return: where the next slice starts, ``None`` after the last
        """
        self.env.flush_all()
        end = start + length
        params = self._get_store_params(todo)
        params.update(start=start, end=end)
        self.env.cr.execute(
            SQL(
                """
                WITH slice AS MATERIALIZED (
                    SELECT * FROM %(table)s WHERE position > %(start)s AND position <= %(end)s
                )
                UPDATE customer_grading_result result
                   SET policy_id = %(policy)s,
                       date_computed_since = CASE
                           WHEN result.computed_grade_id IS DISTINCT FROM slice.grade_id
                           THEN %(date)s ELSE result.date_computed_since END,
                       date_due = CASE
                           WHEN result.computed_rule_id IS DISTINCT FROM slice.rule_id
                            AND slice.grade_id IS DISTINCT FROM result.grade_id
                           THEN %(date)s ELSE result.date_due END,
                       computed_rule_id = slice.rule_id,
                       computed_grade_id = slice.grade_id,
                       reason = slice.reason,
                       score = slice.score,
                       values = slice.values,
                       date_evaluated = %(date)s,
                       write_date = NOW() AT TIME ZONE 'UTC'
                  FROM slice
                 WHERE result.id = slice.result_id
                   AND result.id >= (SELECT MIN(result_id) FROM slice)
                   AND result.id <= (SELECT MAX(result_id) FROM slice)
                """,
                **params,
            )
        )
        self.env.cr.execute(
            SQL(
                """
                INSERT INTO customer_grading_result (
                    dimension_id, %(field)s, company_id, policy_id, computed_rule_id,
                    computed_grade_id, reason, score, values, date_evaluated, date_computed_since,
                    create_date, write_date)
                SELECT %(dimension)s, subject.id, %(company)s, %(policy)s,
                       slice.rule_id, slice.grade_id, slice.reason, slice.score, slice.values,
                       %(date)s, %(date)s,
                       NOW() AT TIME ZONE 'UTC', NOW() AT TIME ZONE 'UTC'
                  FROM %(table)s slice
                  JOIN %(subjects)s subject ON subject.id = slice.subject_id
                 WHERE slice.position > %(start)s AND slice.position <= %(end)s
                   AND slice.result_id IS NULL
                ON CONFLICT DO NOTHING
                """,
                **params,
            )
        )
        return end if end < count else None

    def _get_store_params(self, table):
        subject = self.dimension_id._get_subject_kind()
        return {
            "table": SQL.identifier(table),
            "field": SQL.identifier(subject.field),
            "held": SQL.identifier("result", subject.field),
            "subjects": SQL.identifier(subject.table),
            "dimension": self.dimension_id.id,
            "company": self.company_id.id or None,
            "policy": self.policy_id.id,
            "date": self.date,
            "user": self.env.uid,
        }

    def _store_lines(self, table):
        """Keep what a try-on would do, one line a customer.

        Who was graded by hand does not move.
        """
        self.env.flush_all()
        self.line_ids.unlink()
        params = self._get_store_params(table)
        revenue, joined = self._get_revenue_sql()
        params.update(
            run=self.id,
            revenue=revenue,
            joined=joined,
            by_hand=self.env["customer.grading.result"]._get_by_hand_sql("result"),
        )
        self.env.cr.execute(
            SQL(
                """
                INSERT INTO customer_grading_run_line (
                    run_id, %(field)s, current_grade_id, grade_id, by_hand, moves,
                    score, values, revenue, create_uid, write_uid, create_date, write_date)
                SELECT %(run)s, subject.id, result.grade_id,
                       evaluated.grade_id, hand.stays,
                       result.grade_id IS DISTINCT FROM evaluated.grade_id AND NOT hand.stays,
                       evaluated.score, evaluated.values, %(revenue)s,
                       %(user)s, %(user)s,
                       NOW() AT TIME ZONE 'UTC', NOW() AT TIME ZONE 'UTC'
                  FROM %(table)s evaluated
                  JOIN %(subjects)s subject ON subject.id = evaluated.subject_id
                  LEFT JOIN customer_grading_result result
                    ON %(held)s = evaluated.subject_id
                   AND result.dimension_id = %(dimension)s
                   AND result.company_id IS NOT DISTINCT FROM %(company)s
                  %(joined)s
                  CROSS JOIN LATERAL (
                      SELECT %(by_hand)s
                             AND COALESCE(result.manual_until >= %(date)s, TRUE) AS stays
                  ) hand
                """,
                **params,
            )
        )
        self.env["customer.grading.run.line"].invalidate_model(flush=False)
