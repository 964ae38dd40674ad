from odoo import api, models
from odoo.tools import format_date


class CustomerGradingVisitWeek(models.AbstractModel):
    """The paper of each week of a plan, or of one."""

    _name = "report.customer_grading_visit_plan.report_week"
    _description = "Week Plan"

    @api.model
    def _get_report_values(self, docids, data=None):
        """:param data: ``week``: the name of the only one that is printed"""
        plans = self.env["customer.grading.visit.plan"].browse(
            docids or self.env.context.get("active_ids")
        )
        plans.check_access("read")
        return {
            "doc_ids": plans.ids,
            "doc_model": plans._name,
            "docs": plans,
            "sheets": [sheet for plan in plans for sheet in self._get_sheets(plan, data or {})],
            "say_day": lambda day: format_date(self.env, day, date_format="full"),
        }

    def _get_sheets(self, plan, data):
        """Return ``[(plan, week, [(day, visits)])]``; what was cancelled is left out."""
        visits = plan.visit_ids.filtered(lambda visit: not visit.is_cancelled)
        wanted = [data["week"]] if data.get("week") else sorted(set(visits.mapped("week")))
        return [
            (plan, week, list(of_week.grouped("date_planned").items()))
            for week in wanted
            for of_week in [visits.filtered(lambda visit, w=week: visit.week == w).sorted()]
        ]
