from odoo import SUPERUSER_ID, api, models
from odoo.addons.customer_grading.tools.statement import narrow_to
from odoo.tools import SQL

# What people write on: model -> its table, and the link to the contact it is of.
THREADS = {
    "res.partner": ("res_partner", "id"),
    "crm.lead": ("crm_lead", "partner_id"),
    "sale.order": ("sale_order", "partner_id"),
    "account.move": ("account_move", "partner_id"),
}


class CustomerGradingContact(models.AbstractModel):
    """What counts as contact with a customer, by one definition for all that is told of it.

    - a message that one of our people sent to theirs, or one of theirs to us
    - a call or a meeting that was planned as an activity, and done
    - a meeting that they did not decline

    on the customer's contacts, opportunities, orders and invoices. Newsletters, automatic
    mail, notes, notices of the system and other activities are none.
    """

    _name = "customer.grading.contact"
    _description = "Contact with Customers"

    @api.model
    def _get_contacts_sql(self, scope, ids=None, of="partner", written=True):
        """Return what contact there was up to the date.

        :param ids: only with these contacts, or on these opportunities; ``None``: with all
        :param of: ``partner``, or ``lead``: what happened on an opportunity itself
        :param written: whether messages are asked for; else calls and visits alone
        :return: query of ``subject_id, day, kind, direction, author_id, entered``: the day is that
            of the company; the kind ``call``, ``visit`` or ``message``; the direction ``in`` or
            ``out``; the author a contact, of a meeting who organised it; entered the moment, in
            UTC, at which it was written down
        """
        written_on = ["crm.lead"] if of == "lead" else THREADS
        done = self._get_done_sql("phonecall", "meeting")
        rows = [
            self._get_messages_sql(model, scope, ids, of, *done, written) for model in written_on
        ]
        rows.append(self._get_lead_meetings_sql(scope, ids, of))
        if of == "partner":
            rows.append(self._get_meetings_sql(scope, ids))
        return SQL(" UNION ALL ").join(rows)

    @staticmethod
    def _get_theirs_sql(contact, of):
        """Return whether a contact is one of the customer's people, or of anybody's but ours.

        :param contact: column of its id

        It is looked up one by one: joined, and asked for each message, PostgreSQL would read all
        contacts for each where it is told to do without nested loops.
        """
        found = SQL(
            "(SELECT theirs.%s FROM res_partner theirs WHERE theirs.id = %s)",
            SQL.identifier("partner_share" if of == "lead" else "commercial_partner_id"),
            contact,
        )
        return found if of == "lead" else SQL("%s = partner.commercial_partner_id", found)

    @staticmethod
    def _get_day_sql(moment, scope):
        return SQL("(%s AT TIME ZONE 'UTC' AT TIME ZONE %s)::date", moment, scope.tz)

    @staticmethod
    def _get_companies_sql(scope):
        """Return the condition that what was written on is of the companies that count."""
        return SQL(
            "AND (thread.company_id IS NULL OR thread.company_id IN %s)", scope.company_ids or (0,)
        )

    def _get_subject_sql(self, ids, of):
        """Return the subject of a row, and the condition that narrows it to those asked for.

        ``partner`` is the contact of what was written on, ``thread`` that itself.
        """
        if of == "lead":
            return SQL("thread.id"), narrow_to(SQL("thread.id"), ids)
        return SQL("partner.commercial_partner_id"), narrow_to(SQL("partner.id"), ids)

    def _get_messages_sql(self, model_name, scope, ids, of, called, visited, written):
        """Return the messages and done activities on the records of a model."""
        table, link = THREADS[model_name]
        subject, narrow = self._get_subject_sql(ids, of)
        # Asked of messages alone: what was done is ours, whoever wrote it.
        ours = SQL(
            "message.author_id IN (SELECT partner_id FROM res_users WHERE NOT share AND id != %s)",
            SUPERUSER_ID,
        )
        return SQL(
            """
            SELECT %(subject)s AS subject_id, %(day)s AS day,
                   CASE WHEN %(called)s THEN 'call' WHEN %(visited)s THEN 'visit'
                        ELSE 'message' END AS kind,
                   CASE WHEN %(called)s OR %(visited)s OR %(ours)s THEN 'out'
                        ELSE 'in' END AS direction,
                   message.author_id, message.create_date AS entered
              FROM mail_message message
              JOIN %(table)s thread ON thread.id = message.res_id
              LEFT JOIN res_partner partner ON partner.id = thread.%(link)s
             WHERE message.model = %(model)s AND %(subject)s IS NOT NULL %(narrow)s %(companies)s
               AND message.date < %(end)s
               AND (%(called)s OR %(visited)s OR %(written)s)
            """,
            subject=subject,
            day=self._get_day_sql(SQL("message.date"), scope),
            called=called,
            visited=visited,
            table=SQL.identifier(table),
            link=SQL.identifier(link),
            model=model_name,
            ours=ours,
            narrow=narrow,
            companies=self._get_companies_sql(scope) if model_name != "res.partner" else SQL(),
            end=scope.get_end_of(scope.date),
            written=self._get_written_sql(of, ours) if written else SQL("FALSE"),
        )

    def _get_written_sql(self, of, ours):
        """Return whether a message was written by one of our people to one of theirs, or back.

        Ours must have gone to one of theirs, as who it was addressed to or as a follower; what
        came in by e-mail without a known author is theirs.

        :param ours: whether one of our people wrote it
        """
        return SQL(
            """
            (message.mail_activity_type_id IS NULL
             AND message.message_type IN ('comment', 'email')
             AND message.is_internal IS NOT TRUE
             AND (message.subtype_id IN (
                     SELECT id FROM mail_message_subtype WHERE internal)) IS NOT TRUE
             AND CASE WHEN %(ours)s THEN message.message_type = 'email' OR %(addressed)s
                      WHEN message.author_id IS NULL THEN message.message_type = 'email'
                      ELSE %(author)s END)
            """,
            ours=ours,
            author=self._get_theirs_sql(SQL("message.author_id"), of),
            addressed=self._get_addressed_sql(of),
        )

    def _get_done_sql(self, *categories):
        """Return for each category whether a message tells of a done activity that is of it."""
        Type = self.env["mail.activity.type"].sudo().with_context(active_test=False)
        types = Type.search([("category", "in", categories)])
        return [
            SQL(
                "message.mail_activity_type_id IN %s",
                tuple(types.filtered_domain([("category", "=", category)]).ids) or (0,),
            )
            for category in categories
        ]

    def _get_addressed_sql(self, of):
        """Return whether a message went to one of theirs."""
        return SQL(
            """
            (EXISTS (SELECT FROM mail_message_res_partner_rel addressed
                      WHERE addressed.mail_message_id = message.id AND %s)
             OR EXISTS (SELECT FROM mail_followers follower
                         WHERE follower.res_model = message.model
                           AND follower.res_id = message.res_id AND %s))
            """,
            self._get_theirs_sql(SQL("addressed.res_partner_id"), of),
            self._get_theirs_sql(SQL("follower.partner_id"), of),
        )

    def _get_meeting_columns_sql(self, scope):
        return SQL(
            "CASE WHEN event.allday THEN event.start_date ELSE %s END AS day, 'visit' AS kind,"
            " 'out' AS direction, organiser.partner_id AS author_id, event.create_date AS entered",
            self._get_day_sql(SQL("event.start"), scope),
        )

    @staticmethod
    def _get_held_sql(scope):
        """Return whether a meeting was up to the date, and not cancelled."""
        return SQL(
            "event.active AND CASE WHEN event.allday THEN event.start_date <= %s"
            " ELSE event.start < %s END",
            scope.date,
            scope.get_end_of(scope.date),
        )

    def _get_meetings_sql(self, scope, ids):
        """Return the meetings to which the customer's people were asked, and did not decline."""
        return SQL(
            """
            SELECT partner.commercial_partner_id AS subject_id, %(columns)s
              FROM res_partner partner
              JOIN calendar_event_res_partner_rel asked ON asked.res_partner_id = partner.id
              JOIN calendar_event event ON event.id = asked.calendar_event_id
              JOIN calendar_attendee attendee
                ON attendee.event_id = event.id AND attendee.partner_id = partner.id
              LEFT JOIN res_users organiser ON organiser.id = event.user_id
             WHERE %(held)s AND attendee.state != 'declined' %(narrow)s
            """,
            columns=self._get_meeting_columns_sql(scope),
            held=self._get_held_sql(scope),
            narrow=narrow_to(SQL("partner.id"), ids),
        )

    def _get_lead_meetings_sql(self, scope, ids, of):
        """Return the meetings on opportunities, but for those that one of theirs declined."""
        subject, narrow = self._get_subject_sql(ids, of)
        return SQL(
            """
            SELECT %(subject)s AS subject_id, %(columns)s
              FROM calendar_event event
              JOIN crm_lead thread ON thread.id = event.opportunity_id
              LEFT JOIN res_partner partner ON partner.id = thread.partner_id
              LEFT JOIN res_users organiser ON organiser.id = event.user_id
             WHERE %(held)s AND %(subject)s IS NOT NULL %(narrow)s %(companies)s
               AND NOT EXISTS (
                       SELECT FROM calendar_attendee attendee
                        WHERE attendee.event_id = event.id AND attendee.state = 'declined'
                          AND %(theirs)s)
            """,
            subject=subject,
            columns=self._get_meeting_columns_sql(scope),
            held=self._get_held_sql(scope),
            narrow=narrow,
            companies=self._get_companies_sql(scope),
            theirs=self._get_theirs_sql(SQL("attendee.partner_id"), of),
        )
