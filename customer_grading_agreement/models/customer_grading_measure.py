from odoo import api, models
from odoo.tools import SQL

from .customer_grading_agreement import AGREEMENT


class CustomerGradingMeasure(models.Model):
    """Tells until when a customer has an agreement."""

    _inherit = "customer.grading.measure"

    @api.model
    def _get_code_keys(self):
        return [
            *super()._get_code_keys(),
            ("agreement_end", self.env._("Days until the agreement ends")),
        ]

    def _get_agreement_end_values_sql(self, criterion, scope, statement):
        """The last day of the agreement that is in force longest, past ones included."""
        Agreement = self.env["customer.grading.agreement"].sudo()
        days = Agreement._get_last_days_sql(scope, statement.get_ids("partner"))
        return statement.add_relation(days, "day", of="partner")

    def _get_agreement_end_changed_sql(self, scope, since):
        changed = SQL(
            "SELECT answer.partner_id AS id FROM customer_grading_answer answer"
            " JOIN customer_grading_question question ON question.id = answer.question_id"
            " WHERE question.ends_agreement AND answer.write_date >= %s",
            since,
        )
        if AGREEMENT not in self.env:
            return changed
        return SQL(
            "%s UNION SELECT commercial_partner_id FROM agreement"
            " WHERE commercial_partner_id IS NOT NULL AND write_date >= %s",
            changed,
            since,
        )
