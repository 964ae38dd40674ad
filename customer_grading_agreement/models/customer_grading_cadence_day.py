from odoo import api, models
from odoo.tools import SQL

from .customer_grading_agreement import FOR_EVER


class CustomerGradingCadenceDay(models.AbstractModel):
    """Contacts may hang on the end of an agreement."""

    _inherit = "customer.grading.cadence.day"

    @api.model
    def _get_events(self):
        return {**super()._get_events(), "agreement_end": self.env._("End of the agreement")}

    def _get_agreement_end_day_sql(self, subject, scope):
        Agreement = self.env["customer.grading.agreement"].sudo()
        days = SQL(
            "SELECT told.subject_id, told.day FROM (%s) told WHERE told.day <> %s::date",
            Agreement._get_last_days_sql(scope),
            FOR_EVER,
        )
        return self._of_subject_sql(days, subject)
