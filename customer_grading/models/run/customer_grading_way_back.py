from dateutil.relativedelta import relativedelta

from odoo import models
from odoo.tools import SQL

from ..result.customer_grading_change import COMPUTED_ORIGINS


class CustomerGradingWayBack(models.AbstractModel):
    """Takes back what a run brought into effect, by changes like any others.

    What was decided since, by hand or by a later run, is left. The computed grade is what
    it is: who went back keeps the grade until another one is computed, or another policy
    comes into force. A way back that somebody decides on waits for it.
    """

    _name = "customer.grading.way.back"
    _description = "Way Back of a Grading Run"

    def _get_undoable_sql(self, run):
        """Return which changes of ``run`` are in effect, with nothing decided since."""
        return SQL(
            "change.run_id = %s AND change.state = 'applied' AND change.date_end IS NULL"
            " AND change.direction != 'same'"
            " AND result.grade_id IS NOT DISTINCT FROM change.grade_id"
            " AND NOT EXISTS (SELECT FROM customer_grading_change back"
            " WHERE back.undoes_id = change.id) AND NOT %s",
            run.id,
            self.env["customer.grading.result"]._get_by_hand_sql("result"),
        )

    def _count_undoable(self, run):
        self.env.flush_all()
        query = SQL(
            "SELECT COUNT(*) FROM customer_grading_change change"
            " JOIN customer_grading_result result ON result.id = change.result_id WHERE %s",
            self._get_undoable_sql(run),
        )
        return self.env.execute_query(query)[0][0]

    def _undo_slice(self, run, last_id, length):
        """Take back the next slice of changes, in one statement.

        Where another grade was computed since the run, that one goes on to wait for its
        day; else the grade that came back counts as considered, and stays. What takes
        a decision is asked for only.

        :return: the last id of the slice, ``None`` after the last one
        """
        self.env.flush_all()
        today = self.env["customer.grading.engine"]._get_today(run.company_id)
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
                SELECT result.*, gone.id AS change_id, gone.from_grade_id AS back_id,
                       COALESCE(result.date_computed_since > gone.date_applied, FALSE) AS waits,
                       CASE WHEN result.grade_id IS NULL THEN 'new'
                            WHEN gone.from_grade_id IS NULL THEN 'lost'
                            WHEN (back.sequence, back.id) < (held.sequence, held.id)
                            THEN 'up' ELSE 'down' END AS way
                  FROM gone
                  JOIN customer_grading_result result ON result.id = gone.result_id
                  LEFT JOIN customer_grade back ON back.id = gone.from_grade_id
                  LEFT JOIN customer_grade held ON held.id = result.grade_id
            ), asked AS (
                SELECT stated.*, state <> 'applied' AS asks
                  FROM (SELECT directed.*, %(state)s AS state FROM directed) stated
            ), superseded AS (
                UPDATE customer_grading_change change
                   SET state = 'superseded'
                  FROM asked
                 WHERE change.result_id = asked.id AND (asked.asks OR NOT asked.waits)
                   AND change.origin IN %(computed)s AND change.state IN %(open)s
            ), ended AS (
                UPDATE customer_grading_change change
                   SET date_end = %(date)s::date - 1
                  FROM asked
                 WHERE change.id = asked.change_id AND NOT asked.asks
            ), told AS (
                INSERT INTO customer_grading_change (
                    result_id, dimension_id, partner_id, lead_id, company_id, policy_id,
                    undoes_id, from_grade_id, grade_id, direction, origin, state, date,
                    date_applied, user_id, decided_by_id, note, values, date_evaluated,
                    create_date, write_date)
                SELECT id, dimension_id, partner_id, lead_id, company_id, policy_id,
                       change_id, grade_id, back_id, way, 'undo',
                       state, %(date)s::date,
                       CASE WHEN NOT asks THEN %(date)s::date END, %(user)s,
                       CASE WHEN NOT asks THEN %(user)s END, %(note)s, values, date_evaluated,
                       NOW() AT TIME ZONE 'UTC', NOW() AT TIME ZONE 'UTC'
                  FROM asked
                 ORDER BY change_id
            ), taken AS (
                UPDATE customer_grading_result result
                   SET grade_id = asked.back_id,
                       previous_grade_id = asked.grade_id,
                       date_since = %(date)s::date,
                       considered_grade_id = CASE WHEN asked.waits
                                                  THEN asked.considered_grade_id
                                                  ELSE asked.computed_grade_id END,
                       date_due = CASE WHEN asked.waits THEN asked.date_due
                                       WHEN asked.back_id IS NOT NULL
                                       THEN LEAST(CASE WHEN asked.date_provisional > %(date)s
                                                       THEN asked.date_provisional END,
                                                  %(end)s) END,
                       date_provisional = CASE WHEN asked.back_id IS NOT NULL
                                               THEN asked.date_provisional END
                  FROM asked
                 WHERE result.id = asked.id AND NOT asked.asks
            )
            SELECT MAX(id) FROM gone
            """,
            last=last_id,
            undoable=self._get_undoable_sql(run),
            length=length,
            computed=COMPUTED_ORIGINS,
            open=self.env["customer.grading.change"]._get_open_states(),
            date=today,
            end=self._get_end_sql(run, today),
            state=self._get_state_sql(run),
            user=run.undo_user_id.id,
            note=self.with_context(lang=run.undo_user_id.lang)._get_note(run),
        )
        self.env.cr.execute(statement)
        return self.env.cr.fetchone()[0]

    def _get_state_sql(self, run):
        """Hook: return the state of a way back: applied, unless somebody decides on it first.

        It reads ``way`` (the direction), ``grade_id`` (held now), ``back_id`` (held before).
        """
        return SQL("'applied'")

    def _get_end_sql(self, run, today):
        """Return the day on which a grade that comes back ``today`` ends, if it has an end."""
        control = self.env["customer.grading.change.control"]
        months = control._get_months_by_grade(run, "expiry_months")
        ends = [
            SQL("WHEN %s THEN %s::date", grade, today + relativedelta(months=count))
            for grade, count in months.items()
        ]
        return SQL("CASE asked.back_id %s END", SQL(" ").join(ends)) if ends else SQL("NULL")

    def _get_note(self, run):
        return self.env._(
            "Undo of run %(run)s: %(reason)s", run=run.display_name, reason=run.undo_note
        )
