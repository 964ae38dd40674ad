from datetime import datetime, time, timedelta

from dateutil.relativedelta import relativedelta

from odoo import models
from odoo.tools import SQL


class CustomerGradingChangeControl(models.AbstractModel):
    """The SQL of when a move takes effect, and what becomes of it on that day.

    The expressions read the columns of the statement of ``_settle_computed``: those of the
    result, ``target_id`` (the grade moved to), ``direction``, ``expires``, ``evaluates``.
    """

    _inherit = "customer.grading.change.control"

    # ------------------------------------------------------------------ where to

    def _get_target_sql(self, run):
        """Return the grade that a result moves to: the computed one, or the next on the way.

        One grade at a time is for who has a grade and keeps one; what cannot wait goes all
        the way.
        """
        policy = run.policy_id
        if not policy.one_step or run.first:
            return SQL("result.computed_grade_id")
        order = policy._get_given_grades().ids
        computed, held = (
            SQL("array_position(%s::integer[], %s)", order, column)
            for column in (SQL("result.computed_grade_id"), SQL("result.grade_id"))
        )
        urgent = policy.rule_ids.filtered(lambda rule: rule.change_timing == "within")
        return SQL(
            """
            CASE WHEN %(computed)s IS NULL OR %(held)s IS NULL OR %(computed)s = %(held)s
                      OR COALESCE(result.computed_rule_id IN %(urgent)s, FALSE)
                 THEN result.computed_grade_id
                 ELSE (%(order)s::integer[])[%(held)s + SIGN(%(computed)s - %(held)s)::integer]
            END
            """,
            computed=computed,
            held=held,
            order=order,
            urgent=tuple(urgent.ids) or (0,),
        )

    def _get_expiry_sql(self, run):
        """Return the day from which the held grade is no longer held back, if it has one.

        The computed grade was the same on those before, and gave it anew.
        """
        return self._get_anniversary_sql(
            self._get_months_by_grade(run, "expiry_months"),
            SQL("result.date_computed_since"),
            "result",
        ) or SQL("NULL::date")

    @staticmethod
    def _get_months_by_grade(run, name):
        """Return ``{grade id: months}`` of those who have a grade, from its first requirement."""
        policy = run.policy_id
        months = {g.id: policy._get_rule_of(g)[name] for g in policy._get_given_grades()}
        return {grade: count for grade, count in months.items() if count}

    @staticmethod
    def _get_anniversary_sql(months, start, alias):
        """Return the first day from ``start`` that is so many months, or a multiple of them,
        after the held grade was given; ``NULL`` for other grades, nothing without any.

        :param months: ``{grade id: months}``
        """
        if not months:
            return None
        return SQL(
            """
            (SELECT MIN(anniversary.day)
               FROM (SELECT CASE %(grade)s %(months)s END AS step, %(start)s AS start) asked
              CROSS JOIN LATERAL generate_series(
                        1, 2 + (asked.start - %(since)s) / 28 / asked.step) AS count
              CROSS JOIN LATERAL (
                        SELECT (%(since)s
                                + make_interval(months => asked.step * count))::date AS day
                    ) anniversary
              WHERE anniversary.day >= asked.start)
            """,
            grade=SQL.identifier(alias, "grade_id"),
            since=SQL.identifier(alias, "date_since"),
            start=start,
            months=SQL(" ").join(SQL("WHEN %s THEN %s", *pair) for pair in months.items()),
        )

    # ------------------------------------------------------------------ when

    def _get_due_sql(self, run):
        """Return the first day on which a move may take effect, never before the run's.

        Days count from the day on which the grade was first computed, or from the last
        step: a night without a run puts nothing off. After them come the month end, the
        days of grace, the review of the held grade and the review windows, in this order.
        The first grading by a policy, which somebody looked at before it came in force, is
        taken as it is; so are all grades on probation.
        """
        date = SQL("%s::date", run.date)
        if run.first:
            return date
        planned = SQL("CASE %s END", SQL(" ").join(self._get_planned_whens(run)))
        for postpone in (self._postpone_to_review, self._postpone_to_window):
            planned = postpone(run, planned)
        return SQL(
            """
            CASE WHEN direction = 'new' OR date_provisional IS NOT NULL THEN %(date)s
                 %(urgent)s
                 ELSE GREATEST(LEAST(%(planned)s, expires), %(date)s) END
            """,
            date=date,
            urgent=self._get_urgent_when(run),
            planned=planned,
        )

    def _get_urgent_when(self, run):
        """Return the branch of what cannot wait."""
        whens = [
            SQL(
                "WHEN computed_rule_id = %s THEN GREATEST(%s, %s)",
                rule.id,
                self._add_days(run, rule.change_days),
                run.date,
            )
            for rule in run.policy_id.rule_ids
            if rule.change_timing == "within"
        ]
        return SQL(" ").join(whens)

    def _get_planned_whens(self, run):
        """Return the branches of the day on which a move is due by its days and month ends."""
        policy = run.policy_id
        grace = {"up": 0, "down": policy.grace_days}
        terms = [
            (SQL("computed_rule_id = %s AND direction = %s", rule.id, direction), rule, direction)
            for rule in policy.rule_ids
            if rule.change_timing and rule.change_timing != "within"
            for direction in grace
        ]
        whens = [
            SQL(
                "WHEN %s THEN %s",
                condition,
                self._plan(run, rule.change_timing, rule.change_days, grace[direction]),
            )
            for condition, rule, direction in terms
        ]
        up = self._plan(run, policy.upgrade_timing, policy.upgrade_days, 0)
        down = self._plan(run, policy.downgrade_timing, policy.downgrade_days, policy.grace_days)
        return [*whens, SQL("WHEN direction = 'up' THEN %s", up), SQL("ELSE %s", down)]

    def _plan(self, run, timing, days, grace):
        due = self._add_days(run, days)
        if timing == "month_end":
            due = SQL(
                "(date_trunc('month', (%s)::timestamp)"
                " + INTERVAL '1 month' - INTERVAL '1 day')::date",
                due,
            )
        return self._add_days(run, grace, due) if grace else due

    def _add_days(self, run, days, start=None):
        """Return the day so many days, or working days, after ``start``.

        :param start: by default the day from which a computed grade has stood
        """
        if start is None:
            start = SQL("COALESCE(date_computed_since, %s::date)", run.date)
            if run.policy_id.one_step:
                start = SQL("GREATEST(%s, date_since)", start)
        if not days or not run.policy_id.counts_working_days:
            return SQL("(%s + %s)", start, days)
        return SQL(
            "(SELECT COALESCE(days[width_bucket(%(start)s, days) + %(count)s],"
            " %(start)s + %(count)s) FROM workdays)",
            start=start,
            count=days,
        )

    def _get_workdays_sql(self, run):
        """Return the days on which the company works around the run's, as ``workdays.days``.

        They reach as far as the longest delay: what began before them is due in any case.
        """
        policy = run.policy_id
        if not policy.counts_working_days:
            return SQL("NULL::date[]")
        most = max(
            policy.upgrade_days, policy.downgrade_days, *policy.rule_ids.mapped("change_days")
        )
        reach = timedelta(days=(most + policy.grace_days) * 3 + 60)
        first, last = run.date - reach, run.date + reach
        company = run.company_id or self.env.company
        free = company.resource_calendar_id._get_unusual_days(
            *(datetime.combine(day, time.min) for day in (first, last)), company
        )
        every = (first + timedelta(days=n) for n in range((last - first).days))
        return SQL("%s::date[]", [day for day in every if not free.get(str(day))])

    def _postpone_to_review(self, run, due):
        """Return the next review of the held grade, where it is kept until one."""
        months = self._get_months_by_grade(run, "review_months")
        review = self._get_anniversary_sql(months, due, "directed")
        return SQL("COALESCE(%s, %s)", review, due) if review else due

    def _postpone_to_window(self, run, due):
        """Return the first day of a review window on or after ``due``."""
        windows = run.policy_id.window_ids
        if not windows:
            return due
        year = run.date.year
        stretches = windows._get_stretches(range(year - 1, year + 13))
        values = SQL(", ").join(SQL("(%s::date, %s::date)", *stretch) for stretch in stretches)
        return SQL(
            """
            COALESCE((
             SELECT MIN(GREATEST(planned.due, review.first_day))
               FROM (SELECT GREATEST(%(due)s, %(date)s) AS due) planned
               JOIN (VALUES %(windows)s) review (first_day, last_day)
                 ON review.last_day >= planned.due
            ), %(due)s)
            """,
            due=due,
            date=run.date,
            windows=values,
        )

    # ------------------------------------------------------------------ what becomes of it

    def _get_state_sql(self, run):
        """Return what becomes of a move on its day: applied, or proposed to an officer.

        The end of a probation needs somebody's yes.
        """
        if run.first:
            return SQL("'applied'")
        policy = run.policy_id
        confirmed = [
            SQL(
                "WHEN computed_rule_id = %s THEN %s",
                rule.id,
                "proposed" if rule.change_timing == "confirmed" else "applied",
            )
            for rule in policy.rule_ids
            if rule.change_timing
        ]
        directions = {"up": policy.upgrade_timing, "down": policy.downgrade_timing}
        directions["lost"] = directions["down"]
        confirmed += [
            SQL("WHEN direction = %s THEN 'proposed'", direction)
            for direction, timing in directions.items()
            if timing == "confirmed"
        ]
        return SQL(
            """
            CASE WHEN evaluates THEN 'proposed'
                 WHEN %s THEN 'applied'
                 %s
                 ELSE 'applied' END
            """,
            self._get_free_sql(run),
            SQL(" ").join(confirmed),
        )

    @staticmethod
    def _get_free_sql(run):
        """Return whether a move needs nobody's yes: on probation, or down from a grade that ended.

        The evaluation at the end of a probation always needs one.
        """
        begins = SQL(
            "(direction = 'new' AND previous_grade_id IS NULL AND %s)",
            bool(run.policy_id.probation_months),
        )
        return SQL(
            "(NOT COALESCE(evaluates, FALSE) AND (date_provisional IS NOT NULL"
            " OR COALESCE(direction != 'up' AND expires <= %s, FALSE) OR %s))",
            run.date,
            begins,
        )

    @staticmethod
    def _get_evaluates_sql(run):
        """Return whether the probation of a result is over."""
        return SQL("FALSE") if run.first else SQL("result.date_provisional <= %s", run.date)

    def _get_probation_sql(self, run):
        """Return the day on which a first grade is to be evaluated, if it is on probation."""
        months = run.policy_id.probation_months
        if not months or run.first:
            return SQL("NULL::date")
        return SQL("%s::date", run.date + relativedelta(months=months))

    def _get_again_sql(self, run):
        """Return the day on which change control looks at a result again, of itself.

        That is when a held move is due, for the next step on the way, when a grade that
        is only kept by somebody's word ends, and at the end of a probation.
        """
        return SQL(
            """
            LEAST(CASE WHEN decided.moves AND decided.state = 'held' THEN decided.due END,
                  CASE WHEN decided.takes
                        AND decided.target_id IS DISTINCT FROM decided.computed_grade_id
                       THEN %(date)s::date + 1 END,
                  CASE WHEN decided.moves AND NOT decided.takes AND decided.expires > %(date)s
                       THEN decided.expires END,
                  CASE WHEN decided.provisional IS NOT NULL
                        AND NOT COALESCE(decided.evaluates, FALSE)
                        AND (decided.takes OR decided.date_provisional IS NOT NULL)
                       THEN GREATEST(decided.provisional, %(date)s::date + 1) END)
            """,
            date=run.date,
        )
