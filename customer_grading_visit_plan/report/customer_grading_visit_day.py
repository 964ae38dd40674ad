from odoo import api, models
from odoo.tools import format_date


class CustomerGradingVisitDay(models.AbstractModel):
    """The paper of one day of a salesperson."""

    _name = "report.customer_grading_visit_plan.report_day"
    _description = "Daily Report"

    @api.model
    def _get_report_values(self, docids, data=None):
        docs = self.env["customer.grading.visit.print.day"].browse(docids)
        return {
            "doc_ids": docs.ids,
            "doc_model": docs._name,
            "docs": docs,
            "sheets": [(doc, doc._get_sheet()) for doc in docs],
            "say_day": lambda day: format_date(self.env, day, date_format="full"),
        }
