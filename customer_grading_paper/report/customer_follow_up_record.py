from dateutil.relativedelta import relativedelta

from odoo import models
from odoo.addons.customer_grading.tools.scope import Scope
from odoo.addons.customer_grading_contact.models.customer_grading_contact import THREADS
from odoo.fields import Domain
from odoo.tools import SQL

MONTHS = 12  # what is longer ago stands in the chatter alone
LENGTH = 300  # characters of what was said that stand on the paper


class CustomerFollowUpRecord(models.AbstractModel):
    """Each contact with a customer in the last 12 months, and what is planned next.

    What counts as contact is told by ``customer.grading.contact``; what was said by the
    messages and meetings that the reader may see.
    """

    _name = "report.customer_grading_paper.report_follow_up_record"
    _inherit = ["customer.grading.paper"]
    _description = "Follow-up Record"

    _paper_model = "res.partner"

    def _get_sheets(self, docs):
        subjects = self._get_subjects(docs)
        contacts = self._get_contacts(subjects)
        return [
            {
                "subject": subject,
                "customer": subject._get_customer(),
                "salesperson": self._get_salesperson(subject),
                "contacts": contacts.get(subject, []),
                "planned": self._get_planned(subject),
                "due": self._get_due(subject),
            }
            for subject in subjects
        ]

    def _get_subjects(self, docs):
        """Return whom the record is about."""
        return self._get_customers(docs)

    # ------------------------------------------------------------------ what there was

    def _get_contacts(self, subjects, told=True):
        """Return ``{subject: its contacts, the latest first}``, each a dict.

        :param told: whether to look up what was said
        """
        means = self._get_means()
        grades = self._get_held_grades(subjects)
        rows = self._read_contacts(subjects)
        authors = self.env["res.partner"].sudo().browse({row["author_id"] for row in rows})
        names = {author.id: author.name for author in authors.exists()}
        contents = {one.id: self._get_contents(one) if told else {} for one in subjects}
        contacts = {}
        for row in rows:
            subject = subjects.browse(row["subject_id"])
            said = contents[subject.id].get(self._get_key(row["entered"], row["author_id"]), [])
            contacts.setdefault(subject, []).append(
                {
                    "day": row["day"],
                    "means": means[row["kind"]][row["direction"] == "in"],
                    "who": names.get(row["author_id"], ""),
                    "content": said.pop(0) if said else "",
                    "grade": self._get_grade_on(grades.get(subject, ()), row["day"]),
                }
            )
        return contacts

    def _get_means(self):
        """Return ``{kind: (what is said of it, and of one that came in)}``."""
        call, visit = self.env._("Call"), self.env._("Visit or meeting")
        sent, received = self.env._("Message to them"), self.env._("Message from them")
        return {"call": [call, call], "visit": [visit, visit], "message": [sent, received]}

    def _read_contacts(self, subjects):
        """Return the contacts of all ``subjects`` by one query."""
        company = self.env.company
        today = self._get_today()
        scope = Scope(
            today,
            tz=self.env["customer.grading.engine"]._get_time_zone(company),
            company_ids=tuple(company.sudo().search([("id", "child_of", company.id)]).ids),
        )
        ids = tuple(self._get_written_ids(subjects))
        if not ids:
            return []
        of = subjects._grading_subject
        contacts = self.env["customer.grading.contact"]._get_contacts_sql(scope, ids, of)
        statement = SQL(
            "SELECT * FROM (%s) contact WHERE subject_id IN %s AND day >= %s"
            " ORDER BY day DESC, entered DESC",
            contacts,
            tuple(subjects.ids),
            today - relativedelta(months=MONTHS),
        )
        self.env.flush_all()
        return self.env.execute_query_dict(statement)

    def _get_written_ids(self, subjects):
        """Return the ids of what contacts are told of: of a customer, all its contacts."""
        if subjects._name == "crm.lead":
            return subjects.ids
        return self.env["customer.grading.owner"]._get_contact_ids(subjects)

    # ------------------------------------------------------------------ what was said

    @staticmethod
    def _get_key(moment, author_id):
        """Return by what a contact is found again: who wrote it down, and when."""
        return moment.replace(microsecond=0), author_id or False

    def _get_contents(self, subject):
        """Return ``{key: texts}`` of the messages and meetings that the reader may see."""
        contents = {}
        for message in self._find_messages(subject):
            text = message.subject or message.preview or ""
            if message.subject and message.preview:
                text = f"{message.subject}: {message.preview}"
            key = self._get_key(message.create_date, message.author_id.id)
            contents.setdefault(key, []).append(text[:LENGTH])
        for event in self._find_meetings(subject):
            key = self._get_key(event.create_date, event.user_id.sudo().partner_id.id)
            contents.setdefault(key, []).append(event.name or "")
        return contents

    def _find_messages(self, subject):
        since = self._get_today() - relativedelta(months=MONTHS)
        written = Domain.OR(
            Domain("model", "=", records._name) & Domain("res_id", "in", records.ids)
            for records in self._get_threads(subject)
        )
        recent = Domain("date", ">=", since) & Domain("message_type", "!=", "user_notification")
        return self.env["mail.message"].search(written & recent, order="id desc")

    def _get_threads(self, subject):
        """Return the records that people write on, of those that the reader may see."""
        if subject._name == "crm.lead":
            return [subject]
        contacts = self.env["res.partner"].browse(self._get_written_ids(subject))
        return [
            Model.search([(link, "in", contacts.ids)])
            for name, (_table, link) in THREADS.items()
            for Model in [self.env[name].with_context(active_test=False)]
            if Model.has_access("read")
        ]

    def _find_meetings(self, subject):
        Event = self.env["calendar.event"]
        if subject._name == "crm.lead":
            return Event.search([("opportunity_id", "=", subject.id)])
        contacts = self._get_written_ids(subject)
        about = Domain("partner_ids", "in", contacts)
        about |= Domain("opportunity_id.partner_id", "in", contacts)
        since = self._get_today() - relativedelta(months=MONTHS)
        return Event.search(about & Domain("stop", ">=", since))

    # ------------------------------------------------------------------ the grade then

    def _get_held_grades(self, subjects):
        """Return ``{subject: changes in effect one after the other}``, of the grade shown."""
        results = subjects._get_shown_results()
        applied = [
            ("result_id", "in", [result.id for result in results.values()]),
            ("state", "=", "applied"),
            ("is_aside", "=", False),
        ]
        changes = self.env["customer.grading.change"].sudo().search(applied, order="id desc")
        by_result = changes.grouped("result_id")
        return {
            subject: by_result.get(results.get(subject._get_grading_key()), ())
            for subject in subjects
        }

    @staticmethod
    def _get_grade_on(changes, day):
        for change in changes:
            if change.date_applied <= day and (not change.date_end or change.date_end >= day):
                return change.grade_id.code or ""
        return ""

    # ------------------------------------------------------------------ what is next

    def _get_planned(self, subject):
        """Return the activities planned on a customer and its opportunities, the next first."""
        planned = Domain("res_model", "=", subject._name) & Domain("res_id", "in", subject.ids)
        if subject._name == "res.partner":
            leads = self.env["crm.lead"]
            if leads.has_access("read"):
                leads = leads.search([("partner_id", "child_of", subject.id)])
            planned |= Domain("res_model", "=", "crm.lead") & Domain("res_id", "in", leads.ids)
        return self.env["mail.activity"].search(planned, order="date_deadline, id")

    @staticmethod
    def _get_due(subject):
        """Return when the next contact is due by its grade, where cadences tell."""
        return subject.follow_up_due_date if "follow_up_due_date" in subject._fields else False
