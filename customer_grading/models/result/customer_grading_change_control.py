from datetime import datetime, time, timedelta

from dateutil.relativedelta import relativedelta

from odoo import api, models
from odoo.tools import SQL

from ...tools.subject import SUBJECTS
from .customer_grading_change import BY_HAND_ORIGINS, COMPUTED_ORIGINS

BATCH = 1_000  # grades by hand looked at in one transaction


class CustomerGradingChangeControl(models.AbstractModel):
    """Decides which computed grades come into effect, and when.

    The SQL of when a move takes effect, and what becomes of it on that day.

    The expressions read the columns of the statement of ``_settle_computed``: those of the
    result, ``target_id`` (the grade moved to), ``direction``, ``expires``, ``evaluates``.
    """

    _name = "customer.grading.change.control"
    _description = "Change Control of Grades"

    @api.model
    def _settle(self, run, commit=False, subject_ids=None):
        """Deal with every result whose computed grade was not dealt with, or that is due."""
        run._try(self._end_late_proposals, commit, run)
        run._try(self._bring_back_proposals, commit, run)
        run._in_slices(self._settle_computed, commit, run, subject_ids)
        run._in_slices(self._settle_manual, commit, run, subject_ids)
        self.env.invalidate_all(flush=False)

    def _end_late_proposals(self, run):
        """Close proposals that nobody decided on before the end that was asked for."""
        late = self.env["customer.grading.change"].search(
            [
                ("dimension_id", "=", run.dimension_id.id),
                ("company_id", "=", run.company_id.id),
                ("origin", "in", BY_HAND_ORIGINS),
                ("is_open", "=", True),
                ("manual_until", "<", run.date_effect),
            ]
        )
        for change in late:
            env = self.with_context(lang=change.user_id.lang).env
            note = env._("The day until which it was asked for passed without a decision.")
            change.write({"state": "superseded", "decision_note": note})

    def _bring_back_proposals(self, run):
        """Let proposals that were put off wait for a decision again, now that it is their day."""
        self.env["customer.grading.change"].search(
            [
                ("dimension_id", "=", run.dimension_id.id),
                ("company_id", "=", run.company_id.id),
                ("origin", "in", BY_HAND_ORIGINS),
                ("state", "=", "held"),
                ("date_due", "<=", run.date_effect),
            ]
        ).write({"state": "proposed", "date_due": False})

    # ------------------------------------------------------------------ computed grades

    def _settle_computed(self, run, subject_ids, last_id, length):
        """Apply, hold or propose the next batch of computed grades, in one statement.

        An open change that says the same stays as it is; any other is superseded. The ids
        only grow from batch to batch, so that a result which somebody else has locked is
        left to the next run, and of many batches none reads the results of the others.

        :return: the last id of the batch, ``None`` after the last batch
        """
        self.env.flush_all()
        statement = SQL(
            """
            WITH workdays AS MATERIALIZED (
                SELECT %(workdays)s AS days
            ), due AS (
                SELECT result.*
                  FROM customer_grading_result result
                 WHERE %(undecided)s AND result.policy_id = %(policy)s
                   AND NOT %(by_hand)s
                 ORDER BY result.id
                 LIMIT %(length)s
                   FOR UPDATE SKIP LOCKED
            ), directed AS (
                SELECT result.*,
                       %(target)s AS target_id,
                       %(expires)s AS expires,
                       %(evaluates)s AS evaluates,
                       CASE
                           WHEN result.grade_id IS NULL THEN 'new'
                           WHEN result.computed_grade_id IS NULL THEN 'lost'
                           WHEN result.computed_grade_id = result.grade_id THEN 'same'
                           WHEN (computed.sequence, computed.id) < (held.sequence, held.id)
                           THEN 'up' ELSE 'down' END AS direction,
                       open.id AS open_id, open.state AS open_state,
                       open.grade_id AS open_grade_id
                  FROM due result
                  LEFT JOIN customer_grade computed ON computed.id = result.computed_grade_id
                  LEFT JOIN customer_grade held ON held.id = result.grade_id
                  LEFT JOIN LATERAL (
                      SELECT * FROM customer_grading_change change
                       WHERE change.result_id = result.id
                         AND change.origin IN %(computed)s AND change.state IN %(open)s
                       ORDER BY change.id DESC LIMIT 1
                  ) open ON TRUE
            ), timed AS (
                SELECT directed.*,
                       target_id IS DISTINCT FROM grade_id OR COALESCE(evaluates, FALSE) AS moves,
                       %(due)s AS due
                  FROM directed
            ), stated AS (
                SELECT timed.*, CASE WHEN due > %(date)s THEN 'held' ELSE %(state)s END AS state
                  FROM timed
            ), decided AS (
                SELECT stated.*, moves AND state = 'applied' AS takes,
                       COALESCE(moves AND open_state = state, FALSE)
                       AND open_grade_id IS NOT DISTINCT FROM target_id AS stays,
                       CASE WHEN direction = 'new' AND previous_grade_id IS NULL
                            THEN %(probation)s ELSE date_provisional END AS provisional
                  FROM stated
            ), superseded AS (
                UPDATE customer_grading_change change
                   SET state = 'superseded'
                  FROM decided
                 WHERE change.id = decided.open_id AND NOT decided.stays
            ), ended AS (
                UPDATE customer_grading_change change
                   SET date_end = %(date)s::date - 1
                  FROM decided
                 WHERE change.result_id = decided.id AND decided.takes
                   AND change.state = 'applied' AND change.date_end IS NULL
            ), told AS (
                INSERT INTO customer_grading_change (
                    result_id, dimension_id, partner_id, lead_id, company_id, policy_id, run_id,
                    from_grade_id, grade_id, direction, origin, state, date, date_due,
                    date_applied, values, date_evaluated, create_date, write_date)
                SELECT id, dimension_id, partner_id, lead_id, company_id, policy_id, %(run)s,
                       grade_id, target_id, direction,
                       CASE WHEN evaluates THEN 'probation' ELSE 'computed' END,
                       state, %(date)s, due,
                       CASE WHEN state = 'applied' THEN %(date)s::date END,
                       values, date_evaluated,
                       NOW() AT TIME ZONE 'UTC', NOW() AT TIME ZONE 'UTC'
                  FROM decided
                 WHERE moves AND NOT stays
                 ORDER BY id
            ), taken AS (
                UPDATE customer_grading_result result
                   SET considered_grade_id = result.computed_grade_id,
                       date_due = %(again)s,
                       date_provisional = CASE WHEN decided.takes THEN decided.provisional
                                               ELSE result.date_provisional END,
                       previous_grade_id = CASE WHEN decided.takes THEN result.grade_id
                                                ELSE result.previous_grade_id END,
                       grade_id = CASE WHEN decided.takes THEN decided.target_id
                                       ELSE result.grade_id END,
                       date_since = CASE WHEN decided.takes THEN %(date)s::date
                                         ELSE result.date_since END
                  FROM decided
                 WHERE result.id = decided.id
                   AND result.id >= (SELECT MIN(id) FROM due)
                   AND result.id <= (SELECT MAX(id) FROM due)
            )
            SELECT MAX(id) FROM due
            """,
            undecided=self._get_undecided_sql(run, subject_ids, last_id),
            policy=run.policy_id.id,
            length=length,
            date=run.date_effect,
            run=run.id,
            workdays=self._get_workdays_sql(run),
            target=self._get_target_sql(run),
            expires=self._get_expiry_sql(run),
            evaluates=self._get_evaluates_sql(run),
            due=self._get_due_sql(run),
            state=self._get_state_sql(run),
            probation=self._get_probation_sql(run),
            again=self._get_again_sql(run),
            computed=COMPUTED_ORIGINS,
            open=self.env["customer.grading.change"]._get_open_states(),
            by_hand=self.env["customer.grading.result"]._get_by_hand_sql("result"),
        )
        self.env.cr.execute(statement)
        [next_id] = self.env.cr.fetchone()
        if run.first and not last_id:
            self.env["customer.grading.engine"]._analyze(SQL.identifier("customer_grading_change"))
        return next_id

    def _get_undecided_sql(self, run, subject_ids, last_id):
        """Return whether a result of the run's dimension and company waits for a decision."""
        asked = SQL("TRUE")
        if subject_ids is not None:
            field = run.dimension_id._get_subject_kind().field
            asked = SQL("%s IN %s", SQL.identifier("result", field), tuple(subject_ids) or (0,))
        waits = SQL(
            "result.computed_grade_id IS DISTINCT FROM result.considered_grade_id"
            " OR result.date_due <= %s",
            run.date_effect,
        )
        if run.first:
            # What an earlier policy held back is decided by this one.
            waits = SQL(
                "%s OR result.computed_grade_id IS DISTINCT FROM result.grade_id"
                " OR result.date_due IS NOT NULL",
                waits,
            )
        return SQL(
            "result.dimension_id = %s AND result.company_id IS NOT DISTINCT FROM %s AND result.id > %s"
            " AND %s AND (%s)",
            run.dimension_id.id,
            run.company_id.id or None,
            last_id,
            asked,
            waits,
        )

    # ------------------------------------------------------------------ grades by hand

    def _settle_manual(self, run, subject_ids, last_id, length):
        """End the grades by hand whose day is over; the others go on.

        A grade by hand of a customer that no policy ever graded ends with any run.

        :return: the last id of the batch, ``None`` after the last batch
        """
        self.env.flush_all()
        query = SQL(
            "SELECT result.id FROM customer_grading_result result WHERE %s"
            " AND %s"
            " AND (result.policy_id = %s OR result.policy_id IS NULL)"
            " ORDER BY result.id LIMIT %s",
            self._get_undecided_sql(run, subject_ids, last_id),
            self.env["customer.grading.result"]._get_by_hand_sql("result"),
            run.policy_id.id,
            min(length, BATCH),
        )
        ids = [id_ for (id_,) in self.env.execute_query(query)]
        if not ids:
            return None
        results = self.env["customer.grading.result"].sudo().browse(ids).try_lock_for_update()
        open_changes = self._get_open_changes(results)
        vals_list = []
        for result in results:
            self._supersede(open_changes.get(result))
            vals_list.append(self._end_manual(result, run))
            result.considered_grade_id = result.computed_grade_id
        self._apply([vals for vals in vals_list if vals])
        return ids[-1]

    def _get_open_changes(self, results):
        changes = self.env["customer.grading.change"].search(
            [
                ("result_id", "in", results.ids),
                ("is_open", "=", True),
                ("origin", "in", COMPUTED_ORIGINS),
            ]
        )
        return {change.result_id: change for change in changes}

    def _end_manual(self, result, run):
        """End a grade by hand whose day is over; return the change back to the computed one."""
        if not result.manual_until or result.manual_until >= run.date_effect:
            result.date_due = result.manual_until and result.manual_until + timedelta(days=1)
            return None
        told = result.manual_kind  # that it is over, even where the grade stays
        result.write({**result._get_nothing_by_hand(), "date_due": False})
        if result.computed_grade_id == result.grade_id and not told:
            return None
        return self._prepare_change(result, run.date_effect, "applied", run, origin="manual_end")

    # ------------------------------------------------------------------ changes

    @staticmethod
    def _get_direction(from_grade, grade):
        if grade == from_grade:
            return "same"
        if not from_grade:
            return "new"
        if not grade:
            return "lost"
        return "up" if (grade.sequence, grade.id) < (from_grade.sequence, from_grade.id) else "down"

    def _supersede(self, change):
        if change:
            change.sudo().state = "superseded"

    def _prepare_change(self, result, date, state, run=None, origin="computed", **vals):
        """Return the values of a change of ``result`` to its computed grade."""
        grade = vals.pop("grade", result.computed_grade_id)
        return {
            "result_id": result.id,
            "dimension_id": result.dimension_id.id,
            "partner_id": result.partner_id.id,
            "lead_id": result.lead_id.id,
            "company_id": result.company_id.id,
            "policy_id": result.policy_id.id,
            "run_id": run and run.id,
            "from_grade_id": result.grade_id.id,
            "grade_id": grade.id,
            "direction": self._get_direction(result.grade_id, grade),
            "origin": origin,
            "state": state,
            "date": date,
            "date_applied": date if state == "applied" else False,
            "values": result.values,
            "date_evaluated": result.date_evaluated,
            **vals,
        }

    def _apply(self, vals_list):
        """Write the changes, bring those that are applied into effect, and return them."""
        Change = self.env["customer.grading.change"].sudo()
        applied = [vals for vals in vals_list if vals["state"] == "applied"]
        if applied:
            self._end_current([vals["result_id"] for vals in applied], applied[0]["date"])
        changes = Change.create(vals_list)
        self._take_grades(changes.filtered(lambda change: change.state == "applied"))
        return changes

    def _apply_open(self, changes, date, **decision):
        """Bring open ``changes`` into effect, one a result: they are their own record.

        :param decision: what else to note on them: by whom, why
        """
        self._end_current(changes.result_id.ids, date)
        for change in changes:
            held = change.result_id.grade_id
            change.write(
                {
                    "state": "applied",
                    "from_grade_id": held.id,
                    "direction": self._get_direction(held, change.grade_id),
                    "date_applied": date,
                    **decision,
                }
            )
        self._take_grades(changes)

    def _take_grades(self, changes):
        """Make the grades of applied ``changes`` those of their results.

        A grade that was confirmed by hand goes on: it has been held since it was given.
        """
        for change in changes.filtered(lambda change: change.direction != "same"):
            change.result_id.write(
                {
                    "previous_grade_id": change.from_grade_id.id,
                    "grade_id": change.grade_id.id,
                    "date_since": change.date_applied,
                }
            )
        for subject in SUBJECTS.values():
            Model = self.env[subject.model]
            Model.invalidate_model(Model._get_grading_fields(), flush=False)

    def _end_current(self, result_ids, date):
        """Say of the changes in effect that they end the day before ``date``."""
        current = (
            self.env["customer.grading.change"]
            .sudo()
            .search(
                [
                    ("result_id", "in", result_ids),
                    ("state", "=", "applied"),
                    ("date_end", "=", False),
                ]
            )
        )
        current.date_end = date - timedelta(days=1)

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
        date = SQL("%s::date", run.date_effect)
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
                run.date_effect,
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
            start = SQL("COALESCE(date_computed_since, %s::date)", run.date_effect)
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
        first, last = run.date_effect - reach, run.date_effect + reach
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
        year = run.date_effect.year
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
            date=run.date_effect,
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
            run.date_effect,
            begins,
        )

    @staticmethod
    def _get_evaluates_sql(run):
        """Return whether the probation of a result is over."""
        return SQL("FALSE") if run.first else SQL("result.date_provisional <= %s", run.date_effect)

    def _get_probation_sql(self, run):
        """Return the day on which a first grade is to be evaluated, if it is on probation."""
        months = run.policy_id.probation_months
        if not months or run.first:
            return SQL("NULL::date")
        return SQL("%s::date", run.date_effect + relativedelta(months=months))

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
            date=run.date_effect,
        )
