from odoo import api, models
from odoo.addons.customer_grading.tools.statement import narrow_to
from odoo.tools import SQL

from .customer_grading_contact import THREADS

WITH_PERIOD = ("contacts", "lead_contacts", "lead_activities_done")


class CustomerGradingMeasure(models.Model):
    """Built-in measures of contact with the customer, or on an opportunity, had or planned."""

    _inherit = "customer.grading.measure"

    @api.model
    def _get_code_keys(self):
        return [
            *super()._get_code_keys(),
            ("last_contact", self.env._("Days since the last contact")),
            ("lead_last_contact", self.env._("Days since the last contact on the opportunity")),
            ("contacts", self.env._("Contacts")),
            ("lead_contacts", self.env._("Contacts on the opportunity")),
            ("unanswered", self.env._("Contacts since they answered last")),
            ("lead_unanswered", self.env._("Contacts on the opportunity since they answered last")),
            ("next_activity", self.env._("Days to the next activity with the customer")),
            ("lead_next_activity", self.env._("Days to the next activity")),
            ("lead_activities_done", self.env._("Activities done")),
        ]

    @api.model
    def _get_code_keys_with_period(self):
        return super()._get_code_keys_with_period() | set(WITH_PERIOD)

    def _get_last_contact_values_sql(self, criterion, scope, statement):
        """The day of the last contact with the customer's people."""
        return self._add_contacts(scope, statement, "partner", SQL("MAX(day)"))

    def _get_lead_last_contact_values_sql(self, criterion, scope, statement):
        """The day of the last contact on the opportunity."""
        return self._add_contacts(scope, statement, "lead", SQL("MAX(day)"))

    def _get_contacts_values_sql(self, criterion, scope, statement):
        """How often there was contact with the customer's people."""
        return self._count_contacts(criterion, scope, statement, "partner")

    def _get_lead_contacts_values_sql(self, criterion, scope, statement):
        """How often there was contact on the opportunity."""
        return self._count_contacts(criterion, scope, statement, "lead")

    def _get_unanswered_values_sql(self, criterion, scope, statement):
        """How often our people tried since the customer's last wrote or met them."""
        return self._count_unanswered(scope, statement, "partner")

    def _get_lead_unanswered_values_sql(self, criterion, scope, statement):
        """How often our people tried since somebody last wrote, or met them, on the opportunity."""
        return self._count_unanswered(scope, statement, "lead")

    def _add_contacts(self, scope, statement, of, aggregate, empty=None):
        """Return an aggregate over the contacts of each subject.

        :param aggregate: ``SQL`` over the columns of
            :meth:`~.customer_grading_contact.CustomerGradingContact._get_contacts_sql`
        """
        contacts = self.env["customer.grading.contact"]._get_contacts_sql(
            scope, statement.get_ids(of), of
        )
        query = SQL(
            "SELECT subject_id, %s AS told FROM (%s) contact GROUP BY subject_id",
            aggregate,
            contacts,
        )
        return statement.add_relation(query, "told", of=of, **({"empty": empty} if empty else {}))

    def _count_contacts(self, criterion, scope, statement, of):
        """Return on how many days of the period there was contact: what is on one day is one."""
        first, last = criterion._get_bounds(scope)[0]
        within = SQL("day <= %s", last)
        if first:
            within = SQL("%s AND day >= %s", within, first)
        counted = SQL("COUNT(DISTINCT day) FILTER (WHERE %s)", within)
        return self._add_contacts(scope, statement, of, counted, empty=SQL("0"))

    def _count_unanswered(self, scope, statement, of):
        """Return how many days our people tried on, later than the last answer or visit."""
        answered = SQL("MAX(day) FILTER (WHERE direction = 'in' OR kind = 'visit')")
        tried = SQL(
            "(SELECT COUNT(DISTINCT tried) FROM UNNEST(ARRAY_AGG(day) FILTER"
            " (WHERE direction = 'out' AND kind <> 'visit')) tried"
            " WHERE tried > COALESCE(%s, '-infinity'::date))",
            answered,
        )
        return self._add_contacts(scope, statement, of, tried, empty=SQL("0"))

    def _get_next_activity_values_sql(self, criterion, scope, statement):
        """The day on which the first activity is due that is planned with the customer."""
        ids = statement.get_ids("partner")
        companies = self.env["customer.grading.contact"]._get_companies_sql(scope)
        planned = [
            SQL(
                "SELECT partner.commercial_partner_id AS subject_id, activity.date_deadline"
                " FROM mail_activity activity"
                " JOIN %(table)s thread ON thread.id = activity.res_id"
                " JOIN res_partner partner ON partner.id = thread.%(link)s"
                " WHERE activity.res_model = %(model)s AND activity.active %(narrow)s %(companies)s",
                table=SQL.identifier(table),
                link=SQL.identifier(link),
                model=model_name,
                narrow=narrow_to(SQL("partner.id"), ids),
                companies=SQL() if model_name == "res.partner" else companies,
            )
            for model_name, (table, link) in THREADS.items()
        ]
        query = SQL(
            "SELECT subject_id, MIN(date_deadline) AS due FROM (%s) planned GROUP BY subject_id",
            SQL(" UNION ALL ").join(planned),
        )
        return statement.add_relation(query, "due", of="partner")

    def _get_lead_next_activity_values_sql(self, criterion, scope, statement):
        """The day on which the first activity is due that is planned on the opportunity."""
        planned = SQL(
            "SELECT res_id AS subject_id, MIN(date_deadline) AS due FROM mail_activity"
            " WHERE res_model = 'crm.lead' AND active %s GROUP BY res_id",
            narrow_to(SQL("res_id"), statement.get_ids("lead")),
        )
        return statement.add_relation(planned, "due", of="lead")

    def _get_lead_activities_done_values_sql(self, criterion, scope, statement):
        """How many activities were marked done on the opportunity."""
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

    # ------------------------------------------------------------------ what changed

    def _get_lead_messages_changed_sql(self, scope, since):
        return SQL(
            "SELECT res_id AS id FROM mail_message WHERE model = 'crm.lead' AND write_date >= %s",
            since,
        )

    _get_lead_last_contact_changed_sql = _get_lead_messages_changed_sql
    _get_lead_contacts_changed_sql = _get_lead_messages_changed_sql
    _get_lead_unanswered_changed_sql = _get_lead_messages_changed_sql
    _get_lead_activities_done_changed_sql = _get_lead_messages_changed_sql

    def _get_lead_next_activity_changed_sql(self, scope, since):
        """Planned ones are written, done ones leave a message."""
        return SQL(
            "SELECT res_id AS id FROM mail_activity"
            " WHERE res_model = 'crm.lead' AND write_date >= %s UNION %s",
            since,
            self._get_lead_messages_changed_sql(scope, since),
        )
