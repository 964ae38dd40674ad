from odoo import models
from odoo.addons.customer_grading.models.result.customer_grading_change_writer import DIRECTION
from odoo.tools import SQL


class CustomerGradingChangeControl(models.AbstractModel):
    """Writes the way back of a run, set-based, through the writer of all changes."""

    _inherit = "customer.grading.change.control"

    def _get_undoable_sql(self, run):
        """Return which changes of ``run`` are in effect, with nothing decided since."""
        return SQL(
            "change.run_id = %s AND change.state = 'applied' AND change.date_end IS NULL"
            " AND change.direction != 'same'"
            " AND result.grade_id IS NOT DISTINCT FROM change.grade_id"
            " AND NOT EXISTS (SELECT FROM customer_grading_change back"
            " WHERE back.undoes_id = change.id)"
            " AND change.decided_by_id IS NULL AND NOT %s",
            run.id,
            self.env["customer.grading.result"]._get_by_hand_sql("result"),
        )

    def _count_undoable(self, run):
        """Return how many changes of ``run`` would be taken back."""
        self.env.flush_all()
        query = SQL(
            "SELECT COUNT(*) FROM customer_grading_change change"
            " JOIN customer_grading_result result ON result.id = change.result_id WHERE %s",
            self._get_undoable_sql(run),
        )
        return self.env.execute_query(query)[0][0]

    def _undo_slice(self, run, last_id, length):
        """Take back the next slice of a run's changes, in one statement.

        Where another grade was computed since the run, that one goes on to wait for its
        day; else the grade that came back counts as considered, and stays. What needs
        somebody's yes is asked for only.

        :return: the last id of the slice, ``None`` after the last one
        """
        self.env.flush_all()
        today = self.env["customer.grading.engine"]._get_today(run.company_id)
        user = run.undo_user_id
        note = self.with_context(lang=user.lang).env._(
            "Undo of run %(run)s: %(reason)s", run=run.display_name, reason=run.undo_note
        )
        statement = SQL(
            """
            WITH gone AS (
                SELECT change.id, change.result_id, change.from_grade_id, change.date_applied
                  FROM customer_grading_change change
                  JOIN customer_grading_result result ON result.id = change.result_id
                 WHERE change.id > %(last)s AND %(undoable)s
                 ORDER BY change.id
                 LIMIT %(length)s
                   FOR UPDATE OF result
            ), directed AS (
                SELECT result.*, gone.id AS undoes_id, gone.from_grade_id AS target_id,
                       %(direction)s AS direction, 'undo' AS origin, open.id AS waiting_id,
                       COALESCE(result.date_computed_since > gone.date_applied, FALSE) AS waits
                  FROM gone
                  JOIN customer_grading_result result ON result.id = gone.result_id
                  %(joins)s
            ), stated AS (
                SELECT directed.*, %(state)s AS state FROM directed
            ), provided AS (
                SELECT stated.*, state = 'applied' AS takes, TRUE AS moves,
                       CASE WHEN state != 'applied' OR NOT waits THEN waiting_id END AS open_id,
                       CASE WHEN state != 'applied' OR target_id IS NOT NULL
                            THEN date_provisional END AS provisional
                  FROM stated
            ), decided AS (
                SELECT provided.*, NULL::date AS due, NULL::integer AS own_id, FALSE AS frees,
                       FALSE AS stays,
                       CASE WHEN waits OR NOT takes THEN considered_grade_id
                            ELSE computed_grade_id END AS considered,
                       CASE WHEN waits OR NOT takes THEN date_due ELSE %(end)s END AS again
                  FROM provided
            ), %(writing)s
            SELECT MAX(id) FROM gone
            """,
            last=last_id,
            undoable=self._get_undoable_sql(run),
            length=length,
            direction=DIRECTION,
            joins=self._get_joins_sql(SQL("gone.from_grade_id")),
            state=self._require_sql(run.policy_id, SQL("direction"), SQL("'applied'")),
            end=self._get_end_sql(run.policy_id, today),
            writing=self._get_writing_sql(
                today,
                undoes_id=SQL("decided.undoes_id"),
                user_id=SQL("%s", user.id),
                decided_by_id=SQL("%s", user.id),
                note=SQL("%s", note),
            ),
        )
        self.env.cr.execute(statement)
        return self.env.cr.fetchone()[0]
