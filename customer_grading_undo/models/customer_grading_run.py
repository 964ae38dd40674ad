from odoo import api, fields, models
from odoo.addons.customer_grading.models.result.customer_grading_slices import SLICE
from odoo.addons.customer_grading.tools.blocks import open_window
from odoo.exceptions import UserError
from odoo.fields import Domain


class CustomerGradingRun(models.Model):
    """Takes back what a run brought into effect, by changes like any others."""

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

    def _get_changes_domain(self):
        """Add what took them back."""
        domain = super()._get_changes_domain()
        return domain | Domain("undoes_id.run_id", "=", self.id) if self.undo_state else domain

    @api.depends("state", "undo_state", "up_count", "down_count", "new_count", "left_count")
    def _compute_can_undo(self):
        for run in self:
            moved = run.up_count or run.down_count or run.new_count or run.left_count
            run.can_undo = bool(run.state == "done" and moved and not run.undo_state)

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

    def action_ask_undo(self):
        """Ask why, and show what would go back and what would stay."""
        self.ensure_one()
        self._check_undo()
        name, context = self.env._("Undo this run"), {"default_run_id": self.id}
        return open_window(name, "customer.grading.undo", target="new", context=context)

    def _check_undo(self):
        """:raise AccessError: for who is no officer
        :raise UserError: where nothing is to be undone
        """
        self._check_officer()
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
            self.env.ref("customer_grading_undo.ir_cron_undo").sudo()._trigger()

    def _count_undoable(self):
        """Return how many changes would be taken back."""
        return self.env["customer.grading.change.control"]._count_undoable(self)

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
        self.env.invalidate_all()  # what follows reads the grades anew
        self._follow(commit, self._find_moved_ids())

    def _find_moved_ids(self):
        """Return whose grades moved; ``None``, which is everybody, of more than a slice."""
        field = self.dimension_id._get_subject_kind().field
        Change = self.env["customer.grading.change"].sudo()
        moved = Change.search_fetch(self._get_changes_domain(), [field], limit=SLICE + 1)
        return moved[field].ids if len(moved) <= SLICE else None
