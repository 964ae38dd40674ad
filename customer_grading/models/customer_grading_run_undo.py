from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import SQL

from .customer_grading_run_store import SLICE


class CustomerGradingRun(models.Model):
    """Takes back what a run brought into effect, by changes like any others.

    What was decided since, by hand or by a later run, is left. The computed grade is what
    it is: who went back keeps the grade until another one is computed, or another policy
    comes into force. A way back that somebody decides on waits for it.
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
        states = self.env["customer.grading.change"]._get_open_states()
        back, waiting = self._count_undone(), self._count_undone(states)
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
                "since then and stayed; %(waiting)s wait for a decision.",
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
        control = self.env["customer.grading.change.control"].sudo()
        self._in_slices(control._undo_slice, commit, self)
        self._try(self._note, commit, {"undo_state": "done"})
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

    def _get_undo_note(self):
        return self.env._(
            "Undo of run %(run)s: %(reason)s", run=self.display_name, reason=self.undo_note
        )

    def action_view_changes(self):
        """Show also what took the changes of this run back."""
        action = super().action_view_changes()
        domain = ["|", *action["domain"], ("undoes_id.run_id", "=", self.id)]
        return dict(action, domain=domain) if self.undo_state else action
