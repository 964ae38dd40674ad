from odoo import api, models
from odoo.addons.customer_grading.tools.blocks import (
    at_end,
    make_block,
    make_grade_cell,
    make_row,
    open_window,
)
from odoo.addons.customer_grading.tools.subject import INVOICE_TYPES
from odoo.fields import Domain
from odoo.tools import format_amount, format_date

HISTORY = 8  # earlier changes that stand on the page of one

SIGNS = {True: "✔", False: "✘", None: "?"}

OPEN_ORDERS = Domain([("state", "=", "sale"), ("invoice_status", "!=", "invoiced")])

OPEN_INVOICES = Domain(
    [
        ("move_type", "in", INVOICE_TYPES),
        ("state", "=", "posted"),
        ("payment_state", "in", ("not_paid", "partial")),
    ]
)


class CustomerGradingChangeReview(models.AbstractModel):
    """Puts the page of a change together: what was when it was asked for, and what is now."""

    _name = "customer.grading.change.review"
    _inherit = ["customer.grading.explanation.cells"]
    _description = "Review of a Change"

    @api.model
    def _get_views(self, change):
        """Return what stands beside ``change``, which the reader may read."""
        blocks = self._get_blocks(change.sudo())
        return [{"blocks": blocks}] if blocks else []

    def _get_blocks(self, change):
        """Hook: return what stands on the page of a change, block by block."""
        return [
            *self._get_approval_blocks(change),
            *self._get_figures_blocks(change),
            *self._get_documents_blocks(change),
            *self._get_history_blocks(change),
        ]

    def _get_approval_blocks(self, change):
        """Return who approved so far, when and as whom."""
        rows = [
            make_row(
                "met",
                self.env._("Step %s", given.step),
                given.role or "",
                given.user_id.name,
                format_date(self.env, given.date),
            )
            for given in change.approval_ids
        ]
        title = self.env._("Approved so far")
        return [make_block(title, ["", "", "", ""], rows)] if rows else []

    # ------------------------------------------------------------------ then and now

    def _get_figures_blocks(self, change):
        """Return what the grade at stake asks for, and all figures, of then and of now."""
        record, result = change._get_subject(), change.result_id
        explain = self.env["customer.grading.explanation"]._explain
        then, now = explain(change).get(change), explain(result).get(result)
        cases = {}
        if then:
            title = self.env._("Then, %s", format_date(self.env, then.date))
            cases[title] = self._get_case(record, result, then)
        if now and (not then or now.policy == then.policy):
            title = self.env._("Now, %s", format_date(self.env, now.date))
            cases[title] = self._get_case(record, result, now)
        if not cases:
            return []
        explanation = next(iter(cases.values())).explanation
        policy = explanation.policy
        # The grade to be won or lost.
        up = change.direction in ("new", "up", "same")
        grade = change.grade_id if up else change.from_grade_id
        rules = policy.rule_ids.filtered(lambda rule: rule.grade_id == grade)
        # What several branches of a requirement ask for stands here once.
        conditions = {
            (line.criterion_id, line._get_asked_text()): line
            for rule in rules[:1]
            for line in explanation.get_conditions(rule)
        }.values()
        asked = {line.criterion_id for line in conditions}
        rest = [criterion for criterion in policy.criterion_ids if criterion not in asked]
        blocks = []
        if conditions:
            blocks.append(self._get_asked_block(grade, conditions, cases))
        if rest and any(case.figures for case in cases.values()):
            blocks.append(self._get_figures_block(rest, cases))
        return blocks

    def _get_asked_block(self, grade, conditions, cases):
        latest = [*cases.values()][-1]
        rows = [
            make_row(
                None,
                line.criterion_id._get_label(),
                at_end(line._get_asked_text()),
                *(at_end(self._get_met_text(case, line)) for case in cases.values()),
                self._get_link_cell(latest, line.criterion_id),
            )
            for line in conditions
        ]
        columns = [self.env._("Criterion"), self.env._("Asked"), *cases, ""]
        return make_block(self.env._("What %s asks", grade.code), columns, rows)

    def _get_met_text(self, case, condition):
        """Return whether a condition is met and, for those who may see it, the value."""
        sign = SIGNS[case.explanation.holds[condition]]
        if not self._sees(case, condition.criterion_id):
            return sign
        return f"{self._get_value_text(case, condition)} {sign}"

    def _get_figures_block(self, criteria, cases):
        """Return value and points of the criteria that no condition asks for by itself."""
        rows = [
            make_row(
                None,
                criterion._get_label() if criterion.kind == "measure" else criterion.name,
                *(at_end(self._get_figure_text(case, criterion)) for case in cases.values()),
            )
            for criterion in sorted(criteria, key=lambda c: (c.sequence, c.id))
        ]
        return make_block(self.env._("Figures"), [self.env._("Criterion"), *cases], rows)

    def _get_figure_text(self, case, criterion):
        if not self._sees(case, criterion):
            return self.env._("hidden")
        reading = case.explanation.readings[criterion]
        if criterion._adds_points():
            return criterion._format_points(reading.points or 0, "down")
        if reading.value is None:
            return self._get_unknown_text(criterion)
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
        today = self.env["customer.grading.engine"]._get_today(company)
        companies = Domain("company_id", "in", change._get_counted_companies(company).ids)
        Owner = self.env["customer.grading.owner"].sudo()
        of_customer = {
            "sale.order": Domain("partner_id.commercial_partner_id", "=", customer.id) & companies,
            "account.move": Owner._get_invoices_domain(customer) & companies,
        }
        overdue = OPEN_INVOICES & Domain("invoice_date_due", "<", today)
        kinds = [
            (self.env._("Open orders"), "sale.order", OPEN_ORDERS),
            (self.env._("Receivable"), "account.move", OPEN_INVOICES),
            (self.env._("Overdue"), "account.move", overdue),
        ]
        rows = [
            self._get_documents_row(label, model, of_customer[model] & domain, company, today)
            for label, model, domain in kinds
            if self.env[model].sudo(False).has_access("read")
        ]
        rows = [row for row in rows if row]
        columns = ["", self.env._("Amount"), self.env._("Documents")]
        return [make_block(self.env._("Open today"), columns, rows)] if rows else []

    def _get_documents_row(self, label, model, domain, company, today):
        """Return a row with amount and number of the documents that the reader may see."""
        name, currency = {
            "sale.order": ("amount_untaxed", "currency_id"),
            "account.move": ("amount_residual_signed", "company_currency_id"),
        }[model]
        groups = (
            self.env[model].sudo(False)._read_group(domain, [currency], [f"{name}:sum", "__count"])
        )
        if not groups:
            return None
        count = sum(number for _currency, _total, number in groups)
        amount = sum(
            of_currency._convert(total, company.currency_id, company, today)
            for of_currency, total, _number in groups
        )
        action = open_window(
            label, model, "list,form", domain=list(domain), context={"create": False}
        )
        documents = self.env._("1 document") if count == 1 else self.env._("%s documents", count)
        amount = at_end(format_amount(self.env, amount, company.currency_id))
        return make_row(None, label, amount, {"text": documents, "action": action})

    # ------------------------------------------------------------------ history

    def _get_history_blocks(self, change):
        """Return the customer's other changes in the dimension, latest first."""
        field = change._get_subject()._grading_result_field
        domain = [
            (field, "=", change[field].id),
            ("dimension_id", "=", change.dimension_id.id),
            ("company_id", "=", change.company_id.id),
            ("id", "!=", change.id),
            ("state", "not in", ("held", "superseded")),
        ]
        others = change.search(domain, limit=HISTORY)
        if not others:
            return []
        states = dict(others._fields["state"]._description_selection(self.env))
        reasons = self.env["customer.grading.explanation.texts"]._get_reason_text(others)
        rows = [
            make_row(
                None,
                format_date(self.env, other.date_applied or other.date),
                make_grade_cell(self.env, other.from_grade_id),
                make_grade_cell(self.env, other.grade_id),
                states[other.state],
                other.decision_note or reasons[other] or "",
                muted=other.state == "refused",
            )
            for other in others
        ]
        columns = ["", self.env._("From"), self.env._("To"), self.env._("State"), ""]
        return [make_block(self.env._("History"), columns, rows)]
