from odoo import models
from odoo.exceptions import UserError
from odoo.tools import SQL

from ..policy.customer_grading_rule import (
    KNOWN_OPERATORS,
    LEVEL_OPERATORS,
    LIMITS,
    POINTS_OPERATORS,
)
from .customer_grading_engine import VALUES

COMPARISONS = {
    "ge": SQL(">="),
    "gt": SQL(">"),
    "le": SQL("<="),
    "lt": SQL("<"),
    "is": SQL("="),
}

TABLE = "customer_grading_rule_count"  # the values, where a ranking needs them all first


class CustomerGradingRule(models.Model):
    """Counts who meets a requirement today, and who misses one of its conditions."""

    _inherit = "customer.grading.rule"

    # ------------------------------------------------------------------ SQL half

    def _get_holds_sql(self, values, scope):
        """Return whether the requirement holds, and there is room in the grade.

        It is true, false or unknown.

        :param values: ``{criterion: Terms}``: columns in a run, stored values in an
            explanation
        :param scope: the :class:`Scope`
        """
        self.ensure_one()
        return self._limit_sql(self._combine_sql(self._get_children(), values), values, scope)

    def _combine_sql(self, children, values):
        if self.kind == "condition":
            return self._get_condition_sql(values[self.criterion_id])
        parts = [child._combine_sql(children, values) for child in children.get(self, ())]
        if self.kind == "all":
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

    def _get_condition_sql(self, terms):
        """Return whether a condition holds, unknown where its criterion is."""
        operator = self.operator
        if operator in KNOWN_OPERATORS:
            test = SQL("IS NOT NULL") if operator == "known" else SQL("IS NULL")
            return SQL("(%s %s)", terms.value, test)
        if operator in LEVEL_OPERATORS:
            rank = self.criterion_id._get_level_ranks()[self.level_id]
            sign = COMPARISONS[operator.removeprefix("level_")]
            return SQL("(%s %s %s)", terms.level, sign, rank)
        if operator in POINTS_OPERATORS:
            sign = COMPARISONS[operator.removeprefix("points_")]
            return SQL("(%s %s %s)", terms.points, sign, self.value)
        if operator == "between":
            return SQL("(%s BETWEEN %s AND %s)", terms.value, self.value, self.value_max)
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

    # ------------------------------------------------------------------ SQL half

    def _limit_sql(self, holds, values, scope):
        """Return ``holds`` where there is room in the grade: for the strongest."""
        cutoffs = ((scope.cutoffs or {}).get(LIMITS) or {}).get(str(self.id))
        if not self.limit_count or not cutoffs:
            return holds
        value = values[self.limit_criterion_id].value
        whens = [
            SQL("WHEN %s THEN COALESCE(%s >= %s::numeric, FALSE)", group, value, cutoff)
            for group, cutoff in cutoffs.items()
        ]
        return SQL(
            "(%s AND CASE %s %s ELSE TRUE END)",
            holds,
            self._get_limit_group(),
            SQL(" ").join(whens),
        )

    def _get_limit_group(self):
        """Return the column of the group among which the grade is counted, as text."""
        return SQL.identifier(VALUES, f"h{self.id}")

    def action_count(self):
        """Count by the engine, and show the result in the dialog."""
        self.ensure_one()
        met, near = self._get_met_ids()
        self.met_count = self._get_count_text(len(met), len(near))
        return {
            "type": "ir.actions.client",
            "tag": "display_notification",
            "params": {
                "message": self.met_count,
                "type": "info",
                "next": {
                    **self._get_dialog_action(),
                    "views": [(False, "form")],
                },
            },
        }

    def action_view_met(self):
        """Open the customers or opportunities that meet the requirement today."""
        met, _near = self._get_met_ids()
        return self._get_subjects_action(
            self.dimension_id._choose_text(
                self.env._("Customers that meet %s today", self.grade_id.code),
                self.env._("Opportunities that meet %s today", self.grade_id.code),
            ),
            met,
        )

    def action_view_near(self):
        """Open the customers or opportunities that miss one condition of the requirement."""
        _met, near = self._get_met_ids()
        return self._get_subjects_action(
            self.dimension_id._choose_text(
                self.env._("Customers that miss one condition of %s", self.grade_id.code),
                self.env._("Opportunities that miss one condition of %s", self.grade_id.code),
            ),
            near,
        )

    def _get_subjects_action(self, name, ids):
        return {
            "type": "ir.actions.act_window",
            "name": name,
            "res_model": self.dimension_id._get_subject_kind().model,
            "view_mode": "list,form",
            "domain": [("id", "in", ids)],
            "context": {"active_test": False},
        }

    def _get_count_text(self, met, near):
        conditions = len(self._get_children().get(self, ()))
        if self.kind != "all" or conditions < 2:
            return self.env._("Meet this today: %s.", met)
        return self.env._(
            "Meet this today: %(met)s; %(part)s of %(all)s conditions: %(near)s.",
            met=met,
            part=conditions - 1,
            all=conditions,
            near=near,
        )

    def _get_met_ids(self):
        """Return who meets the requirement today, and who all but one of its conditions.

        :raise AccessError: for who may not write policies: it tells of figures
        :raise UserError: where a criterion, or a line, cannot be decided yet
        """
        self.ensure_one()
        self.check_access("write")
        self._check_countable()
        policy = self.policy_id.sudo()
        engine = self.env["customer.grading.engine"]
        company = policy._get_try_on_company()
        scope = engine._get_scope(policy, company, engine._get_today(company))
        values, scope = self._get_values(engine, policy, scope)
        terms, joins = engine._get_terms(policy, scope)
        children = self._get_children()
        parts = children.get(self, self.browse())
        met = [part._combine_sql(children, terms) for part in parts]
        rows = self.env.execute_query(
            SQL(
                "SELECT raw.subject_id, %(holds)s, %(met)s FROM (%(values)s) raw %(joins)s",
                holds=self._get_holds_sql(terms, scope),
                met=SQL(" + ").join(SQL("COALESCE((%s)::integer, 0)", part) for part in met)
                if met
                else SQL("0"),
                values=values,
                joins=joins,
            )
        )
        near = len(parts) - 1 if self.kind == "all" and len(parts) > 1 else None
        return (
            [subject for subject, holds, _count in rows if holds],
            [subject for subject, holds, count in rows if not holds and count == near],
        )

    def _get_values(self, engine, policy, scope):
        table = SQL.identifier(TABLE)
        engine._create_values(policy, scope, table)
        cutoffs = engine._compute_cutoffs(policy, scope, table)
        return SQL("SELECT * FROM %s", table), scope._replace(cutoffs=cutoffs)

    def _check_countable(self):
        problems = [
            problem["message"]
            for record in [*self.policy_id.criterion_ids, self]
            for problem in record._get_problems()
        ]
        if problems:
            raise UserError("\n".join(problems))
