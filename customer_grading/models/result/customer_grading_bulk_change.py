from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError

from ...tools.blocks import RELOAD, open_action, tell
from ...tools.groups import OFFICER_GROUP


class CustomerGradingBulkChange(models.Model):
    """What somebody did by hand to many customers at once, and can take back at once."""

    _name = "customer.grading.bulk.change"
    _description = "Grades Changed by Hand at Once"
    _order = "id desc"

    name = fields.Char(required=True, readonly=True)
    user_id = fields.Many2one("res.users", "By", readonly=True, index="btree_not_null")
    reason = fields.Char(readonly=True)
    change_ids = fields.One2many("customer.grading.change", "bulk_change_id", readonly=True)
    change_count = fields.Integer("Changes", compute="_compute_change_count")
    undone_by_id = fields.Many2one("res.users", "Undone by", readonly=True, index="btree_not_null")
    date_undone = fields.Datetime("Undone on", readonly=True)
    undone_text = fields.Char("What was undone", readonly=True)

    def _compute_change_count(self):
        Change = self.env["customer.grading.change"]
        of_these = [("bulk_change_id", "in", self.ids)]
        counts = dict(Change._read_group(of_these, ["bulk_change_id"], ["__count"]))
        for bulk in self:
            bulk.change_count = counts.get(bulk, 0)

    @api.model
    def _note(self, name, changes, kept):
        """Keep together what was done to several customers at once.

        :param name: what was done, in the user's language
        :param changes: those made, of this transaction
        :param kept: ``{result id: what was by hand before}``
        :return: the bulk change, sudoed
        """
        bulk = self.sudo().create(
            {"name": name, "user_id": self.env.uid, "reason": changes[:1].note}
        )
        for change in changes.sudo():
            change.write({"bulk_change_id": bulk.id, "kept": kept.get(change.result_id.id)})
        return bulk

    # ------------------------------------------------------------------ undo

    def action_undo(self):
        """Take back what was done: each customer gets the grade it had before, by a change.

        Proposals that wait still are withdrawn. What was decided anew since then is left.

        :return: the action that tells how many went back and how many stayed
        :raise AccessError: for who is neither an officer nor, for proposals, their author
        :raise UserError: where it was undone before
        """
        self.ensure_one()
        self._check_may_undo()
        if self.date_undone:
            raise UserError(self.env._("“%s” was undone already.", self.name))
        changes = self.sudo().change_ids
        waiting = changes.filtered("is_open")
        waiting.write({"state": "superseded", "decision_note": self._get_note()})
        current = changes.filtered(lambda change: change._is_in_effect_by_hand())
        self._take_back(current)
        back, every = len(waiting) + len(current), len(changes)
        text = (
            self.env._("Undone for all %s.", every)
            if back == every
            else self.env._(
                "Undone for %(back)s of %(every)s: the others were decided anew since then.",
                back=back,
                every=every,
            )
        )
        undone = {"date_undone": fields.Datetime.now(), "undone_text": text}
        self.sudo().write({"undone_by_id": self.env.uid, **undone})
        return tell(text, "success" if back == every else "warning", RELOAD)

    def _check_may_undo(self):
        self.check_access("read")
        changes = self.sudo().change_ids.sudo(self.env.su)
        if hidden := changes - changes._filtered_access("read"):
            raise AccessError(
                self.env._(
                    "“%(name)s” is also about records that you may not see (%(number)s), of "
                    "another company perhaps. Ask somebody who sees them all.",
                    name=self.name,
                    number=len(hidden),
                )
            )
        if self.env.user.has_group(OFFICER_GROUP):
            return
        decided = self.sudo().change_ids.filtered(lambda change: change.state == "applied")
        if self.user_id != self.env.user or decided:
            raise AccessError(
                self.env._("Only grading officers undo what is in effect. Ask one of them.")
            )

    def _get_note(self):
        return self.env._("Undo of “%s”", self.name)

    def _take_back(self, changes):
        """Hook: bring the grades back that these applied changes took, and what was by hand before."""
        control = self.env["customer.grading.change.control"].sudo()
        moves = [(change.result_id, change.from_grade_id, change) for change in changes]
        control._write_by_hand(moves, "undo", self._get_note())
        for change in changes:
            result = change.result_id
            result._bring_back(change.kept or result._get_nothing_by_hand())

    def action_view_changes(self):
        """Open the changes."""
        self.ensure_one()
        return open_action(
            self.env,
            "customer_grading.customer_grading_change_action",
            self.name,
            domain=[
                "|",
                ("bulk_change_id", "=", self.id),
                ("undoes_id.bulk_change_id", "=", self.id),
            ],
            context={"create": False},
        )
