from odoo import api, models
from odoo.tools import SQL


class CustomerGradingMeasure(models.Model):
    """Built-in measures of contact with the customer."""

    _inherit = "customer.grading.measure"

    @api.model
    def _get_code_keys(self):
        return [
            *super()._get_code_keys(),
            ("last_contact", self.env._("Days since the last contact")),
        ]

    def _get_last_contact_values_sql(self, criterion, scope, statement):
        """The day of the last done activity, e-mail or meeting with the customer's people.

        Messages and activities on its contacts and opportunities count; a note does not.
        """
        return statement.add_relation(
            SQL(
                """
                SELECT subject_id,
                       (MAX(date) AT TIME ZONE 'UTC' AT TIME ZONE %(tz)s)::date AS contact
                  FROM (
                    SELECT partner.commercial_partner_id AS subject_id, message.date
                      FROM mail_message message
                      JOIN res_partner partner ON partner.id = message.res_id
                     WHERE message.model = 'res.partner' AND %(contact)s %(narrow)s
                    UNION ALL
                    SELECT partner.commercial_partner_id, message.date
                      FROM mail_message message
                      JOIN crm_lead lead ON lead.id = message.res_id
                      JOIN res_partner partner ON partner.id = lead.partner_id
                     WHERE message.model = 'crm.lead' AND %(contact)s %(narrow)s
                    UNION ALL
                    SELECT partner.commercial_partner_id, event.start
                      FROM calendar_event event
                      JOIN calendar_event_res_partner_rel attendee
                        ON attendee.calendar_event_id = event.id
                      JOIN res_partner partner ON partner.id = attendee.res_partner_id
                     WHERE event.active %(narrow)s
                  ) contacts
                 WHERE date < %(end)s
                 GROUP BY subject_id
                """,
                tz=scope.tz,
                end=scope.get_end_of(scope.date),
                contact=SQL(
                    "(message.mail_activity_type_id IS NOT NULL"
                    " OR message.message_type IN ('email', 'email_outgoing'))"
                ),
                narrow=self._narrow_sql(SQL("partner.id"), statement.get_ids()),
            ),
            "contact",
        )
