from odoo import api, models
from odoo.tools import SQL, groupby

from .customer_grading_change import COMPUTED_ORIGINS

# What else may be noted on a change, with its type.
TOLD = {
    "run_id": "integer",
    "undoes_id": "integer",
    "user_id": "integer",
    "decided_by_id": "integer",
    "note": "varchar",
    "manual_until": "date",
}
# Which way a move goes, between the grades joined as ``held`` and ``target``.
DIRECTION = SQL(
    """
    CASE WHEN held.id IS NOT DISTINCT FROM target.id THEN 'same'
         WHEN held.id IS NULL THEN 'new'
         WHEN target.id IS NULL THEN 'lost'
         WHEN (target.sequence, target.id) < (held.sequence, held.id) THEN 'up'
         ELSE 'down' END
    """
)


class CustomerGradingChangeWriter(models.AbstractModel):
    """Brings grades into effect, whoever decided: the only place that moves a result.

    Settling a night, setting by hand, deciding and undoing give it the relation ``decided``.
    A row of it is a result with all its columns, and what becomes of it:

    - ``target_id``, ``direction``, ``origin``, ``state``, ``due``: of the change
    - ``moves``: whether there is a change; ``takes``: whether it is in effect from now on
    - ``own_id``: the open change that is decided on; ``NULL``: a new one is written
    - ``open_id``: the computed change that waits, superseded unless it ``stays``
    - ``frees``: whether what was by hand ends
    - ``considered``, ``again``, ``provisional``: ``considered_grade_id``, ``date_due`` and
      ``date_provisional`` from now on
    """

    _name = "customer.grading.change.writer"
    _description = "Writer of Changes of Grade"

    @api.model
    def _get_joins_sql(self, target):
        """Return the joins of the grades ``held`` and ``target``, and of what waits: ``open``.

        They follow the table ``result``.

        :param target: the id of the grade that :data:`DIRECTION` looks at
        """
        return SQL(
            """
            LEFT JOIN customer_grade target ON target.id = %(target)s
            LEFT JOIN customer_grade held ON held.id = result.grade_id
            LEFT JOIN LATERAL (
                SELECT * FROM customer_grading_change change
                 WHERE change.result_id = result.id
                   AND change.origin IN %(computed)s AND change.state IN %(open)s
                 ORDER BY change.id DESC LIMIT 1
            ) open ON TRUE
            """,
            target=target,
            computed=COMPUTED_ORIGINS,
            open=self.env["customer.grading.change"]._get_open_states(),
        )

    @api.model
    def _get_writing_sql(self, date, **told):
        """Return the common table expressions that write what ``decided`` says, as of ``date``.

        A grade that is confirmed goes on: it has been held since it was given. Changes are
        looked up by their ids, which ``ARRAY`` makes sure of, and what is in effect by result,
        as ``OFFSET 0`` does: else each batch would read the history of everybody.

        :param told: what else to note on the changes, SQL by field
        """
        names = self.env["customer.grading.change"]._get_subject_fields()
        return SQL(
            """
            superseded AS (
                UPDATE customer_grading_change
                   SET state = 'superseded'
                 WHERE id = ANY (ARRAY(SELECT open_id FROM decided WHERE NOT stays))
            ), ended AS (
                UPDATE customer_grading_change
                   SET date_end = %(date)s::date - 1
                 WHERE id = ANY (ARRAY(
                       SELECT change.id
                         FROM decided
                        CROSS JOIN LATERAL (
                              SELECT id FROM customer_grading_change
                               WHERE result_id = decided.id
                                 AND state = 'applied' AND date_end IS NULL
                              OFFSET 0
                            ) change
                        WHERE decided.takes))
            ), closed AS (
                UPDATE customer_grading_change change
                   SET state = decided.state,
                       from_grade_id = CASE WHEN decided.takes THEN decided.grade_id
                                            ELSE change.from_grade_id END,
                       direction = CASE WHEN decided.takes THEN decided.direction
                                        ELSE change.direction END,
                       date_applied = CASE WHEN decided.takes THEN %(date)s::date END,
                       date_due = decided.due,
                       decided_by_id = COALESCE(%(decided_by_id)s, change.decided_by_id),
                       write_date = NOW() AT TIME ZONE 'UTC'
                  FROM decided
                 WHERE change.id = decided.own_id
                   AND change.id = ANY (ARRAY(SELECT own_id FROM decided))
             RETURNING change.id
            ), told AS (
                INSERT INTO customer_grading_change (
                    result_id, dimension_id, %(subjects)s, company_id, policy_id, run_id,
                    from_grade_id, grade_id, direction, origin, state, date, date_due,
                    date_applied, undoes_id, user_id, decided_by_id, note, manual_until, values,
                    date_evaluated, create_date, write_date)
                SELECT id, dimension_id, %(subjects)s, company_id, policy_id, %(run_id)s,
                       grade_id, target_id, direction, origin, state, %(date)s, due,
                       CASE WHEN takes THEN %(date)s::date END, %(undoes_id)s, %(user_id)s,
                       CASE WHEN takes THEN %(decided_by_id)s END, %(note)s, %(manual_until)s,
                       values, date_evaluated,
                       NOW() AT TIME ZONE 'UTC', NOW() AT TIME ZONE 'UTC'
                  FROM decided
                 WHERE moves AND NOT stays AND own_id IS NULL
                 ORDER BY id
                RETURNING id
            ), taken AS (
                UPDATE customer_grading_result result
                   SET considered_grade_id = decided.considered,
                       date_due = decided.again,
                       date_provisional = decided.provisional,
                       previous_grade_id = CASE WHEN decided.takes
                                                 AND decided.direction != 'same'
                                                THEN decided.grade_id
                                                ELSE result.previous_grade_id END,
                       last_move = CASE WHEN decided.takes AND decided.direction != 'same'
                                        THEN decided.direction ELSE result.last_move END,
                       date_since = CASE WHEN decided.takes AND decided.direction != 'same'
                                         THEN %(date)s::date ELSE result.date_since END,
                       grade_id = CASE WHEN decided.takes THEN decided.target_id
                                       ELSE result.grade_id END,
                       manual_grade_id = CASE WHEN NOT decided.frees THEN result.manual_grade_id END,
                       manual_kind = CASE WHEN NOT decided.frees THEN result.manual_kind END,
                       manual_reason = CASE WHEN NOT decided.frees THEN result.manual_reason END,
                       manual_user_id = CASE WHEN NOT decided.frees THEN result.manual_user_id END,
                       manual_until = CASE WHEN NOT decided.frees THEN result.manual_until END
                  FROM decided
                 WHERE result.id = decided.id
                   AND result.id = ANY (ARRAY(SELECT id FROM decided))
            )
            """,
            date=date,
            subjects=SQL(", ").join(map(SQL.identifier, names)),
            **{
                name: SQL("(%s)::%s", told.get(name, SQL("NULL")), SQL(type_))
                for name, type_ in TOLD.items()
            },
        )

    @api.model
    def _write(self, decided, date, **told):
        """Hook: write the rows of the query ``decided`` as of ``date``; return what was decided.

        :param told: as in :meth:`_get_writing_sql`, plain values
        """
        self.env.flush_all()
        values = {name: SQL("%s", value or None) for name, value in told.items()}
        values.setdefault("undoes_id", SQL("decided.undoes_id"))
        statement = SQL(
            "WITH decided AS MATERIALIZED (%s), %s TABLE told UNION ALL TABLE closed ORDER BY id",
            decided,
            self._get_writing_sql(date, **values),
        )
        ids = [id_ for (id_,) in self.env.execute_query(statement)]
        self._forget()
        return self.env["customer.grading.change"].sudo().browse(ids)

    @api.model
    def _forget(self):
        """Let everybody read again what was written behind the ORM, and what shows it."""
        for name in ("customer.grading.result", "customer.grading.change"):
            self.env[name].invalidate_model(flush=False)
        Change = self.env["customer.grading.change"]
        for name in Change._get_subject_fields():
            Model = self.env[Change._fields[name].comodel_name]
            Model.invalidate_model(Model._get_grading_fields(), flush=False)

    @api.model
    def _write_by_hand(self, moves, origin, note, until=False, state="applied"):
        """Bring grades that the user decided into effect, or propose them; return the changes.

        What is by hand on the results was noted before; nothing computed waits beside it.
        They are of today where the company of each result is.

        :param moves: list of ``(result, grade)``, or of ``(result, grade, change undone)``
        """
        told = {"user_id": self.env.uid, "decided_by_id": self.env.uid, "note": note}
        changes = self.env["customer.grading.change"].sudo()
        for company, some in groupby(moves, lambda move: move[0].company_id):
            today = self.env["customer.grading.engine"]._get_today(company)
            decided = self._get_by_hand_rows_sql(some, origin, state)
            changes |= self._write(decided, today, manual_until=until, **told)
        return changes

    def _get_by_hand_rows_sql(self, moves, origin, state):
        """Return the rows of ``decided`` of :meth:`_write_by_hand`."""
        rows = SQL(", ").join(
            SQL(
                "(%s, %s::integer, %s::integer)",
                result.id,
                grade.id or None,
                undone[0].id if undone else None,
            )
            for result, grade, *undone in moves
        )
        return SQL(
            """
            SELECT result.*, asked.target_id, %(direction)s AS direction, %(origin)s AS origin,
                   %(state)s AS state, NULL::date AS due, TRUE AS moves, %(takes)s AS takes,
                   NULL::integer AS own_id, asked.undoes_id,
                   CASE WHEN %(takes)s THEN open.id END AS open_id, FALSE AS stays,
                   FALSE AS frees, result.considered_grade_id AS considered,
                   result.date_due AS again, result.date_provisional AS provisional
              FROM (VALUES %(rows)s) asked (result_id, target_id, undoes_id)
              JOIN customer_grading_result result ON result.id = asked.result_id
              %(joins)s
            """,
            direction=DIRECTION,
            origin=origin,
            state=state,
            takes=state == "applied",
            rows=rows,
            joins=self._get_joins_sql(SQL("asked.target_id")),
        )
