from dateutil.relativedelta import relativedelta

from odoo import api, fields, models
from odoo.addons.customer_grading.tools.blocks import RELOAD, open_window
from odoo.exceptions import ValidationError
from odoo.fields import Domain

# Where the sales of who holds a grade are looked at: model, path to the grade, its day.
FIGURES = {
    "partner": ("sale.report", "commercial_partner_id.customer_grade_id", "date"),
    "lead": ("crm.lead", "opportunity_grade_id", "create_date"),
}


class CustomerGrade(models.Model):
    """Says how many shall hold the grade, and how often its sales are analysed."""

    _inherit = "customer.grade"

    capacity_ids = fields.One2many(
        "customer.grading.capacity",
        "grade_id",
        help="How many of the grade one has at least and at most. More or fewer are listed under "
        "Grading, Capacity; nothing is blocked.",
    )
    subject = fields.Selection(related="dimension_id.subject")
    analysis_months = fields.Integer(
        "Sales analysed every (months)",
        aggregator=None,
        help="3: after each quarter, 6: after each half of a year. It is due once such a period is "
        "over. 0: never.",
    )
    analysis_ids = fields.One2many("customer.grading.analysis", "grade_id")
    analysis_from = fields.Date("Analysis from", compute="_compute_analysis")
    analysis_until = fields.Date("Analysis until", compute="_compute_analysis")
    analysis_date = fields.Date("Last analysed on", compute="_compute_analysis")
    is_analysis_due = fields.Boolean("Due", compute="_compute_analysis")

    @api.constrains("analysis_months")
    def _check_analysis_months(self):
        for grade in self:
            if not 0 <= grade.analysis_months <= 120:
                raise ValidationError(
                    self.env._(
                        "Grade %s: sales are analysed every 1 to 120 months; 0: never.", grade.code
                    )
                )

    @api.depends("analysis_months", "analysis_ids.date")
    @api.depends_context("company")
    def _compute_analysis(self):
        """Say which period is over last, and whether it was analysed in the company."""
        own = [("grade_id", "in", self.ids), ("company_id", "=", self.env.company.id)]
        Analysis = self.env["customer.grading.analysis"].sudo()
        last = dict(Analysis._read_group(own, ["grade_id"], ["date:max"]))
        today = self.env["customer.grading.engine"]._get_today(self.env.company)
        for grade in self:
            grade.analysis_date = last.get(grade._origin)
            grade.analysis_from, grade.analysis_until = grade._get_analysed_period(today)
            over = grade.analysis_until
            grade.is_analysis_due = over and (
                not grade.analysis_date or grade.analysis_date <= over
            )

    def _get_analysed_period(self, today):
        """Return the first and last day of the period of so many months that is over last."""
        months = self.analysis_months
        if months <= 0:
            return False, False
        number = (today.year * 12 + today.month - 1) // months * months
        end = today.replace(year=number // 12, month=number % 12 + 1, day=1)
        return end - relativedelta(months=months), end - relativedelta(days=1)

    def action_analysis_done(self):
        """Note that the sales of these were analysed today.

        :raise AccessError: for who is no officer
        """
        today = self.env["customer.grading.engine"]._get_today(self.env.company)
        self.env["customer.grading.analysis"].create(
            [
                {"grade_id": grade.id, "company_id": self.env.company.id, "date": today}
                for grade in self
            ]
        )
        return RELOAD

    def action_open_figures(self):
        """Open the sales of who holds the grade now, in the period that is to be analysed."""
        self.ensure_one()
        dimension = self.dimension_id
        main = dimension._get_main(dimension.subject, self.env.company)
        if dimension.subject not in FIGURES or dimension != main:
            return self.action_view_customers()
        model, path, day = FIGURES[dimension.subject]
        domain = Domain(path, "=", self.id) & Domain(day, ">=", self.analysis_from)
        domain &= Domain(day, "<", self.analysis_until + relativedelta(days=1))
        return open_window(self.display_name, model, "pivot,graph,list", domain=list(domain))
