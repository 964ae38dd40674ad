from odoo import api, models
from odoo.tools import SQL


class CustomerGradingMeasure(models.Model):
    """Built-in measures of contact with the customer, or on an opportunity."""

    _inherit = "customer.grading.measure"

    @api.model
    def _get_code_keys(self):
        return [
            *super()._get_code_keys(),
            ("last_contact", self.env._("Days since the last contact")),
            ("lead_last_contact", self.env._("Days since the last contact on the opportunity")),
        ]

    def _get_last_contact_values_sql(self, criterion, scope, statement):
        """The day of the last contact with the customer's people."""
        return self._get_last_day_sql(scope, statement, "partner")

    def _get_lead_last_contact_values_sql(self, criterion, scope, statement):
        """The day of the last contact on the opportunity."""
        return self._get_last_day_sql(scope, statement, "lead")

    def _get_last_day_sql(self, scope, statement, of):
        contacts = self.env["customer.grading.contact"]._get_contacts_sql(
            scope, statement.get_ids(of), of
        )
        last = SQL(
            "SELECT subject_id, MAX(day) AS contact FROM (%s) told GROUP BY subject_id", contacts
        )
        return statement.add_relation(last, "contact", of=of)

    def _get_lead_last_contact_changed_sql(self, scope, since):
        return self._get_lead_messages_changed_sql(scope, since)
