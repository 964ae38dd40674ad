from collections import defaultdict
from datetime import timedelta

from odoo import api, models
from odoo.addons.customer_grading_contact.models.customer_grading_contact import THREADS
from odoo.fields import Domain
from odoo.tools import SQL

from ..tools.matching import Contact, Planned, match
from ..tools.weeks import get_monday

LOOKED_BACK = timedelta(days=35)  # contacts written down later than that are found by hand alone


class CustomerGradingVisitContacts(models.AbstractModel):
    """Recognises which planned visits were done, and which contacts nobody had planned."""

    _name = "customer.grading.visit.contacts"
    _description = "Contacts and Planned Visits"

    # ------------------------------------------------------------------ what was done

    @api.model
    def _cron_recognise(self):
        """Look at the planned visits of the last weeks, in all companies."""
        Visit = self.env["customer.grading.visit"].sudo()
        for [company] in Visit._read_group([], ["company_id"]):
            today = self.env["customer.grading.engine"]._get_today(company)
            recent = [
                ("company_id", "=", company.id),
                ("date_planned", ">=", get_monday(today - LOOKED_BACK)),
                ("date_planned", "<", get_monday(today) + timedelta(days=7)),
            ]
            self._recognise(Visit.search(recent))
            if self.env.context.get("ir_cron_progress_id"):
                self.env["ir.cron"]._commit_progress()

    @api.model
    def _recognise_of(self, records):
        """Look at the planned visits of some customers, opportunities, or documents of these.

        :param records: of a model that people write on
        """
        if not records:
            return
        about = Domain.FALSE
        if records._name == "crm.lead":
            about = Domain("lead_id", "in", records.ids)
        contacts = records if records._name == "res.partner" else records.partner_id
        customers = contacts.commercial_partner_id
        about |= Domain("partner_id.commercial_partner_id", "in", customers.ids)
        day = self.env["customer.grading.engine"]._get_today(self.env.company)
        recent = Domain("date_planned", ">=", get_monday(day - LOOKED_BACK))
        self._recognise(self.env["customer.grading.visit"].sudo().search(about & recent))

    @api.model
    def _recognise(self, visits, weeks=()):
        """Write on visits, and on those beside them in the week, when they were done.

        Opportunities come first: what happened on one is contact with its customer, too.

        :param weeks: names of further weeks to look at: those that visits were in
        """
        for company, own in visits.sudo().grouped("company_id").items():
            beside = self._get_beside(company, own, weeks)
            of_leads = beside.filtered("lead_id")
            found = self._match(company, of_leads, "lead")
            found |= self._match(company, beside - of_leads, "partner", found)
            self._write_done(beside, found)

    def _get_beside(self, company, visits, weeks):
        """Return all that compete for the contacts of the same weeks and customers."""
        leads = visits.lead_id
        customers = (visits.partner_id | leads.partner_id).commercial_partner_id
        about = Domain("partner_id.commercial_partner_id", "in", customers.ids)
        about |= Domain("lead_id.partner_id.commercial_partner_id", "in", customers.ids)
        about |= Domain("lead_id", "in", leads.ids)
        same = Domain("company_id", "=", company.id) & Domain("is_cancelled", "=", False)
        same &= Domain("week", "in", list({*visits.mapped("week"), *weeks}))
        return visits.search(same & about)

    def _match(self, company, visits, kind, taken=None):
        """Return ``{visit: contact}`` of the visits of one kind of subject.

        :param taken: the same of opportunities, whose contacts count for no customer's visit
        """
        if not visits:
            return {}
        contacts = self._get_contacts(company, visits, kind)
        used = {(self._get_customer_id(v), *c[:2]) for v, c in (taken or {}).items()}
        found = {}
        by_week = visits.grouped(lambda v: (self._get_key(v, kind), get_monday(v.date_planned)))
        for (key, monday), some in by_week.items():
            free = [c for c in contacts[key, monday] if (key, *c[:2]) not in used]
            planned = [
                Planned(v.date_planned, v.id, v.kind, v.date_added, v.user_id.partner_id.id)
                for v in some
            ]
            found |= {visits.browse(id_): c for id_, c in match(planned, free).items()}
        return found

    def _get_key(self, visit, kind):
        return visit.lead_id.id if kind == "lead" else self._get_customer_id(visit)

    @staticmethod
    def _get_customer_id(visit):
        return (visit.partner_id or visit.lead_id.partner_id).commercial_partner_id.id

    def _get_contacts(self, company, visits, kind):
        """Return ``{(subject id, Monday): contacts}``; what is of one kind and day is one."""
        ids = visits.lead_id.ids
        if kind == "partner":
            customers = visits.partner_id.commercial_partner_id.ids
            Partner = self.env["res.partner"].sudo().with_context(active_test=False)
            ids = Partner.search([("commercial_partner_id", "in", customers)]).ids
        days = visits.mapped("date_planned")
        self.env.flush_all()
        rows = self.env.execute_query(
            SQL(
                "SELECT subject_id, day, kind, ARRAY_AGG(author_id) FROM (%s) contact"
                " WHERE day BETWEEN %s AND %s GROUP BY subject_id, day, kind",
                self._get_contacts_sql(company, ids, kind),
                get_monday(min(days)),
                get_monday(max(days)) + timedelta(days=6),
            )
        )
        found = defaultdict(list)
        for subject_id, day, how, authors in rows:
            found[subject_id, get_monday(day)].append(Contact(day, how, frozenset(authors)))
        return found

    def _get_contacts_sql(self, company, ids, kind):
        scope = self.env["customer.grading.follow.up.engine"]._get_scope(company, None)
        return self.env["customer.grading.contact"]._get_contacts_sql(scope, ids, kind)

    def _write_done(self, visits, found):
        """Write what differs, in one statement."""
        nothing = (None, None)
        differing = [
            (visit.id, *told)
            for visit in visits
            if (told := found.get(visit, nothing)[:2])
            != (visit.date_done or None, visit.kind_done or None)
        ]
        if not differing:
            return
        statement = SQL(
            "UPDATE customer_grading_visit visit SET date_done = told.day, kind_done = told.kind"
            " FROM UNNEST(%s::integer[], %s::date[], %s::varchar[]) told (id, day, kind)"
            " WHERE visit.id = told.id",
            *map(list, zip(*differing, strict=True)),
        )
        self.env.cr.execute(statement)
        visits.invalidate_recordset(["date_done", "kind_done"], flush=False)
        self.env["customer.grading.visit"].invalidate_model(["state"], flush=False)

    # ------------------------------------------------------------------ what nobody had planned

    @api.model
    def _get_unplanned_sql(self, company, first, last, contact_ids=None, lead_ids=None):
        """Return what our people did that no planned visit stood for.

        :param contact_ids: only with these contacts; ``None``: with all
        :param lead_ids: only on these opportunities, where they have no customer; ``None``: on all
        :return: query of ``user_id, partner_id, lead_id, day, kind``
        """
        return SQL(
            """
            WITH met AS MATERIALIZED (
                SELECT customer.commercial_partner_id AS partner_id, visit.lead_id,
                       visit.date_done AS day, visit.kind_done AS kind
                  FROM customer_grading_visit visit
                  LEFT JOIN crm_lead lead ON lead.id = visit.lead_id
                  LEFT JOIN res_partner customer
                    ON customer.id = COALESCE(visit.partner_id, lead.partner_id)
                 WHERE visit.active AND visit.date_done BETWEEN %(first)s AND %(last)s
            )
            SELECT DISTINCT author.id AS user_id, contact.partner_id, contact.lead_id, contact.day,
                   contact.kind
              FROM (SELECT subject_id AS partner_id, NULL::integer AS lead_id, told.*
                      FROM (%(of_customers)s) told
                      JOIN res_partner theirs ON theirs.id = told.subject_id
                                             AND theirs.partner_share
                     WHERE theirs.id NOT IN (SELECT partner_id FROM res_company)
                     UNION ALL
                    SELECT NULL, subject_id, told.*
                      FROM (%(of_leads)s) told
                      JOIN crm_lead alone ON alone.id = subject_id AND alone.partner_id IS NULL
                   ) contact
              JOIN res_users author ON author.partner_id = contact.author_id AND NOT author.share
             WHERE contact.direction = 'out' AND contact.day BETWEEN %(first)s AND %(last)s
               AND NOT EXISTS (SELECT FROM met WHERE met.partner_id = contact.partner_id
                                  AND met.day = contact.day AND met.kind = contact.kind)
               AND NOT EXISTS (SELECT FROM met WHERE met.lead_id = contact.lead_id
                                  AND met.day = contact.day AND met.kind = contact.kind)
            """,
            of_customers=self._get_contacts_sql(company, contact_ids, "partner"),
            of_leads=self._get_contacts_sql(company, lead_ids, "lead"),
            first=first,
            last=last,
        )

    @api.model
    def _get_unplanned(self, company, user, first, last):
        """Return what a person did without a plan, as ``[(record, day, kind)]`` in order."""
        self.env.flush_all()
        ids = self._get_met_ids(company, user, first, last)
        rows = self.env.execute_query(
            SQL(
                "SELECT partner_id, lead_id, day, kind FROM (%s) told WHERE user_id = %s"
                " ORDER BY day, kind, partner_id, lead_id",
                self._get_unplanned_sql(company, first, last, *ids),
                user.id,
            )
        )
        Partner = self.env["res.partner"].with_prefetch([row[0] for row in rows if row[0]])
        Lead = self.env["crm.lead"].with_prefetch([row[1] for row in rows if row[1]])
        return [
            (self._browse(Partner, partner_id) or self._browse(Lead, lead_id), day, kind)
            for partner_id, lead_id, day, kind in rows
        ]

    @staticmethod
    def _browse(records, id_):
        """Return one record, read together with those that ``records`` are prefetched with."""
        return records.browse(id_ or ()).with_prefetch(records._prefetch_ids)

    def _get_met_ids(self, company, user, first, last):
        """Return the contacts, and the opportunities, that a person wrote on, or met, on some days."""
        scope = self.env["customer.grading.follow.up.engine"]._get_scope(company, None)
        start, end = scope.get_start_of(first), scope.get_end_of(last)
        met = [
            SQL(
                "SELECT thread.%s, CASE message.model WHEN 'crm.lead' THEN thread.id END"
                " FROM mail_message message JOIN %s thread ON thread.id = message.res_id"
                " WHERE message.model = %s AND message.author_id = %s"
                " AND message.date >= %s AND message.date < %s",
                SQL.identifier(link),
                SQL.identifier(table),
                model_name,
                user.partner_id.id,
                start,
                end,
            )
            for model_name, (table, link) in THREADS.items()
        ]
        met.append(
            SQL(
                "SELECT UNNEST(ARRAY[asked.res_partner_id, lead.partner_id]), lead.id"
                " FROM calendar_event event"
                " LEFT JOIN calendar_event_res_partner_rel asked"
                " ON asked.calendar_event_id = event.id"
                " LEFT JOIN crm_lead lead ON lead.id = event.opportunity_id"
                " WHERE event.user_id = %s AND event.start >= %s AND event.start < %s",
                user.id,
                start - timedelta(days=1),  # one of a whole day has no time zone
                end + timedelta(days=1),
            )
        )
        rows = self.env.execute_query(SQL(" UNION ").join(met))
        return [{row[n] for row in rows if row[n]} or {0} for n in (0, 1)]
