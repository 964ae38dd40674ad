import json

from odoo import models
from odoo.tools import SQL

from ...tools.blocks import tell
from ...tools.columns import LIMITS, VALUES
from ..policy.customer_grading_rule import (
    DATE_OPERATORS,
    KNOWN_OPERATORS,
    LEVEL_OPERATORS,
    POINTS_OPERATORS,
)

COMPARISONS = {
    "ge": SQL(">="),
    "gt": SQL(">"),
    "le": SQL("<="),
    "lt": SQL("<"),
    "is": SQL("="),
    "before": SQL("<"),
    "after": SQL(">"),
}

TABLE = "customer_grading_rule_count"  # the values, where a ranking needs them all first


class CustomerGradingRule(models.Model):
    """The SQL half of a requirement: for whom it holds, for whom there is room, how many meet it."""

    _inherit = "customer.grading.rule"

    def _get_holds_sql(self, values, scope):
        """Return whether the requirement holds, and there is room in the grade.

        It is true, false or unknown.

        :param values: ``{criterion: CriterionColumns}``: columns in a run, stored values in an
            explanation
        :param scope: the :class:`Scope`
        """
        return self._limit_sql(self._get_meets_sql(values), values, scope)

    def _get_meets_sql(self, values):
        """Return whether the requirement is met, or the grade kept, whoever else takes it."""
        children = self._get_children()
        meets, leaving = self._combine_sql(children, values), self._get_exit()
        if not leaving:
            return meets
        return SQL(
            "(%s OR (COALESCE(%s = %s, FALSE) AND NOT COALESCE(%s, FALSE)))",
            meets,
            values[self.policy_id._get_own_grade()].value,
            self.grade_id.id,
            leaving._combine_sql(children, values),
        )

    def _get_waits_sql(self, values, scope):
        """Return whether a ranking that only the next full run finds leaves it open.

        :param values: as in :meth:`_get_holds_sql`
        :return: ``SQL``, or nothing where it hangs on no such ranking
        """
        waits = list(filter(None, (line._get_open_sql(values) for line in self.line_ids)))
        if self.limit_count and (unseen := self._get_unseen_sql(scope)):
            waits.append(unseen)
        if not waits:
            return None
        return SQL(
            "(%s IS NULL AND (%s))", self._get_holds_sql(values, scope), SQL(" OR ").join(waits)
        )

    def _get_open_sql(self, values):
        """Return whether a condition hangs on a ranking that is not known yet, if it may."""
        if self.kind != "condition":
            return None
        terms = values[self.criterion_id]
        by_level = self.operator in LEVEL_OPERATORS or (
            self.operator in POINTS_OPERATORS and not self.criterion_id._adds_points()
        )
        return terms.level_waits if by_level else terms.waits

    def _combine_sql(self, children, values):
        """Hook: return whether a requirement, a group or a condition holds by itself."""
        if self.kind == "condition":
            return self._get_counted_sql(values[self.criterion_id])
        parts = [line._combine_sql(children, values) for line in self._get_asked_lines(children)]
        if self.kind in ("all", "until"):
            return self._join_sql(SQL(" AND "), parts, SQL("TRUE"))
        if self.kind == "any":
            return self._join_sql(SQL(" OR "), parts, SQL("FALSE"))
        if self.kind == "none":
            return SQL("(NOT %s)", self._join_sql(SQL(" OR "), parts, SQL("FALSE")))
        if self.kind == "at_least":
            return self._count_sql(parts, self.count)
        return SQL("(NOT %s)", self._count_sql(parts, self.count + 1))

    @staticmethod
    def _join_sql(operator, parts, empty):
        return SQL("(%s)", operator.join(parts)) if parts else empty

    @staticmethod
    def _count_sql(parts, least):
        """Return whether at least ``least`` parts hold, unknown while the unknown decide."""
        if not parts:
            return SQL("TRUE") if least <= 0 else SQL("FALSE")
        known = SQL(" + ").join(SQL("COALESCE((%s)::integer, 0)", part) for part in parts)
        possible = SQL(" + ").join(SQL("COALESCE((%s)::integer, 1)", part) for part in parts)
        return SQL(
            "(CASE WHEN %(known)s >= %(least)s THEN TRUE WHEN %(possible)s < %(least)s"
            " THEN FALSE END)",
            known=known,
            possible=possible,
            least=least,
        )

    def _get_counted_sql(self, terms):
        """Return whether a condition holds, what is unknown counted as it says."""
        holds, waits = (
            self._get_condition_sql(terms),
            self._get_open_sql({self.criterion_id: terms}),
        )
        if self.if_unknown not in ("met", "unmet") or self.operator in KNOWN_OPERATORS:
            return holds
        counted = SQL("%s", self.if_unknown == "met")
        if waits:  # the next full run may know it
            counted = SQL("CASE WHEN NOT %s THEN %s END", waits, counted)
        return SQL("COALESCE(%s, %s)", holds, counted)

    def _get_condition_sql(self, terms):
        """Return whether a condition holds, unknown where its criterion is."""
        operator = self.operator
        if operator in KNOWN_OPERATORS:
            test = SQL("IS NOT NULL") if operator == "known" else SQL("IS NULL")
            test = SQL("(%s %s)", terms.value, test)
            if terms.waits and self.criterion_id.kind != "measure":
                # Points that hang on a ranking may be known tomorrow.
                test = SQL("(CASE WHEN %s THEN NULL ELSE %s END)", terms.waits, test)
            return test
        if operator in LEVEL_OPERATORS:
            rank = self.criterion_id._get_level_ranks()[self.level_id]
            sign = COMPARISONS[operator.removeprefix("level_")]
            return SQL("(%s %s %s)", terms.level, sign, rank)
        if operator in POINTS_OPERATORS:
            sign = COMPARISONS[operator.removeprefix("points_")]
            return SQL("(%s %s %s)", terms.points, sign, self.value)
        if operator == "between":
            return SQL("(%s BETWEEN %s AND %s)", terms.value, self.value, self.value_max)
        if operator == "within":
            return SQL("(%s BETWEEN 0 AND %s)", terms.value, self.value)
        if operator in DATE_OPERATORS:
            return SQL("(%s %s %s::date)", terms.raw, COMPARISONS[operator], self.date_value)
        if operator in ("yes", "no"):
            return SQL("(%s = %s)", terms.value, operator == "yes")
        if operator == "is":
            return self._get_choice_sql(terms.value)
        return SQL("(%s %s %s)", terms.value, COMPARISONS[operator], self.value)

    def _get_choice_sql(self, value):
        if self.criterion_id.unit == "text":
            return SQL("(LOWER(%s) = LOWER(%s))", value, self.text_value)
        if self.criterion_id._get_raw_type() == "jsonb":
            return SQL("(%s @> to_jsonb(%s::integer))", value, self.choice_id)
        return SQL("(%s = %s)", value, self.choice_id)

    def _limit_sql(self, holds, values, scope):
        """Return ``holds`` where there is room in the grade: for the strongest.

        In a group that no full run saw that is unknown.
        """
        if not self.limit_count:
            return holds
        last = self._get_last_sql(scope)
        return SQL(
            "(%(holds)s AND CASE WHEN %(last)s IS NULL THEN NULL WHEN %(last)s = '[]' THEN TRUE ELSE"
            " COALESCE((%(strength)s) >= ((%(last)s ->> 0)::numeric, %(last)s ->> 1 IS NOT NULL,"
            " COALESCE((%(last)s ->> 1)::numeric, 0), -(%(last)s ->> 2)::bigint), FALSE) END)",
            holds=holds,
            last=last,
            strength=SQL(", ").join(self._get_strength_sql(values)),
        )

    def _get_last_sql(self, scope):
        """Return who has the last place in a subject's group, nothing where none was counted.

        One value holds the groups: they may be as many as cities.
        """
        limits = json.dumps(self._get_limits(scope))
        return SQL("(%s::jsonb -> %s)", limits, self._get_limit_group())

    def _get_limits(self, scope):
        """Return ``{group: who has the last place}`` of the last full run.

        That is ``[value, value of the tie's criterion, id]``, with no value where nobody
        has a place, and nothing where there is room for all.
        """
        return (scope.cutoffs or {}).get(LIMITS, {}).get(str(self.id)) or {}

    def _get_unseen_sql(self, scope):
        """Return whether a subject's group is one that no full run counted, if it can be."""
        limits = self._get_limits(scope)
        if not limits:
            return SQL("TRUE")
        if not self._get_limit_path():
            return None
        return SQL("%s IS NULL", self._get_last_sql(scope))

    def _get_strength_sql(self, values):
        """Return what tells who is stronger, as columns to compare, more being better.

        Those of one value are told apart by the policy's next criterion, then by who is
        there longer, so that no place stays free.
        """
        value = SQL("%s::numeric", values[self.limit_criterion_id].value)
        other = SQL("NULL::numeric")
        if criterion := self._get_tie_criterion():
            other = SQL("%s::numeric", values[criterion].value)
        member = SQL("-%s", SQL.identifier(VALUES, "member_id"))
        return value, SQL("%s IS NOT NULL", other), SQL("COALESCE(%s, 0)", other), member

    def _get_strength_order(self, values):
        """Return how to order subjects, strongest first; who has no value comes last."""
        return SQL("%s DESC NULLS LAST, %s DESC, %s DESC, %s DESC", *self._get_strength_sql(values))

    def _get_limit_group(self):
        """Return the column of the group among which the grade is counted, as text."""
        return SQL.identifier(VALUES, f"h{self.id}")

    def action_count(self):
        """Count by the engine, and show the result in the dialog."""
        self.ensure_one()
        found = self._get_met_sql()
        counts = SQL("COUNT(*) FILTER (WHERE is_met), COUNT(*) FILTER (WHERE is_near)")
        [(met, near)] = self.env.execute_query(SQL("SELECT %s FROM (%s) AS found", counts, found))
        self.met_count = self._get_count_text(met, near)
        return tell(self.met_count, then=self.action_open_dialog())

    def action_view_met(self):
        """Open the customers or opportunities that meet the requirement today."""
        return self._get_subjects_action(
            self.dimension_id._choose_text(
                self.env._("Customers that meet %s today", self.grade_id.code),
                self.env._("Opportunities that meet %s today", self.grade_id.code),
            ),
            SQL("is_met"),
        )

    def action_view_near(self):
        """Open the customers or opportunities that miss one condition of the requirement."""
        return self._get_subjects_action(
            self.dimension_id._choose_text(
                self.env._("Customers that miss one condition of %s", self.grade_id.code),
                self.env._("Opportunities that miss one condition of %s", self.grade_id.code),
            ),
            SQL("is_near"),
        )

    def _get_subjects_action(self, name, condition):
        query = SQL("SELECT * FROM (%s) AS counted WHERE %s", self._get_met_sql(), condition)
        found = self.env["customer.grading.found"].create({})
        found._fill(query)
        return self.env[self.dimension_id._get_subject_kind().model]._get_records_action(
            name=name,
            views=[(False, "list"), (False, "form")],
            domain=[("customer_grading_found", "=", found.id)],
            context={"active_test": False},
        )

    def _get_count_text(self, met, near):
        conditions = len(self._get_asked_lines(self._get_children()))
        if self.kind != "all" or conditions < 2:
            return self.env._("Meet this today: %s.", met)
        return self.env._(
            "Meet this today: %(met)s; %(part)s of %(all)s conditions: %(near)s.",
            met=met,
            part=conditions - 1,
            all=conditions,
            near=near,
        )

    def _get_met_sql(self):
        """Return a query (subject_id, is_met, is_near): who meets the requirement today, and
        who all but one of its conditions.

        :raise AccessError: for who may not write policies: it tells of figures
        :raise UserError: where a criterion, or a line, cannot be decided yet
        """
        self.check_access("write")
        self.policy_id.dimension_id._check_seen_whole()
        self._check_countable()
        policy = self.policy_id.sudo()
        engine = self.env["customer.grading.engine"]
        company = policy._get_try_on_company()
        scope = engine._get_scope(policy, company, engine._get_today(company))
        table = SQL.identifier(TABLE)
        scope = engine._create_values(policy, scope, table)
        values = SQL("SELECT * FROM %s", table)
        terms, joins = engine._get_terms(policy, scope)
        children = self._get_children()
        parts = self._get_asked_lines(children)
        met = [part._combine_sql(children, terms) for part in parts]
        count = SQL(" + ").join(SQL("COALESCE((%s)::integer, 0)", part) for part in met)
        near = SQL("%s = %s", count, len(parts) - 1)
        if self.kind != "all" or len(parts) < 2:
            near = SQL("FALSE")
        return SQL(
            "SELECT subject_id, COALESCE(holds, FALSE) AS is_met,"
            " NOT COALESCE(holds, FALSE) AND near AS is_near FROM"
            " (SELECT raw.subject_id, %(holds)s AS holds, %(near)s AS near"
            " FROM (%(values)s) raw %(joins)s) AS counted",
            holds=self._get_holds_sql(terms, scope),
            near=near,
            values=values,
            joins=joins,
        )

    def _check_countable(self):
        """Hook: raise where a criterion, or a line, cannot be decided yet."""
