from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError
from odoo.fields import Domain
from odoo.tools import SQL, format_date

from ...tools.blocks import open_window
from ...tools.groups import MANAGER_GROUP, OFFICER_GROUP
from ...tools.texts import NOT_GRADED
from ..fields import GuardedMany2one

CLOSED_STATES = ("applied", "refused", "superseded")  # in all others it is open

COMPUTED_ORIGINS = ("computed", "probation", "undo")  # another computed grade supersedes them

BY_HAND_ORIGINS = ("manual", "freeze", "exclude")

PUT_OFF_DAYS = 30


class CustomerGradingChange(models.Model):
    """One move from a grade to another: history and proposals in one list."""

    _name = "customer.grading.change"
    _inherit = ["customer.grading.subject"]
    _description = "Change of Grade"
    _order = "date desc, id desc"

    result_id = fields.Many2one(
        "customer.grading.result", required=True, ondelete="cascade", index=True
    )
    dimension_id = GuardedMany2one("customer.grading.dimension", required=True)
    # They are those of the result, with which the change goes, as does one that it takes back.
    partner_id = GuardedMany2one("res.partner", "Customer", index="btree_not_null")
    lead_id = GuardedMany2one("crm.lead", "Opportunity", index="btree_not_null")
    company_id = GuardedMany2one("res.company")
    policy_id = GuardedMany2one("customer.grading.policy")
    run_id = GuardedMany2one("customer.grading.run", index="btree_not_null")
    from_grade_id = GuardedMany2one("customer.grade", "Old grade", falsy_value_label=NOT_GRADED)
    grade_id = GuardedMany2one("customer.grade", "New grade", falsy_value_label=NOT_GRADED)
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
            ("applied", "Applied"),
            ("refused", "Refused"),
            ("superseded", "Superseded"),
        ],
        required=True,
    )
    is_open = fields.Boolean("Open", compute="_compute_is_open", search="_search_is_open")
    waits_for = fields.Char("Waits for", compute="_compute_waits_for", help="Who decides next.")
    waits_for_me = fields.Boolean(
        compute="_compute_waits_for_me", search="_search_waits_for_me", string="Waits for me"
    )
    may_decide = fields.Boolean(compute="_compute_waits_for_me")
    may_withdraw = fields.Boolean(compute="_compute_may_withdraw")
    is_put_off = fields.Boolean(compute="_compute_is_put_off")
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
    bulk_change_id = fields.Many2one(
        "customer.grading.bulk.change",
        "Done at once with",
        ondelete="set null",
        index="btree_not_null",
        help="What somebody did by hand to several customers at once.",
    )
    undoes_id = GuardedMany2one("customer.grading.change", "Takes back", index="btree_not_null")
    is_aside = fields.Boolean(
        "Beside its own",
        help="It was of a merged contact or opportunity, while the one that stayed had grades.",
    )
    kept = fields.Json(
        "By hand before", groups=MANAGER_GROUP, help="What an undo of this change brings back."
    )

    # Who asks for changes by state asks for the few that are open: an index of all would
    # only make history dearer to write.
    _open_idx = models.Index(f"(state) WHERE state NOT IN {CLOSED_STATES}")
    # What moved since a moment: history grows at its end, of which such an index keeps little.
    _written_idx = models.Index("USING brin (write_date)")

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
        if not self.env.su and self.filtered(lambda change: not change.is_open):
            raise UserError(
                self.env._("A change that was decided is history and cannot be edited.")
            )
        return super().write(vals)

    @api.ondelete(at_uninstall=False)
    def _unlink_except_history(self):
        if not self.env.su:
            raise UserError(self.env._("The history of grades cannot be deleted."))

    # ------------------------------------------------------------------ what waits for whom

    @api.model
    def _get_open_states(self):
        """Return the states of changes that wait for something; an addon may add its own."""
        states = (state for state, _label in self._fields["state"].selection)
        return tuple(state for state in states if state not in CLOSED_STATES)

    @api.depends("state")
    def _compute_is_open(self):
        for change in self:
            change.is_open = bool(change.state) and change.state not in CLOSED_STATES

    @api.model
    def _search_is_open(self, operator, _value):
        if operator != "in":
            return NotImplemented
        return Domain("state", "in", self._get_open_states())

    @api.depends("state", "date_due")
    @api.depends_context("lang")
    def _compute_waits_for(self):
        """Tell who decides next, or for which day a change waits."""
        for change in self:
            if not change.is_open:
                change.waits_for = False
            elif change.state == "held" and change.date_due:
                change.waits_for = format_date(self.env, change.date_due)
            else:
                change.waits_for = self.env._("Grading officers")

    @api.depends("state", "date_due")
    @api.depends_context("uid")
    def _compute_waits_for_me(self):
        """Tell on what the user may decide, and what of it he is asked for now."""
        mine = self.sudo().search(Domain("id", "in", self.ids) & self._get_mine_domain())
        asked = mine.filtered_domain(self._get_asked_domain())
        for change in self:
            change.may_decide = change in mine
            change.waits_for_me = change in asked

    @api.model
    def _search_waits_for_me(self, operator, _value):
        if operator != "in":
            return NotImplemented
        return self._get_mine_domain() & self._get_asked_domain()

    @api.model
    def _get_mine_domain(self):
        """Hook: return which changes the user decides on: an officer on all that are open."""
        if not self.env.user.has_group(OFFICER_GROUP):
            return Domain.FALSE
        return Domain("is_open", "=", True)

    @api.depends("state", "origin")
    def _compute_is_put_off(self):
        put_off = self.filtered_domain(self._get_put_off_domain())
        put_off.is_put_off = True
        (self - put_off).is_put_off = False

    @api.model
    def _get_put_off_domain(self):
        """Hook: return which changes people put off: they ask again on their day."""
        return Domain("state", "=", "held") & Domain("origin", "in", BY_HAND_ORIGINS)

    @api.model
    def _get_asked_domain(self):
        """Return which open changes ask for a decision now, and wait for no day."""
        today = self.env["customer.grading.engine"]._get_today(self.env.company)
        is_due = Domain("date_due", "<=", today)
        return Domain("state", "!=", "held") | (self._get_put_off_domain() & is_due)

    @api.model
    def _is_decider(self):
        """Hook: whether the user decides on some changes."""
        return self.env.user.has_group(OFFICER_GROUP)

    @api.model
    def _get_view_cache_key(self, view_id=None, view_type="form", **options):
        key = super()._get_view_cache_key(view_id, view_type, **options)
        return *key, self._is_decider()

    @api.model
    def _get_view(self, view_id=None, view_type="form", **options):
        """Offer decisions to those who decide; to others, at first, what is of their customers."""
        arch, view = super()._get_view(view_id, view_type, **options)
        others = "./header | .//filter[@name='waits_for_me' or @name='my_customers']"
        if view_type in ("list", "search"):
            for node in arch.xpath(".//filter[@name='mine']" if self._is_decider() else others):
                node.getparent().remove(node)
        return arch, view

    @api.model
    def _search(self, domain, *args, **kwargs):
        """Leave out what was superseded where a list says so, as Changes does."""
        if self.env.context.get("grading_superseded") is False:
            domain = Domain(domain) & Domain("state", "!=", "superseded")
        return super()._search(domain, *args, **kwargs)

    # ------------------------------------------------------------------ decisions

    def action_approve(self):
        """Bring the chosen changes into effect.

        What somebody proposed becomes a grade set by hand, with the reason and the end
        that were proposed.
        """
        self._get_decidable()._approve()

    def _approve(self):
        """Hook: bring changes that were approved into effect, the newest wish of each result."""
        newest = self.browse()
        for wishes in self.sorted("id", reverse=True).grouped("result_id").values():
            newest += wishes[0]
        (self - newest)._supersede(self.env._("A newer proposal was approved."))
        for change in newest.filtered(lambda change: change.origin in BY_HAND_ORIGINS):
            change._prepare_by_hand()
        newest._decide("applied")

    def _decide(self, state, due=None):
        """Write what becomes of open changes, one a result.

        :param due: the day on which they wait again
        """
        control = self.env["customer.grading.change.control"].sudo()
        for changes in self.grouped("company_id").values():
            control._decide(changes, state, due)

    def _prepare_by_hand(self):
        """Let the result of an approved proposal be by hand, as it was proposed."""
        result, until = self.result_id, self.manual_until
        if until and until < result._get_today():
            raise UserError(
                self.env._(
                    "“%(change)s” was asked for until %(date)s, which is over. Refuse it, or set "
                    "the grade by hand with a later end.",
                    change=self.display_name,
                    date=format_date(self.env, until),
                )
            )
        result._answer_proposals(self.origin, self.grade_id)
        kind = self.origin if self.origin != "manual" else False
        result._note_by_hand(self.grade_id, self.note, until, kind)

    def action_ask_refusal(self):
        """Ask for the one reason for which the chosen changes are refused."""
        self._get_decidable()
        context = {"default_change_ids": self.ids}
        return open_window(
            self.env._("Refuse"), "customer.grading.refuse", target="new", context=context
        )

    def action_refuse(self, reason):
        """Refuse the chosen changes: the grades stay, and the refusal with its reason is kept."""
        if not (reason or "").strip():
            raise UserError(self.env._("Say why: a refusal needs a reason."))
        self._get_decidable()._refuse(reason)

    def _refuse(self, reason):
        """Hook: let the grades stay, and keep the refusal with its reason."""
        self.decision_note = reason
        self._decide("refused")
        self._tell_authors()

    def _supersede(self, note):
        """Close proposals that nobody decides on any more, and tell who made them why."""
        self.write({"state": "superseded", "decision_note": note})
        self._tell_authors()

    def _tell_authors(self):
        """Tell whoever proposed a grade that it was refused, or is not decided on any more."""
        for change in self.sudo().filtered(lambda change: change.origin in BY_HAND_ORIGINS):
            author = change.user_id
            if not author.active or author in (self.env.user, self.env.ref("base.user_root")):
                continue
            env = change.with_context(lang=author.lang).env
            change._get_subject().with_env(env).message_notify(
                partner_ids=author.partner_id.ids,
                subject=env._("Your proposal: %s", change.with_env(env).display_name),
                body=change.with_env(env)._get_answer_text(),
            )

    def _get_answer_text(self):
        """Return what became of a proposal, by whom and why."""
        names = {
            "grade": self.grade_id.code or self.env._("not graded"),
            "author": self.user_id.name or "",
            "user": self.decided_by_id.name or "",
            "reason": self.decision_note or "",
        }
        if self.state == "refused":
            return self.env._(
                "%(grade)s, proposed by %(author)s, was refused by %(user)s: “%(reason)s”.", **names
            )
        return self.env._(
            "%(grade)s, proposed by %(author)s, is not decided on any more: %(reason)s", **names
        )

    @api.depends("state", "origin", "user_id")
    @api.depends_context("uid")
    def _compute_may_withdraw(self):
        for change in self:
            own = change.user_id == self.env.user and change.origin in BY_HAND_ORIGINS
            change.may_withdraw = own and change.is_open

    def action_withdraw(self):
        """Take one's own proposals back, as long as nobody decided on them.

        :raise AccessError: for those of others
        :raise UserError: where one is decided already
        """
        self.check_access("read")
        if others := self.filtered(lambda change: change.user_id != self.env.user)[:1]:
            raise AccessError(
                self.env._(
                    "“%s” was proposed by somebody else. Ask an officer to refuse it.",
                    others.display_name,
                )
            )
        if decided := self.filtered(lambda change: not change.may_withdraw)[:1]:
            raise UserError(
                self.env._(
                    "“%s” was decided already: there is nothing to withdraw.", decided.display_name
                )
            )
        note = self.env._("Withdrawn by who proposed it.")
        self.sudo()._wait_for_others()._supersede(note)

    def action_put_off(self):
        """Decide on the chosen changes later: they are held, and come back in 30 days."""
        due = self.result_id._get_today() + timedelta(days=PUT_OFF_DAYS)
        self._get_decidable()._put_off(due)

    def _put_off(self, due):
        """Hook: hold the changes until the day ``due``; no fall longer than its grade holds."""
        self._decide("held", due)

    def _get_decidable(self):
        """Return the changes, sudoed, where the user may decide on them.

        :raise AccessError: for who does not decide on one
        :raise UserError: where one is decided already
        """
        self.check_access("read")
        if decided := self.filtered(lambda change: not change.is_open)[:1]:
            raise UserError(
                self.env._(
                    "“%s” was decided already. Choose only changes that are still open.",
                    decided.display_name,
                )
            )
        self._check_may_decide()
        return self.sudo()._wait_for_others()

    def _wait_for_others(self):
        """Wait for whoever decides on the same changes at this moment, and return them.

        When his decision is committed, Odoo begins this request again, which then sees it.
        """
        if self:
            self.env.cr.execute(
                SQL(
                    "SELECT id FROM customer_grading_change WHERE id IN %s ORDER BY id FOR UPDATE",
                    self._ids,
                )
            )
        return self

    def _check_may_decide(self):
        """Hook: raise where somebody else decides on one of the open changes."""
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
