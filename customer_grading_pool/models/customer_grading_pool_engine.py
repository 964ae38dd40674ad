from datetime import timedelta

from odoo import api, models
from odoo.tools import SQL

AHEAD = timedelta(days=7)  # how far a preview looks


class CustomerGradingPoolEngine(models.AbstractModel):
    """Finds out, in one statement a rule and company, what is due for whom.

    The job does what is due up to today; a preview lists the same, and that of the days to come.
    """

    _name = "customer.grading.pool.engine"
    _description = "Engine of Ownership Rules"

    @api.model
    def _find_due(self, rule, company):
        """Return what the job has to do by a rule for a company today.

        :return: list of dicts, each with ``step`` and what it needs: ``over`` with the
            ``notice_id`` of a reminder that no longer counts, ``remind``, ``leader`` and ``take``
            with ``result_id``, ``subject_id``, ``user_id``, ``team_id``, ``leader_id``, ``start``
        """
        self.env.flush_all()
        statement = SQL(
            """
            WITH %(due)s
            SELECT 'over' AS step, told.id AS notice_id, told.result_id, NULL AS subject_id,
                   NULL AS user_id, NULL AS team_id, NULL AS leader_id, NULL AS start
              FROM customer_grading_pool_notice told
              JOIN customer_grading_result result ON result.id = told.result_id
              LEFT JOIN stands ON stands.result_id = told.result_id
             WHERE told.rule_id = %(rule)s AND result.company_id IS NOT DISTINCT FROM %(company)s
               AND (told.date_start, told.user_id) IS DISTINCT FROM (stands.start, stands.user_id)
             UNION ALL
            SELECT step, NULL, result_id, subject_id, user_id, team_id, leader_id, start
              FROM due WHERE date <= %(today)s
             ORDER BY result_id
            """,
            due=self._get_due_sql(rule, company),
            rule=rule.id,
            company=company.id or None,
            today=self._get_scope(company).date,
        )
        return self.env.execute_query_dict(statement)

    @api.model
    def _fill(self, preview, rule, company):
        """Write the lines of a preview: what is due today and within a week, and the last step
        of whom was neglected that long before the rule came into force, on its own day."""
        self.env.flush_all()
        subject, today = rule.dimension_id._get_subject_kind(), self._get_scope(company).date
        statement = SQL(
            """
            INSERT INTO customer_grading_pool_preview_line (
                preview_id, %(field)s, company_id, user_id, leader_id, step, date, date_start,
                date_neglected, horizon, create_uid, write_uid, create_date, write_date)
            WITH %(due)s
            SELECT %(preview)s, subject_id, %(company)s, user_id, leader_id, step, date, start,
                   neglected_since,
                   CASE WHEN date <= %(today)s THEN '1_today' WHEN date <= %(ahead)s THEN '2_week'
                        ELSE '3_later' END,
                   %(user)s, %(user)s, NOW() AT TIME ZONE 'UTC', NOW() AT TIME ZONE 'UTC'
              FROM due
             WHERE date <= %(ahead)s OR was_due <= %(today)s AND step = %(last)s
            """,
            field=SQL.identifier(subject.field),
            due=self._get_due_sql(rule, company),
            preview=preview.id,
            company=company.id or None,
            today=today,
            ahead=today + AHEAD,
            last=rule._get_steps()[-1][0],
            user=self.env.uid,
        )
        self.env.cr.execute(statement)

    @api.model
    def _get_scope(self, company):
        """Return the :class:`Scope` of today, as follow-ups have it."""
        return self.env["customer.grading.follow.up.engine"]._get_scope(company, None)

    # ------------------------------------------------------------------ the statement

    @api.model
    def _get_due_sql(self, rule, company):
        """Return the common table expressions ``stands`` and ``due``.

        ``stands``: whose days are counted, from which day ``start`` on, and from which
        ``neglected_since`` they would be had the rule always been in force. ``due``: one row a
        step that is not done yet, ``step``, and its ``date``, which is no earlier than today.
        """
        subject, scope = rule.dimension_id._get_subject_kind(), self._get_scope(company)
        return SQL(
            """
            held AS MATERIALIZED (
                %(held)s
            ), base AS MATERIALIZED (
                SELECT held.subject_id, MAX(known.day) AS day
                  FROM held JOIN (%(base)s) known ON known.subject_id = held.subject_id
                 GROUP BY held.subject_id
            ), stands AS MATERIALIZED (
                SELECT held.*, GREATEST(held.since, base.day) AS neglected_since,
                       GREATEST(held.since, base.day, %(activated)s::date) AS start
                  FROM held LEFT JOIN base ON base.subject_id = held.subject_id
                 WHERE base.day IS NOT NULL OR %(always)s
            ), due AS (
                SELECT stands.*, step.step, GREATEST(stands.start + step.days, %(today)s) AS date,
                       stands.neglected_since + step.days AS was_due
                  FROM stands CROSS JOIN %(steps)s
                  LEFT JOIN customer_grading_pool_notice told
                    ON told.rule_id = %(rule)s AND told.result_id = stands.result_id
                   AND told.date_start = stands.start AND told.user_id = stands.user_id
                 WHERE CASE step.step
                       WHEN 'remind' THEN told.is_reminded IS NOT TRUE AND %(before)s
                       WHEN 'leader' THEN told.is_leader_told IS NOT TRUE AND %(before)s
                                          AND stands.leader_id IS NOT NULL
                       ELSE TRUE END
            )
            """,
            held=self._get_held_sql(rule, company, subject, scope),
            base=self._get_base_sql(rule, subject, scope),
            always=rule.neglect != "day",
            activated=rule.date_activated or scope.date,
            today=scope.date,
            steps=rule._get_steps_sql(),
            rule=rule.id,
            before=self._get_before_taking_sql(rule, scope),
        )

    @staticmethod
    def _get_before_taking_sql(rule, scope):
        """Return whether a reminder still comes before the taking."""
        if not rule.take_days:
            return SQL("TRUE")
        return SQL(
            "GREATEST(stands.start + step.days, %s) < stands.start + %s",
            scope.date,
            rule.take_days,
        )

    def _get_held_sql(self, rule, company, subject, scope):
        """Return who may be taken: with the grade and a salesperson, and nothing against it.

        ``since`` is the latest of the days on which the grade was taken, a salesperson got it
        back from the pool, and a protection ended.
        """
        Protection = self.env["customer.grading.pool.protection"]
        companies = self.env["res.company"].browse(scope.company_ids) | company.sudo().parent_ids
        is_lead = subject.name == "lead"
        return SQL(
            """
            SELECT result.id AS result_id, record.id AS subject_id, record.user_id,
                   team.id AS team_id, team.user_id AS leader_id,
                   GREATEST(COALESCE(result.date_since, result.date_evaluated), back.day,
                            unprotected.day) AS since
              FROM customer_grading_result result
              JOIN %(table)s record ON record.id = result.%(field)s
              JOIN res_users salesperson ON salesperson.id = record.user_id
              LEFT JOIN crm_team team ON team.id = %(team)s
              LEFT JOIN (%(back)s) back ON back.subject_id = record.id
              LEFT JOIN (%(unprotected)s) unprotected ON unprotected.subject_id = record.id
             WHERE result.dimension_id = %(dimension)s
               AND result.company_id IS NOT DISTINCT FROM %(company)s
               AND result.grade_id = %(grade)s AND result.manual_kind IS NULL
               AND %(is_followed)s AND record.active AND %(open)s
               AND CASE WHEN record.company_id IS NULL THEN salesperson.company_id
                        ELSE record.company_id END IN %(companies)s
               AND record.id NOT IN %(protected)s
            """,
            table=SQL.identifier(subject.table),
            field=SQL.identifier(subject.field),
            team=SQL("COALESCE(record.team_id, salesperson.sale_team_id)")
            if is_lead
            else SQL("salesperson.sale_team_id"),
            back=self.env["customer.grading.pool.entry"]._get_back_sql(subject),
            unprotected=Protection._get_ended_sql(subject, companies, scope.date),
            dimension=rule.dimension_id.id,
            company=company.id or None,
            grade=rule.grade_id.id,
            is_followed=rule.dimension_id.active,
            open=SQL("record.won_status = 'pending'") if is_lead else SQL("TRUE"),
            companies=scope.company_ids or (0,),
            protected=Protection._get_counting_sql(subject, companies, scope.date),
        )

    def _get_base_sql(self, rule, subject, scope):
        """Return the query of ``subject_id`` and ``day``: the last contact or order, or the day."""
        if rule.neglect == "contact":
            contacts = self.env["customer.grading.contact"]
            return contacts._get_contacts_sql(scope, None, subject.name)
        key = "last_order" if rule.neglect == "order" else rule.anchor
        days = self.env["customer.grading.cadence.day"]._get_days_sql(key, subject, scope)
        return days or SQL("SELECT NULL::integer AS subject_id, NULL::date AS day WHERE FALSE")
