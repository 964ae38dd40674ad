import logging
from datetime import timedelta

from odoo import api, fields, models
from odoo.addons.customer_grading.tools.statement import CUSTOMER
from odoo.addons.customer_grading.tools.subject import PARTNER
from odoo.addons.customer_grading_contact.models.customer_grading_contact import THREADS
from odoo.tools import SQL

from .customer_grading_deadline import WORKING

_logger = logging.getLogger(__name__)
FEW = 1_000  # of more everybody is renewed
BACK = timedelta(days=31)  # what happened before, and was not waited for, is not looked for
OVERLAP = timedelta(hours=1)  # transactions that were open when it was looked last
# Temporary tables: who is asked for by which deadline, the contacts with them, and what was found.
HELD = SQL.identifier("customer_grading_deadline_held")
CONTACT = SQL.identifier("customer_grading_deadline_contact")
FOUND = SQL.identifier("customer_grading_deadline_found")


class CustomerGradingDeadlineEngine(models.AbstractModel):
    """Finds out who waits for us and what was met, a dimension and company at a time.

    Who is asked for, the contacts and what was found stand in temporary tables, until it is known
    when each is due. Rows are written where they differ alone; what was met is never written again.
    """

    _name = "customer.grading.deadline.engine"
    _description = "Engine of Deadlines"

    # ------------------------------------------------------------------ everybody, or some

    @api.model
    def _cron_renew(self):
        """Renew of whom anything was written since the last time; everybody of a new deadline."""
        if not self.env["customer.grading.deadline"]._is_any():
            return
        cron = self.env.ref("customer_grading_deadline.ir_cron_deadlines").sudo()
        since = (cron.lastcall or fields.Datetime.now() - timedelta(days=1)) - OVERLAP
        deadlines = self.env["customer.grading.deadline"].sudo().search([("is_new", "=", True)])
        commit = self.env["customer.grading.follow.up.engine"]._is_in_cron()
        self._renew_all(deadlines.grade_id.dimension_id, commit)
        deadlines.is_new = False
        for records in self._get_touched(since):
            self.env["customer.grading.run"]._try(self._renew_of, commit, records)
        self.env["customer.grading.deadline.planner"]._remind(commit)

    @api.model
    def _renew_all(self, dimensions, commit=False):
        """Renew everybody in some dimensions, for all companies."""
        run, Result = self.env["customer.grading.run"], self.env["customer.grading.result"]
        for dimension in dimensions:
            rows = Result.sudo()._read_group([("dimension_id", "=", dimension.id)], ["company_id"])
            for [company] in rows:
                run._try(self._renew, commit, dimension, company)

    @api.model
    def _renew_of(self, records):
        """Renew what is waited for by some customers or opportunities, wherever they are graded.

        :param records: contacts, whose customers are meant, or opportunities
        """
        followed = self.env["customer.grading.follow.up.engine"]
        for dimension, company, ids in followed._get_graded(records, self._get_asked()):
            self._renew(dimension, company, ids if len(ids) <= FEW else None)

    @api.model
    def _renew_unattended(self):
        """Renew everybody in what no run of everybody renews: archived, stopped, without policy."""
        followed = self.env["customer.grading.follow.up.engine"]
        run, commit = self.env["customer.grading.run"], followed._is_in_cron()
        for dimension, company in followed._get_unattended(self._get_asked()):
            run._try(self._renew, commit, dimension, company)

    @api.model
    def _get_touched(self, since):
        """Return the customers, and the opportunities, of whom anything changed since a moment."""
        followed = self.env["customer.grading.follow.up.engine"]
        written = [("write_date", ">=", since)]
        for records in followed._get_contacted(since):
            yield records | records.with_context(active_test=False).search(written)

    @api.model
    def _get_asked(self):
        """Return the dimensions of which a grade has a deadline, archived or not."""
        Dimension = self.env["customer.grading.dimension"].sudo().with_context(active_test=False)
        return Dimension.search([("grade_ids.deadline_ids", "!=", False)])

    @api.model
    def _meet(self, records):
        """Look at once whether what some records wait for is met, where they wait at all.

        :param records: contacts, whose customers are meant, or opportunities
        """
        Case = self.env["customer.grading.deadline.case"].sudo()
        keys = {record._get_grading_key() for record in records} - {False, None}
        field = records._grading_result_field
        if keys and Case.search_count(
            [(field, "in", list(keys)), ("date_met", "=", False)], limit=1
        ):
            self._renew_of(records)

    @api.model
    def _renew(self, dimension, company, subject_ids=None):
        """Bring what is waited for in a dimension up to date for a company, writing what differs.

        :param company: none where all companies are graded as one
        :param subject_ids: only of these customers or opportunities; ``None``: of all
        :return: how many rows were written, or deleted
        """
        subject, Case = dimension._get_subject_kind(), self.env["customer.grading.deadline.case"]
        if subject.field not in Case._fields or subject.customer and subject.name != "lead":
            return 0
        self.env.flush_all()
        scope = self.env["customer.grading.follow.up.engine"]._get_scope(company, subject_ids)
        deadlines = self.env["customer.grading.deadline"].sudo()
        if dimension.active:  # nobody waits in what is archived
            deadlines = deadlines.search([("grade_id.dimension_id", "=", dimension.id)])
        own = self._get_own_sql(dimension, company, subject, scope)
        self._find(deadlines, subject, scope, own)
        self._note_dues(company, deadlines)
        self._note_messages(subject, deadlines)
        self.env.cr.execute(self._get_writing_sql(dimension, company, subject, own))
        [[count, activity_ids]] = self.env.cr.fetchall()
        self.env.cr.execute(SQL("DROP TABLE %s, %s, %s", HELD, CONTACT, FOUND))
        if count:
            Case.invalidate_model(flush=False)
        self.env["mail.activity"].sudo().browse(activity_ids).exists().unlink()
        return count

    @staticmethod
    def _get_own_sql(dimension, company, subject, scope):
        """Return the condition on results, and on what is waited for, of those that are renewed."""
        asked = SQL("TRUE")
        if scope.subject_ids is not None:
            asked = SQL("own.%s IN %s", SQL.identifier(subject.field), scope.subject_ids or (0,))
        return SQL(
            "own.dimension_id = %s AND own.company_id IS NOT DISTINCT FROM %s AND %s",
            dimension.id,
            company.id or None,
            asked,
        )

    # ------------------------------------------------------------------ what was asked

    def _find(self, deadlines, subject, scope, own):
        """Keep what is waited for, and what was met and is not told yet, in a table.

        PostgreSQL must know how many there are: it would compare each with each otherwise.
        """
        engine, now = self.env["customer.grading.engine"], fields.Datetime.now()
        bound = self._get_bound(now, own)
        for table, query in (
            (HELD, self._get_held_sql(deadlines, subject, scope, own)),
            (CONTACT, self._get_contacts_sql(subject, scope, bound, now)),
            (FOUND, self._get_found_sql(bound, now)),
        ):
            engine._create_table(table, query)
            engine._analyze(table)

    def _get_bound(self, now, own):
        """Return the moment before which nothing is looked for: what waits is known since then."""
        [[oldest]] = self.env.execute_query(
            SQL(
                "SELECT MIN(date_start) FROM customer_grading_deadline_case own"
                " WHERE %s AND date_met IS NULL",
                own,
            )
        )
        return min(oldest or now, now - BACK)

    def _get_found_sql(self, bound, now):
        """Return the query of what is waited for, and of what was met and is not told yet.

        What was met before the grade was taken is left out, but for the first contact of who was
        not graded before. So is what another deadline of the same kind told.
        """
        asked = [self._get_answers_sql(), self._get_first_sql(bound), self._get_updates_sql(now)]
        return SQL(
            """
            SELECT held.result_id, held.deadline_id, held.subject_id, held.grade_id, held.kind,
                   held.user_id, held.team_id, asked.date_start, asked.date_met,
                   asked.date_start + CASE held.unit
                       WHEN 'minutes' THEN MAKE_INTERVAL(mins => held.count)
                       WHEN 'hours' THEN MAKE_INTERVAL(hours => held.count) END AS date_due,
                   NULL::integer AS message_id
              FROM (%(asked)s) asked JOIN %(held)s held USING (result_id, deadline_id)
             WHERE asked.date_met IS NULL
                OR (asked.date_met >= held.since OR held.kind = 'first_response' AND held.is_first)
               AND NOT EXISTS (
                       SELECT FROM customer_grading_deadline_case known
                        WHERE known.result_id = held.result_id AND known.kind = held.kind
                          AND known.date_met IS NOT NULL
                          AND (known.date_start = asked.date_start
                               OR known.date_start < asked.date_start
                               AND known.date_met > asked.date_start))
            """,
            asked=SQL(" UNION ALL ").join(asked),
            held=HELD,
        )

    def _get_held_sql(self, deadlines, subject, scope, own):
        """Return the query of who holds a grade that has a deadline, and is asked for by it.

        Responsible is the salesperson, else the leader of the sales team.
        """
        team = SQL("salesperson.sale_team_id")
        if subject.name == "lead":
            team = SQL("COALESCE(record.team_id, salesperson.sale_team_id)")
        return SQL(
            """
            SELECT own.id AS result_id, own.%(field)s AS subject_id, own.grade_id,
                   own.last_move IS NOT DISTINCT FROM 'new' AS is_first,
                   (COALESCE(own.date_since, own.date_evaluated)::timestamp
                    AT TIME ZONE %(tz)s AT TIME ZONE 'UTC') AS since,
                   deadline.id AS deadline_id, deadline.kind, deadline.count, deadline.unit,
                   deadline.date_from, record.create_date AS created, team.id AS team_id,
                   COALESCE(salesperson.id, team.user_id) AS user_id
              FROM customer_grading_result own
              JOIN customer_grading_deadline deadline ON deadline.grade_id = own.grade_id
              JOIN %(table)s record ON record.id = own.%(field)s
              LEFT JOIN res_users salesperson
                ON salesperson.id = record.user_id AND salesperson.active
              LEFT JOIN crm_team team ON team.id = %(team)s
             WHERE %(own)s AND record.active AND deadline.id = ANY(%(deadlines)s) AND %(asked)s
            """,
            field=SQL.identifier(subject.field),
            tz=scope.tz,
            table=SQL.identifier(subject.table),
            team=team,
            own=own,
            deadlines=deadlines.ids,
            asked=self._get_asked_sql(deadlines, subject, scope),
        )

    def _get_asked_sql(self, deadlines, subject, scope):
        """Return whether a deadline asks for anything of a record: updates do not of all."""
        Model = self.env["customer.grading.engine"]._get_subject_model(subject, scope)
        asked = [SQL("deadline.kind != 'update'")]
        for deadline in deadlines.filtered(lambda one: one.kind == "update"):
            if problem := deadline._get_problem():
                # A field of its filter may be gone by now: nobody is asked by it.
                _logger.warning("Deadline %s: %s", deadline.id, problem)
                continue
            domain = deadline._get_asked_domain(scope)
            of_those = SQL("TRUE")
            if not domain.is_true():
                records = Model._search(domain, bypass_access=True).subselect()
                of_those = SQL("record.id IN %s", records)
            asked.append(SQL("(deadline.id = %s AND %s)", deadline.id, of_those))
        return SQL("(%s)", SQL(" OR ").join(asked))

    def _get_contacts_sql(self, subject, scope, bound, now):
        """Return the query of the contacts from one moment to the other, with those asked for."""
        ids = scope.subject_ids
        if ids is not None and subject == PARTNER:
            Partner = self.env["res.partner"].sudo().with_context(active_test=False)
            ids = Partner._search([(CUSTOMER, "in", ids)]).get_result_ids() or (0,)
        # Moments of a day are after the day itself.
        until = scope._replace(date=scope.date + timedelta(days=2))
        contact = self.env["customer.grading.deadline.contact"]
        return SQL(
            "SELECT subject_id, day AS moment, direction FROM (%s) told"
            " WHERE day >= %s AND day <= %s AND subject_id IN (SELECT subject_id FROM %s)",
            contact._get_contacts_sql(until, ids, subject.name),
            bound,
            now,
            HELD,
        )

    @staticmethod
    def _get_answers_sql():
        """Return the query of the messages of theirs that waited, or wait, for one of ours.

        Several in a row wait since the first one, for one answer.
        """
        return SQL(
            """
            SELECT result_id, deadline_id, moment AS date_start, answered AS date_met
              FROM (
                SELECT held.result_id, held.deadline_id, contact.moment, contact.direction,
                       LAG(contact.direction) OVER talk AS before,
                       MIN(contact.moment) FILTER (WHERE contact.direction = 'out')
                           OVER (talk ROWS BETWEEN 1 FOLLOWING AND UNBOUNDED FOLLOWING) AS answered
                  FROM %(held)s held JOIN %(contact)s contact
                    ON contact.subject_id = held.subject_id AND contact.moment >= held.date_from
                 WHERE held.kind = 'answer'
                WINDOW talk AS (PARTITION BY held.result_id, held.deadline_id
                                ORDER BY contact.moment, contact.direction)
              ) talked
             WHERE direction = 'in' AND before IS DISTINCT FROM 'in'
            """,
            held=HELD,
            contact=CONTACT,
        )

    @staticmethod
    def _get_first_sql(bound):
        """Return the query of the records that were new, and of our first contact with them."""
        return SQL(
            """
            SELECT held.result_id, held.deadline_id, begun.moment AS date_start,
                   MIN(contact.moment) AS date_met
              FROM %(held)s held
              CROSS JOIN LATERAL (SELECT DATE_TRUNC('second', held.created) AS moment) begun
              LEFT JOIN %(contact)s contact
                ON contact.subject_id = held.subject_id AND contact.direction = 'out'
               AND contact.moment >= begun.moment
             WHERE held.kind = 'first_response' AND held.created >= held.date_from
               AND held.created >= %(bound)s
             GROUP BY held.result_id, held.deadline_id, begun.moment
            """,
            held=HELD,
            contact=CONTACT,
            bound=bound,
        )

    @staticmethod
    def _get_updates_sql(now):
        """Return the query of when an update began to be asked for, and of our contact since.

        It begins as it is looked at first, or goes on from the grade of before, and begins again
        with the last contact.
        """
        return SQL(
            """
            SELECT told.result_id, told.deadline_id, updated.date_start, updated.date_met
              FROM (
                SELECT begun.result_id, begun.deadline_id, begun.moment AS start,
                       MIN(contact.moment) AS first, MAX(contact.moment) AS last
                  FROM (
                    SELECT DISTINCT ON (held.result_id, held.deadline_id)
                           held.result_id, held.deadline_id, held.subject_id,
                           COALESCE(known.date_start, %(now)s) AS moment
                      FROM %(held)s held
                      LEFT JOIN customer_grading_deadline_case known
                        ON known.result_id = held.result_id AND known.kind = 'update'
                       AND known.date_met IS NULL
                       AND (known.deadline_id = held.deadline_id
                            OR known.grade_id != held.grade_id)
                     WHERE held.kind = 'update'
                     ORDER BY held.result_id, held.deadline_id,
                              known.deadline_id = held.deadline_id DESC, known.date_start
                  ) begun
                  LEFT JOIN %(contact)s contact
                    ON contact.subject_id = begun.subject_id AND contact.direction = 'out'
                   AND contact.moment > begun.moment
                 GROUP BY begun.result_id, begun.deadline_id, begun.moment
              ) told
              CROSS JOIN LATERAL (
                  SELECT told.start AS date_start, told.first AS date_met
                   UNION ALL
                  SELECT told.last, NULL WHERE told.last IS NOT NULL
              ) updated
            """,
            held=HELD,
            contact=CONTACT,
            now=now,
        )

    # ------------------------------------------------------------------ when it is due, and why

    def _note_dues(self, company, deadlines):
        """Note when what is asked in working time is due, which the calendar tells."""
        working = deadlines.filtered(lambda deadline: deadline.unit in WORKING)
        if not working:
            return
        rows = self.env.execute_query(
            SQL("SELECT DISTINCT deadline_id, date_start FROM %s WHERE date_due IS NULL", FOUND)
        )
        asked = [(working.browse(id_), start) for id_, start in rows]
        dues = self.env["customer.grading.deadline.clock"]._get_dues(company, asked)
        self.env.cr.execute(
            SQL(
                "UPDATE %s found SET date_due = told.due"
                " FROM UNNEST(%s::integer[], %s::timestamp[], %s::timestamp[])"
                " told (deadline_id, start, due)"
                " WHERE found.deadline_id = told.deadline_id AND found.date_start = told.start",
                FOUND,
                [id_ for id_, _start in rows],
                [start for _id, start in rows],
                dues,
            )
        )

    def _note_messages(self, subject, deadlines):
        """Note which message it is that waits: what was written then, on one of their threads."""
        if "answer" not in deadlines.mapped("kind"):
            return
        threads = THREADS if subject == PARTNER else {"crm.lead": THREADS["crm.lead"]}
        written = [self._get_thread_messages_sql(name, subject) for name in threads]
        self.env.cr.execute(
            SQL(
                "UPDATE %s found SET message_id = told.id FROM ("
                "SELECT subject_id, date, MIN(id) AS id FROM (%s) written GROUP BY 1, 2) told"
                " WHERE found.kind = 'answer' AND told.subject_id = found.subject_id"
                " AND told.date = found.date_start",
                FOUND,
                SQL(" UNION ALL ").join(written),
            )
        )

    @staticmethod
    def _get_thread_messages_sql(model_name, subject):
        """Return the query of the messages that may be those, on the records of a model."""
        table, link = THREADS[model_name]
        join = SQL("JOIN %s thread ON thread.id = found.subject_id", SQL.identifier(table))
        if subject == PARTNER:
            join = SQL(
                "JOIN res_partner person ON person.commercial_partner_id = found.subject_id"
                " JOIN %s thread ON thread.%s = person.id",
                SQL.identifier(table),
                SQL.identifier(link),
            )
        return SQL(
            """
            SELECT found.subject_id, message.date, message.id
              FROM (SELECT DISTINCT subject_id, date_start FROM %(found)s
                     WHERE kind = 'answer') found
              %(join)s
              JOIN mail_message message
                ON message.model = %(model)s AND message.res_id = thread.id
               AND message.date = found.date_start
             WHERE message.message_type IN ('comment', 'email')
               AND message.is_internal IS NOT TRUE
               AND NOT EXISTS (SELECT FROM res_users
                                WHERE partner_id = message.author_id AND NOT share)
            """,
            found=FOUND,
            join=join,
            model=model_name,
        )

    # ------------------------------------------------------------------ writing

    @staticmethod
    def _get_writing_sql(dimension, company, subject, own):
        """Return the statement that writes what differs.

        It gives how many rows that is, and the activities of what is not waited for any more.
        """
        return SQL(
            """
            WITH gone AS (
                DELETE FROM customer_grading_deadline_case own
                 WHERE %(own)s AND own.date_met IS NULL
                   AND NOT EXISTS (SELECT FROM %(found)s found
                                    WHERE found.result_id = own.result_id
                                      AND found.deadline_id = own.deadline_id
                                      AND found.date_start = own.date_start)
                RETURNING own.activity_id
            ), written AS (
                INSERT INTO customer_grading_deadline_case AS known (
                    result_id, deadline_id, %(field)s, grade_id, dimension_id, company_id, kind,
                    user_id, team_id, date_start, date_due, date_met, is_late, hours, message_id)
                SELECT found.result_id, found.deadline_id, found.subject_id, found.grade_id,
                       %(dimension)s, %(company)s, found.kind, found.user_id, found.team_id,
                       found.date_start, found.date_due, found.date_met,
                       found.date_met > found.date_due,
                       EXTRACT(EPOCH FROM found.date_met - found.date_start) / 3600,
                       found.message_id
                  FROM %(found)s found
                  LEFT JOIN customer_grading_deadline_case before
                    ON before.result_id = found.result_id
                   AND before.deadline_id = found.deadline_id
                   AND before.date_start = found.date_start
                 WHERE before.id IS NULL
                    OR before.date_met IS NULL
                   AND (before.grade_id, before.kind, before.user_id, before.team_id,
                        before.date_due, before.date_met, before.message_id, before.%(field)s)
                       IS DISTINCT FROM
                       (found.grade_id, found.kind, found.user_id, found.team_id,
                        found.date_due, found.date_met, found.message_id, found.subject_id)
                ON CONFLICT (result_id, deadline_id, date_start) DO UPDATE
                   SET grade_id = EXCLUDED.grade_id, kind = EXCLUDED.kind,
                       user_id = EXCLUDED.user_id, team_id = EXCLUDED.team_id,
                       date_due = EXCLUDED.date_due, date_met = EXCLUDED.date_met,
                       is_late = EXCLUDED.is_late, hours = EXCLUDED.hours,
                       message_id = EXCLUDED.message_id, %(field)s = EXCLUDED.%(field)s
                 WHERE known.date_met IS NULL
                RETURNING known.activity_id, known.date_met
            )
            SELECT (SELECT COUNT(*) FROM gone) + (SELECT COUNT(*) FROM written),
                   ARRAY(SELECT activity_id FROM gone WHERE activity_id IS NOT NULL
                          UNION
                         SELECT activity_id FROM written
                          WHERE date_met IS NOT NULL AND activity_id IS NOT NULL)
            """,
            own=own,
            found=FOUND,
            field=SQL.identifier(subject.field),
            dimension=dimension.id,
            company=company.id or None,
        )
