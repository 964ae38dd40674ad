from odoo import models
from odoo.fields import Domain
from odoo.tools import SQL

from ..result.customer_grading_slices import SLICE


class CustomerGradingStore(models.AbstractModel):
    """Stores what a run found, writing only what differs.

    What another run stored that evaluated later is newer, and is passed over.
    """

    _name = "customer.grading.store"
    _description = "Storing of Grades"

    def _store(self, run, table, moment, commit, subject_ids):
        """Bring the results up to date with what was evaluated into ``table`` at ``moment``."""
        engine = self.env["customer.grading.engine"]
        todo = f"{table}_todo"
        count = run._try(self._find_differing, commit, run, table, todo, subject_ids)
        if count:
            run._in_slices(self._store_slice, commit, run, todo, moment, count)
        run._drop(todo)
        if run.first and count > SLICE:
            engine._analyze(SQL.identifier("customer_grading_result"))
        self.env["customer.grading.result"].invalidate_model(flush=False)

    def _find_differing(self, run, table, todo, subject_ids):
        """Fill the temporary table ``todo`` with what differs from the results.

        Who is graded no more is among it, with the reason ``left``.

        :return: how many rows differ
        """
        self.env.flush_all()
        params = self._get_params(run, table)
        elsewhere, leaves = self._get_leaving_sql(run, subject_ids)
        asked = SQL("TRUE")
        if subject_ids is not None:
            asked = SQL("%s IN %s", params["held"], tuple(subject_ids) or (0,))
        params.update(todo=SQL.identifier(todo), elsewhere=elsewhere, leaves=leaves, asked=asked)
        # Beside a run of everybody it is said of all who is newer, even where nothing differs.
        params["all"] = subject_ids is not None and self._is_beside(run)
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
                       ELSE result.id IS NULL OR %(all)s
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
        if count:
            run._look_at_differing(params["todo"])
        if count > SLICE:
            self.env.cr.execute(SQL("CREATE UNIQUE INDEX ON %(todo)s (position)", **params))
            self.env["customer.grading.engine"]._analyze(params["todo"], "position")
        return count

    def _is_beside(self, run):
        """Whether a run of everybody is under way for the same policy and company."""
        under_way = Domain("mode", "=", "nightly") & Domain("state", "=", "running")
        return bool(run.sudo().search_count(under_way & run._get_own_domain(), limit=1))

    def _get_leaving_sql(self, run, subject_ids):
        """Return when a result that was not evaluated is of one who left, and what tells it.

        Whom another running policy grades, or will grade, has not left.

        :return: ``(join, condition)`` on ``result``
        """
        engine = self.env["customer.grading.engine"]
        policy = run.policy_id.sudo()
        others = policy._get_running(policy.dimension_id, run.company_id) - policy
        leaves = SQL(
            "result.reason != 'left' AND result.policy_id NOT IN %s", tuple(others.ids) or (0,)
        )
        if not others:
            return SQL(), leaves
        subjects = []
        for other in others:
            scope = engine._get_scope(other, run.company_id, run.date, subject_ids)
            subjects.append(engine._get_subject_query(other, scope).select())
        elsewhere = SQL(
            "LEFT JOIN (%s) elsewhere (id) ON elsewhere.id = subject_id",
            SQL(" UNION ").join(subjects),
        )
        return elsewhere, SQL("%s AND elsewhere.id IS NULL", leaves)

    def _store_slice(self, run, todo, moment, count, start, length):
        """Store the results of one slice; customers deleted meanwhile are passed over.

        :param count: how many there are in ``todo``
        :return: where the next slice starts, ``None`` after the last
        """
        self.env.flush_all()
        end = start + length
        params = self._get_params(run, todo)
        params.update(start=start, end=end, moment=moment)
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
                       date_stored = %(moment)s
                  FROM slice
                 WHERE result.id = slice.result_id
                   AND result.id = ANY (ARRAY(SELECT result_id FROM slice))
                   AND COALESCE(result.date_stored <= %(moment)s, TRUE)
                """,
                **params,
            )
        )
        self.env.cr.execute(
            SQL(
                """
                WITH slice AS MATERIALIZED (
                    SELECT * FROM %(table)s
                     WHERE position > %(start)s AND position <= %(end)s AND result_id IS NULL
                )
                INSERT INTO customer_grading_result (
                    dimension_id, %(field)s, company_id, policy_id, computed_rule_id,
                    computed_grade_id, reason, score, values, date_evaluated, date_stored,
                    date_computed_since)
                SELECT %(dimension)s, subject.id, %(company)s, %(policy)s,
                       slice.rule_id, slice.grade_id, slice.reason, slice.score, slice.values,
                       %(date)s, %(moment)s, %(date)s
                  FROM slice
                  JOIN %(subjects)s subject ON subject.id = slice.subject_id
                   AND subject.id = ANY (ARRAY(SELECT subject_id FROM slice))
                ON CONFLICT (%(field)s, dimension_id, COALESCE(company_id, 0))
                      WHERE %(field)s IS NOT NULL DO NOTHING
                """,
                **params,
            )
        )
        return end if end < count else None

    def _get_params(self, run, table):
        subject = run.dimension_id._get_subject_kind()
        return {
            "table": SQL.identifier(table),
            "field": SQL.identifier(subject.field),
            "held": SQL.identifier("result", subject.field),
            "subjects": SQL.identifier(subject.table),
            "dimension": run.dimension_id.id,
            "company": run.company_id.id or None,
            "policy": run.policy_id.id,
            "date": run.date,
        }
