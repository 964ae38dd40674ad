from odoo import api, models
from odoo.tools import SQL

from ...tools.statement import narrow_to


class CustomerGradingMeasure(models.Model):
    """Built-in measures of what happens on an opportunity."""

    _inherit = "customer.grading.measure"

    @api.model
    def _get_code_keys(self):
        return [
            *super()._get_code_keys(),
            ("lead_activities_done", self.env._("Activities done")),
            ("lead_next_activity", self.env._("Days to the next activity")),
        ]

    @api.model
    def _get_code_keys_with_period(self):
        return super()._get_code_keys_with_period() | {"lead_activities_done"}

    def _get_lead_activities_done_values_sql(self, criterion, scope, statement):
        first, last = criterion._get_bounds(scope)[0]
        since = SQL("AND date >= %s", scope.get_start_of(first)) if first else SQL()
        done = SQL(
            "SELECT res_id AS subject_id, COUNT(*) AS done FROM mail_message"
            " WHERE model = 'crm.lead' AND mail_activity_type_id IS NOT NULL"
            " AND date < %s %s %s GROUP BY res_id",
            scope.get_end_of(last),
            since,
            narrow_to(SQL("res_id"), statement.get_ids("lead")),
        )
        return statement.add_relation(done, "done", empty=SQL("0"), of="lead")

    def _get_lead_next_activity_values_sql(self, criterion, scope, statement):
        """The day on which the first planned activity is due."""
        planned = SQL(
            "SELECT res_id AS subject_id, MIN(date_deadline) AS due FROM mail_activity"
            " WHERE res_model = 'crm.lead' AND active %s GROUP BY res_id",
            narrow_to(SQL("res_id"), statement.get_ids("lead")),
        )
        return statement.add_relation(planned, "due", of="lead")

    def _get_lead_messages_changed_sql(self, scope, since):
        return SQL(
            "SELECT res_id AS id FROM mail_message WHERE model = 'crm.lead' AND write_date >= %s",
            since,
        )

    _get_lead_activities_done_changed_sql = _get_lead_messages_changed_sql

    def _get_lead_next_activity_changed_sql(self, scope, since):
        """Planned ones are written, done ones leave a message."""
        return SQL(
            "SELECT res_id AS id FROM mail_activity"
            " WHERE res_model = 'crm.lead' AND write_date >= %s UNION %s",
            since,
            self._get_lead_messages_changed_sql(scope, since),
        )
