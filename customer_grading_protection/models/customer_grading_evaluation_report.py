from dateutil.relativedelta import relativedelta

from odoo import api, fields, models
from odoo.addons.customer_grading.tools.blocks import open_window
from odoo.addons.customer_grading.tools.groups import OFFICER_GROUP
from odoo.addons.customer_grading.tools.texts import NOT_GRADED
from odoo.exceptions import AccessError, UserError
from odoo.fields import Domain

from .customer_grading_order_request import ACTIVITY

VALID_MONTHS = 3  # for so long whom an approved report is about may be given up
WRITTEN = ("partner_id", "lead_id", "company_id", "reason", "opinion", "proof")
START = {"state": "draft", "decided_by_id": False, "date_decided": False, "decision": False}
ACCOUNTING = "account.group_account_invoice,account.group_account_readonly"


class CustomerGradingEvaluationReport(models.Model):
    """Why a customer, or an opportunity, is to be given up: figures, opinion, decision.

    It is kept as it was filed; who wants it otherwise writes another one.
    """

    _name = "customer.grading.evaluation.report"
    _inherit = ["mail.thread", "mail.activity.mixin", "customer.grading.subject"]
    _description = "Evaluation Report"
    _order = "id desc"

    partner_id = fields.Many2one(index="btree_not_null")
    lead_id = fields.Many2one(index="btree_not_null")
    company_id = fields.Many2one(
        "res.company", required=True, ondelete="cascade", default=lambda self: self.env.company
    )
    user_id = fields.Many2one(
        "res.users",
        "Written by",
        required=True,
        readonly=True,
        ondelete="restrict",
        default=lambda self: self.env.user,
    )
    state = fields.Selection(
        [
            ("draft", "Draft"),
            ("filed", "Filed"),
            ("approved", "Approved"),
            ("declined", "Declined"),
        ],
        default="draft",
        required=True,
        readonly=True,
        tracking=True,
    )
    reason = fields.Text("Why give it up", help="What was looked into, and what came of it.")
    opinion = fields.Text(
        "What else was tried",
        help="What the salesperson did to keep it, and what could still be done.",
    )
    proof = fields.Char(help="Where the proof is: letters, visits, an account statement...")
    date_filed = fields.Date("Filed on", readonly=True, copy=False)
    decided_by_id = fields.Many2one(
        "res.users", "Decided by", readonly=True, ondelete="set null", copy=False
    )
    date_decided = fields.Date("Decided on", readonly=True, copy=False)
    decision = fields.Text(readonly=True, copy=False)
    is_mine = fields.Boolean("I may decide", compute="_compute_is_mine")

    # Figures of the day on which it was filed, or written.
    grade_id = fields.Many2one(
        "customer.grade",
        compute="_compute_figures",
        store=True,
        ondelete="set null",
        index="btree_not_null",
        falsy_value_label=NOT_GRADED,
    )
    grade_color = fields.Integer(related="grade_id.color")
    currency_id = fields.Many2one(related="company_id.currency_id")
    kept_revenue = fields.Monetary(compute="_compute_figures", store=True, groups=fields.NO_ACCESS)
    revenue = fields.Monetary(
        "Revenue, last 12 months",
        compute="_compute_revenue",
        help="Invoiced, untaxed, less credit notes; empty for who may not see the customer's figures.",
    )
    receivables = fields.Monetary(
        "Open receivables",
        compute="_compute_figures",
        store=True,
        groups=ACCOUNTING,
        help="What the customer owes.",
    )
    date_last_order = fields.Date("Last order", compute="_compute_figures", store=True)

    # Of this addon: it goes with it, as what the core declares would not.
    _subject_check = models.Constraint(
        "CHECK (num_nonnulls(partner_id, lead_id) = 1)",
        "Say what it is about: a customer or an opportunity.",
    )

    # ------------------------------------------------------------------ figures

    @api.depends("partner_id", "lead_id", "company_id")
    def _compute_figures(self):
        for report in self.sudo():
            subject = report._get_subject().with_company(report.company_id)
            customer = subject and subject._get_customer()
            report.grade_id = subject[subject._grading_grade_field] if subject else False
            report.kept_revenue = report._get_revenue(customer)
            report.receivables = customer.credit if customer else 0
            report.date_last_order = report._get_last_order_day(customer)

    def _get_today(self):
        return self.env["customer.grading.engine"]._get_today(self.company_id[:1])

    def _get_companies_domain(self):
        """Return which documents are the company's, or its branches'."""
        return Domain("company_id", "child_of", self.company_id.ids)

    def _get_revenue(self, customer):
        """Return what was invoiced to a customer in the last 12 months, untaxed."""
        if not customer:
            return 0
        Owner, company = self.env["customer.grading.owner"], self.company_id[:1]
        return Owner._get_revenues(customer, company, self._get_today())[customer.id]

    def _get_last_order_day(self, customer):
        if not customer:
            return False
        orders = self._get_companies_domain() & Domain(
            [("partner_id.commercial_partner_id", "=", customer.id), ("state", "=", "sale")]
        )
        last = self.env["sale.order"].sudo().search(orders, order="date_order desc", limit=1)
        engine = self.env["customer.grading.engine"]
        return last and engine._get_day(self.company_id, last.date_order)

    @api.depends("kept_revenue", "partner_id", "lead_id")
    @api.depends_context("uid")
    def _compute_revenue(self):
        """Tell it to those only who may see the customer's figures."""
        Explanation = self.env["customer.grading.explanation"]
        hidden = Explanation._hides_revenue()
        shown = set() if hidden else Explanation._get_shown_subjects(self)
        for report in self:
            seen = report._get_subject() in shown
            report.revenue = report.sudo().kept_revenue if seen else False

    # ------------------------------------------------------------------ who decides

    def _get_grade(self):
        """Return the grade that asks for the report, without the user's rights to see it.

        That is the best of several; where it is none any more, grading officers decide.
        """
        subject = self.sudo()._get_subject()
        held = [
            (subject._grading_result_field, "=", subject.id),
            ("grade_id.report_before_giving_up", "=", True),
        ]
        return self.env["customer.grading.result"].sudo().search(held).grade_id.sorted()[:1]

    @api.depends_context("uid")
    @api.depends("state", "partner_id", "lead_id")
    def _compute_is_mine(self):
        for report in self:
            waits = report.state == "filed"
            report.is_mine = waits and report._get_grade()._lets_decide(self.env.user)

    def _check_may_decide(self):
        self.check_access("read")
        self.sudo().lock_for_update()
        for report in self:
            grade = report._get_grade()
            if not grade._lets_decide(self.env.user):
                raise AccessError(
                    self.env._(
                        "The report about “%(subject)s” waits for somebody else’s decision: %(who)s.",
                        who=grade._get_decider_text(),
                        subject=report.display_name,
                    )
                )
            if report.state != "filed":
                raise UserError(
                    self.env._(
                        "The report about “%s” does not wait for a decision.", report.display_name
                    )
                )

    # ------------------------------------------------------------------ written, and kept

    @api.model_create_multi
    def create(self, vals_list):
        """Begin as drafts of one's own, about what is graded: of a contact person, the company."""
        if not self.env.su:
            vals_list = [{**vals, **START, "user_id": self.env.uid} for vals in vals_list]
        Partner = self.env["res.partner"]
        for vals in vals_list:
            if partner := Partner.browse(vals.get("partner_id")):
                vals["partner_id"] = (partner._get_graded() or partner).id
        return super().create(vals_list)

    def write(self, vals):
        """Change drafts: one's own, or any as an officer. The rest is kept as it was filed."""
        if not self.env.su:
            self._check_may_write(vals.keys())
        return super().write(vals)

    def _check_may_write(self, names):
        if names & START.keys() | names & {"user_id", "date_filed"}:
            raise AccessError(self.env._("Use the buttons of the report: File, Approve, Decline."))
        for report in self if names & set(WRITTEN) else ():
            mine = report.user_id == self.env.user or self.env.user.has_group(OFFICER_GROUP)
            if report.state != "draft" or not mine:
                raise AccessError(
                    self.env._(
                        "The report about “%s” is kept as it is. Write another one.",
                        report.display_name,
                    )
                )

    @api.ondelete(at_uninstall=False)
    def _unlink_except_filed(self):
        if self.env.su:
            return
        self._check_may_write(set(WRITTEN))

    # ------------------------------------------------------------------ what people do

    def action_file(self):
        """File the report: its figures are those of today, and who decides is told.

        :raise AccessError: for who has not written it
        :raise UserError: where it says too little, or was filed already
        """
        self.ensure_one()
        self._check_may_write({"reason"})
        if not (self.reason or "").strip() or not (self.opinion or "").strip():
            raise UserError(
                self.env._("Say why it is to be given up, and what else was tried; then file it.")
            )
        report = self.sudo()
        report._compute_figures()
        report.write({"state": "filed", "date_filed": self._get_today()})
        grade = self._get_grade()
        team = (
            self._get_subject().sudo().team_id.user_id if self.lead_id else report.user_id.browse()
        )
        leader = team | report.user_id.sale_team_id.user_id
        if decider := grade._choose_decider(self, leader):
            report.activity_schedule(
                ACTIVITY,
                self._get_today(),
                self.env._("%s: give it up?", self.display_name),
                user_id=decider.id,
            )

    def action_approve(self):
        """Approve the reports: whom they are about may be given up, within the months to come.

        :raise AccessError: for who does not decide
        :raise UserError: where one does not wait for a decision
        """
        self._check_may_decide()
        self._close("approved")

    def action_decline(self):
        """Open the dialog that asks why not.

        :raise AccessError: for who does not decide
        """
        self._check_may_decide()
        context = {"default_report_ids": self.ids}
        name = self.env._("Decline")
        model = "customer.grading.protection.reason"
        return open_window(name, model, target="new", context=context)

    def _decline(self, reason):
        """Decline the reports: who they are about stays.

        :raise AccessError: for who does not decide
        :raise UserError: without a reason, or where one does not wait for a decision
        """
        self._check_may_decide()
        self.env["customer.grading.order.request"]._check_reason(reason)
        self._close("declined", reason.strip())

    def _close(self, state, decision=False):
        for report in self.sudo():
            report.write(
                {
                    "state": state,
                    "decided_by_id": self.env.uid,
                    "date_decided": report._get_today(),
                    "decision": decision,
                }
            )
        self.sudo().activity_unlink([ACTIVITY])

    @api.model
    def _get_valid(self, records):
        """Return the reports that let these customers, or opportunities, be given up now."""
        since = self.env["customer.grading.engine"]._get_today(self.env.company)
        since -= relativedelta(months=VALID_MONTHS)
        return self.search(
            [
                (records._grading_result_field, "in", records.ids),
                ("state", "=", "approved"),
                ("date_decided", ">=", since),
            ]
        )
