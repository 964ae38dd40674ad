from odoo import api, fields, models

from ..tools.weeks import get_month, get_week, get_weeks


class CustomerGradingVisitPrintWeek(models.TransientModel):
    """Which week of a plan is printed."""

    _name = "customer.grading.visit.print.week"
    _description = "Print a Week Plan"

    plan_id = fields.Many2one(
        "customer.grading.visit.plan",
        required=True,
        ondelete="cascade",
        default=lambda self: self._get_plan(),
    )
    week = fields.Selection(
        selection="_get_weeks", required=True, default=lambda self: self._get_default_week()
    )

    @api.model
    def _get_plan(self):
        """Return the plan that is printed: the one that the dialog was opened on."""
        return self.env["customer.grading.visit.plan"].browse(self.env.context.get("active_id"))

    @api.model
    def _get_weeks(self):
        plan = self._get_plan().exists()
        return [(week, week) for week in get_weeks(*get_month(plan.date_month))] if plan else []

    @api.model
    def _get_default_week(self):
        weeks = [week for week, _label in self._get_weeks()]
        now = get_week(self.env["customer.grading.engine"]._get_today(self.env.company))
        return now if now in weeks else next(iter(weeks), False)

    def action_print(self):
        """Print the week."""
        self.ensure_one()
        report = self.env.ref("customer_grading_visit_plan.customer_grading_visit_report_week")
        return report.report_action(self.plan_id, data={"week": self.week})
