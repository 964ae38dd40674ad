from odoo import api, models
from odoo.tools import SQL


class CustomerGradingReport(models.Model):
    """Counts overdue follow-ups, as their list shows them at this moment."""

    _inherit = "customer.grading.report"

    @api.model
    def _get_overdue_sql(self):
        """Return how many follow-ups of a ``result`` are overdue; none are 0."""
        FollowUp = self.env["customer.grading.follow.up"].sudo()
        FollowUp.flush_model()
        query = FollowUp._search([("state", "=", "overdue"), ("partner_id", "!=", False)])
        query.groupby = SQL.identifier(query.table, "result_id")
        overdue = query.select(
            SQL.identifier(query.table, "result_id"), SQL("COUNT(*)::integer AS overdue_count")
        )
        joined = SQL("LEFT JOIN (%s) overdue ON overdue.result_id = result.id", overdue)
        return SQL("COALESCE(overdue.overdue_count, 0)"), joined
