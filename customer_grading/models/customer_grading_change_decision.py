from datetime import timedelta
from typing import Any, NamedTuple

from odoo import SUPERUSER_ID, api, fields, models
from odoo.exceptions import AccessError
from odoo.fields import Domain
from odoo.tools import SQL, format_date

from ..tools.groups import OFFICER_GROUP
from .result.customer_grading_change import OPEN_STATES


class Steps(NamedTuple):
    """The approval that a change takes.

    :ivar awaited: the lines of the step that it waits for; empty where none is left
    :ivar number: which step that is, counted from 1
    :ivar count: how many steps there are
    """

    awaited: Any
    number: int
    count: int


class CustomerGradingChange(models.Model):
    """Who decides on a change, step by step, and what it waits for meanwhile."""

    _inherit = "customer.grading.change"

    approval_ids = fields.One2many(
        "customer.grading.change.approval", "change_id", string="Approved so far"
    )
    is_put_off = fields.Boolean(help="It comes back to the step of approval that it was at.")
    waits_for = fields.Char("Waits for", compute="_compute_waits_for", help="Who decides next.")
    waits_for_me = fields.Boolean(
        compute="_compute_waits_for_me", search="_search_waits_for_me", string="Waits for me"
    )
    may_decide = fields.Boolean(compute="_compute_waits_for_me")

    # ------------------------------------------------------------------ steps

    def _get_steps(self):
        """Return ``{change: Steps}``: the approval that each takes, by its policy of today."""
        steps = {}
        for change in self.sudo():
            lines = change.policy_id._get_approvals(
                change._get_approved_direction(), change.from_grade_id, change.grade_id
            )
            given = set(change.approval_ids.mapped("step"))
            numbers = sorted(given.union(lines.mapped("step")))
            left = [number for number in numbers if number not in given]
            awaited = lines.filtered(lambda line, left=left: line.step in left[:1])
            number = numbers.index(left[0]) + 1 if left else len(numbers)
            steps[change] = Steps(awaited, number, len(numbers))
        return steps

    def _get_approved_direction(self):
        """Return as which kind of move this one is approved.

        The grade that an evaluation gives was provisional before: it is as if it were new.
        """
        self.ensure_one()
        is_given = self.origin == "probation" and self.grade_id
        return "new" if is_given else self.direction

    # ------------------------------------------------------------------ what waits for whom

    @api.depends("state", "date_due", "approval_ids")
    @api.depends_context("lang")
    def _compute_waits_for(self):
        waiting = self.filtered(lambda change: change.state in OPEN_STATES)
        (self - waiting).waits_for = False
        steps = waiting._get_steps()
        for change in waiting:
            change.waits_for = change._get_waits_for_text(steps[change])

    def _get_waits_for_text(self, steps):
        if self.state == "held" and self.date_due:
            return format_date(self.env, self.date_due)
        if not steps.awaited:
            return self.env._("Grading officers")
        words = self.env["customer.grading.measure"]
        approver = words._join_list([line._get_approver_text() for line in steps.awaited])
        if steps.count < 2:
            return approver
        return self.env._(
            "%(approver)s (step %(number)s of %(count)s)",
            approver=approver,
            number=steps.number,
            count=steps.count,
        )

    @api.depends("state", "date_due", "is_put_off", "approval_ids")
    @api.depends_context("uid")
    def _compute_waits_for_me(self):
        """Tell what waits for the user now, and on what he may decide, be it put off."""
        user, today = self.env.user, fields.Date.context_today(self)
        is_officer, steps = user.has_group(OFFICER_GROUP), self._get_steps()
        for change in self:
            awaited = steps[change].awaited
            mine = change.state in OPEN_STATES and (
                awaited._is_approver(user) and user not in change.sudo().approval_ids.user_id
                if awaited
                else is_officer
            )
            is_due = change.state != "held" or bool(
                (change.is_put_off or change.origin == "manual")
                and change.date_due
                and change.date_due <= today
            )
            change.may_decide = mine
            change.waits_for_me = mine and is_due

    @api.model
    def _search_waits_for_me(self, operator, value):
        if operator != "in":
            return NotImplemented
        waiting = Domain("state", "in", OPEN_STATES) & Domain.custom(to_sql=self._get_waiting_sql)
        return waiting if True in value else ~waiting

    @staticmethod
    def _get_waiting_sql(model, alias, _query):
        change = SQL.identifier(alias)
        return SQL(
            """((%(change)s.state <> 'held'
             OR ((%(change)s.is_put_off OR %(change)s.origin = 'manual')
                 AND %(change)s.date_due <= %(today)s))
            AND %(mine)s)""",
            change=change,
            today=fields.Date.context_today(model),
            mine=model._get_mine_sql(change),
        )

    @api.model
    def _get_mine_sql(self, change):
        """Return whether a row ``change``, which is open, waits for the user."""
        user = self.env.user
        self.env["customer.grading.change.approval"].flush_model()
        approvals = self.env["customer.grading.approval"].sudo()
        approvals = approvals.search([("policy_id.state", "!=", "draft")])
        is_officer = SQL("%s", user.has_group(OFFICER_GROUP))
        whens = []
        for policy, lines in approvals.grouped("policy_id").items():
            mine = lines.filtered(lambda line: line._is_approver(user))
            wheres = [
                SQL("(step = %s AND %s)", line.step, line._get_is_for_change_sql(change))
                for line in mine
            ]
            whens.append(
                SQL(
                    "WHEN %s THEN (SELECT CASE WHEN step IS NULL THEN %s ELSE %s END"
                    " FROM (SELECT %s AS step) awaited)",
                    policy.id,
                    is_officer,
                    SQL(
                        "(%s) AND %s.id NOT IN (SELECT change_id"
                        " FROM customer_grading_change_approval WHERE user_id = %s)",
                        SQL(" OR ").join(wheres) if wheres else SQL("FALSE"),
                        change,
                        user.id,
                    ),
                    lines._get_awaited_step_sql(change),
                )
            )
        if not whens:
            return is_officer
        return SQL("CASE %s.policy_id %s ELSE %s END", change, SQL(" ").join(whens), is_officer)

    @api.model
    def _is_decider(self):
        """Whether the user decides on some changes, as an officer or as an approver."""
        user = self.env.user
        if user.has_group(OFFICER_GROUP):
            return True
        approvers = Domain("user_id", "=", user.id) | Domain(
            "group_id", "in", user.all_group_ids.ids
        )
        return bool(self.env["customer.grading.approval"].sudo().search_count(approvers, limit=1))

    @api.model
    def _get_view_cache_key(self, view_id=None, view_type="form", **options):
        key = super()._get_view_cache_key(view_id, view_type, **options)
        return *key, self._is_decider()

    @api.model
    def _get_view(self, view_id=None, view_type="form", **options):
        """Offer decisions, and what waits for them, to those who decide."""
        arch, view = super()._get_view(view_id, view_type, **options)
        if view_type in ("list", "search") and not self._is_decider():
            for node in arch.xpath("./header | .//filter[@name='waits_for_me']"):
                node.getparent().remove(node)
        return arch, view

    # ------------------------------------------------------------------ deciding

    def _check_may_decide(self):
        """Raise where a change waits for somebody else.

        :raise AccessError: saying for whom, and why not for the user
        """
        user, others = self.env.user, self.browse()
        for change, steps in self._get_steps().items():
            if not steps.awaited:
                others |= change
            elif not steps.awaited._is_approver(user):
                raise AccessError(
                    self.env._(
                        "“%(change)s” waits for %(approver)s. Only they decide on it now.",
                        change=change.display_name,
                        approver=change._get_waits_for_text(steps),
                    )
                )
            elif user in change.approval_ids.user_id:
                raise AccessError(
                    self.env._(
                        "You approved “%(change)s” before. Each step takes another person: it "
                        "waits for %(approver)s.",
                        change=change.display_name,
                        approver=change._get_waits_for_text(steps),
                    )
                )
        if others:
            return super(CustomerGradingChange, others)._check_may_decide()
        return None

    def _get_decidable(self):
        """Also wait for whoever decides on the same changes at this moment.

        When his decision is committed, Odoo begins this request again, which then sees it.
        """
        changes = super()._get_decidable()
        if changes:
            self.env.cr.execute(
                SQL(
                    "SELECT id FROM customer_grading_change WHERE id IN %s ORDER BY id FOR UPDATE",
                    changes._ids,
                )
            )
        return changes

    def _approve(self):
        """Note the user's approval of the step awaited; after the last one bring it in effect."""
        last = self.browse()
        for change, steps in self._get_steps().items():
            if steps.awaited:
                change._note_approval(steps.awaited)
            if steps.number == steps.count or not steps.awaited:
                last |= change
            else:
                change._await_approval()
        last.is_put_off = False
        result = super(CustomerGradingChange, last)._approve()
        self.policy_id._tell_deciders()
        return result

    def _note_approval(self, awaited):
        """Keep that the user approved the step ``awaited``, and as whom."""
        self.ensure_one()
        line = awaited.filtered(lambda line: line._is_approver(self.env.user))[:1] or awaited[:1]
        self.env["customer.grading.change.approval"].sudo().create(
            {
                "change_id": self.id,
                "step": line.step,
                "role": line.name or line.sudo().group_id.display_name,
                "user_id": self.env.uid,
            }
        )

    def _await_approval(self):
        """Let the changes wait for their next step, and for no day any more."""
        self._wait_for_people()
        self.write({"state": "to_approve", "date_due": False, "is_put_off": False})

    def _wait_for_people(self):
        """Let change control look at the results again only for what else goes on there."""
        computed = self.filtered(lambda change: not change._is_by_hand())
        for result in computed.result_id.filtered(lambda result: not result._is_by_hand()):
            result.date_due = result._get_next_look()

    def _refuse(self, reason):
        result = super()._refuse(reason)
        self.policy_id._tell_deciders()
        return result

    def _put_off(self, due):
        """Hold changes until ``due``; those in approval come back to the step they are at."""
        steps = self._get_steps()
        chained = self.filtered(lambda change: steps[change].awaited)
        chained._wait_for_people()
        chained.write({"state": "held", "date_due": due, "is_put_off": True})
        result = super(CustomerGradingChange, self - chained)._put_off(due)
        self.policy_id._tell_deciders()
        return result


class CustomerGradingChangeControl(models.AbstractModel):
    """Sends moves that need approval to those who give it."""

    _inherit = "customer.grading.change.control"

    def _get_state_sql(self, run):
        """Let moves wait for approval where the policy asks for it.

        The first grading by a policy is taken as it is: somebody looked at it before.
        """
        state = super()._get_state_sql(run)
        if run.first or not run.policy_id.approval_ids:
            return state
        needs_approval = run.policy_id.approval_ids._get_is_for_sql(
            SQL("CASE WHEN evaluates AND target_id IS NOT NULL THEN 'new' ELSE direction END"),
            SQL("grade_id"),
            SQL("target_id"),
        )
        return SQL(
            "CASE WHEN %s AND NOT %s THEN 'to_approve' ELSE %s END",
            needs_approval,
            self._get_free_sql(run),
            state,
        )

    def _bring_back_proposals(self, run):
        """Let what an approver put off wait for the same step again."""
        self.env["customer.grading.change"].search(
            [
                ("dimension_id", "=", run.dimension_id.id),
                ("company_id", "=", run.company_id.id),
                ("state", "=", "held"),
                ("is_put_off", "=", True),
                ("date_due", "<=", run.date),
            ]
        )._await_approval()
        return super()._bring_back_proposals(run)

    def _apply(self, vals_list):
        """Let what waits for approval instead end with the grade that is held meanwhile."""
        changes = super()._apply(vals_list)
        tomorrow = fields.Date.context_today(self) + timedelta(days=1)
        for result in changes.filtered(lambda change: change.state == "to_approve").result_id:
            end = result._get_expiry(result.date_computed_since)
            result.date_due = end and max(end, tomorrow)
        return changes

    def _prepare_change(self, result, date, state, run=None, origin="computed", **vals):
        """Let the computed grade that follows one by hand wait for its approval, too."""
        prepared = super()._prepare_change(result, date, state, run, origin, **vals)
        if origin != "manual_end" or state != "applied":
            return prepared
        if result._get_approvals(result.computed_grade_id):
            prepared.update(
                origin="computed", state="to_approve", date_applied=False, decided_by_id=False
            )
        return prepared


class CustomerGradingResult(models.Model):
    """Sends grades that people set or propose through the approval that they need."""

    _inherit = "customer.grading.result"

    def _get_approving_policy(self):
        """Return the policy that graded this customer, or that would."""
        self.ensure_one()
        if self.policy_id:
            return self.policy_id
        company = self.company_id or self.env.company
        _company, policies = self.env["customer.grading.policy"]._get_in_force(
            self.dimension_id, company
        )
        return policies[:1]

    def _get_approvals(self, grade):
        """Return the lines of approval that it takes to move to ``grade``."""
        self.ensure_one()
        direction = self.env["customer.grading.change.control"]._get_direction(self.grade_id, grade)
        if self.date_provisional and grade:
            direction = "new"  # a provisional grade was nobody's decision
        return self._get_approving_policy()._get_approvals(direction, self.grade_id, grade)

    def _needs_approval_by_others(self, grade):
        """Whether others must approve that the user sets ``grade``: he is not the last to."""
        user = self.env.user
        if user.id == SUPERUSER_ID:
            return False
        lines = self.sudo()._get_approvals(grade)
        last = lines.filtered(lambda line: line.step == lines[-1].step)
        return bool(last) and not last._is_approver(user)

    def _set_by_hand(self, grade, reason, until=False):
        """Give customers ``grade`` by hand, or ask for the approval that it takes."""
        self._check_officer()
        self._check_by_hand(grade, reason, until)
        waiting = self.filtered(lambda result: result._needs_approval_by_others(grade))
        changes = waiting._propose(grade, reason, until)
        free = super(CustomerGradingResult, self - waiting)
        return changes | free._set_by_hand(grade, reason, until)

    def _exclude(self, reason, until=False):
        """Exclude customers from grading, or ask for the approval that it takes."""
        self._check_officer()
        self._check_reason(reason, until)
        nothing = self.env["customer.grade"]
        waiting = self.filtered(
            lambda result: result.grade_id and result._needs_approval_by_others(nothing)
        )
        changes = waiting._ask("exclude", nothing, reason, until)
        return changes | super(CustomerGradingResult, self - waiting)._exclude(reason, until)

    def _ask(self, origin, grade, reason, until):
        """Ask for the approval that it takes; who gives the first step's does so by asking."""
        changes = super()._ask(origin, grade, reason, until)
        changes.filtered(lambda change: change.result_id.date_provisional).direction = "new"
        for change in changes.filtered(lambda change: not change.policy_id):
            change.policy_id = change.result_id._get_approving_policy()
        for change, steps in changes._get_steps().items():
            if not steps.awaited:
                continue
            change._await_approval()
            if steps.count > 1 and steps.awaited._is_approver(self.env.user):
                change._note_approval(steps.awaited)
        changes.policy_id._tell_deciders()
        return changes
