from dateutil.relativedelta import relativedelta

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import SQL

from .customer_grading_run_store import SLICE
from .result.customer_grading_change import COMPUTED_ORIGINS, OPEN_STATES


class CustomerGradingRun(models.Model):
    """Takes back what a run brought into effect, by changes like any others.

    What was decided since, by hand or by a later run, is left. The computed grade is what
    it is: who went back keeps the grade until another one is computed, or another policy
    comes into force. A way back that takes approval waits for it.
    """

    _inherit = "customer.grading.run"

    undo_state = fields.Selection(
        [("asked", "Being undone"), ("done", "Undone")], "Undo", readonly=True, copy=False
    )
    undo_user_id = fields.Many2one(
        "res.users", "Undone by", readonly=True, index="btree_not_null", copy=False
    )
    undo_note = fields.Char("Why it was undone", readonly=True, copy=False)
    undo_text = fields.Char(compute="_compute_undo_text")
    can_undo = fields.Boolean(compute="_compute_can_undo")

    @api.depends("state", "mode", "undo_state", "up_count", "down_count", "new_count", "left_count")
    def _compute_can_undo(self):
        for run in self:
            moved = run.up_count or run.down_count or run.new_count or run.left_count
            over = run.state == "done" and run.mode != "preview"
            run.can_undo = bool(over and moved and not run.undo_state)

    @api.depends("undo_state")
    @api.depends_context("lang")
    def _compute_undo_text(self):
        for run in self:
            run.undo_text = run._get_undo_text() if run.undo_state else False

    def _get_undo_text(self):
        back, waiting = self._count_undone(), self._count_undone(OPEN_STATES)
        names = {
            "user": self.undo_user_id.name,
            "back": self._format_count(back),
            "waiting": self._format_count(waiting),
            "kept": self._format_count(self._count_applied() - back - waiting),
            "reason": self.undo_note,
        }
        if self.undo_state == "asked":
            return self.env._(
                "%(user)s undoes this run: “%(reason)s”. %(back)s went back, %(kept)s to go.",
                **names,
            )
        if waiting:
            return self.env._(
                "%(user)s undid this run: “%(reason)s”. %(back)s went back; %(kept)s were decided "
                "since then and stayed; %(waiting)s wait for approval.",
                **names,
            )
        return self.env._(
            "%(user)s undid this run: “%(reason)s”. %(back)s went back; %(kept)s were decided "
            "since then and stayed.",
            **names,
        )

    def _count_applied(self):
        return sum(self._count_moves().values())

    def _count_undone(self, states=("applied",)):
        """Return how many changes that take this run's back are in one of the ``states``."""
        Change = self.env["customer.grading.change"].sudo()
        return Change.search_count([("undoes_id.run_id", "=", self.id), ("state", "in", states)])

    # ------------------------------------------------------------------ people

    def action_ask_undo(self):
        """Ask why, and show what would go back and what would stay."""
        self.ensure_one()
        self._check_undo()
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Undo this run"),
            "res_model": "customer.grading.undo",
            "views": [(False, "form")],
            "target": "new",
            "context": {"default_run_id": self.id},
        }

    def _check_undo(self):
        """:raise AccessError: for who is no officer
        :raise UserError: where nothing is to be undone
        """
        self._check_officer()
        self.check_access("read")
        if not self.can_undo:
            raise UserError(
                self.env._(
                    "Only a run that is done, moved grades and was not undone can be undone."
                )
            )

    def _start_undo(self, reason):
        """Take back what this run brought into effect; many in the background.

        :raise AccessError: for who is no officer
        :raise UserError: without a reason, or where nothing is to be undone
        """
        self.ensure_one()
        self._check_undo()
        if not (reason or "").strip():
            raise UserError(self.env._("Say why the run is undone: the history keeps it."))
        self._note({"undo_state": "asked", "undo_user_id": self.env.uid, "undo_note": reason})
        if self._count_undoable() <= SLICE:
            self._undo()
        else:
            self.env.ref("customer_grading.ir_cron_undo").sudo()._trigger()

    # ------------------------------------------------------------------ the way back

    @api.model
    def _cron_undo(self):
        """Go on with the runs that are being undone, slice by slice."""
        for run in self.search([("undo_state", "=", "asked")], order="id"):
            run._undo(commit=True)

    def _undo(self, commit=False):
        """Take back what is left to be, and say that the run is undone.

        One that was killed goes on where it was: what went back is in effect no more.
        """
        self._in_slices(self._undo_slice, commit)
        self._try(self._note, commit, {"undo_state": "done"})
        self._tell_deciders(commit)
        self.env.invalidate_all()

    def _get_undoable_sql(self):
        """Return which changes of this run are in effect, with nothing decided since."""
        return SQL(
            "change.run_id = %s AND change.state = 'applied' AND change.date_end IS NULL"
            " AND change.direction != 'same'"
            " AND result.grade_id IS NOT DISTINCT FROM change.grade_id"
            " AND NOT EXISTS (SELECT FROM customer_grading_change back"
            " WHERE back.undoes_id = change.id) AND NOT %s",
            self.id,
            self.env["customer.grading.result"]._get_by_hand_sql("result"),
        )

    def _count_undoable(self):
        self.env.flush_all()
        query = SQL(
            "SELECT COUNT(*) FROM customer_grading_change change"
            " JOIN customer_grading_result result ON result.id = change.result_id WHERE %s",
            self._get_undoable_sql(),
        )
        return self.env.execute_query(query)[0][0]

    def _undo_slice(self, last_id, length):
        """Take back the next slice of changes, in one statement.

        Where another grade was computed since the run, that one goes on to wait for its
        day; else the grade that came back counts as considered, and stays. What takes
        approval is asked for only.

        :return: the last id of the slice, ``None`` after the last one
        """
        self.env.flush_all()
        today = self.env["customer.grading.engine"]._get_today(self.company_id)
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
                SELECT directed.*, %(needs_approval)s AS asks FROM directed
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
                       CASE WHEN asks THEN 'to_approve' ELSE 'applied' END, %(date)s::date,
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
            undoable=self._get_undoable_sql(),
            length=length,
            computed=COMPUTED_ORIGINS,
            open=OPEN_STATES,
            date=today,
            end=self._get_end_sql(today),
            needs_approval=self.policy_id.approval_ids._get_is_for_sql(
                SQL("way"), SQL("grade_id"), SQL("back_id")
            ),
            user=self.undo_user_id.id,
            note=self.with_context(lang=self.undo_user_id.lang)._get_undo_note(),
        )
        self.env.cr.execute(statement)
        return self.env.cr.fetchone()[0]

    def _get_end_sql(self, today):
        """Return the day on which a grade that comes back ``today`` ends, if it has an end."""
        control = self.env["customer.grading.change.control"]
        months = control._get_months_by_grade(self, "expiry_months")
        ends = [
            SQL("WHEN %s THEN %s::date", grade, today + relativedelta(months=count))
            for grade, count in months.items()
        ]
        return SQL("CASE asked.back_id %s END", SQL(" ").join(ends)) if ends else SQL("NULL")

    def _get_undo_note(self):
        return self.env._(
            "Undo of run %(run)s: %(reason)s", run=self.display_name, reason=self.undo_note
        )

    def action_view_changes(self):
        """Show also what took the changes of this run back."""
        action = super().action_view_changes()
        domain = ["|", *action["domain"], ("undoes_id.run_id", "=", self.id)]
        return dict(action, domain=domain) if self.undo_state else action
