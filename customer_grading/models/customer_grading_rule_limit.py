from odoo import api, fields, models
from odoo.exceptions import ValidationError
from odoo.tools import SQL

from .customer_grading_criterion import RANK_WITHIN, get_group_path
from .customer_grading_engine import VALUES
from .customer_grading_measure import NUMERIC_UNITS

LIMITS = "limits"  # key of the cut-offs of limited grades, beside those of ranked criteria


class CustomerGradingRule(models.Model):
    """Limits how many take a grade: the strongest of those who meet what it takes.

    A limit is a cut-off, as a ranking is: a full run finds the value that the strongest
    have, and grading compares with it. Those of one value stay together, outside where
    there is no room for all of them.
    """

    _inherit = "customer.grading.rule"

    limit_count = fields.Integer(
        "At most", aggregator=None, help="How many take the grade; 0: as many as meet it."
    )
    limit_within = fields.Selection(
        selection=[choice for choice in RANK_WITHIN if choice[0] != "field"],
        string="Counted among",
        default="all",
        required=True,
    )
    limit_criterion_id = fields.Many2one(
        "customer.grading.criterion",
        "The strongest by",
        ondelete="restrict",
        index="btree_not_null",
        domain="[('policy_id', '=', policy_id)]",
    )

    _limit_check = models.Constraint(
        "CHECK (limit_count >= 0)", "A grade cannot be limited to less than 0. Use 0 for no limit."
    )

    @api.constrains("limit_count", "limit_criterion_id", "policy_id")
    def _check_limit(self):
        for rule in self.filtered("limit_criterion_id"):
            if rule.limit_criterion_id.policy_id != rule.policy_id:
                raise ValidationError(
                    self.env._("“%s” belongs to another policy.", rule.limit_criterion_id.name)
                )

    def _get_problems(self):
        """Add what keeps the limit from being decided."""
        problems = super()._get_problems()
        if self.limit_count and (problem := self._get_limit_problem()):
            grade = self.grade_id.code
            message = self.env._("Grade %(grade)s: %(problem)s", grade=grade, problem=problem)
            problems.append(self._prepare_rule_problem(message, "danger"))
        return problems

    def _get_limit_problem(self):
        criterion = self.limit_criterion_id
        if not criterion:
            return self.env._("say by which criterion the strongest are chosen.")
        if criterion.unit not in NUMERIC_UNITS:
            return self.env._("the strongest are told by a number: choose another criterion.")
        if not criterion._is_group_path(self._get_limit_path()):
            return self.env._("choose among whom it is counted.")
        return None

    def _get_limit_path(self):
        return get_group_path(self.policy_id.subject, self.limit_within)

    def _get_limit_text(self):
        """Return in one sentence how many take the grade."""
        self.ensure_one()
        within = dict(self._fields["limit_within"]._description_selection(self.env))
        names = {
            "grade": self.grade_id.code,
            "count": self.limit_count,
            "criterion": self.limit_criterion_id.name or "",
            "within": within[self.limit_within],
        }
        if self.limit_within == "all":
            return self.env._(
                "%(grade)s goes to %(count)s at most, the strongest by “%(criterion)s”.", **names
            )
        return self.env._(
            "%(grade)s goes to %(count)s at most, the strongest by “%(criterion)s”, counted "
            "among: %(within)s.",
            **names,
        )

    # ------------------------------------------------------------------ SQL half

    def _get_holds_sql(self, values, scope):
        """Return whether the requirement holds, and there is room in the grade."""
        holds = super()._get_holds_sql(values, scope)
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


class CustomerGradingEngine(models.AbstractModel):
    """Finds who is too many in a limited grade."""

    _inherit = "customer.grading.engine"

    def _get_group_columns(self, policy, get_field_sql):
        """Add the groups among which limited grades are counted."""
        limited = policy.rule_ids.filtered("limit_count")
        return super()._get_group_columns(policy, get_field_sql) | {
            f"h{rule.id}": self._get_group_sql(rule._get_limit_path(), get_field_sql)
            for rule in limited
        }

    def _needs_everybody(self, policy):
        return super()._needs_everybody(policy) or bool(policy.rule_ids.filtered("limit_count"))

    def _compute_cutoffs(self, policy, scope, values):
        """Add the lowest value with which a limited grade is still taken, by group.

        :return: as before, and ``{"limits": {requirement id: {group: value, as text}}}``
            with the groups that have too many
        """
        cutoffs = super()._compute_cutoffs(policy, scope, values)
        limits = cutoffs[LIMITS] = {}
        for rule in policy.rule_ids.filtered("limit_count"):
            scope = scope._replace(cutoffs=cutoffs)
            rows = self.env.execute_query(self._get_limit_sql(policy, scope, rule, values))
            limits[str(rule.id)] = dict(rows)
        return cutoffs

    def _get_limit_sql(self, policy, scope, rule, values):
        terms, joins = self._get_terms(policy, scope)
        earlier = policy.rule_ids[: list(policy.rule_ids).index(rule)]
        taken = [SQL("COALESCE(%s, FALSE)", o._get_holds_sql(terms, scope)) for o in earlier]
        return SQL(
            """
            SELECT place, COALESCE(MIN(value) FILTER (WHERE upto <= %(most)s), 'Infinity')::text
              FROM (
                SELECT %(group)s AS place, %(value)s::numeric AS value, COUNT(*) OVER (
                           PARTITION BY %(group)s ORDER BY %(value)s DESC NULLS LAST) AS upto,
                       COUNT(*) OVER (PARTITION BY %(group)s) AS total
                  FROM (SELECT * FROM %(values)s) %(alias)s %(joins)s
                 WHERE %(holds)s AND NOT (%(taken)s)
              ) ranked
             WHERE total > %(most)s
             GROUP BY place
            """,
            most=rule.limit_count,
            group=rule._get_limit_group(),
            value=terms[rule.limit_criterion_id].value,
            values=values,
            alias=SQL.identifier(VALUES),
            joins=joins,
            holds=rule._get_holds_sql(terms, scope),
            taken=SQL(" OR ").join(taken) if taken else SQL("FALSE"),
        )
