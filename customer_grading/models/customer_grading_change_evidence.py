from dateutil.relativedelta import relativedelta

from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools import format_amount, format_datetime

from .customer_grading_run_summary import MONTHS

HISTORY = 8  # earlier changes that stand on the page of one
SIGNS = {True: "✔", False: "✘", None: "?"}
OPEN_INVOICES = [
    ("move_type", "in", ("out_invoice", "out_refund")),
    ("state", "=", "posted"),
    ("payment_state", "in", ("not_paid", "partial")),
]


class CustomerGradingChange(models.Model):
    """What it takes to decide on a change: figures of then and of now, history, amounts."""

    _inherit = "customer.grading.change"

    currency_id = fields.Many2one("res.currency", compute="_compute_revenue")
    revenue = fields.Monetary(
        "Revenue, 12 months",
        compute="_compute_revenue",
        currency_field="currency_id",
        help="Invoiced in the last 12 months, untaxed, less credit notes; of an opportunity what "
        "is expected of it.",
    )
    sees_revenue = fields.Boolean(compute="_compute_revenue")
    evidence = fields.Json(compute="_compute_evidence")

    @api.depends("partner_id", "lead_id", "company_id")
    @api.depends_context("uid", "company")
    def _compute_revenue(self):
        """Tell the revenue where the reader may see figures, by one query for all."""
        Explanation = self.env["customer.grading.explanation"]
        shown = {
            *Explanation._get_figures_records(self.partner_id),
            *Explanation._get_figures_records(self.lead_id),
        }
        for company, changes in self.grouped("company_id").items():
            company = company or self.env.company
            revenues = changes._get_revenues(company)
            for change in changes:
                subject = change._get_subject()
                change.currency_id = company.currency_id
                change.sees_revenue = subject in shown
                change.revenue = revenues.get(subject, 0) if subject in shown else 0

    def _get_revenues(self, company):
        """Return ``{customer or opportunity: amount in the currency of company}``."""
        today = fields.Date.context_today(self)
        groups = (
            (
                self.env["account.move"]
                .sudo()
                ._read_group(
                    [
                        ("state", "=", "posted"),
                        ("move_type", "in", ("out_invoice", "out_refund")),
                        # By the contacts, which are indexed on invoices.
                        ("partner_id.commercial_partner_id", "in", self.partner_id.ids),
                        ("company_id", "in", self._get_counted_companies(company).ids),
                        ("invoice_date", ">", today - relativedelta(months=MONTHS)),
                        ("invoice_date", "<=", today),
                    ],
                    ["commercial_partner_id", "company_id"],
                    ["amount_untaxed_signed:sum"],
                )
            )
            if self.partner_id
            else []
        )
        revenues = {lead: lead.expected_revenue for lead in self.lead_id.sudo()}
        for partner, of_company, amount in groups:
            amount = of_company.currency_id._convert(amount, company.currency_id, company, today)
            revenues[partner] = revenues.get(partner, 0) + amount
        return revenues

    def _get_counted_companies(self, company):
        """Return the companies whose documents count: with branches, or all of a group."""
        Company = self.env["res.company"].sudo()
        if not self.company_id:
            return Company.search([("active", "=", True)])
        return Company.search([("id", "child_of", company.id)])

    @api.depends("values", "result_id.values", "grade_id", "from_grade_id", "state")
    @api.depends_context("uid", "lang", "company")
    def _compute_evidence(self):
        Sheet = self.env["customer.grading.sheet"]
        for change in self:
            change.evidence = Sheet._get_evidence_sheets(change)


class CustomerGradingSheet(models.AbstractModel):
    """The sheet of a change: what was when it was asked for, and what is now."""

    _inherit = "customer.grading.sheet"

    @api.model
    def _get_evidence_sheets(self, change):
        """Return the sheets of ``change``, which the reader may read."""
        kept = change.sudo()
        sheet = self._prepare_sheet("")
        sheet["blocks"] = [
            *self._get_approval_blocks(kept),
            *self._get_evidence_blocks(kept),
            *self._get_documents_blocks(kept),
            *self._get_history_blocks(kept),
        ]
        return [sheet] if sheet["blocks"] else []

    # ------------------------------------------------------------------ approval

    def _get_approval_blocks(self, change):
        """Return who approved so far, when and as whom."""
        rows = [
            self._prepare_row(
                "met",
                self.env._("Step %s", given.step),
                given.role or "",
                given.user_id.name,
                format_datetime(self.env, given.date, dt_format="short"),
            )
            for given in change.approval_ids
        ]
        title = self.env._("Approved so far")
        return [self._prepare_block(title, ["", "", "", ""], rows)] if rows else []

    def _get_waiting_text(self, change):
        """Also tell who approves next."""
        awaited = change._get_steps()[change]
        if change.state == "held" or not awaited.awaited:
            return super()._get_waiting_text(change)
        names = {
            "grade": change.grade_id.code or self.env._("not graded"),
            "user": change.user_id.name or "",
            "reason": change.note or "",
            "approver": change._get_waits_for_text(awaited),
            "date": self._format_date(change.date),
        }
        if change.origin == "exclude":
            return self.env._(
                "%(user)s asks: “%(reason)s”; it waits for %(approver)s since %(date)s.",
                **dict(names, reason=change.reason),
            )
        if change.origin == "manual":
            return self.env._(
                "%(user)s proposes %(grade)s: “%(reason)s”; it waits for %(approver)s since "
                "%(date)s.",
                **names,
            )
        return self.env._(
            "%(grade)s is computed and waits for %(approver)s since %(date)s.", **names
        )

    # ------------------------------------------------------------------ then and now

    def _get_evidence_blocks(self, change):
        """Return what the grade at stake asks for, and all figures, of then and of now."""
        record = change._get_subject()
        explain, result = self.env["customer.grading.explanation"]._explain, change.result_id
        then, now = explain(change).get(change), explain(result).get(result)
        views = {}
        if then:
            title = self.env._("Then, %s", self._format_date(then.date))
            views[title] = self._get_view(record, result, then)
        if now and (not then or now.policy == then.policy):
            title = self.env._("Now, %s", self._format_date(now.date))
            views[title] = self._get_view(record, result, now)
        if not views:
            return []
        policy = next(iter(views.values())).explanation.policy
        grade = self._get_stake(change)
        rules = policy.rule_ids.filtered(lambda rule: rule.grade_id == grade)
        # What several branches of a requirement ask for stands here once.
        conditions = {
            (line.criterion_id, line._get_asked_text()): line
            for rule in rules[:1]
            for line in next(iter(views.values())).explanation.get_conditions(rule)
        }.values()
        asked = {line.criterion_id for line in conditions}
        rest = [criterion for criterion in policy.criterion_ids if criterion not in asked]
        blocks = []
        if conditions:
            blocks.append(self._get_asked_block(grade, conditions, views))
        if rest and any(view.figures for view in views.values()):
            blocks.append(self._get_figures_block(rest, views))
        return blocks

    @staticmethod
    def _get_stake(change):
        """Return the grade to be won or lost."""
        up = change.direction in ("new", "up", "same")
        return change.grade_id if up else change.from_grade_id

    def _get_asked_block(self, grade, conditions, views):
        rows = [
            self._prepare_row(
                None,
                line.criterion_id._get_label(),
                {"text": line._get_asked_text(), "align": "end"},
                *(
                    {"text": self._get_evidence_text(view, line), "align": "end"}
                    for view in views.values()
                ),
                self._get_link_cell([*views.values()][-1], line.criterion_id),
            )
            for line in conditions
        ]
        columns = [self.env._("Criterion"), self.env._("Asked"), *views, ""]
        return self._prepare_block(self.env._("What %s asks", grade.code), columns, rows)

    def _get_evidence_text(self, view, condition):
        """Return whether a condition is met and, for those who may see it, the value."""
        sign = SIGNS[view.explanation.holds[condition]]
        if not self._sees(view, condition.criterion_id):
            return sign
        return f"{self._get_value_cell(view, condition)['text']} {sign}"

    def _get_figures_block(self, criteria, views):
        """Return value and points of the criteria that no condition asks for by itself."""
        rows = [
            self._prepare_row(
                None,
                criterion._get_label() if criterion.kind == "measure" else criterion.name,
                *(
                    {"text": self._get_figure_text(view, criterion), "align": "end"}
                    for view in views.values()
                ),
            )
            for criterion in sorted(criteria, key=lambda c: (c.sequence, c.id))
        ]
        return self._prepare_block(self.env._("Figures"), [self.env._("Criterion"), *views], rows)

    def _get_figure_text(self, view, criterion):
        if not self._sees(view, criterion):
            return self.env._("hidden")
        reading = view.explanation.readings[criterion]
        if criterion.kind != "measure":
            return criterion._format_points(reading.points or 0, "down")
        if reading.value is None:
            return self._get_unknown_value_text(criterion)
        value = criterion._format_value(reading.value, "down")
        if not criterion._is_scored():
            return value
        points = criterion._format_number((reading.points or 0) * criterion.weight)
        return self.env._("%(value)s: %(points)s points", value=value, points=points)

    # ------------------------------------------------------------------ open documents

    def _get_documents_blocks(self, change):
        """Return open orders and receivables, as far as the reader may see them."""
        customer = change._get_customer()
        if not customer:
            return []
        company = change.company_id or self.env.company
        of_customer = Domain(
            [
                ("partner_id.commercial_partner_id", "=", customer.id),
                ("company_id", "in", change._get_counted_companies(company).ids),
            ]
        )
        overdue = [("invoice_date_due", "<", fields.Date.context_today(self))]
        orders = [("state", "=", "sale"), ("invoice_status", "!=", "invoiced")]
        kinds = [
            (self.env._("Open orders"), "sale.order", orders),
            (self.env._("Receivable"), "account.move", OPEN_INVOICES),
            (self.env._("Overdue"), "account.move", OPEN_INVOICES + overdue),
        ]
        rows = [
            self._get_documents_row(label, model, of_customer & Domain(domain), company)
            for label, model, domain in kinds
            if self.env[model].sudo(False).has_access("read")
        ]
        rows = [row for row in rows if row]
        if not rows:
            return []
        columns = ["", self.env._("Amount"), self.env._("Documents")]
        return [self._prepare_block(self.env._("Open today"), columns, rows)]

    def _get_documents_row(self, label, model, domain, company):
        """Return a row with amount and number of the documents that the reader may see."""
        Model = self.env[model].sudo(False)
        name, currency = {
            "sale.order": ("amount_untaxed", "currency_id"),
            "account.move": ("amount_residual_signed", "company_currency_id"),
        }[model]
        today = fields.Date.context_today(self)
        amount = count = 0
        for of_currency, total, number in Model._read_group(
            domain, [currency], [f"{name}:sum", "__count"]
        ):
            amount += of_currency._convert(total, company.currency_id, company, today)
            count += number
        if not count:
            return None
        action = {
            "type": "ir.actions.act_window",
            "name": label,
            "res_model": model,
            "views": [[False, "list"], [False, "form"]],
            "domain": list(domain),
            "context": {"create": False},
        }
        documents = self.env._("1 document") if count == 1 else self.env._("%s documents", count)
        return self._prepare_row(
            None,
            label,
            {"text": format_amount(self.env, amount, company.currency_id), "align": "end"},
            {"text": documents, "action": action},
        )

    # ------------------------------------------------------------------ history

    def _get_history_blocks(self, change):
        """Return the customer's other changes in the dimension, latest first."""
        field = change._get_subject()._grading_result_field
        others = change.search(
            [
                (field, "=", change[field].id),
                ("dimension_id", "=", change.dimension_id.id),
                ("company_id", "=", change.company_id.id),
                ("id", "!=", change.id),
                ("state", "in", ("applied", "refused", "proposed", "to_approve")),
            ],
            limit=HISTORY,
        )
        if not others:
            return []
        states = dict(others._fields["state"]._description_selection(self.env))
        reasons = self.env["customer.grading.explanation"]._get_reason_text(others)
        rows = [
            self._prepare_row(
                None,
                self._format_date(other.date_applied or other.date),
                self._get_grade_cell(other.from_grade_id),
                self._get_grade_cell(other.grade_id),
                states[other.state],
                other.decision_note or reasons[other] or "",
                muted=other.state == "refused",
            )
            for other in others
        ]
        columns = ["", self.env._("From"), self.env._("To"), self.env._("State"), ""]
        return [self._prepare_block(self.env._("History"), columns, rows)]

    def _get_grade_cell(self, grade):
        badge = self._get_badge(grade)
        return {"text": "" if badge else self.env._("Not graded"), "badge": badge}
