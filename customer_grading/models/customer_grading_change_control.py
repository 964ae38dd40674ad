from datetime import timedelta

from odoo import api, models
from odoo.tools import SQL

from ..tools.subject import SUBJECTS
from .customer_grading_change import BY_HAND_ORIGINS, COMPUTED_ORIGINS, OPEN_STATES

BATCH = 1_000  # grades by hand looked at in one transaction


class CustomerGradingChangeControl(models.AbstractModel):
    """Decides which computed grades come into effect, and when."""

    _name = "customer.grading.change.control"
    _description = "Change Control of Grades"

    @api.model
    def _settle(self, run, commit=False, subject_ids=None):
        """Deal with every result whose computed grade was not dealt with, or that is due."""
        run._try(self._end_late_proposals, commit, run)
        run._try(self._bring_back_proposals, commit, run)
        run._in_slices(self._settle_computed, commit, run, subject_ids)
        run._in_slices(self._settle_manual, commit, run, subject_ids)
        self.env.invalidate_all(flush=False)

    def _end_late_proposals(self, run):
        """Close proposals that nobody decided on before the end that was asked for."""
        late = self.env["customer.grading.change"].search(
            [
                ("dimension_id", "=", run.dimension_id.id),
                ("company_id", "=", run.company_id.id),
                ("origin", "in", BY_HAND_ORIGINS),
                ("state", "in", OPEN_STATES),
                ("manual_until", "<", run.date),
            ]
        )
        for change in late:
            env = self.with_context(lang=change.user_id.lang).env
            note = env._("The day until which it was asked for passed without a decision.")
            change.write({"state": "superseded", "decision_note": note})

    def _bring_back_proposals(self, run):
        """Let proposals that were put off wait for a decision again, now that it is their day."""
        self.env["customer.grading.change"].search(
            [
                ("dimension_id", "=", run.dimension_id.id),
                ("company_id", "=", run.company_id.id),
                ("origin", "=", "manual"),
                ("state", "=", "held"),
                ("date_due", "<=", run.date),
            ]
        ).write({"state": "proposed", "date_due": False})

    # ------------------------------------------------------------------ computed grades

    def _settle_computed(self, run, subject_ids, last_id, length):
        """Apply, hold or propose the next batch of computed grades, in one statement.

        An open change that says the same stays as it is; any other is superseded. The ids
        only grow from batch to batch, so that a result which somebody else has locked is
        left to the next run, and of many batches none reads the results of the others.

        :return: the last id of the batch, ``None`` after the last batch
        """
        self.env.flush_all()
        statement = SQL(
            """
            WITH workdays AS MATERIALIZED (
                SELECT %(workdays)s AS days
            ), due AS (
                SELECT result.*
                  FROM customer_grading_result result
                 WHERE %(undecided)s AND result.policy_id = %(policy)s
                   AND NOT %(by_hand)s
                 ORDER BY result.id
                 LIMIT %(length)s
                   FOR UPDATE SKIP LOCKED
            ), directed AS (
                SELECT result.*,
                       %(target)s AS target_id,
                       %(expires)s AS expires,
                       %(evaluates)s AS evaluates,
                       CASE
                           WHEN result.grade_id IS NULL THEN 'new'
                           WHEN result.computed_grade_id IS NULL THEN 'lost'
                           WHEN result.computed_grade_id = result.grade_id THEN 'same'
                           WHEN (computed.sequence, computed.id) < (held.sequence, held.id)
                           THEN 'up' ELSE 'down' END AS direction,
                       open.id AS open_id, open.state AS open_state,
                       open.grade_id AS open_grade_id
                  FROM due result
                  LEFT JOIN customer_grade computed ON computed.id = result.computed_grade_id
                  LEFT JOIN customer_grade held ON held.id = result.grade_id
                  LEFT JOIN LATERAL (
                      SELECT * FROM customer_grading_change change
                       WHERE change.result_id = result.id
                         AND change.origin IN %(computed)s AND change.state IN %(open)s
                       ORDER BY change.id DESC LIMIT 1
                  ) open ON TRUE
            ), timed AS (
                SELECT directed.*,
                       target_id IS DISTINCT FROM grade_id OR COALESCE(evaluates, FALSE) AS moves,
                       %(due)s AS due
                  FROM directed
            ), stated AS (
                SELECT timed.*, CASE WHEN due > %(date)s THEN 'held' ELSE %(state)s END AS state
                  FROM timed
            ), decided AS (
                SELECT stated.*, moves AND state = 'applied' AS takes,
                       COALESCE(moves AND open_state = state, FALSE)
                       AND open_grade_id IS NOT DISTINCT FROM target_id AS stays,
                       CASE WHEN direction = 'new' AND previous_grade_id IS NULL
                            THEN %(probation)s ELSE date_provisional END AS provisional
                  FROM stated
            ), superseded AS (
                UPDATE customer_grading_change change
                   SET state = 'superseded'
                  FROM decided
                 WHERE change.id = decided.open_id AND NOT decided.stays
            ), ended AS (
                UPDATE customer_grading_change change
                   SET date_end = %(date)s::date - 1
                  FROM decided
                 WHERE change.result_id = decided.id AND decided.takes
                   AND change.state = 'applied' AND change.date_end IS NULL
            ), told AS (
                INSERT INTO customer_grading_change (
                    result_id, dimension_id, partner_id, lead_id, company_id, policy_id, run_id,
                    from_grade_id, grade_id, direction, origin, state, date, date_due,
                    date_applied, values, date_evaluated, create_date, write_date)
                SELECT id, dimension_id, partner_id, lead_id, company_id, policy_id, %(run)s,
                       grade_id, target_id, direction,
                       CASE WHEN evaluates THEN 'probation' ELSE 'computed' END,
                       state, %(date)s, due,
                       CASE WHEN state = 'applied' THEN %(date)s::date END,
                       values, date_evaluated,
                       NOW() AT TIME ZONE 'UTC', NOW() AT TIME ZONE 'UTC'
                  FROM decided
                 WHERE moves AND NOT stays
                 ORDER BY id
            ), taken AS (
                UPDATE customer_grading_result result
                   SET considered_grade_id = result.computed_grade_id,
                       date_due = %(again)s,
                       date_provisional = CASE WHEN decided.takes THEN decided.provisional
                                               ELSE result.date_provisional END,
                       previous_grade_id = CASE WHEN decided.takes THEN result.grade_id
                                                ELSE result.previous_grade_id END,
                       grade_id = CASE WHEN decided.takes THEN decided.target_id
                                       ELSE result.grade_id END,
                       date_since = CASE WHEN decided.takes THEN %(date)s::date
                                         ELSE result.date_since END
                  FROM decided
                 WHERE result.id = decided.id
                   AND result.id >= (SELECT MIN(id) FROM due)
                   AND result.id <= (SELECT MAX(id) FROM due)
            )
            SELECT MAX(id) FROM due
            """,
            undecided=self._get_undecided_sql(run, subject_ids, last_id),
            policy=run.policy_id.id,
            length=length,
            date=run.date,
            run=run.id,
            workdays=self._get_workdays_sql(run),
            target=self._get_target_sql(run),
            expires=self._get_expiry_sql(run),
            evaluates=self._get_evaluates_sql(run),
            due=self._get_due_sql(run),
            state=self._get_state_sql(run),
            probation=self._get_probation_sql(run),
            again=self._get_again_sql(run),
            computed=COMPUTED_ORIGINS,
            open=OPEN_STATES,
            by_hand=self.env["customer.grading.result"]._get_by_hand_sql("result"),
        )
        self.env.cr.execute(statement)
        [next_id] = self.env.cr.fetchone()
        if run.first and not last_id:
            self.env["customer.grading.engine"]._analyze(SQL.identifier("customer_grading_change"))
        return next_id

    def _get_undecided_sql(self, run, subject_ids, last_id):
        """Return whether a result of the run's dimension and company waits for a decision."""
        asked = SQL("TRUE")
        if subject_ids is not None:
            field = run.dimension_id._get_subject_kind().field
            asked = SQL("%s IN %s", SQL.identifier("result", field), tuple(subject_ids) or (0,))
        waits = SQL(
            "result.computed_grade_id IS DISTINCT FROM result.considered_grade_id"
            " OR result.date_due <= %s",
            run.date,
        )
        if run.first:
            # What an earlier policy held back is decided by this one.
            waits = SQL(
                "%s OR result.computed_grade_id IS DISTINCT FROM result.grade_id"
                " OR result.date_due IS NOT NULL",
                waits,
            )
        return SQL(
            "result.dimension_id = %s AND result.company_id IS NOT DISTINCT FROM %s AND result.id > %s"
            " AND %s AND (%s)",
            run.dimension_id.id,
            run.company_id.id or None,
            last_id,
            asked,
            waits,
        )

    # ------------------------------------------------------------------ grades by hand

    def _settle_manual(self, run, subject_ids, last_id, length):
        """End the grades by hand whose day is over; the others go on.

        A grade by hand of a customer that no policy ever graded ends with any run.

        :return: the last id of the batch, ``None`` after the last batch
        """
        self.env.flush_all()
        query = SQL(
            "SELECT result.id FROM customer_grading_result result WHERE %s"
            " AND %s"
            " AND (result.policy_id = %s OR result.policy_id IS NULL)"
            " ORDER BY result.id LIMIT %s",
            self._get_undecided_sql(run, subject_ids, last_id),
            self.env["customer.grading.result"]._get_by_hand_sql("result"),
            run.policy_id.id,
            min(length, BATCH),
        )
        ids = [id_ for (id_,) in self.env.execute_query(query)]
        if not ids:
            return None
        results = self.env["customer.grading.result"].sudo().browse(ids).try_lock_for_update()
        open_changes = self._get_open_changes(results)
        vals_list = []
        for result in results:
            self._supersede(open_changes.get(result))
            vals_list.append(self._end_manual(result, run))
            result.considered_grade_id = result.computed_grade_id
        self._apply([vals for vals in vals_list if vals])
        return ids[-1]

    def _get_open_changes(self, results):
        changes = self.env["customer.grading.change"].search(
            [
                ("result_id", "in", results.ids),
                ("state", "in", OPEN_STATES),
                ("origin", "in", COMPUTED_ORIGINS),
            ]
        )
        return {change.result_id: change for change in changes}

    def _end_manual(self, result, run):
        """End a grade by hand whose day is over; return the change back to the computed one."""
        if not result.manual_until or result.manual_until >= run.date:
            result.date_due = result.manual_until and result.manual_until + timedelta(days=1)
            return None
        told = result.manual_kind  # that it is over, even where the grade stays
        result.write({**result._get_nothing_by_hand(), "date_due": False})
        if result.computed_grade_id == result.grade_id and not told:
            return None
        return self._prepare_change(result, run.date, "applied", run, origin="manual_end")

    # ------------------------------------------------------------------ changes

    @staticmethod
    def _get_direction(from_grade, grade):
        if grade == from_grade:
            return "same"
        if not from_grade:
            return "new"
        if not grade:
            return "lost"
        return "up" if (grade.sequence, grade.id) < (from_grade.sequence, from_grade.id) else "down"

    def _supersede(self, change):
        if change:
            change.sudo().state = "superseded"

    def _prepare_change(self, result, date, state, run=None, origin="computed", **vals):
        """Return the values of a change of ``result`` to its computed grade."""
        grade = vals.pop("grade", result.computed_grade_id)
        return {
            "result_id": result.id,
            "dimension_id": result.dimension_id.id,
            "partner_id": result.partner_id.id,
            "lead_id": result.lead_id.id,
            "company_id": result.company_id.id,
            "policy_id": result.policy_id.id,
            "run_id": run and run.id,
            "from_grade_id": result.grade_id.id,
            "grade_id": grade.id,
            "direction": self._get_direction(result.grade_id, grade),
            "origin": origin,
            "state": state,
            "date": date,
            "date_applied": date if state == "applied" else False,
            "values": result.values,
            "date_evaluated": result.date_evaluated,
            **vals,
        }

    def _apply(self, vals_list):
        """Write the changes, bring those that are applied into effect, and return them."""
        Change = self.env["customer.grading.change"].sudo()
        applied = [vals for vals in vals_list if vals["state"] == "applied"]
        if applied:
            self._end_current([vals["result_id"] for vals in applied], applied[0]["date"])
        changes = Change.create(vals_list)
        self._take_grades(changes.filtered(lambda change: change.state == "applied"))
        return changes

    def _apply_open(self, changes, date, **decision):
        """Bring open ``changes`` into effect, one a result: they are their own record.

        :param decision: what else to note on them: by whom, why
        """
        self._end_current(changes.result_id.ids, date)
        for change in changes:
            held = change.result_id.grade_id
            change.write(
                {
                    "state": "applied",
                    "from_grade_id": held.id,
                    "direction": self._get_direction(held, change.grade_id),
                    "date_applied": date,
                    **decision,
                }
            )
        self._take_grades(changes)

    def _take_grades(self, changes):
        """Make the grades of applied ``changes`` those of their results.

        A grade that was confirmed by hand goes on: it has been held since it was given.
        """
        for change in changes.filtered(lambda change: change.direction != "same"):
            change.result_id.write(
                {
                    "previous_grade_id": change.from_grade_id.id,
                    "grade_id": change.grade_id.id,
                    "date_since": change.date_applied,
                }
            )
        for subject in SUBJECTS.values():
            Model = self.env[subject.model]
            Model.invalidate_model(Model._get_grading_fields(), flush=False)

    def _end_current(self, result_ids, date):
        """Say of the changes in effect that they end the day before ``date``."""
        current = (
            self.env["customer.grading.change"]
            .sudo()
            .search(
                [
                    ("result_id", "in", result_ids),
                    ("state", "=", "applied"),
                    ("date_end", "=", False),
                ]
            )
        )
        current.date_end = date - timedelta(days=1)
