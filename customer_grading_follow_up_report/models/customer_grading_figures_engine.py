from odoo import api, models
from odoo.tools import SQL


class CustomerGradingFiguresEngine(models.AbstractModel):
    """Adds the day of the last contact, by the one definition of contact."""

    _inherit = "customer.grading.figures.engine"

    @api.model
    def _get_contacted_sql(self, scope):
        """Return the query of the last day of contact of each customer."""
        return SQL(
            "SELECT subject_id AS partner_id, MAX(day) AS date_last_contact FROM (%s) contact"
            " GROUP BY subject_id",
            self.env["customer.grading.contact"]._get_contacts_sql(scope),
        )
