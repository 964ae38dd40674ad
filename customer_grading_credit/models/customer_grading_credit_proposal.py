from datetime import timedelta

from dateutil.relativedelta import relativedelta

from odoo import api, fields, models
from odoo.addons.customer_grading.tools.blocks import RELOAD, open_window, tell
from odoo.addons.customer_grading.tools.groups import OFFICER_GROUP
from odoo.addons.customer_grading.tools.texts import NOT_GRADED
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.fields import Domain
from odoo.tools import format_amount, format_date

ACTIVITY = "customer_grading_credit.mail_activity_type_credit"
ACCOUNTING_GROUPS = ("account.group_account_readonly", "account.group_account_invoice")
REVIEW_DAYS = 30  # before its end a limit is listed for review
OPEN_STATES = ("draft", "to_approve")
# What people write; everything else is worked out, or follows from a button.
WRITTEN = ("decided_limit", "decided_term_id", "reason")
GIVEN = ("partner_id", "company_id", *WRITTEN)
# What is set, called as what grades give: the field here, and that of the customer.
SET = {
    "credit_limit": ("decided_limit", "credit_limit"),
    "payment_term": ("decided_term_id", "property_payment_term_id"),
}


class CustomerGradingCreditProposal(models.Model):
    """A credit limit and a payment term for a customer, from its points to what was approved.

    The figures are those of the day on which it was made. What stood on the customer before it
    was set is kept, so that it can be given back.
    """

    _name = "customer.grading.credit.proposal"
    _inherit = ["mail.thread", "mail.activity.mixin"]
    _description = "Credit Proposal"
    _order = "date desc, id desc"
    _rec_name = "partner_id"

    partner_id = fields.Many2one(
        "res.partner",
        "Customer",
        required=True,
        ondelete="cascade",
        index=True,
        domain="['|', ('parent_id', '=', False), ('is_company', '=', True)]",
    )
    company_id = fields.Many2one(
        "res.company",
        required=True,
        ondelete="cascade",
        index=True,
        default=lambda self: self.env.company,
    )
    currency_id = fields.Many2one(related="company_id.currency_id")
    salesperson_id = fields.Many2one(related="partner_id.user_id", string="Salesperson")
    date = fields.Date("Figures of", readonly=True)
    dimension_id = fields.Many2one(
        "customer.grading.dimension", readonly=True, ondelete="restrict", index=True
    )
    grade_id = fields.Many2one(
        "customer.grade",
        readonly=True,
        ondelete="restrict",
        index="btree_not_null",
        falsy_value_label=NOT_GRADED,
    )
    grade_color = fields.Integer(related="grade_id.color")
    has_points = fields.Boolean(readonly=True)
    points = fields.Float(readonly=True, aggregator=None)
    explanation = fields.Json(readonly=True, help="What each criterion came to.")
    explanation_text = fields.Text("Points by criterion", compute="_compute_explanation_text")
    current_limit = fields.Monetary("Limit so far", readonly=True)
    current_term_id = fields.Many2one(
        "account.payment.term", "Payment term so far", readonly=True, ondelete="set null"
    )
    exposure = fields.Monetary(
        readonly=True,
        help="What is owed, and what is to be invoiced of confirmed orders. What is ordered but not "
        "to be invoiced yet, such as goods that are invoiced once they are delivered, does not count.",
    )
    overdue = fields.Monetary(readonly=True)
    revenue = fields.Monetary(
        "Monthly revenue", readonly=True, help="Untaxed, the average of the last 12 months."
    )
    basis = fields.Char(
        "Proposed by", readonly=True, help="The line of the credit rules that fits."
    )
    proposed_limit = fields.Monetary("Proposed limit", readonly=True)
    proposed_term_id = fields.Many2one(
        "account.payment.term", "Proposed payment term", readonly=True, ondelete="set null"
    )
    decided_limit = fields.Monetary("Limit")
    decided_term_id = fields.Many2one(
        "account.payment.term",
        "Payment term",
        ondelete="restrict",
        domain="[('company_id', 'in', (False, company_id))]",
        help="Empty: the payment term stays as it is.",
    )
    reason = fields.Text(help="Why this limit, especially if it is not the proposed one.")
    refusal = fields.Char("Refused because", readonly=True)
    state = fields.Selection(
        [
            ("draft", "Draft"),
            ("to_approve", "To approve"),
            ("approved", "Approved"),
            ("refused", "Refused"),
            ("replaced", "Replaced"),
            ("back", "Taken back"),
        ],
        default="draft",
        required=True,
        readonly=True,
        index=True,
    )
    approval_ids = fields.One2many(
        "customer.grading.credit.approval", "proposal_id", "Approvals", readonly=True
    )
    waits_for = fields.Char("Waits for", compute="_compute_waits_for")
    is_mine = fields.Boolean("Waits for me", compute="_compute_is_mine", search="_search_is_mine")
    is_seen = fields.Boolean(
        compute="_compute_is_seen",
        search="_search_is_seen",
        help="The user may see the figures of the customer, or approves.",
    )
    date_set = fields.Date("Set on", readonly=True)
    date_until = fields.Date("Valid until", readonly=True, index=True)
    before_limit = fields.Monetary("Limit before", readonly=True)
    had_own_limit = fields.Boolean(readonly=True)
    before_term_id = fields.Many2one(
        "account.payment.term", "Payment term before", readonly=True, ondelete="set null"
    )
    before_in_branches = fields.Json(
        "Before in branches",
        readonly=True,
        help="What stood before in each branch in which it was set, by its id and by what it is.",
    )
    replaced_by_id = fields.Many2one(
        "customer.grading.credit.proposal",
        readonly=True,
        ondelete="set null",
        index="btree_not_null",
    )
    is_to_review = fields.Boolean(
        "To review", compute="_compute_is_to_review", search="_search_is_to_review"
    )
    is_limit_used = fields.Boolean(related="company_id.account_use_credit_limit")

    _open_uniq = models.UniqueIndex(
        "(partner_id, company_id) WHERE state IN ('draft', 'to_approve')",
        "The customer has an open credit proposal already: change that one, or decide on it.",
    )

    # ------------------------------------------------------------------ what is shown

    @api.depends("explanation")
    @api.depends_context("uid", "lang")
    def _compute_explanation_text(self):
        for proposal in self:
            lines = [proposal._get_row_text(row) for row in proposal._get_rows()]
            proposal.explanation_text = "\n".join(lines)

    def _get_row_text(self, row):
        points = self._get_points_text(row)
        said = ", ".join(filter(None, [row["value"], points])) or self.env._("unknown")
        text = self.env._(
            "%(criterion)s: %(value)s", criterion=row["name"].rstrip("?？"), value=said
        )
        return "    " * row["depth"] + text

    def _get_rows(self):
        """Return the rows of the explanation as the user may see them."""
        return self.env["customer.grading.credit.figures"]._get_shown_rows(self.explanation)

    def _get_points_text(self, row):
        if "points" not in row:
            return ""
        if not row["most"]:
            return self.env._("%s points", row["points"])
        return self.env._("%(points)s of %(most)s points", points=row["points"], most=row["most"])

    @api.depends("state", "approval_ids", "decided_limit", "company_id")
    @api.depends_context("lang")
    def _compute_waits_for(self):
        for proposal in self:
            names = proposal.sudo()._get_awaited().mapped("name")
            officers = self.env._("Grading officers")
            waits = " / ".join(names) or officers
            proposal.waits_for = waits if proposal.state == "to_approve" else False

    @api.depends("state", "approval_ids", "decided_limit", "company_id")
    @api.depends_context("uid")
    def _compute_is_mine(self):
        for proposal in self:
            proposal.is_mine = proposal.state == "to_approve" and proposal._is_approver()

    @api.model
    def _search_is_mine(self, operator, _value):
        if operator != "in":
            return NotImplemented
        waiting = self.search([("state", "=", "to_approve")])
        return Domain("id", "in", waiting.filtered("is_mine").ids)

    @api.depends("partner_id.user_id", "company_id")
    @api.depends_context("uid")
    def _compute_is_seen(self):
        seen = self.sudo().filtered_domain(self._get_seen_domain())
        for proposal in self:
            proposal.is_seen = proposal.sudo() in seen

    @api.model
    def _search_is_seen(self, operator, _value):
        if operator != "in":
            return NotImplemented
        return self._get_seen_domain()

    @api.model
    def _get_seen_domain(self):
        """Return the proposals that the user may see, as the setting on figures says it.

        Who takes a step of the approval sees what there is in that company.
        """
        user = self.env.user.sudo()
        if any(map(user.has_group, (OFFICER_GROUP, *ACCOUNTING_GROUPS))):
            return Domain.TRUE
        who = self.env["ir.config_parameter"].sudo().get_param("customer_grading.figures", "own")
        if who == "all":
            return Domain.TRUE
        steps = self.env["customer.grading.credit.step"]._get_own()
        seen = Domain("company_id", "child_of", steps.rule_id.company_id.ids)
        if who == "own":
            led = ["|", ("user_id", "=", user.id), ("member_ids", "in", user.ids)]
            colleagues = user | self.env["crm.team"].sudo().search(led).member_ids
            seen |= Domain("partner_id.user_id", "in", colleagues.ids)
        return seen

    # ------------------------------------------------------------------ made and changed

    @api.model_create_multi
    def create(self, vals_list):
        """Make proposals with today's figures.

        :raise AccessError: for who may not see the figures of a customer
        :raise UserError: without credit rules in the company
        """
        if not self.env.su:
            for vals in vals_list:
                self._check_written(vals, GIVEN)
        self.flush_model(["state"])  # what was closed just now is open no more
        proposals = super().create(vals_list)
        proposals._check_may_propose()
        proposals._take_figures()
        for given, proposal in zip(vals_list, proposals, strict=True):
            if kept := {name: given[name] for name in WRITTEN if given.get(name)}:
                proposal.sudo().write(kept)
        return proposals

    def write(self, vals):
        """Let people change what they decide, as long as it is a draft."""
        if not self.env.su and self._check_written(vals, WRITTEN):
            for proposal in self:
                proposal._check_draft()
        return super().write(vals)

    @api.model
    def _check_written(self, vals, allowed):
        """Return the names of fields of this model in ``vals``, of which only some are written.

        :raise AccessError: where others are
        """
        mine = [name for name in vals if self._fields[name]._module == "customer_grading_credit"]
        if refused := set(mine) - set(allowed):
            label = self._fields[min(refused)]._description_string(self.env)
            raise AccessError(
                self.env._("“%s” is not written by hand: use the buttons of the proposal.", label)
            )
        return mine

    @api.ondelete(at_uninstall=False)
    def _unlink_except_asked(self):
        if any(proposal.state != "draft" for proposal in self):
            raise UserError(
                self.env._("What was proposed is kept: only drafts are deleted. Refuse it instead.")
            )

    def _check_draft(self):
        if self.state != "draft":
            raise UserError(
                self.env._(
                    "The credit proposal for “%s” is no draft any more: take it back to draft first.",
                    self.partner_id.display_name,
                )
            )

    def _check_may_propose(self):
        """Raise where the user may not see the figures of a customer."""
        if self.env.su:
            return
        Explanation = self.env["customer.grading.explanation"]
        if hidden := self.partner_id - Explanation._get_figures_records(self.partner_id):
            raise AccessError(
                self.env._(
                    "You may not see the figures of “%s”: its own salesperson proposes its credit, "
                    "or an officer.",
                    hidden[:1].display_name,
                )
            )

    @api.constrains("partner_id", "company_id")
    def _check_customer(self):
        """Raise where it is no customer of its own, or one of another company."""
        for proposal in self:
            partner = proposal.partner_id.sudo()
            if partner.commercial_partner_id != partner:
                raise ValidationError(
                    self.env._(
                        "“%(contact)s” is a contact of “%(customer)s”: propose the credit of that.",
                        contact=partner.display_name,
                        customer=partner.commercial_partner_id.display_name,
                    )
                )
            if partner.company_id and partner.company_id not in proposal.company_id.parent_ids:
                raise ValidationError(
                    self.env._(
                        "“%(customer)s” is a customer of %(company)s alone.",
                        customer=partner.display_name,
                        company=partner.company_id.name,
                    )
                )

    @api.constrains("decided_limit", "decided_term_id", "company_id")
    def _check_decided(self):
        for proposal in self:
            if proposal.decided_limit < 0:
                raise ValidationError(self.env._("A credit limit cannot be less than 0."))
            company = proposal.decided_term_id.company_id
            if company and company not in proposal.company_id.parent_ids:
                raise ValidationError(
                    self.env._(
                        "The payment term “%(term)s” is one of %(company)s.",
                        term=proposal.decided_term_id.name,
                        company=company.name,
                    )
                )

    def _take_figures(self):
        """Note the figures of today, and what the rules propose by them."""
        Figures = self.env["customer.grading.credit.figures"]
        for company, proposals in self.grouped("company_id").items():
            rule = proposals._get_rule()
            figures = Figures._get_figures(proposals.partner_id, company, rule.dimension_id)
            for proposal in proposals.sudo():
                of_customer = figures[proposal.partner_id]
                proposal.write(proposal._prepare_figures(rule, of_customer))

    def _get_rule(self):
        """Return the credit rules of the company, sudoed.

        :raise UserError: where there are none
        """
        if rule := self.env["customer.grading.credit.rule"]._find(self.company_id):
            return rule
        raise UserError(
            self.env._(
                "%s has no credit rules. An administrator writes them under CRM, Configuration, "
                "Grading, Credit rules.",
                self.company_id.name,
            )
        )

    def _prepare_figures(self, rule, figures):
        band = rule._propose(figures)
        limit = band._get_limit(figures) if band else 0.0
        result = figures.result
        Figures = self.env["customer.grading.credit.figures"]
        return {
            "date": self.env["customer.grading.engine"]._get_today(self.company_id),
            "dimension_id": rule.dimension_id.id,
            "grade_id": result.grade_id.id,
            "has_points": bool(result.policy_id.score_criterion_id),
            "points": result.score,
            "explanation": Figures._tell_criteria(figures.explanation),
            "current_limit": figures.limit,
            "current_term_id": figures.term.id,
            "exposure": figures.exposure,
            "overdue": figures.overdue,
            "revenue": figures.revenue,
            "basis": band.reads_as or self.env._("No rule fits."),
            "proposed_limit": limit,
            "proposed_term_id": band.payment_term_id.id,
            "decided_limit": limit,
            "decided_term_id": band.payment_term_id.id,
        }

    @api.model
    def _propose(self, partners):
        """Propose the credit of customers in the current company.

        Who has an open proposal keeps it.

        :param partners: contacts; their companies are meant
        :return: the open proposals of these, new ones and those that were there
        """
        customers = partners.commercial_partner_id
        own = [("partner_id", "in", customers.ids), ("company_id", "=", self.env.company.id)]
        there = self.search([*own, ("state", "in", OPEN_STATES)])
        return there + self.create(
            [{"partner_id": customer.id} for customer in customers - there.partner_id]
        )

    def action_refresh(self):
        """Take the figures of today, and propose anew by them."""
        self.check_access("write")
        self._check_may_propose()
        for proposal in self:
            proposal._check_draft()
        self._take_figures()
        return RELOAD

    # ------------------------------------------------------------------ steps of approval

    def _get_steps(self):
        """Return the steps that the limit takes, sudoed; empty where officers decide."""
        steps = self.env["customer.grading.credit.rule"]._find(self.company_id).step_ids
        return steps.filtered(
            lambda step: self.currency_id.compare_amounts(self.decided_limit, step.amount_from) >= 0
        )

    def _get_awaited(self):
        """Return the lines of the step that is to be taken next, sudoed."""
        done = set(self.sudo().approval_ids.mapped("step"))
        left = self._get_steps().filtered(lambda step: step.step not in done)
        first = min(left.mapped("step"), default=0)
        return left.filtered(lambda step: step.step == first)

    def _is_approver(self):
        """Whether the user takes the step that the proposal waits for."""
        if awaited := self._get_awaited():
            return awaited._is_approver(self.env.user)
        return self.env.user.has_group(OFFICER_GROUP)

    def _check_approver(self):
        """Raise where the proposal waits for somebody else, or for nobody."""
        self.check_access("read")
        for proposal in self:
            if proposal.state != "to_approve":
                raise UserError(
                    self.env._(
                        "The credit proposal for “%s” is not waiting for approval. Reload the page.",
                        proposal.partner_id.display_name,
                    )
                )
            if not proposal._is_approver():
                raise AccessError(
                    self.env._(
                        "The credit proposal for “%(customer)s” waits for: %(approver)s.",
                        customer=proposal.partner_id.display_name,
                        approver=proposal.waits_for,
                    )
                )

    def action_ask(self):
        """Ask for approval of these drafts.

        :raise UserError: where one is no draft, or has no limit
        """
        self.check_access("write")
        for proposal in self:
            proposal._check_draft()
            if proposal.currency_id.is_zero(proposal.decided_limit):
                raise UserError(
                    self.env._(
                        "Say which limit “%s” gets: with 0 there would be no limit at all. To give "
                        "no credit, set a limit of 1 and immediate payment.",
                        proposal.partner_id.display_name,
                    )
                )
        self.sudo().state = "to_approve"
        self._tell_approvers()
        return RELOAD

    def action_approve(self):
        """Take the next step of approval of these; after the last one the limit is set.

        :raise AccessError: for who does not take that step
        """
        self._check_approver()
        for proposal in self:
            awaited = proposal._get_awaited()
            own = awaited.filtered(lambda step: step._is_approver(self.env.user))[:1]
            self.env["customer.grading.credit.approval"].sudo().create(
                {
                    "proposal_id": proposal.id,
                    "step": own.step or 1,
                    "name": own.name or self.env._("Grading officer"),
                    "user_id": self.env.uid,
                    "date": fields.Datetime.now(),
                }
            )
            proposal._close_activities()
            if proposal._get_awaited():
                proposal._tell_approvers()
            else:
                proposal._set_on_customer()
        return RELOAD

    def action_refuse(self):
        """Open the dialog that refuses these with a reason."""
        self._check_approver()
        return self._open_reason(self.env._("Refuse"), "refuse")

    def _open_reason(self, name, what):
        context = {"default_what": what, "default_proposal_ids": self.ids}
        return open_window(name, "customer.grading.credit.reason", target="new", context=context)

    def _refuse(self, reason):
        """Refuse these, and tell who proposed them.

        :raise AccessError: for who does not take the step that they wait for
        """
        self._check_approver()
        self.sudo().write({"state": "refused", "refusal": reason})
        self._close_activities()
        for proposal in self:
            proposal._tell_proposer(self.env._("Refused: %s", reason))

    def action_draft(self):
        """Take these back to draft, to be changed; steps that were taken are taken anew.

        :raise AccessError: for who neither proposed it nor is to approve it
        """
        self.check_access("read")
        for proposal in self.filtered(lambda one: one.state == "to_approve"):
            own = proposal.create_uid == self.env.user
            if not own and not self.env.user.has_group(OFFICER_GROUP):
                proposal._check_approver()
            proposal.sudo().write({"state": "draft", "approval_ids": [fields.Command.clear()]})
            proposal._close_activities()
        return RELOAD

    def _tell_approvers(self):
        """Give each who may take the next step of these an activity."""
        awaited = self.grouped(lambda proposal: (proposal.company_id, proposal._get_awaited()))
        for (company, steps), proposals in awaited.items():
            for user in proposals._get_deciders(steps, company):
                env = self.with_context(lang=user.lang).env
                summary = env._("Credit limit to approve")
                quiet = proposals.sudo().with_context(mail_activity_quick_update=True)
                quiet.activity_schedule(ACTIVITY, user_id=user.id, summary=summary)

    @api.model
    def _get_deciders(self, steps, company):
        """Return who takes one of ``steps``; without any, officers."""
        if members := steps._get_members(company):
            return members
        officers = self.env.ref(OFFICER_GROUP)
        return self.env["res.users"]._get_credit_members(officers, company)

    def _close_activities(self):
        self.sudo().activity_unlink([ACTIVITY])

    def _tell_proposer(self, body):
        self.sudo().message_post(body=body, partner_ids=self.create_uid.partner_id.ids)

    # ------------------------------------------------------------------ set, and taken back

    def _get_host(self, company=None):
        """Return the customer as a company knows it, as the superuser.

        Who approves a limit need not be an accountant: who calls this checked that they may.

        :param company: that of the proposal where none is named
        """
        return self.partner_id.sudo().with_company(company or self.company_id)

    def _get_values(self):
        """Return ``{what is set: its value}``, of what this one decides."""
        decided = {kind: self[name] for kind, (name, _field) in SET.items()}
        return {kind: self._to_json(value) for kind, value in decided.items() if value}

    @staticmethod
    def _to_json(value):
        return value.id if isinstance(value, models.BaseModel) else value

    def _is_same(self, kind, value, other):
        """Whether two values of what is set are the same; amounts to the cent."""
        if kind == "payment_term":
            return value == other
        return None not in (value, other) and not self.currency_id.compare_amounts(value, other)

    @api.model
    def _get_covered(self, company):
        """Return the company and those of its branches that go by the same credit rules, sudoed."""
        Rule = self.env["customer.grading.credit.rule"]
        companies = company.sudo().search([("id", "child_of", company.id)])
        return companies.filtered(lambda one: Rule._find(one) == Rule._find(company))

    def _is_set_in(self, company):
        return company == self.company_id or str(company.id) in (self.before_in_branches or {})

    def _get_set_in(self):
        """Return the companies in which it was set, sudoed."""
        branches = map(int, self.before_in_branches or ())
        return (self.company_id.sudo() | self.company_id.sudo().browse(branches)).exists()

    @api.model
    def _find_deciding(self, partners, company, kind):
        """Return what decides about customers in a company, sudoed: the nearest company's first."""
        approved = self.sudo().search(
            [
                ("partner_id", "in", partners.ids),
                ("company_id", "parent_of", company.id),
                ("state", "=", "approved"),
            ]
        )
        deciding = approved.filtered(
            lambda one: one._is_set_in(company) and kind in one._get_values()
        )
        return deciding.sorted(lambda one: one._get_depth(), reverse=True)

    def _get_depth(self):
        """Return how deep its company stands; Odoo's list of parents leaves archived ones out."""
        return self.sudo().company_id.parent_path.count("/")

    def _find_nearer(self, company, kind):
        """Return what a company decided that is nearer to ``company``: that stays; may be empty.

        Of one that replaced others it is the first of these: the others stand upon it.
        """
        deciding = self._find_deciding(self.partner_id, company, kind)
        own = self._get_depth()
        nearer = older = deciding.filtered(lambda one: one._get_depth() > own)[-1:]
        while older and (older := older.search([("replaced_by_id", "=", older.id)], limit=1)):
            if older._is_set_in(company) and kind in older._get_values():
                nearer = older
        return nearer

    def _get_before(self, company, kind):
        """Return what stood in a company before; of a limit ``None``: that of all customers."""
        if company != self.company_id:
            before = self.before_in_branches[str(company.id)][kind]
            if kind == "payment_term":  # it may have been deleted since
                return self.before_term_id.browse(before or ()).exists().id
            return before
        if kind == "payment_term":
            return self.before_term_id.id
        return self.before_limit if self.had_own_limit else None

    def _keep_before(self, company, kind, value):
        """Note what stood in a company before, as :meth:`_get_before` returns it."""
        if company != self.company_id:
            kept, key = self.before_in_branches or {}, str(company.id)
            self.before_in_branches = {**kept, key: {**kept.get(key, {}), kind: value}}
        elif kind == "payment_term":
            self.before_term_id = value
        else:
            self.write({"before_limit": value or 0.0, "had_own_limit": value is not None})

    def _set_on_customer(self):
        """Set what was approved on the customer, and keep what stood there before."""
        today = self.env["customer.grading.engine"]._get_today(self.company_id)
        months = self.env["customer.grading.credit.rule"]._find(self.company_id).valid_months or 12
        older = self.sudo().search(
            [
                ("partner_id", "=", self.partner_id.id),
                ("company_id", "=", self.company_id.id),
                ("state", "=", "approved"),
            ]
        )
        older.write({"state": "replaced", "replaced_by_id": self.id})
        self.sudo().write(
            {
                "state": "approved",
                "date_set": today,
                "date_until": today + relativedelta(months=months),
                "before_term_id": self._get_host().property_payment_term_id.id,
            }
        )
        for company in self._get_covered(self.company_id):
            for kind, value in self.sudo()._get_values().items():
                self.sudo()._set_in(company, kind, value)
        self._get_host()._message_log(body=self._get_set_note())
        self._tell_proposer(self.env._("Approved, and set on the customer."))

    def _set_in(self, company, kind, value):
        """Set one value in one company; what a nearer one decided stays above it."""
        if nearer := self._find_nearer(company, kind):
            self._keep_before(company, kind, nearer._get_before(company, kind))
            nearer._keep_before(company, kind, value)
        else:
            self._keep_before(company, kind, self._read_before(company, kind))
            self._write_in(company, kind, value)

    def _read_before(self, company, kind):
        """Hook: return what is to come back once this is taken back: what stands there now."""
        now = self._read_now(company, kind)
        return None if self._is_same(kind, now, self._get_default(company, kind)) else now

    def _read_now(self, company, kind):
        """Return what stands in a company now; of a payment term its id."""
        return self._to_json(self._get_host(company)[SET[kind][1]])

    def _get_default(self, company, kind):
        """Return the limit of all customers of a company; of payment terms there is none."""
        if kind == "payment_term":
            return None
        host = self._get_host(company)
        return host._fields["credit_limit"].get_company_dependent_fallback(host)

    def _get_back(self, company, kind):
        """Hook: return what comes back as this is taken back, as :meth:`_get_before` does."""
        return self._get_before(company, kind)

    def _write_in(self, company, kind, value):
        """Set a value on the customer in one company, as :meth:`_get_before` returns it."""
        vals = {"property_payment_term_id": value}
        if kind == "credit_limit":
            limit = self._get_default(company, kind) if value is None else value
            vals = {"credit_limit": limit, "use_partner_credit_limit": value is not None}
        self._get_host(company).write(vals)

    def _get_set_note(self):
        names = {
            "user": self.env.user.name,
            "company": self.company_id.name,
            "limit": format_amount(self.env, self.decided_limit, self.currency_id),
            "term": self.decided_term_id.name,
        }
        if self.decided_term_id:
            return self.env._(
                "Credit approved by %(user)s (%(company)s): limit %(limit)s, payment term “%(term)s”.",
                **names,
            )
        return self.env._("Credit approved by %(user)s (%(company)s): limit %(limit)s.", **names)

    def action_take_back(self):
        """Give these customers back what stood before, but for what somebody changed since.

        :raise AccessError: for who may not take the last step of approval
        :raise UserError: where nothing of it is set
        """
        self.check_access("read")
        kept = []
        for proposal in self:
            proposal._check_may_take_back()
            kept += proposal._take_back()
        if not kept:
            return RELOAD
        return tell("\n".join(kept), "warning", RELOAD, sticky=True)

    def _check_may_take_back(self):
        if self.state != "approved":
            raise UserError(
                self.env._(
                    "Only what is set on the customer is taken back: “%s” is not.",
                    self.partner_id.display_name,
                )
            )
        steps = self._get_steps()
        last = steps.filtered(lambda step: step.step == max(steps.mapped("step")))
        if (
            last
            and not last._is_approver(self.env.user)
            or (not last and not self.env.user.has_group(OFFICER_GROUP))
        ):
            raise AccessError(
                self.env._("Only who takes the last step of approval takes a credit limit back.")
            )

    def _take_back(self):
        """Give back what stood before, in each company in which it was set.

        :return: sentences about what stays, as somebody changed it
        """
        own = self.sudo()
        own.state = "back"
        older = own.search([("replaced_by_id", "=", self.id)])
        older.write({"state": "approved", "replaced_by_id": False})
        values = own._get_values().items()
        said = [
            own._take_back_in(company, kind, value)
            for company in own._get_set_in()
            for kind, value in values
        ]
        kept = [sentence for sentence in said if sentence]
        note = self.env._("Credit of %s taken back.", format_date(self.env, self.date_set))
        self._get_host()._message_log(body=" ".join([note, *kept]))
        own._message_log(body=" ".join([note, *kept]))
        return [f"{self.partner_id.display_name}: {sentence}" for sentence in kept]

    def _take_back_in(self, company, kind, value):
        """Give back one value in one company.

        :return: a sentence where it stays, as somebody changed it
        """
        if nearer := self._find_nearer(company, kind):
            if self._is_same(kind, nearer._get_before(company, kind), value):
                nearer._keep_before(company, kind, self._get_before(company, kind))
            return ""
        now = self._read_now(company, kind)
        if self._is_same(kind, now, value):
            self._write_in(company, kind, self._get_back(company, kind))
            return ""
        sentence = self._get_kept_text(kind, now)
        return sentence if company == self.company_id else f"{company.name}: {sentence}"

    def _get_kept_text(self, kind, now):
        if kind == "credit_limit":
            limit = format_amount(self.env, now, self.currency_id)
            return self.env._("The limit was changed to %s meanwhile: it stays.", limit)
        term = self.before_term_id.browse(now or ()).name or self.env._("none")
        return self.env._("The payment term was changed to “%s” meanwhile: it stays.", term)

    # ------------------------------------------------------------------ merged

    @api.model
    def _settle_merge(self, sources, target):
        """Leave one open proposal, and one that is set, of customers that are merged.

        The open one is that of who stays, else the latest. What is set is Odoo's choice: it
        keeps what who stays has of its own in a company, else that of the latest contact.
        """
        merged = self.search(
            [("partner_id", "in", (sources | target).ids)], order="company_id, date desc, id desc"
        )
        for proposals in merged.grouped("company_id").values():
            opened = proposals.filtered(lambda one: one.state in OPEN_STATES)
            doubled = opened.sorted(lambda one: one.partner_id != target)[1:]
            doubled._close_activities()
            doubled.write({"state": "refused", "refusal": self.env._("Merged with another.")})
        standing = self.browse()
        approved = merged.filtered(lambda one: one.state == "approved")
        for customer in target + sources.sorted("id", reverse=True):
            own = approved.filtered(lambda one, customer=customer: one.partner_id == customer)
            gone = own.filtered(
                lambda one, standing=standing: any(
                    other._is_set_in(one.company_id) for other in standing
                )
            )
            gone.write({"state": "replaced"})
            standing |= own - gone
        self.env.flush_all()

    # ------------------------------------------------------------------ reviewed, opened

    @api.model
    def _get_review_day(self):
        """Return the day up to which limits that end are listed for review."""
        today = self.env["customer.grading.engine"]._get_today(self.env.company)
        return today + timedelta(days=REVIEW_DAYS)

    @api.depends("state", "date_until")
    def _compute_is_to_review(self):
        day = self._get_review_day()
        for proposal in self:
            ends = proposal.date_until and proposal.date_until <= day
            proposal.is_to_review = bool(ends) and proposal.state == "approved"

    @api.model
    def _search_is_to_review(self, operator, _value):
        if operator != "in":
            return NotImplemented
        return Domain("state", "=", "approved") & Domain("date_until", "<=", self._get_review_day())

    def action_propose_again(self):
        """Propose the credit of these customers anew, by the figures of today."""
        self.check_access("read")
        proposals = self.browse()
        for company, some in self.grouped("company_id").items():
            proposals |= self.with_company(company)._propose(some.partner_id)
        return proposals._open()

    def _open(self):
        name = self.env._("Credit proposals")
        if len(self) == 1:
            return open_window(name, self._name, res_id=self.id)
        return open_window(name, self._name, "list,form", domain=[("id", "in", self.ids)])

    def _get_signature_lines(self):
        """Return ``(role, person, day)`` of who prepared it, and of each step; empty where open."""
        self.ensure_one()
        taken = {one.step: (one.name, one.user_id.name, one.date) for one in self.approval_ids}
        steps = self.sudo()._get_steps()
        asked = {step.step: (step.name, "", False) for step in reversed(steps)}
        lines = {**asked, **taken} or {1: (self.env._("Approved by"), "", False)}
        prepared = (self.env._("Prepared by"), self.create_uid.name, self.create_date)
        return [prepared, *(lines[step] for step in sorted(lines))]

    def action_switch_limit_on(self):
        """Let Odoo know credit limits in the company.

        :raise AccessError: for who is no administrator
        """
        self.env["customer.grading.credit.rule"]._switch_limit_on(self.company_id)
        return RELOAD

    def action_open_customer(self):
        """Open the form of the customer."""
        self.ensure_one()
        return self.partner_id._get_records_action()
