from dateutil.relativedelta import relativedelta

from odoo import api, fields, models
from odoo.fields import Domain

from ...tools.subject import INVOICE_TYPES

MONTHS = 12  # of the revenue that stands beside a customer


class CustomerGradingChange(models.Model):
    """Says of a change why it came about, and how much the customer stands for."""

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

    @api.depends("origin", "note", "grade_id", "from_grade_id", "policy_id", "run_id")
    @api.depends_context("uid", "lang", "company")
    def _compute_reason(self):
        reasons = self.env["customer.grading.explanation.texts"]._get_reason_text(self)
        for change in self:
            change.reason = reasons.get(change)

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
                change.sees_revenue = subject in shown
                change.revenue = revenues.get(subject, 0) if subject in shown else 0

    def _get_revenues(self, company):
        """Return ``{customer or opportunity: amount in the currency of company}``."""
        revenues = {lead: lead.expected_revenue for lead in self.lead_id.sudo()}
        if not self.partner_id:
            return revenues
        today = self.env["customer.grading.engine"]._get_today(company)
        Owner = self.env["customer.grading.owner"]
        domain = Owner._get_kept_domain(Owner._get_contact_ids(self.partner_id)) & Domain(
            [
                ("state", "=", "posted"),
                ("move_type", "in", INVOICE_TYPES),
                ("company_id", "in", self._get_counted_companies(company).ids),
                ("invoice_date", ">", today - relativedelta(months=MONTHS)),
                ("invoice_date", "<=", today),
            ]
        )
        by, total = ["commercial_partner_id", "company_id"], ["amount_untaxed_signed:sum"]
        groups = self.env["account.move"].sudo()._read_group(domain, by, total)
        for partner, of_company, amount in groups:
            amount = of_company.currency_id._convert(amount, company.currency_id, company, today)
            customer = partner.commercial_partner_id
            revenues[customer] = revenues.get(customer, 0) + amount
        return revenues

    def _get_counted_companies(self, company):
        """Return the companies whose documents count: with branches, or all of a group."""
        Company = self.env["res.company"].sudo()
        if not self.company_id:
            return Company.search([("active", "=", True)])
        return Company.search([("id", "child_of", company.id)])
