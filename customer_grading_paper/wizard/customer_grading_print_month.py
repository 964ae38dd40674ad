from datetime import timedelta

from odoo import api, fields, models
from odoo.tools import date_utils


class CustomerGradingPrintMonth(models.TransientModel):
    """Of which month, and of which dimension, the report is printed."""

    _name = "customer.grading.print.month"
    _description = "Print the Monthly Report of Grades"

    dimension_id = fields.Many2one(
        "customer.grading.dimension",
        required=True,
        ondelete="cascade",
        domain=[("subject", "in", ("partner", "lead"))],
        default=lambda self: self._get_dimension(),
    )
    month = fields.Date(
        required=True,
        default=lambda self: self._get_month(),
        help="Any day of the month. Of the present month it tells what there was up to today.",
    )

    @api.model
    def _get_dimension(self):
        """Return the main dimension of customers."""
        main = self.env["customer.grading.dimension"]._get_main("partner", self.env.company)
        return main.with_env(self.env)

    @api.model
    def _get_month(self):
        """Return the last day of the month that ended last."""
        today = self.env["customer.grading.engine"]._get_today(self.env.company)
        return date_utils.start_of(today, "month") - timedelta(days=1)

    def action_print(self):
        """Print the report."""
        report = "customer_grading_paper.customer_grading_report_monthly"
        return self.env.ref(report).report_action(self)
