from odoo import api, models
from odoo.addons.customer_grading.tools.statement import narrow_to
from odoo.addons.customer_grading.tools.subject import SUBJECTS
from odoo.tools import SQL

from ..tools.festivals import FIXED, get_festivals

# Where Odoo, or an addon, keeps the day that people are born, or companies founded, on.
BIRTHDAY_FIELDS = ("birthdate_date", "birthday", "birthdate")
FESTIVALS = ("spring_festival", *FIXED)


class CustomerGradingCadenceDay(models.AbstractModel):
    """The days that cadences hang on: of an event, of a field, of an answer, of the calendar."""

    _name = "customer.grading.cadence.day"
    _description = "Day That Contacts Hang On"

    @api.model
    def _get_events(self):
        """Hook: return the events that are known of customers and opportunities, with labels.

        ``_get_<key>_day_sql(subject, scope)`` gives the query of ``subject_id`` and ``day``.
        """
        return {
            "created": self.env._("Entered in Odoo"),
            "first_order": self.env._("First order"),
            "last_order": self.env._("Last order"),
            "first_delivery": self.env._("First delivery"),
            "last_delivery": self.env._("Last delivery"),
            "first_invoice": self.env._("First invoice"),
            "last_invoice": self.env._("Last invoice"),
            "lost_day": self.env._("Opportunity lost"),
        }

    @api.model
    def _get_festivals(self):
        return {
            "new_year": self.env._("New Year"),
            "spring_festival": self.env._("Spring Festival"),
            "national_day": self.env._("National Day of China"),
            "christmas": self.env._("Christmas"),
        }

    @api.model
    def _get_yearly_days(self):
        return {
            "birthday": self.env._("Birthday"),
            "founding_day": self.env._("Founding day"),
            **self._get_festivals(),
        }

    @api.model
    def _get_choices(self, what):
        """Return what people choose among: events or days of the year, answers, dates of a record.

        :param what: ``anchor`` or ``yearly``
        :return: list of ``(key, label)``
        """
        days = self._get_events() if what == "anchor" else self._get_yearly_days()
        Question = self.env["customer.grading.question"].sudo()
        questions = Question.search([("kind", "=", "date")])
        days |= {question.code: question.name for question in questions}
        for model_name in ("res.partner", "crm.lead"):
            for name, field in self.env[model_name]._fields.items():
                if self._is_day(field):
                    label = field._description_string(self.env)
                    days.setdefault(name, self.env._("%s (field)", label))
        return list(days.items())

    @api.model
    def _get_label(self, key):
        """Return what a day is called; its key where nothing of that name is there."""
        days = dict(self._get_choices("anchor")) | dict(self._get_choices("yearly"))
        return days.get(key, key or "…")

    # ------------------------------------------------------------------ the SQL half

    @api.model
    def _get_days_sql(self, key, subject, scope):
        """Return the query of ``subject_id`` and ``day``, one row a subject that has one.

        :param key: of :meth:`_get_choices`
        :param subject: :class:`Subject` of the dimension
        :return: ``None`` where nothing of that name is there
        """
        if key in self._get_events():
            return getattr(self, f"_get_{key}_day_sql")(subject, scope)
        if key == "birthday":
            for name in BIRTHDAY_FIELDS:
                field = self.env[subject.model]._fields.get(name)
                if field and self._is_day(field):
                    return self._get_field_day_sql(name, subject)
        Question = self.env["customer.grading.question"].sudo()
        if question := Question.search([("code", "=", key), ("kind", "=", "date")], limit=1):
            return self._get_answered_day_sql(question, subject, scope)
        field = self.env[subject.model]._fields.get(key)
        if field and self._is_day(field):
            return self._get_field_day_sql(key, subject)
        return None

    @staticmethod
    def _is_day(field):
        """Whether contacts may hang on a field: a stored date that everybody may read."""
        return field.store and field.type == "date" and not field.groups

    @api.model
    def _get_occurrences(self, key, scope):
        """Return the days of a festival about the scope's year, ``None`` for anything else."""
        return get_festivals(key, scope.date.year) if key in FESTIVALS else None

    def _get_field_day_sql(self, name, subject):
        return SQL(
            "SELECT id AS subject_id, %s AS day FROM %s",
            SQL.identifier(name),
            SQL.identifier(subject.table),
        )

    def _get_answered_day_sql(self, question, subject, scope):
        """Return the day answered last, of whoever was asked about."""
        field = SUBJECTS[question.subject].field
        answered = SQL(
            "SELECT DISTINCT ON (%(field)s) %(field)s AS subject_id, date_value AS day"
            " FROM customer_grading_answer WHERE question_id = %(question)s AND date <= %(today)s"
            " AND company_id IN %(companies)s ORDER BY %(field)s, date DESC, id DESC",
            field=SQL.identifier(field),
            question=question.id,
            today=scope.date,
            companies=scope.company_ids,
        )
        return self._of_subject_sql(answered, subject, question.subject)

    @staticmethod
    def _of_subject_sql(days, subject, of="partner"):
        """Return the days of customers for the opportunities of each, where these are asked for.

        :return: ``None`` where what was asked about is nothing of the subject's
        """
        if of == subject.name:
            return days
        if (of, subject.name) != ("partner", "lead"):
            return None
        return SQL(
            "SELECT lead.id AS subject_id, told.day FROM (%s) told"
            " JOIN res_partner contact ON contact.commercial_partner_id = told.subject_id"
            " JOIN crm_lead lead ON lead.partner_id = contact.id",
            days,
        )

    def _narrow_to_customers(self, column, subject, scope):
        """Return the condition that a column is one of the customers asked for."""
        ids = scope.subject_ids
        if ids is not None and subject.name == "lead":
            leads = self.env["crm.lead"].sudo().with_context(active_test=False).browse(ids)
            ids = leads.exists().partner_id.commercial_partner_id.ids
        return narrow_to(column, ids)

    def _get_created_day_sql(self, subject, scope):
        return SQL(
            "SELECT id AS subject_id, (create_date AT TIME ZONE 'UTC' AT TIME ZONE %s)::date AS day"
            " FROM %s",
            scope.tz,
            SQL.identifier(subject.table),
        )

    def _get_orders_day_sql(self, subject, scope, aggregate, moment="date_order"):
        days = SQL(
            "SELECT contact.commercial_partner_id AS subject_id,"
            " (%(aggregate)s(sale.%(moment)s) AT TIME ZONE 'UTC' AT TIME ZONE %(tz)s)::date AS day"
            " FROM sale_order sale JOIN res_partner contact ON contact.id = sale.partner_id"
            " WHERE sale.state = 'sale' AND sale.company_id IN %(companies)s"
            " AND sale.%(moment)s < %(end)s %(narrow)s GROUP BY contact.commercial_partner_id",
            aggregate=aggregate,
            moment=SQL.identifier(moment),
            narrow=self._narrow_to_customers(SQL("contact.commercial_partner_id"), subject, scope),
            tz=scope.tz,
            companies=scope.company_ids,
            end=scope.get_end_of(scope.date),
        )
        return self._of_subject_sql(days, subject)

    def _get_first_order_day_sql(self, subject, scope):
        return self._get_orders_day_sql(subject, scope, SQL("MIN"))

    def _get_last_order_day_sql(self, subject, scope):
        return self._get_orders_day_sql(subject, scope, SQL("MAX"))

    def _get_delivery_day_sql(self, subject, scope, aggregate):
        """Return the day of delivery, as the Inventory app knows it; else that of the invoice."""
        if "effective_date" in self.env["sale.order"]._fields:
            return self._get_orders_day_sql(subject, scope, aggregate, "effective_date")
        return self._get_invoices_day_sql(subject, scope, aggregate)

    def _get_first_delivery_day_sql(self, subject, scope):
        return self._get_delivery_day_sql(subject, scope, SQL("MIN"))

    def _get_last_delivery_day_sql(self, subject, scope):
        return self._get_delivery_day_sql(subject, scope, SQL("MAX"))

    def _get_invoices_day_sql(self, subject, scope, aggregate):
        days = SQL(
            "SELECT move.commercial_partner_id AS subject_id, %s(move.invoice_date) AS day"
            " FROM res_partner contact JOIN account_move move ON move.partner_id = contact.id"
            " WHERE move.move_type = 'out_invoice' AND move.state = 'posted'"
            " AND move.company_id IN %s AND move.invoice_date <= %s %s"
            " GROUP BY move.commercial_partner_id",
            aggregate,
            scope.company_ids,
            scope.date,
            self._narrow_to_customers(SQL("contact.commercial_partner_id"), subject, scope),
        )
        return self._of_subject_sql(days, subject)

    def _get_first_invoice_day_sql(self, subject, scope):
        return self._get_invoices_day_sql(subject, scope, SQL("MIN"))

    def _get_last_invoice_day_sql(self, subject, scope):
        return self._get_invoices_day_sql(subject, scope, SQL("MAX"))

    def _get_lost_day_day_sql(self, subject, scope):
        """Return the day on which an opportunity was lost, the last one of a customer."""
        closed = SQL("(lead.date_closed AT TIME ZONE 'UTC' AT TIME ZONE %s)::date", scope.tz)
        if subject.name == "lead":
            return SQL(
                "SELECT lead.id AS subject_id, %s AS day FROM crm_lead lead"
                " WHERE lead.won_status = 'lost' AND lead.date_closed IS NOT NULL",
                closed,
            )
        return SQL(
            "SELECT contact.commercial_partner_id AS subject_id, MAX(%s) AS day FROM crm_lead lead"
            " JOIN res_partner contact ON contact.id = lead.partner_id"
            " WHERE lead.won_status = 'lost' AND lead.date_closed IS NOT NULL"
            " AND (lead.company_id IS NULL OR lead.company_id IN %s) %s"
            " GROUP BY contact.commercial_partner_id",
            closed,
            scope.company_ids,
            self._narrow_to_customers(SQL("contact.commercial_partner_id"), subject, scope),
        )
