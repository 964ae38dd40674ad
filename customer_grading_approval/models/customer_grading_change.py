from typing import Any, NamedTuple

from odoo import api, fields, models
from odoo.addons.customer_grading.tools.groups import OFFICER_GROUP
from odoo.addons.customer_grading.tools.texts import join_list
from odoo.exceptions import AccessError
from odoo.fields import Domain
from odoo.tools import SQL


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
    """Who decides on a change, step by step, what it waits for meanwhile, and what to look at."""

    _inherit = "customer.grading.change"

    state = fields.Selection(
        selection_add=[("to_approve", "To approve"), ("applied",)],
        ondelete={"to_approve": "set proposed"},
    )
    approval_ids = fields.One2many(
        "customer.grading.change.approval", "change_id", string="Approved so far"
    )
    keeps_step = fields.Boolean(help="It comes back to the step of approval that it was at.")
    review = fields.Json(compute="_compute_review")
    currency_id = fields.Many2one("res.currency", compute="_compute_revenue")
    revenue = fields.Monetary(
        "Revenue, 12 months",
        compute="_compute_revenue",
        currency_field="currency_id",
        help="Invoiced in the last 12 months, untaxed, less credit notes; of an opportunity what "
        "is expected of it.",
    )
    figures_hidden = fields.Boolean("Figures are hidden", compute="_compute_revenue")

    @api.depends("values", "result_id.values", "grade_id", "from_grade_id", "state")
    @api.depends_context("uid", "lang", "company")
    def _compute_review(self):
        Review = self.env["customer.grading.change.review"]
        for change in self:
            change.review = Review._get_views(change)

    # ------------------------------------------------------------------ what it stands for

    @api.depends("partner_id", "lead_id", "company_id")
    @api.depends_context("uid", "company")
    def _compute_revenue(self):
        """Tell the revenue where the reader may see figures, by one query for all."""
        Explanation = self.env["customer.grading.explanation"]
        shown = Explanation._get_shown_subjects(self)
        if Explanation._hides_revenue():
            shown -= {*self.partner_id}
        for company, changes in self.grouped("company_id").items():
            company = company or self.env.company
            revenues = changes._get_revenues(company)
            for change in changes:
                subject = change._get_subject()
                change.currency_id = company.currency_id
                change.figures_hidden = subject not in shown
                of = change.lead_id or change._get_customer()
                change.revenue = revenues.get(of, 0) if subject in shown else 0

    def _get_revenues(self, company):
        """Return ``{customer or opportunity: amount in the currency of company}``."""
        revenues = {lead: lead.expected_revenue for lead in self.lead_id.sudo()}
        if not self.partner_id:
            return revenues
        today = self.env["customer.grading.engine"]._get_today(company)
        customers = self.partner_id.commercial_partner_id
        amounts = self.env["customer.grading.owner"]._get_revenues(
            customers, company, today, self._get_counted_companies(company)
        )
        return revenues | {customer: amounts[customer.id] for customer in customers}

    def _get_counted_companies(self, company):
        """Return the companies whose documents count: with branches, or all of a group."""
        Company = self.env["res.company"].sudo()
        if not self.company_id:
            return Company.search([("active", "=", True)])
        return Company.search([("id", "child_of", company.id)])

    # ------------------------------------------------------------------ steps

    def _get_steps(self):
        """Return ``{change: Steps}``: the approval that each takes, by its policy of today."""
        rows = self._query_steps()
        Approval = self.env["customer.grading.approval"].sudo()
        steps = {}
        for change in self.sudo():
            awaited, ids = rows.get(change.id, (None, []))
            lines = Approval.browse(ids)
            numbers = sorted({*change.approval_ids.mapped("step"), *lines.mapped("step")})
            steps[change] = Steps(
                lines.filtered(lambda line, awaited=awaited: line.step == awaited),
                numbers.index(awaited) + 1 if awaited else len(numbers),
                len(numbers),
            )
        return steps

    def _query_steps(self):
        """Return ``{change id: (step awaited, ids of its lines)}`` where a policy has any."""
        policies = self.sudo().policy_id.filtered("approval_ids")
        if not policies:
            return {}
        self.env.flush_all()
        change = SQL.identifier("customer_grading_change")
        awaited, fitting = [], []
        for policy in policies:
            lines = policy.approval_ids
            ids = lines._get_fitting_sql(lambda line: line._get_is_for_change_sql(change))
            awaited.append(SQL("WHEN %s THEN %s", policy.id, lines._get_awaited_step_sql(change)))
            fitting.append(SQL("WHEN %s THEN %s", policy.id, ids))
        query = SQL(
            "SELECT id, CASE policy_id %s END, CASE policy_id %s END"
            " FROM customer_grading_change WHERE id IN %s AND policy_id IN %s",
            SQL(" ").join(awaited),
            SQL(" ").join(fitting),
            tuple(self.ids) or (0,),
            policies._ids,
        )
        return {id_: (step, ids) for id_, step, ids in self.env.execute_query(query)}

    # ------------------------------------------------------------------ what waits for whom

    @api.depends("approval_ids")
    def _compute_waits_for(self):
        """Also tell who approves next."""
        result = super()._compute_waits_for()
        asked = self.filtered(lambda change: change.is_open and not change._waits_for_a_day())
        for change, steps in asked._get_steps().items():
            if steps.awaited:
                change.with_env(self.env).waits_for = self._get_approver_text(steps)
        return result

    def _waits_for_a_day(self):
        return self.state == "held" and self.date_due

    @api.model
    def _get_approver_text(self, steps):
        """Return who approves the step awaited, and which of how many it is."""
        lines = steps.awaited.with_env(self.env)
        approver = join_list(self.env, [line._get_approver_text() for line in lines])
        if steps.count < 2:
            return approver
        return self.env._(
            "%(approver)s (step %(number)s of %(count)s)",
            approver=approver,
            number=steps.number,
            count=steps.count,
        )

    @api.depends("keeps_step", "approval_ids")
    def _compute_waits_for_me(self):
        return super()._compute_waits_for_me()

    @api.depends("keeps_step")
    def _compute_is_put_off(self):
        return super()._compute_is_put_off()

    @api.model
    def _get_put_off_domain(self):
        """Also know what an approver put off."""
        kept = Domain("state", "=", "held") & Domain("keeps_step", "=", True)
        return super()._get_put_off_domain() | kept

    @api.model
    def _get_mine_domain(self):
        """Ask approvers for what waits for their step, officers for what waits for none."""
        mine = Domain.custom(
            to_sql=lambda model, alias, _query: model._get_mine_sql(SQL.identifier(alias))
        )
        return Domain("is_open", "=", True) & mine

    @api.model
    def _get_mine_sql(self, change):
        """Return whether a row ``change``, which is open, waits for the user."""
        user = self.env.user
        self.flush_model()
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
        """Let also approvers decide."""
        user = self.env.user
        approvers = Domain("user_id", "=", user.id) | Domain(
            "group_id", "in", user.all_group_ids.ids
        )
        Approval = self.env["customer.grading.approval"].sudo()
        return super()._is_decider() or bool(Approval.search_count(approvers, limit=1))

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
                        approver=self._get_approver_text(steps),
                    )
                )
            elif user in change.approval_ids.user_id:
                raise AccessError(
                    self.env._(
                        "You approved “%(change)s” before. Each step takes another person: it "
                        "waits for %(approver)s.",
                        change=change.display_name,
                        approver=self._get_approver_text(steps),
                    )
                )
        if others:
            return super(CustomerGradingChange, others)._check_may_decide()
        return None

    def _approve(self):
        """Note the user's approval of the step awaited; after the last one bring it in effect."""
        last = self.browse()
        for change, steps in self._get_steps().items():
            if steps.awaited:
                change._note_approval(steps.awaited)
            if steps.number == steps.count or not steps.awaited:
                last |= change
        (self - last)._await_approval()
        last.keeps_step = False
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
        if self:
            self.keeps_step = False
            self._decide("to_approve")

    def _refuse(self, reason):
        result = super()._refuse(reason)
        self.policy_id._tell_deciders()
        return result

    def _put_off(self, due):
        """Hold changes until ``due``; those in approval come back to the step they are at."""
        steps = self._get_steps()
        chained = self.filtered(lambda change: steps[change].awaited)
        chained._decide("to_approve")  # meanwhile only what else goes on there is looked at
        chained.write({"state": "held", "date_due": due, "keeps_step": True})
        result = super(CustomerGradingChange, self - chained)._put_off(due)
        self.policy_id._tell_deciders()
        return result

    # ------------------------------------------------------------------ meeting

    def action_export_decisions(self):
        """Give the chosen open changes, or all that are listed, as a spreadsheet to decide in.

        :raise UserError: where none is open, there are too many, or the user exports nothing
        """
        changes = self or self.search(Domain(self.env.context.get("active_domain") or []))
        return self.env["customer.grading.decision"]._export(changes.filtered("is_open"))
