from datetime import timedelta

from dateutil.relativedelta import relativedelta

from odoo import api, models
from odoo.fields import Domain
from odoo.tools import SQL

from ...tools.columns import VALUES
from ...tools.statement import narrow_to
from .customer_grading_change import BY_HAND_ORIGINS
from .customer_grading_change_writer import DIRECTION


class CustomerGradingChangeControl(models.AbstractModel):
    """Decides which computed grades come into effect, and when.

    The expressions read the columns of the statement of ``_settle_computed``: those of the
    result, ``target_id`` (the grade moved to), ``direction``, ``expires``, ``evaluates``.
    """

    _name = "customer.grading.change.control"
    _inherit = ["customer.grading.change.writer"]
    _description = "Change Control of Grades"

    @api.model
    def _settle(self, run, commit=False, subject_ids=None):
        """Deal with every result whose computed grade was not dealt with, or that is due.

        Proposals that wait too long, or were put off, are left to the runs of everybody.
        """
        if subject_ids is None:
            run._try(self._end_late_proposals, commit, run)
            run._try(self._bring_back_proposals, commit, run)
        self.env.flush_all()
        undecided = self._get_undecided_sql(run, subject_ids, 0)
        waits = SQL("SELECT 1 FROM customer_grading_result result WHERE %s LIMIT 1", undecided)
        if self.env.execute_query(waits):  # mostly nothing moved of who is regraded
            run._in_slices(self._settle_computed, commit, run, subject_ids, "others")
            if run.policy_id._get_limited_rules():  # who leaves one has made room by now
                run._in_slices(self._settle_computed, commit, run, subject_ids, "limited")
            run._in_slices(self._settle_manual, commit, run, subject_ids)
        self._forget()

    def _end_late_proposals(self, run):
        """Close proposals that nobody decided on before the end that was asked for."""
        by_hand = Domain("origin", "in", BY_HAND_ORIGINS) & Domain("is_open", "=", True)
        late = Domain("manual_until", "<", run.date_effect)
        for change in self._find_changes(run, by_hand & late):
            env = self.with_context(lang=change.user_id.lang).env
            note = env._("The day until which it was asked for passed without a decision.")
            change._supersede(note)

    def _bring_back_proposals(self, run):
        """Hook: let what was put off wait for a decision again, now that it is its day."""
        by_hand = Domain("origin", "in", BY_HAND_ORIGINS) & Domain("state", "=", "held")
        due = self._find_changes(run, by_hand & Domain("date_due", "<=", run.date_effect))
        due.write({"state": "proposed", "date_due": False})

    def _find_changes(self, run, domain):
        """Return the changes in the dimension and the company of ``run`` that ``domain`` finds."""
        Change, dimension = self.env["customer.grading.change"], run.dimension_id
        own = Domain("dimension_id", "=", dimension.id)
        return Change.search(own & Domain("company_id", "=", run.company_id.id) & domain)

    # ------------------------------------------------------------------ computed grades

    def _settle_computed(self, run, subject_ids, which, last_id, length):
        """Apply, hold or propose the next batch of computed grades, in one statement.

        An open change that says the same stays as it is; any other is superseded. The ids
        only grow from batch to batch, so that a result which somebody else has locked is
        left to the next run, and of many batches none reads the results of the others.
        What takes long to say of a row, above all its day, is materialized: said once, not
        wherever it is looked at.

        :param which: ``limited``: those who move to a grade that so many take at most, of
            whom some may have to wait; ``others``: all others
        :return: the last id of the batch, ``None`` after the last batch
        """
        self.env.flush_all()
        policy = run.policy_id
        statement = SQL(
            """
            WITH workdays AS MATERIALIZED (
                SELECT %(workdays)s AS days
            ), due AS (
                SELECT result.*
                  FROM customer_grading_result result
                 WHERE %(undecided)s AND result.policy_id = %(policy)s
                   AND NOT %(by_hand)s AND %(asked)s
                 ORDER BY result.id
                 LIMIT %(length)s
                   FOR UPDATE SKIP LOCKED
            ), directed AS MATERIALIZED (
                SELECT result.*,
                       %(target)s AS target_id,
                       %(expires)s AS expires,
                       %(evaluates)s AS evaluates,
                       %(direction)s AS direction,
                       open.id AS open_id, open.state AS open_state,
                       open.grade_id AS open_grade_id
                  FROM due result %(joins)s
            ), timed AS MATERIALIZED (
                SELECT directed.*,
                       target_id IS DISTINCT FROM grade_id OR COALESCE(evaluates, FALSE) AS moves,
                       %(due)s AS due
                  FROM directed
            ), stated AS (
                SELECT timed.*, CASE WHEN due > %(date)s THEN 'held' ELSE %(state)s END AS state
                  FROM timed
            ), taking AS (
                SELECT stated.*, moves AND state = 'applied' AS takes,
                       COALESCE(moves AND open_state = state, FALSE)
                       AND open_grade_id IS NOT DISTINCT FROM target_id AS stays
                  FROM stated
            ), provided AS (
                SELECT taking.*,
                       %(provisional)s AS provisional
                  FROM taking
            ), decided AS (
                SELECT provided.*, NULL::integer AS own_id, FALSE AS frees,
                       CASE WHEN evaluates THEN 'probation' ELSE 'computed' END AS origin,
                       computed_grade_id AS considered, %(again)s AS again
                  FROM provided
            ), %(writing)s
            SELECT MAX(id) FROM due
            """,
            undecided=self._get_undecided_sql(run, subject_ids, last_id),
            policy=policy.id,
            length=length,
            date=run.date_effect,
            workdays=self._get_workdays_sql(run),
            target=self._get_target_sql(run),
            asked=self._get_limited_sql(run, which),
            expires=self._get_anniversary_sql(policy, "expiry_months"),
            # Whether the probation of a result is over.
            evaluates=SQL("NOT %s AND result.date_provisional <= %s", run.first, run.date_effect),
            direction=DIRECTION,
            joins=self._get_joins_sql(SQL("result.computed_grade_id")),
            due=self._get_due_in_turn_sql(run, which),
            state=self._get_state_sql(run),
            provisional=self._get_provisional_sql(policy if not run.first else (), run.date_effect),
            again=self._get_again_sql(run.date_effect),
            by_hand=self.env["customer.grading.result"]._get_by_hand_sql("result"),
            writing=self._get_writing_sql(run.date_effect, run_id=SQL("%s", run.id)),
        )
        self.env.cr.execute(statement)
        [next_id] = self.env.cr.fetchone()
        if run.first and not last_id:
            self.env["customer.grading.engine"]._analyze(SQL.identifier("customer_grading_change"))
        return next_id

    def _get_undecided_sql(self, run, subject_ids, last_id):
        """Return whether a result of the run's dimension and company waits for a decision."""
        subject = SQL.identifier("result", run.dimension_id._get_subject_kind().field)
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
            " %s AND (%s)",
            run.dimension_id.id,
            run.company_id.id or None,
            last_id,
            narrow_to(subject, subject_ids),
            waits,
        )

    # ------------------------------------------------------------------ limited grades

    def _get_limited_sql(self, run, which):
        """Return whether a result is one of those that :meth:`_settle_computed` is asked for."""
        grades = run.policy_id._get_limited_rules().grade_id
        if not grades:
            return SQL("TRUE")
        limited = SQL("COALESCE(%s IN %s, FALSE)", self._get_target_sql(run), tuple(grades.ids))
        return limited if which == "limited" else SQL("NOT %s", limited)

    def _get_due_in_turn_sql(self, run, which):
        """Return the day of :meth:`_get_due_sql`, tomorrow at least for who finds no place."""
        due = self._get_due_sql(run)
        if which == "limited" and (crowded := tuple(self._find_crowded(run))):
            return SQL(
                "CASE WHEN id IN %(crowded)s THEN GREATEST(%(due)s, %(date)s::date + 1)"
                " ELSE %(due)s END",
                crowded=crowded,
                due=due,
                date=run.date_effect,
            )
        return due

    def _find_crowded(self, run):
        """Return the ids of the results that move to a limited grade and find no place in it.

        A place is taken by whoever has the grade in effect, also by hand or until the month
        ends. Those who move come in by strength, as far as there are places.
        """
        policy, engine = run.policy_id.sudo(), self.env["customer.grading.engine"]
        limits = run.cutoffs or {}
        scope = engine._get_scope(policy, run.company_id, run.date_effect, cutoffs=limits)
        ids = []
        for rule in policy._get_limited_rules():
            query = self._get_crowded_sql(run, rule, *engine._get_terms(policy, scope))
            ids += [id_ for [id_] in self.env.execute_query(query)]
        return ids

    def _get_crowded_sql(self, run, rule, terms, joins):
        """Return the query of the results that find no place in one limited grade."""
        policy, results = rule.policy_id, self.env["customer.grading.result"]
        holds = SQL("result.grade_id IS NOT DISTINCT FROM %s", rule.grade_id.id)
        near = SQL(
            "kept.id IN (SELECT result.id FROM customer_grading_result result"
            " WHERE result.dimension_id = %s AND result.company_id IS NOT DISTINCT FROM %s"
            " AND result.policy_id = %s AND (%s OR (%s = %s AND NOT %s)))",
            run.dimension_id.id,
            run.company_id.id or None,
            policy.id,
            holds,
            self._get_target_sql(run),
            rule.grade_id.id,
            results._get_by_hand_sql("result"),
        )
        return SQL(
            """
            SELECT id
              FROM (
                SELECT result.id, %(holds)s AS holds,
                       COUNT(*) FILTER (WHERE %(holds)s) OVER (PARTITION BY %(group)s) AS taken,
                       ROW_NUMBER() OVER (
                           PARTITION BY %(group)s, %(holds)s ORDER BY %(order)s) AS position
                  FROM (%(values)s) %(alias)s %(joins)s
                  JOIN customer_grading_result result ON result.id = %(alias)s.subject_id
              ) near
             WHERE NOT holds AND position > GREATEST(%(most)s - taken, 0)
            """,
            holds=holds,
            group=rule._get_limit_group(),
            order=rule._get_strength_order(terms),
            values=self.env["customer.grading.engine"]._get_kept_values_sql(policy, results, near),
            alias=SQL.identifier(VALUES),
            joins=joins,
            most=rule.limit_count,
        )

    # ------------------------------------------------------------------ grades by hand

    def _settle_manual(self, run, subject_ids, last_id, length):
        """End the grades by hand whose day is over; the others go on.

        A grade by hand of a customer that no policy ever graded ends with any run.

        :return: the last id of the batch, ``None`` after the last batch
        """
        self.env.flush_all()
        ends = SQL("COALESCE(result.manual_until < %s, FALSE)", run.date_effect)
        statement = SQL(
            """
            WITH due AS (
                SELECT * FROM customer_grading_result result
                 WHERE %(undecided)s AND %(by_hand)s
                   AND (result.policy_id = %(policy)s OR result.policy_id IS NULL)
                 ORDER BY result.id
                 LIMIT %(length)s
                   FOR UPDATE SKIP LOCKED
            ), decided AS (%(decided)s), %(writing)s
            SELECT MAX(id) FROM due
            """,
            undecided=self._get_undecided_sql(run, subject_ids, last_id),
            by_hand=self.env["customer.grading.result"]._get_by_hand_sql("result"),
            policy=run.policy_id.id,
            length=length,
            decided=self._get_ending_sql(SQL("due"), run.policy_id, run.date_effect, ends),
            writing=self._get_writing_sql(run.date_effect, run_id=SQL("%s", run.id)),
        )
        self.env.cr.execute(statement)
        return self.env.cr.fetchone()[0]

    def _get_ending_sql(self, results, policies, date, ends):
        """Return the rows of :meth:`_get_writing_sql` of ``results`` by hand, a relation.

        The computed grade comes back, where it needs nobody's yes. That a customer was
        frozen or excluded is told to be over even where the grade stays.

        :param ends: whether what is by hand is over, SQL on ``result``
        """
        return SQL(
            """
            SELECT provided.*,
                   CASE WHEN frees THEN %(again)s ELSE manual_until + 1 END AS again
              FROM (
                SELECT stated.*, moves AND state = 'applied' AS takes,
                       CASE WHEN state = 'applied' THEN 'manual_end' ELSE 'computed' END AS origin
                  FROM (
                    SELECT ended.*, %(asked)s AS state
                      FROM (
                        SELECT result.*, result.computed_grade_id AS target_id,
                               %(direction)s AS direction, %(ends)s AS frees,
                               %(ends)s AND (result.manual_kind IS NOT NULL OR
                               result.computed_grade_id IS DISTINCT FROM result.grade_id) AS moves,
                               %(expires)s AS expires, FALSE AS evaluates, NULL::date AS due,
                               NULL::integer AS own_id, NULL::integer AS undoes_id,
                               open.id AS open_id, FALSE AS stays,
                               result.computed_grade_id AS considered,
                               result.date_provisional AS provisional
                          FROM %(results)s result %(joins)s
                      ) ended
                  ) stated
              ) provided
            """,
            results=results,
            again=self._get_again_sql(date),
            asked=self._require_sql(policies, SQL("direction"), SQL("'applied'")),
            direction=DIRECTION,
            ends=ends,
            expires=self._get_anniversary_sql(policies, "expiry_months"),
            joins=self._get_joins_sql(SQL("result.computed_grade_id")),
        )

    def _end_by_hand(self, results):
        """End what is by hand on ``results`` of one company today, as the user decides."""
        date = self.env["customer.grading.engine"]._get_today(results.company_id)
        chosen = SQL("(SELECT * FROM customer_grading_result WHERE id IN %s)", results._ids or (0,))
        ending = self._get_ending_sql(chosen, results.policy_id, date, SQL("TRUE"))
        self._write(ending, date, user_id=self.env.uid, decided_by_id=self.env.uid)

    # ------------------------------------------------------------------ what people decide

    def _decide(self, changes, state, due=None):
        """Write what was decided on open ``changes``, one a result and all of one company.

        Proposals leave a result as it is until they are approved, when they were noted on
        it before. An undone run gives its grades back until they end.

        :param state: what becomes of them; those that are applied come into effect today
        :param due: the day on which they wait again
        """
        decides = state in ("applied", "refused")
        policies = changes.result_id.policy_id
        date = self.env["customer.grading.engine"]._get_today(changes.company_id)
        tomorrow = SQL("GREATEST(result.date_computed_since, %s::date + 1)", date)
        decided = SQL(
            """
            SELECT provided.*,
                   CASE WHEN by_hand THEN date_due
                        WHEN origin = 'undo' AND takes THEN %(back)s
                        ELSE %(again)s END AS again
              FROM (
                SELECT chosen.*,
                       CASE WHEN by_hand THEN date_provisional
                            WHEN origin = 'undo' AND takes
                            THEN CASE WHEN target_id IS NOT NULL THEN date_provisional END
                            ELSE %(provisional)s END AS provisional
                  FROM (
                    SELECT result.*, change.grade_id AS target_id, %(direction)s AS direction,
                           change.origin, %(state)s AS state, %(due)s::date AS due,
                           TRUE AS moves, %(takes)s AS takes, NOT %(takes)s AS stays,
                           change.id AS own_id, NULL::integer AS undoes_id,
                           NULLIF(open.id, change.id) AS open_id, FALSE AS frees,
                           %(expires)s AS expires, FALSE AS evaluates,
                           change.origin IN %(by_people)s OR %(by_hand)s AS by_hand,
                           result.considered_grade_id AS considered
                      FROM customer_grading_change change
                      JOIN customer_grading_result result ON result.id = change.result_id
                      %(joins)s
                     WHERE change.id IN %(changes)s
                  ) chosen
              ) provided
            """,
            back=self._get_end_sql(policies, date),
            again=self._get_again_sql(date),
            provisional=self._get_provisional_sql(policies, date, decides),
            direction=DIRECTION,
            state=state,
            due=due,
            takes=state == "applied",
            expires=self._get_anniversary_sql(policies, "expiry_months", tomorrow),
            by_people=BY_HAND_ORIGINS,
            by_hand=self.env["customer.grading.result"]._get_by_hand_sql("result"),
            joins=self._get_joins_sql(SQL("change.grade_id")),
            changes=changes._ids,
        )
        self._write(decided, date, decided_by_id=decides and self.env.uid)

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

    @staticmethod
    def _get_months(policies, name):
        """Return ``[(policy id, grade id, months)]`` of the grades that have ``name``.

        What holds for a grade is said by its first requirement.
        """
        months = (
            (policy.id, grade.id, policy._get_rule_of(grade)[name])
            for policy in policies
            for grade in policy._get_given_grades()
        )
        return [row for row in months if row[2]]

    def _get_anniversary_sql(self, policies, name, start=None, alias="result"):
        """Return the first day from ``start`` that is so many months, or a multiple of them,
        after the held grade was given; ``NULL`` for grades without any.

        :param name: of the field of requirements that holds the months; by those of
            ``expiry_months`` the held grade is no longer held back from that day on
        :param start: by default the day since which the computed grade has stood: on those
            before it was the held one, and gave it anew
        """
        months = self._get_months(policies, name)
        if not months:
            return SQL("NULL::date")
        whens = [
            SQL(
                "WHEN %s = %s AND %s = %s THEN %s",
                SQL.identifier(alias, "policy_id"),
                policy,
                SQL.identifier(alias, "grade_id"),
                grade,
                count,
            )
            for policy, grade, count in months
        ]
        return SQL(
            """
            (SELECT MIN(anniversary.day)
               FROM (SELECT CASE %(months)s END AS step, %(start)s AS start) asked
              CROSS JOIN LATERAL generate_series(
                        1, 2 + (asked.start - %(since)s) / 28 / asked.step) AS count
              CROSS JOIN LATERAL (
                        SELECT (%(since)s
                                + make_interval(months => asked.step * count))::date AS day
                    ) anniversary
              WHERE anniversary.day >= asked.start)
            """,
            since=SQL.identifier(alias, "date_since"),
            start=start or SQL.identifier(alias, "date_computed_since"),
            months=SQL(" ").join(whens),
        )

    @api.model
    def _get_anniversary(self, result, name):
        """Return the next day after today on which the grade of ``result`` is reviewed, or ends.

        :param name: ``review_months`` or ``expiry_months``
        """
        today = self.env["customer.grading.engine"]._get_today(result.company_id)
        result.flush_recordset()
        query = SQL(
            "SELECT %s FROM customer_grading_result result WHERE result.id = %s",
            self._get_anniversary_sql(result.policy_id, name, SQL("%s::date + 1", today)),
            result.id,
        )
        [[day]] = self.env.execute_query(query)
        return day

    def _get_end_sql(self, policies, date):
        """Return when change control looks again at a grade that comes back on ``date``.

        That is when it ends, if it does, or when a probation that goes on does.
        """
        ends = [
            SQL(
                "WHEN policy_id = %s AND target_id = %s THEN %s::date",
                policy,
                grade,
                date + relativedelta(months=count),
            )
            for policy, grade, count in self._get_months(policies, "expiry_months")
        ]
        return SQL(
            "CASE WHEN target_id IS NOT NULL THEN LEAST(CASE WHEN date_provisional > %s"
            " THEN date_provisional END, %s) END",
            date,
            SQL("CASE %s END", SQL(" ").join(ends)) if ends else SQL("NULL::date"),
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
        review = self._get_anniversary_sql(run.policy_id, "review_months", planned, "directed")
        planned = self._postpone_to_window(run, SQL("COALESCE(%s, %s)", review, planned))
        urgent = [
            SQL(
                "WHEN computed_rule_id = %s THEN GREATEST(%s, %s)",
                rule.id,
                self._add_days(run, rule.change_days),
                run.date_effect,
            )
            for rule in run.policy_id.rule_ids
            if rule.change_timing == "within"
        ]
        return SQL(
            """
            CASE WHEN direction = 'new' OR date_provisional IS NOT NULL THEN %(date)s
                 %(urgent)s
                 ELSE GREATEST(LEAST(%(planned)s, expires), %(date)s) END
            """,
            date=date,
            urgent=SQL(" ").join(urgent),
            planned=planned,
        )

    def _get_planned_whens(self, run):
        """Return the branches of the day on which a move is due by its days and month ends."""
        policy = run.policy_id
        grace = {"up": 0, "down": policy.grace_days}
        whens = [
            SQL(
                "WHEN computed_rule_id = %s AND direction = %s THEN %s",
                rule.id,
                direction,
                self._plan(run, rule.change_timing, rule.change_days, grace[direction]),
            )
            for rule in policy.rule_ids
            if rule.change_timing and rule.change_timing != "within"
            for direction in grace
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
        days = self.env["customer.grading.engine"]._get_workdays(run.company_id, first, last)
        return SQL("%s::date[]", days)

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
        whens = SQL(" ").join(confirmed)
        asked = self._require_sql(
            policy,
            SQL("CASE WHEN evaluates AND target_id IS NOT NULL THEN 'new' ELSE direction END"),
            SQL("CASE WHEN evaluates THEN 'proposed' %s ELSE 'applied' END", whens),
        )
        return SQL("CASE WHEN %s THEN 'applied' ELSE %s END", self._get_free_sql(run), asked)

    def _require_sql(self, policies, direction, state):
        """Hook: return the state of a move that would be in ``state`` by its timing.

        Whoever lets moves wait for somebody's yes returns another one for these.

        The grades are those of the columns ``grade_id`` and ``target_id``.

        :param direction: as which kind of move it counts; this and ``state`` are SQL
        """
        return state

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
    def _get_provisional_sql(policies, date, decided=False):
        """Return until when the grade is provisional: that of a new customer on probation.

        :param policies: those whose probation counts
        :param decided: whether somebody decided: a probation that is over is evaluated then
        """
        begins = [
            SQL("WHEN %s THEN %s::date", policy.id, date + relativedelta(months=months))
            for policy in policies
            if (months := policy.probation_months)
        ]
        over = SQL("WHEN date_provisional <= %s THEN NULL", date) if decided else SQL()
        return SQL(
            "CASE WHEN takes AND direction = 'new' AND previous_grade_id IS NULL THEN %s"
            " %s ELSE date_provisional END",
            SQL("CASE policy_id %s END", SQL(" ").join(begins)) if begins else SQL("NULL::date"),
            over,
        )

    @staticmethod
    def _get_again_sql(date):
        """Return the day on which change control looks at a result again, of itself.

        That is when a held move is due, for the next step on the way, when a grade that
        is only kept by somebody's word ends, and at the end of a probation. A rise that
        somebody put off waits for its day, whatever ends before.
        """
        return SQL(
            """
            LEAST(CASE WHEN moves AND state = 'held' THEN due END,
                  CASE WHEN takes AND target_id IS DISTINCT FROM computed_grade_id
                       THEN %(date)s::date + 1 END,
                  CASE WHEN moves AND NOT takes AND expires > %(date)s
                        AND NOT (state = 'held' AND direction = 'up')
                       THEN expires END,
                  CASE WHEN provisional IS NOT NULL AND NOT COALESCE(evaluates, FALSE)
                        AND (takes OR date_provisional IS NOT NULL)
                        AND NOT (moves AND state = 'held')
                       THEN GREATEST(provisional, %(date)s::date + 1) END)
            """,
            date=date,
        )
