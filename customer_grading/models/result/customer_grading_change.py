from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError
from odoo.tools import SQL, format_date

from ...tools.groups import MANAGER_GROUP, OFFICER_GROUP
from ..fields import GuardedMany2one

OPEN_STATES = ("proposed", "held", "to_approve")

COMPUTED_ORIGINS = ("computed", "probation", "undo")  # another computed grade supersedes them

BY_HAND_ORIGINS = ("manual", "freeze", "exclude")

PUT_OFF_DAYS = 30


class CustomerGradingChange(models.Model):
    """One move from a grade to another: history, proposal and approval in one list.

    History: which grade was held on a day, and what was taken back by what.
    """

    _name = "customer.grading.change"
    _inherit = ["customer.grading.subject"]
    _description = "Change of Grade"
    _order = "date desc, id desc"

    result_id = fields.Many2one(
        "customer.grading.result", ondelete="cascade", index="btree_not_null"
    )
    dimension_id = GuardedMany2one("customer.grading.dimension", required=True, ondelete="restrict")
    partner_id = fields.Many2one(index="btree_not_null")
    lead_id = fields.Many2one(index="btree_not_null")
    company_id = GuardedMany2one("res.company", ondelete="cascade")
    policy_id = GuardedMany2one("customer.grading.policy", ondelete="restrict")
    run_id = GuardedMany2one("customer.grading.run", ondelete="set null", index="btree_not_null")
    from_grade_id = GuardedMany2one("customer.grade", "From", ondelete="restrict")
    grade_id = GuardedMany2one("customer.grade", "To", ondelete="restrict")
    subject_name = fields.Char("Customer or opportunity", compute="_compute_subject_name")
    from_grade_color = fields.Integer(related="from_grade_id.color", string="From color")
    grade_color = fields.Integer(related="grade_id.color", string="To color")
    direction = fields.Selection(
        [
            ("new", "New"),
            ("up", "Up"),
            ("down", "Down"),
            ("lost", "No longer graded"),
            ("same", "Unchanged"),
        ],
        required=True,
    )
    origin = fields.Selection(
        [
            ("computed", "Computed"),
            ("probation", "Evaluation after probation"),
            ("manual", "Set by hand"),
            ("manual_end", "End of a grade by hand"),
            ("merge", "Merged contacts"),
            ("freeze", "Frozen"),
            ("exclude", "Excluded"),
            ("undo", "Undone"),
        ],
        default="computed",
        required=True,
    )
    state = fields.Selection(
        [
            ("proposed", "Proposed"),
            ("held", "Held"),
            ("to_approve", "To approve"),
            ("applied", "Applied"),
            ("refused", "Refused"),
            ("superseded", "Superseded"),
        ],
        required=True,
    )
    date = fields.Date("Asked on", required=True)
    date_due = fields.Date("Takes effect")
    date_applied = fields.Date("In effect since")
    date_end = fields.Date("In effect until")
    user_id = fields.Many2one("res.users", "Asked by", index="btree_not_null")
    decided_by_id = fields.Many2one("res.users", "Decided by", index="btree_not_null")
    note = fields.Char("Reason given", help="What a person gave as the reason.")
    decision_note = fields.Char("Reason of the decision")
    manual_until = fields.Date("By hand until")
    values = fields.Json(groups=MANAGER_GROUP)
    date_evaluated = fields.Date("Values as of")
    merged_from = fields.Char(
        "Merged from", help="The contact or opportunity that the change was of."
    )
    reason = fields.Char(compute="_compute_reason")
    batch_id = fields.Many2one(
        "customer.grading.batch",
        "Done at once with",
        ondelete="set null",
        index="btree_not_null",
        help="What somebody did by hand to several customers at once.",
    )
    undoes_id = fields.Many2one(
        "customer.grading.change", "Takes back", ondelete="cascade", index="btree_not_null"
    )
    is_aside = fields.Boolean(
        "Beside its own",
        help="It was of a merged contact or opportunity, while the one that stayed had grades.",
    )
    kept = fields.Json(
        "By hand before", groups=MANAGER_GROUP, help="What an undo of this change brings back."
    )

    # Who asks for changes by state asks for the few that are open: an index of all would
    # only make history dearer to write.
    _open_idx = models.Index("(state) WHERE state IN ('proposed', 'held', 'to_approve')")
    # What moved since a moment: history grows at its end, of which such an index keeps little.
    _written_idx = models.Index("USING brin (write_date)")
    # Who held a grade on a day.
    _held_idx = models.Index("(grade_id, date_applied) WHERE state = 'applied'")

    @api.depends("partner_id", "lead_id", "from_grade_id", "grade_id")
    @api.depends_context("lang")
    def _compute_display_name(self):
        nothing = self.env._("not graded")
        for change in self:
            change.display_name = self.env._(
                "%(customer)s: %(before)s → %(after)s",
                customer=change._get_subject().display_name,
                before=change.from_grade_id.code or nothing,
                after=change.grade_id.code or nothing,
            )

    @api.depends("partner_id", "lead_id")
    def _compute_subject_name(self):
        for change in self:
            change.subject_name = change.sudo()._get_subject().display_name

    def write(self, vals):
        if not self.env.su and self.filtered(lambda c: c.state not in OPEN_STATES):
            raise UserError(
                self.env._("A change that was decided is history and cannot be edited.")
            )
        return super().write(vals)

    @api.ondelete(at_uninstall=False)
    def _unlink_except_history(self):
        if not self.env.su:
            raise UserError(self.env._("The history of grades cannot be deleted."))

    def _note_merge(self, source, target):
        """Make the changes of the merged ``source`` history of ``target``.

        One that was merged before keeps the name of the record that it was of at first.
        """
        self.filtered(lambda change: not change.merged_from).merged_from = source.display_name
        self[target._grading_result_field] = target

    # ------------------------------------------------------------------ decisions

    def action_approve(self):
        """Bring the chosen changes into effect.

        What somebody proposed becomes a grade set by hand, with the reason and the end
        that were proposed.
        """
        self._get_decidable()._approve()

    def _approve(self):
        """Bring changes that were approved into effect, the newest wish of each result."""
        control = self.env["customer.grading.change.control"].sudo()
        newest = self.browse()
        for wishes in self.sorted("id", reverse=True).grouped("result_id").values():
            newest += wishes[0]
        control._supersede(self - newest)
        for change in newest:
            change._prepare_result()
        control._apply_open(
            newest, fields.Date.context_today(self), decided_by_id=self.env.uid, date_due=False
        )

    def _prepare_result(self):
        """Let the result of an approved change wait for nothing any more."""
        self.ensure_one()
        if self.origin == "undo":
            self.result_id._settle_way_back(self.grade_id)
        elif self._is_by_hand():
            self._prepare_by_hand()
        else:
            self.result_id._settle_decision(self.grade_id)

    def _prepare_by_hand(self):
        """Let the result of an approved proposal be by hand, as it was proposed."""
        result, control = self.result_id, self.env["customer.grading.change.control"].sudo()
        control._supersede(control._get_open_changes(result).get(result))
        self._check_not_too_late()
        result._answer_proposals(self.origin, self.grade_id)
        kind = self.origin if self.origin != "manual" else False
        result._note_by_hand(self.grade_id, self.note, self.manual_until, kind)

    def _is_by_hand(self):
        """Whether a person decided what the grade is, or proposed it."""
        self.ensure_one()
        return self.origin in BY_HAND_ORIGINS

    def _check_not_too_late(self):
        if self.manual_until and self.manual_until < fields.Date.context_today(self):
            raise UserError(
                self.env._(
                    "“%(change)s” was asked for until %(date)s, which is over. Refuse it, or set "
                    "the grade by hand with a later end.",
                    change=self.display_name,
                    date=format_date(self.env, self.manual_until),
                )
            )

    def action_ask_refusal(self):
        """Ask for the one reason for which the chosen changes are refused."""
        self._get_decidable()
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Refuse"),
            "res_model": "customer.grading.refuse",
            "view_mode": "form",
            "target": "new",
            "context": {"default_change_ids": self.ids},
        }

    def action_refuse(self, reason):
        """Refuse the chosen changes: the grades stay, and the refusal with its reason is kept."""
        if not (reason or "").strip():
            raise UserError(self.env._("Say why: a refusal needs a reason."))
        self._get_decidable()._refuse(reason)

    def _refuse(self, reason):
        self._forget_due_date()
        self.write({"state": "refused", "decided_by_id": self.env.uid, "decision_note": reason})

    def action_put_off(self):
        """Decide on the chosen changes later: they are held, and come back in 30 days."""
        due = fields.Date.context_today(self) + timedelta(days=PUT_OFF_DAYS)
        self._get_decidable()._put_off(due)

    def _put_off(self, due):
        """Hold the changes until the day ``due``; no fall is held beyond the end of its grade."""
        for change in self.filtered(lambda change: not change._is_by_hand()):
            result = change.result_id
            end = change.direction != "up" and result._get_expiry()
            result.date_due = min(due, end or due)
        self.write({"state": "held", "date_due": due})

    def _forget_due_date(self):
        """Let computed changes wait for no day any more but that of what goes on."""
        waiting = self.filtered(lambda change: not change._is_by_hand())
        waiting.result_id.filtered(lambda r: not r._is_by_hand())._settle_decision()

    def _get_decidable(self):
        """Return the changes, sudoed, where the user may decide on them.

        :raise AccessError: for who does not decide on one
        :raise UserError: where one is decided already
        """
        self.check_access("read")
        if decided := self.filtered(lambda change: change.state not in OPEN_STATES)[:1]:
            raise UserError(
                self.env._(
                    "“%s” was decided already. Choose only changes that are still open.",
                    decided.display_name,
                )
            )
        self._check_may_decide()
        return self.sudo()

    def _check_may_decide(self):
        """Raise where somebody else decides on one of the open changes."""
        if not self.env.user.has_group(OFFICER_GROUP):
            raise AccessError(
                self.env._("Only grading officers decide on changes. Ask one of them.")
            )

    def _is_in_effect_by_hand(self):
        """Whether what was decided by hand still holds, and nothing was decided since."""
        self.ensure_one()
        result = self.result_id
        return (
            self.state == "applied"
            and not self.date_end
            and result._is_by_hand()
            and result.grade_id == self.grade_id
        )

    @api.model
    def _get_lasting_sql(self, start, end):
        """Return whether a change lasted a day at least: others were replaced on their day."""
        return SQL("(%(end)s IS NULL OR %(end)s >= %(start)s)", start=start, end=end)

    @api.model
    def _get_held_sql(self, alias, day):
        """Return whether a change of the table ``alias`` is what its result held on ``day``.

        The day of a change is the first one of the new grade. Of merged customers the one
        that stayed counts, and another's only where it held nothing itself.
        """
        covers = SQL(
            "%(change)s.state = 'applied' AND %(change)s.date_applied <= %(day)s"
            " AND COALESCE(%(change)s.date_end >= %(day)s, TRUE)",
            change=SQL.identifier(alias),
            day=day,
        )
        rival = SQL(
            "rival.state = 'applied' AND rival.date_applied <= %(day)s"
            " AND COALESCE(rival.date_end >= %(day)s, TRUE)",
            day=day,
        )
        return SQL(
            """
            (%(covers)s AND (
                %(change)s.is_aside IS NOT TRUE OR NOT EXISTS (
                    SELECT FROM customer_grading_change rival
                     WHERE rival.result_id = %(change)s.result_id AND %(rival)s
                       AND (rival.is_aside IS NOT TRUE OR rival.id > %(change)s.id))))
            """,
            covers=covers,
            change=SQL.identifier(alias),
            rival=rival,
        )
