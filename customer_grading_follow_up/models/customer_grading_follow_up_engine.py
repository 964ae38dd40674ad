from calendar import monthrange
from datetime import date, timedelta

from odoo import api, fields, models
from odoo.addons.customer_grading.tools.scope import Scope
from odoo.addons.customer_grading.tools.statement import CUSTOMER
from odoo.addons.customer_grading.tools.subject import PARTNER
from odoo.addons.customer_grading_contact.models.customer_grading_contact import THREADS
from odoo.tools import SQL

EARLY_DAYS = 7  # a point of a calendar is met that many days before it, at the most
LATE_DAYS = 30  # the greeting of a day of the year is still wanted so many days after it
FILLED_LATER = 2  # days: a contact written down later than that is marked
BACK_DAYS = 400  # working days that are told of the past
NIGHT = timedelta(hours=26)  # from one run of everybody to the end of the next
OVERLAP = timedelta(hours=1)  # transactions that were open when it was looked last
WORK_MEMORY = 65_536  # kilobytes to sort and join everybody in, where the server grants less
MONTHS = {"month": 1, "quarter": 3, "year": 12}
# What is found out of where a result stands in a cadence: columns of a follow-up, with their types.
STANDS = {
    "journal": "varchar",
    "step_id": "integer",
    "date_last": "date",
    "date_due": "date",
    "done_count": "integer",
    "asked_count": "integer",
    "is_filled": "boolean",
}


class CustomerGradingFollowUpEngine(models.AbstractModel):
    """Finds out where everybody stands in the cadences, in one statement a dimension and company.

    Each cadence is a query of its own over what was found once of each customer: the last contact
    of each kind, and how many there were in the period. Rows are written where they differ alone.
    """

    _name = "customer.grading.follow.up.engine"
    _description = "Follow-up Engine"

    # ------------------------------------------------------------------ everybody, or some

    @api.model
    def _renew_all(self, dimensions=None, told=True, commit=False):
        """Renew where everybody stands, in all companies, and plan what is due.

        :param dimensions: only in these; by default in all that are followed
        :param told: whether it is noted what became of what was due
        """
        Result = self.env["customer.grading.result"].sudo()
        for dimension in self._get_followed() if dimensions is None else dimensions:
            rows = Result._read_group([("dimension_id", "=", dimension.id)], ["company_id"])
            for [company] in rows:
                self._renew_whole(dimension, company, told, commit)

    @api.model
    def _renew_whole(self, dimension, company, told=True, commit=False):
        """Renew one dimension for one company, in transactions of its own where there are such."""
        run = self.env["customer.grading.run"]
        run._try(self._renew, commit, dimension, company, None, told)
        planner = self.env["customer.grading.follow.up.planner"]
        run._try(planner._plan, commit, dimension, company, commit)

    @api.model
    def _renew_unattended(self):
        """Renew what no run of everybody renews."""
        for dimension, company in self._get_unattended(self._get_followed()):
            self._renew_whole(dimension, company, commit=self._is_in_cron())

    @api.model
    def _get_unattended(self, dimensions):
        """Yield ``(dimension, company)`` of what no run of everybody did in the last night.

        It stopped to ask, failed, or there is none any more.
        """
        done = self.env["customer.grading.run"].sudo()
        done = done.search(
            [
                ("mode", "=", "nightly"),
                ("state", "=", "done"),
                ("date_end", ">=", fields.Datetime.now() - NIGHT),
                ("policy_id.state", "=", "running"),
                ("dimension_id.active", "=", True),
            ]
        )
        covered = {(run.dimension_id, run.company_id) for run in done}
        Result = self.env["customer.grading.result"].sudo()
        for dimension in dimensions:
            for [company] in Result._read_group(
                [("dimension_id", "=", dimension.id)], ["company_id"]
            ):
                if (dimension, company) not in covered:
                    yield dimension, company

    @api.model
    def _is_in_cron(self):
        """Whether each step may be a transaction of its own."""
        return bool(self.env.context.get("ir_cron_progress_id"))

    @api.model
    def _cron_renew(self):
        """Renew where those stand with whom there was contact since the last time.

        Everybody where somebody wrote a cadence meanwhile.
        """
        if not self.env["customer.grading.cadence"]._is_any():
            return
        cron = self.env.ref("customer_grading_follow_up.ir_cron_follow_up").sudo()
        since = (cron.lastcall or fields.Datetime.now() - timedelta(days=1)) - OVERLAP
        cadences = self.env["customer.grading.cadence"].sudo().search([("is_new", "=", True)])
        commit = self._is_in_cron()
        self._renew_all(cadences.grade_id.dimension_id, told=False, commit=commit)
        cadences.is_new = False
        for records in self._get_contacted(since):
            self._renew_of(records)

    @api.model
    def _get_contacted(self, since):
        """Return the customers, and the opportunities, whose contacts were written since a moment."""
        self.env["mail.message"].flush_model()
        written = self.env.execute_query(
            SQL(
                "SELECT model, ARRAY_AGG(DISTINCT res_id) FROM mail_message"
                " WHERE model IN %s AND res_id > 0 AND write_date >= %s GROUP BY model",
                tuple(THREADS),
                since,
            )
        )
        events = self.env["calendar.event"].sudo().with_context(active_test=False)
        events = events.search([("write_date", ">=", since)])
        leads = events.opportunity_id
        contacts = events.partner_ids | leads.partner_id
        for model_name, ids in written:
            records = self.env[model_name].sudo().browse(ids).exists()
            if model_name == "res.partner":
                contacts |= records
                continue
            records.fetch(["partner_id"])
            contacts |= records.partner_id
            if model_name == "crm.lead":
                leads |= records
        return contacts, leads

    @api.model
    def _get_followed(self):
        """Return the dimensions of which a grade has a cadence, archived or not."""
        Dimension = self.env["customer.grading.dimension"].sudo().with_context(active_test=False)
        return Dimension.search([("grade_ids.cadence_ids", "!=", False)])

    @api.model
    def _renew(self, dimension, company, subject_ids=None, told=True, date=None):
        """Bring the follow-ups of a dimension up to date for a company, writing what differs.

        :param company: none where all companies are graded as one
        :param subject_ids: only of these customers or opportunities; ``None``: of all
        :param told: whether it is noted what became of what was due
        :param date: as of which day; today
        :return: how many rows were written, or deleted
        """
        subject = dimension._get_subject_kind()
        FollowUp = self.env["customer.grading.follow.up"]
        if subject.field not in FollowUp._fields or subject.customer and subject.name != "lead":
            return 0
        self.env.flush_all()
        scope = self._get_scope(company, subject_ids)
        scope = scope._replace(date=date or scope.date)
        cadences = self.env["customer.grading.cadence"].sudo().with_context(lang=None)
        if dimension.active:  # nobody is followed in what is archived
            cadences = cadences.search([("grade_id.dimension_id", "=", dimension.id)])
        if subject_ids is None:
            # Of contacts that came a moment ago PostgreSQL knows nothing, takes them for few, and
            # would look for each of them among everybody. Everybody fits into some megabytes.
            self.env.cr.execute(
                SQL(
                    "SET LOCAL enable_nestloop = off; SELECT SET_CONFIG('work_mem',"
                    " GREATEST(setting::integer, %s) || 'kB', TRUE)"
                    " FROM pg_settings WHERE name = 'work_mem'",
                    WORK_MEMORY,
                )
            )
        self.env.cr.execute(self._get_renewing_sql(dimension, company, cadences, scope, told))
        [[count, activity_ids, result_ids]] = self.env.cr.fetchall()
        self.env["customer.grading.follow.up.dates"]._renew_of(result_ids)
        if subject_ids is None:
            self.env.cr.execute(
                SQL("SET LOCAL enable_nestloop = DEFAULT; SET LOCAL work_mem = DEFAULT")
            )
        self.env["mail.activity"].sudo().browse(activity_ids).exists().unlink()
        if count:
            FollowUp.invalidate_model(flush=False)
            for name in ("res.partner", "crm.lead"):
                Model = self.env[name]
                Model.invalidate_model(Model._get_grading_fields(), flush=False)
            if subject_ids is not None:
                planner = self.env["customer.grading.follow.up.planner"]
                planner._put_right(dimension, company, subject_ids)
        return count

    @api.model
    def _renew_of(self, records):
        """Renew where some customers or opportunities stand, wherever they are graded.

        :param records: contacts, whose customers are meant, or opportunities
        """
        for dimension, company, ids in self._get_graded(records, self._get_followed()):
            self._renew(dimension, company, ids)

    @api.model
    def _get_graded(self, records, dimensions):
        """Yield ``(dimension, company, ids)``: where some customers or opportunities are graded.

        :param records: contacts, whose customers are meant, or opportunities
        """
        keys = {record._get_grading_key() for record in records} - {False, None}
        if not keys:
            return
        Result = self.env["customer.grading.result"].sudo()
        for dimension in dimensions.filtered(lambda d: d.subject == records._grading_subject):
            field = dimension._get_subject_kind().field
            own = [("dimension_id", "=", dimension.id), (field, "in", list(keys))]
            for company, ids in Result._read_group(own, ["company_id"], [f"{field}:array_agg"]):
                yield dimension, company, ids

    @api.model
    def _get_scope(self, company, subject_ids):
        """Return the :class:`Scope` of today, as grading has it."""
        engine, Company = self.env["customer.grading.engine"], self.env["res.company"].sudo()
        if company:
            companies = company.sudo() | Company.search([("id", "child_of", company.ids)])
        else:
            companies = Company.search([("active", "=", True)], order="id")
        return Scope(
            date=engine._get_today(company),
            tz=engine._get_time_zone(company),
            company_ids=tuple(companies.ids),
            subject_ids=None if subject_ids is None else tuple(subject_ids),
        )

    # ------------------------------------------------------------------ the statement

    def _get_renewing_sql(self, dimension, company, cadences, scope, told):
        """Return the statement that writes what differs.

        It returns how many rows that is, the activities of what is gone, and the results of all.
        """
        subject = dimension._get_subject_kind()
        asked = SQL("TRUE")
        if scope.subject_ids is not None:
            asked = SQL("%s IN %s", SQL.identifier(subject.field), scope.subject_ids or (0,))
        own = SQL(
            "dimension_id = %s AND company_id IS NOT DISTINCT FROM %s AND %s",
            dimension.id,
            company.id or None,
            asked,
        )
        grades = self.env["customer.grade"].union(*(c._get_grades() for c in cadences))
        return SQL(
            """
            WITH held AS (
                SELECT id AS result_id, grade_id, %(field)s AS subject_id,
                       COALESCE(date_since, date_evaluated) AS since
                  FROM customer_grading_result
                 WHERE %(own)s AND grade_id = ANY (%(grades)s)
            ), workdays AS MATERIALIZED (
                SELECT %(workdays)s::date[] AS days
            ), known AS MATERIALIZED (
                SELECT held.*, contact.* FROM held LEFT JOIN (%(contacts)s) contact
                    ON contact.of_id = held.subject_id
            ), compared AS MATERIALIZED (
                %(compared)s
            ), gone AS (
                DELETE FROM customer_grading_follow_up
                 WHERE id IN (SELECT id FROM compared WHERE NOT stands)
                RETURNING result_id, activity_id
            ), %(noted)s, written AS (
                INSERT INTO customer_grading_follow_up (
                    result_id, cadence_id, %(names)s, dimension_id, company_id)
                SELECT result_id, cadence_id, %(now)s, %(dimension)s, %(company)s
                  FROM compared
                 WHERE stands AND differs
                ON CONFLICT (result_id, cadence_id) DO UPDATE SET %(taken)s
                RETURNING result_id
            )
            SELECT (SELECT COUNT(*) FROM gone) + (SELECT COUNT(*) FROM written)
                   + (SELECT COUNT(*) FROM noted),
                   ARRAY(SELECT activity_id FROM gone WHERE activity_id IS NOT NULL),
                   ARRAY(SELECT result_id FROM written UNION SELECT result_id FROM gone)
            """,
            field=SQL.identifier(subject.field),
            own=own,
            grades=grades.ids,
            workdays=self._get_workdays(company, cadences, scope),
            contacts=self._get_contacts_sql(cadences, subject, scope),
            compared=self._get_compared_sql(cadences, subject, scope, own),
            noted=self.env["customer.grading.attainment"]._get_noting_sql(
                subject, scope.date, told
            ),
            **self._get_written_columns(subject),
            dimension=dimension.id,
            company=company.id or None,
        )

    @staticmethod
    def _get_written_columns(subject):
        """Return the columns of a follow-up, what ``compared`` has for them, and how they are set."""
        names = [SQL.identifier(name) for name in (*STANDS, "grade_id", subject.field)]
        now = [SQL.identifier(f"now_{name}") for name in (*STANDS, "grade_id", "subject_id")]
        taken = [SQL("%s = EXCLUDED.%s", name, name) for name in names]
        return {
            key: SQL(", ").join(columns)
            for key, columns in (("names", names), ("now", now), ("taken", taken))
        }

    def _get_compared_sql(self, cadences, subject, scope, own):
        """Return the query of where everybody stands beside what is kept of it, where that matters.

        It is read once by all that is written: where it differs, and what was due and is past.
        The columns of a follow-up are as it is kept, those as it is now begin with ``now_``.
        """
        stands = [self._get_cadence_sql(cadence, subject, scope) for cadence in cadences]
        nobody = SQL(
            "SELECT NULL::integer AS result_id, NULL::integer AS cadence_id, %s WHERE FALSE",
            SQL(", ").join(
                SQL("NULL::%s AS %s", SQL(type_), SQL.identifier(f"now_{name}"))
                for name, type_ in {
                    **STANDS,
                    "grade_id": "integer",
                    "subject_id": "integer",
                }.items()
            ),
        )
        kept = [SQL.identifier("followed", name) for name in (*STANDS, "grade_id", subject.field)]
        now = [
            SQL.identifier("stands", f"now_{name}") for name in (*STANDS, "grade_id", "subject_id")
        ]
        return SQL(
            """
            SELECT followed.id, followed.dimension_id, followed.company_id, %(kept)s,
                   result_id, cadence_id, %(now)s,
                   stands.now_grade_id IS NOT NULL AS stands,
                   (%(kept)s) IS DISTINCT FROM (%(now)s) AS differs
              FROM (SELECT * FROM customer_grading_follow_up WHERE %(own)s) followed
              FULL JOIN (%(stands)s) stands USING (result_id, cadence_id)
             WHERE (%(kept)s) IS DISTINCT FROM (%(now)s) OR followed.date_due < %(today)s
            """,
            kept=SQL(", ").join(kept),
            now=SQL(", ").join(now),
            own=own,
            stands=SQL(" UNION ALL ").join(stands) if stands else nobody,
            today=scope.date,
        )

    def _get_workdays(self, company, cadences, scope):
        """Return the days about today on which the company works, where a cadence asks for them."""
        if not any(cadences.mapped("working_days")):
            return []
        ahead = max((c.gap for c in cadences if c.gap_unit == "days"), default=0) * 2 + BACK_DAYS
        first, last = scope.date - timedelta(days=BACK_DAYS), scope.date + timedelta(days=ahead)
        return self.env["customer.grading.engine"]._get_workdays(company, first, last)

    def _get_contacts_sql(self, cadences, subject, scope):
        """Return the last contact of each kind, and how many there were in each period.

        One row a subject, ``of_id``: ``last_<kind>``, ``filled_<kind>`` and ``done_<cadence>``. What
        is on one day is one.
        """
        ids = scope.subject_ids
        if ids is not None and subject == PARTNER:
            Partner = self.env["res.partner"].sudo().with_context(active_test=False)
            ids = Partner._search([(CUSTOMER, "in", ids)]).get_result_ids() or (0,)
        kinds = sorted(set(cadences.mapped("contact"))) or ["any"]
        # Who is only called and visited is not looked for among all that people write.
        contacts = self.env["customer.grading.contact"]._get_contacts_sql(
            scope, ids, subject.name, written=not {"call", "visit"}.issuperset(kinds)
        )
        columns = [
            SQL(
                "MAX(contact.day) FILTER (WHERE %s) AS %s",
                self._get_kind_sql(kind),
                SQL.identifier(f"last_{kind}"),
            )
            for kind in kinds
        ]
        # The day is asked for of those alone that were written down as late by the clock.
        columns += [
            SQL(
                "MAX(contact.day) FILTER (WHERE %(fits)s AND contact.entered > contact.day + %(days)s"
                " AND (contact.entered AT TIME ZONE 'UTC' AT TIME ZONE %(tz)s)::date"
                " > contact.day + %(days)s) AS %(name)s",
                fits=self._get_kind_sql(kind),
                days=FILLED_LATER,
                tz=scope.tz,
                name=SQL.identifier(f"filled_{kind}"),
            )
            for kind in kinds
        ]
        for cadence in cadences.filtered(lambda c: c.rhythm == "count"):
            start, _end = self._get_period(cadence.per, scope.date)
            counts = SQL(
                "COUNT(DISTINCT contact.day) FILTER (WHERE %s AND contact.day >="
                " GREATEST(held.since, %s)) AS %s",
                self._get_kind_sql(cadence.contact),
                start,
                SQL.identifier(f"done_{cadence.id}"),
            )
            columns.append(counts)
        # Since when the grade is held matters where contacts are counted: else nothing is joined.
        counted = any(cadence.rhythm == "count" for cadence in cadences)
        return SQL(
            "SELECT subject_id AS of_id, %s FROM (%s) contact %s GROUP BY subject_id",
            SQL(", ").join(columns),
            contacts,
            SQL("JOIN held USING (subject_id)") if counted else SQL(),
        )

    @staticmethod
    def _get_kind_sql(kind):
        return SQL("TRUE") if kind == "any" else SQL("contact.kind = %s", kind)

    # ------------------------------------------------------------------ one cadence

    def _get_cadence_sql(self, cadence, subject, scope):
        """Return the query of where everybody with the grade stands in one cadence."""
        last = SQL.identifier("held", f"last_{cadence.contact}")
        parts = {"step": SQL("NULL::integer"), "done": SQL("0"), "asked": SQL("0"), "joins": SQL()}
        parts |= getattr(self, f"_get_{cadence.rhythm}_parts")(cadence, last, subject, scope)
        return SQL(
            "SELECT held.result_id, %(cadence)s AS cadence_id, %(journal)s::varchar AS now_journal,"
            " %(step)s AS now_step_id, %(last)s AS now_date_last, %(due)s AS now_date_due,"
            " %(done)s::integer AS now_done_count, %(asked)s::integer AS now_asked_count,"
            " COALESCE(%(filled)s = %(last)s, FALSE) AS now_is_filled,"
            " held.grade_id AS now_grade_id, held.subject_id AS now_subject_id"
            " FROM known held %(joins)s"
            " WHERE held.grade_id IN %(grades)s",
            cadence=cadence.id,
            journal=cadence.journal,
            last=last,
            filled=SQL.identifier("held", f"filled_{cadence.contact}"),
            grades=tuple(cadence._get_grades().ids),
            **parts,
        )

    def _get_gap_parts(self, cadence, last, subject, scope):
        """The next contact is due so long after the last, or after the grade was taken.

        Nothing is due before the day of the grade: who held a slower one is not overdue at once.
        """
        start = SQL("COALESCE(%s, held.since)", last)
        if cadence.working_days and cadence.gap_unit == "days":
            due = self._add_workdays_sql(start, cadence.gap)
        else:
            due = SQL("(%s + %s)::date", start, self._get_span_sql(cadence.gap, cadence.gap_unit))
            due = self._on_workday_sql(cadence, due)
        return {"due": SQL("GREATEST(%s, held.since)", due)}

    def _get_count_parts(self, cadence, last, subject, scope):
        """The period is shared out: the k-th contact is due at the end of its k-th part.

        Of a grade taken within the period its rest is asked for, rounded up.
        """
        start, end = self._get_period(cadence.per, scope.date)
        _start, next_end = self._get_period(cadence.per, end + timedelta(days=1))
        done = SQL("COALESCE(%s, 0)", SQL.identifier("held", f"done_{cadence.id}"))
        begun = SQL("GREATEST(held.since, %s::date)", start)
        asked = SQL(
            "CEIL(%s::numeric * (%s::date - %s + 1) / %s)",
            cadence.times,
            end,
            begun,
            (end - start).days + 1,
        )
        due = SQL(
            "(CASE WHEN %(done)s < %(asked)s"
            " THEN %(begun)s + CEIL((%(done)s + 1) * (%(end)s::date - %(begun)s + 1)::numeric"
            " / %(asked)s)::integer - 1"
            " ELSE %(end)s::date + CEIL(%(next)s::numeric / %(times)s)::integer END)::date",
            done=done,
            asked=asked,
            begun=begun,
            end=end,
            next=(next_end - end).days,
            times=cadence.times,
        )
        return {"due": self._on_workday_sql(cadence, due), "done": done, "asked": asked}

    def _get_calendar_parts(self, cadence, last, subject, scope):
        """The first point is due that is neither met nor given up for the next one.

        One is met by a contact from some days before it on: a week, or half the way from the point
        before it where that is shorter. Those of before the grade are not asked for.
        """
        days = self._get_days_sql(cadence.anchor, subject, scope)
        points = [
            SQL("(%s, %s)", step.id, self._get_span_sql(step.count, step.unit))
            for step in cadence.step_ids
        ]
        if not points:
            return {"due": SQL("NULL::date")}
        spans = SQL(
            """
            SELECT step_id, due, opens, LEAD(opens) OVER (ORDER BY due, step_id) AS closes
              FROM (
                SELECT step_id, due,
                       due - LEAST(%s, (due - LAG(due, 1, anchor.day)
                                              OVER (ORDER BY due, step_id)) / 2) AS opens
                  FROM (SELECT step_id, (anchor.day + span)::date AS due
                          FROM (VALUES %s) point (step_id, span)) planned
              ) opened
            """,
            EARLY_DAYS,
            SQL(", ").join(points),
        )
        return self._get_first_open_parts(cadence, days, spans, last, scope)

    def _get_yearly_parts(self, cadence, last, subject, scope):
        """The day of this year is due, or that of the next once it is met, or long past."""
        Day = self.env["customer.grading.cadence.day"]
        festivals = Day._get_occurrences(cadence.yearly_on, scope)
        if festivals is not None:
            days = SQL("SELECT held.subject_id, NULL::date AS day FROM held")
            occurs = SQL("UNNEST(%s::date[]) occurs (due)", festivals)
        else:
            days = self._get_days_sql(cadence.yearly_on, subject, scope)
            occurs = SQL(
                "(SELECT (anchor.day + MAKE_INTERVAL(years => %s + shift"
                " - EXTRACT(YEAR FROM anchor.day)::integer))::date AS due"
                " FROM GENERATE_SERIES(-1, 1) shift) occurs",
                scope.date.year,
            )
        spans = SQL(
            "SELECT NULL::integer AS step_id, due, due - %s AS opens, due + %s AS closes FROM %s",
            EARLY_DAYS,
            LATE_DAYS,
            occurs,
        )
        return self._get_first_open_parts(cadence, days, spans, last, scope)

    def _get_first_open_parts(self, cadence, days, spans, last, scope):
        """Return the first of ``spans`` that is still to be met.

        :param days: query of the first day of each subject, which ``spans`` reads as ``anchor``
        :param spans: query of ``step_id``, ``due``, ``opens``, ``closes``
        """
        joins = SQL(
            """
            LEFT JOIN (%(days)s) anchor ON anchor.subject_id = held.subject_id
            LEFT JOIN LATERAL (
                SELECT step_id, due FROM (%(spans)s) span
                 WHERE due >= held.since AND COALESCE(closes > %(today)s, TRUE)
                   AND NOT COALESCE(opens <= %(today)s AND %(last)s >= opens, FALSE)
                 ORDER BY due LIMIT 1
            ) pending ON TRUE
            """,
            days=days,
            spans=spans,
            today=scope.date,
            last=last,
        )
        due = self._on_workday_sql(cadence, SQL("pending.due"))
        return {"due": due, "step": SQL("pending.step_id"), "joins": joins}

    def _get_days_sql(self, key, subject, scope):
        """Return the first days of everybody; nobody has one where nothing of that name is there."""
        days = self.env["customer.grading.cadence.day"]._get_days_sql(key, subject, scope)
        return days or SQL("SELECT held.subject_id, NULL::date AS day FROM held")

    # ------------------------------------------------------------------ days

    @staticmethod
    def _get_span_sql(count, unit):
        months, days = (count, 0) if unit == "months" else (0, count)
        return SQL(
            "MAKE_INTERVAL(months => %s, days => %s)", months, days * 7 if unit == "weeks" else days
        )

    @staticmethod
    def _add_workdays_sql(start, count):
        """Return the day so many working days after ``start``; days where none are told."""
        return SQL(
            "(SELECT COALESCE(CASE WHEN %(start)s >= days[1]"
            " THEN days[WIDTH_BUCKET(%(start)s, days) + %(count)s] END, %(start)s + %(count)s)"
            " FROM workdays)",
            start=start,
            count=count,
        )

    def _on_workday_sql(self, cadence, due):
        """Return the day itself, or the next one on which the company works."""
        if not cadence.working_days:
            return due
        return SQL(
            "(SELECT COALESCE(CASE WHEN %(due)s > days[1]"
            " THEN days[WIDTH_BUCKET(%(due)s - 1, days) + 1] END, %(due)s) FROM workdays)",
            due=due,
        )

    @staticmethod
    def _get_period(per, day):
        """Return the first and the last day of the week, month, quarter or year of ``day``.

        >>> CustomerGradingFollowUpEngine._get_period("quarter", date(2026, 5, 31))
        (datetime.date(2026, 4, 1), datetime.date(2026, 6, 30))
        """
        if per == "week":
            start = day - timedelta(days=day.weekday())
            return start, start + timedelta(days=6)
        length = MONTHS[per]
        first = (day.month - 1) // length * length + 1
        last = first + length - 1
        return (
            date(day.year, first, 1),
            date(day.year, last, monthrange(day.year, last)[1]),
        )
