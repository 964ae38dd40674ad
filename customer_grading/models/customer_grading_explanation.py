from functools import cache
from typing import Any, NamedTuple

from odoo import api, models
from odoo.tools import SQL

from ..tools.groups import OFFICER_GROUP
from ..tools.scope import Scope
from .customer_grading_engine import VALUES
from .customer_grading_measure import NUMERIC_UNITS
from .customer_grading_policy import PLANNED_STATES
from .customer_grading_rule import LEVEL_OPERATORS, NUMERIC_OPERATORS, POINTS_OPERATORS

ACCOUNTING_GROUPS = ("account.group_account_readonly", "account.group_account_invoice")


class Reading(NamedTuple):
    """What a criterion comes to: ``None`` is unknown."""

    value: Any
    level: int | None
    points: float | None
    raw: Any  # as it is stored: a date where the value is an age
    group: str | None  # in which it is ranked
    band_set: int | None  # number of the set of bands that is for the subject


class Gap(NamedTuple):
    """A condition that would have to turn out as ``wanted``."""

    condition: Any
    wanted: bool


class Explanation:
    """Why a result, a change or a line of a try-on has its grade.

    :ivar policy: as of the company whose amounts it compares
    :ivar date: what ages are counted to
    :ivar run: whose cut-offs count for rankings; may be empty
    :ivar readings: ``{criterion: Reading}``
    :ivar holds: ``{requirement or line: True, False or None}``, unknown being ``None``
    :ivar children: ``{requirement or group: the lines right below}``
    :ivar rule: the requirement that decided; empty where none is met
    """

    def __init__(self, policy, company, date, run, children, readings, holds):
        self.policy = policy
        self.company = company
        self.date = date
        self.run = run
        self.children = children
        self.readings = readings
        self.holds = holds
        met = [rule for rule in policy.rule_ids if holds[rule]]
        self.rule = met[0] if met else policy.rule_ids.browse()
        self.grade = self.rule.grade_id

    def get_missing_criteria(self):
        """Return the criteria whose unknown value left a better grade open."""
        criteria = self.policy.criterion_ids.browse()
        for rule in self.policy.rule_ids:
            if rule == self.rule:
                break
            if self.holds[rule] is None and self.is_better(rule.grade_id):
                criteria |= self._get_unknown(rule)
        return criteria

    def _get_unknown(self, rule):
        """Return the measured criteria that leave ``rule`` unknown."""
        if rule.kind == "condition":
            return self.get_unknown_parts(rule.criterion_id)
        unknown = [child for child in self.get_lines(rule) if self.holds[child] is None]
        return rule.criterion_id.union(*(self._get_unknown(child) for child in unknown))

    def get_unknown_parts(self, criterion):
        """Return the measured criteria without a value that ``criterion`` is made of."""
        if criterion.kind == "measure":
            known = self.readings[criterion].value is not None
            return criterion.browse() if known else criterion
        return criterion.browse().union(*map(self.get_unknown_parts, criterion.child_ids))

    def get_lines(self, rule):
        """Return the lines right below a requirement or group."""
        return self.children.get(rule, rule.browse())

    def get_conditions(self, rule):
        """Return all conditions of a requirement or group."""
        if rule.kind == "condition":
            return rule
        return rule.browse().union(*map(self.get_conditions, self.get_lines(rule)))

    # ------------------------------------------------------------------ what it takes

    def is_better(self, grade, than=None):
        """Whether ``grade`` is better than the one explained, or than another one."""
        than = self.grade if than is None else than
        return not than or (grade.sequence, grade.id) < (than.sequence, than.id)

    def get_next_rule(self):
        """Return the requirement of the next better grade that is not met.

        For who is not graded it is the best one that only unknown values keep from, else
        the one that the least keeps from.
        """
        rules = self.policy.rule_ids.filtered(
            lambda rule: not self.holds[rule] and self.is_better(rule.grade_id)
        )
        if not rules:
            return rules

        unknown = rules.filtered(lambda rule: self.holds[rule] is None)
        if not self.grade and unknown:
            return min(unknown, key=lambda rule: (rule.grade_id.sequence, rule.grade_id.id))

        def distance(rule):
            effort = self.get_effort(self.get_gaps(rule))
            grade = (-rule.grade_id.sequence, -rule.grade_id.id)
            return (grade, effort) if self.grade else (effort, grade)

        return min(rules, key=distance)

    def get_effort(self, gaps):
        """Return what ways to a grade are compared by, the smallest being the easiest.

        What somebody is, is not worked on as what he buys, pays or is asked. Then the
        fewest conditions count, then the shortest way.
        """
        traits = sum(gap.condition.criterion_id._is_trait() for gap in gaps)
        return traits, len(gaps), sum(map(self._get_stretch, gaps))

    def _get_stretch(self, gap):
        """Return how far a gap is, as a share of what it compares; 1 where no number tells."""
        distance = self.get_distance(gap.condition) if gap.wanted else None
        if distance is None:
            return 1.0
        value = float(self.get_compared(gap.condition))
        return abs(distance) / (max(abs(value), abs(value + distance)) or 1.0)

    def get_gaps(self, rule, wanted=True):
        """Return the easiest conditions that keep ``rule`` from being ``wanted``."""
        if self.holds[rule] is wanted:
            return []
        if rule.kind == "condition":
            return [Gap(rule, wanted)]
        lines = self.get_lines(rule)
        target, count = self._get_target(rule, len(lines), wanted)
        open_lines = [line for line in lines if self.holds[line] is not target]
        count -= len(lines) - len(open_lines)
        ways = sorted((self.get_gaps(line, target) for line in open_lines), key=self.get_effort)
        return [gap for way in ways[: max(count, 0)] for gap in way]

    @staticmethod
    def _get_target(rule, size, wanted):
        """Return how the lines of a group shall turn out, and how many of them."""
        targets = {
            "all": ((True, size), (False, 1)),
            "any": ((True, 1), (False, size)),
            "none": ((False, size), (True, 1)),
            "at_least": ((True, rule.count), (False, size - rule.count + 1)),
            "at_most": ((False, size - rule.count), (True, rule.count + 1)),
        }
        return targets[rule.kind][0 if wanted else 1]

    # ------------------------------------------------------------------ distances

    def get_compared(self, condition):
        """Return the number that a condition compares, or ``None``."""
        reading = self.readings[condition.criterion_id]
        return reading.points if condition.operator in POINTS_OPERATORS else reading.value

    def get_limits(self, condition):
        """Return the least and the most that a condition lets pass, each may be ``None``."""
        operator = (condition.operator or "").removeprefix("points_")
        if condition.operator in LEVEL_OPERATORS:
            return self._get_level_start(condition), None
        if operator not in NUMERIC_OPERATORS:
            return None, None
        if operator == "between":
            return condition.value, condition.value_max
        return (condition.value, None) if operator in ("ge", "gt") else (None, condition.value)

    def _get_level_start(self, condition):
        """Return the value from which a level is reached, ``None`` where it is no number."""
        criterion, band = condition.criterion_id, condition.level_id
        if condition.operator == "level_le" or criterion.unit not in NUMERIC_UNITS:
            return None
        if band.level:
            own = self.get_bands(criterion).filtered(lambda other: other.level == band.level)
            band = own._sort_for_matching()[-1:] or band
        if not criterion._is_ranked():
            return band.lower
        return self.get_cutoff(criterion, band)

    def get_bands(self, criterion):
        """Return the bands of a criterion that are for the one whose grade is explained."""
        return criterion._get_bands_of(self.readings[criterion].band_set)

    def get_cutoff(self, criterion, band):
        """Return the lowest value that a rank went to in the run, or ``None``."""
        cutoffs = (self.run.cutoffs or {}).get(str(criterion.id), {}).get(str(band.id), {})
        cutoff = cutoffs.get(self.readings[criterion].group or "")
        return None if cutoff is None else float(cutoff)

    def get_distance(self, condition):
        """Return how far an unmet condition is from holding.

        :return: a positive number where more is needed, a negative one where it is too
            much, ``None`` where no number tells it
        """
        value = self.get_compared(condition)
        if value is None or isinstance(value, (bool, str, list)):
            return None
        least, most = self.get_limits(condition)
        if least is not None and value <= least:
            return float(least) - float(value)
        if most is not None and value >= most:
            return float(most) - float(value)
        return None


class CustomerGradingExplanation(models.AbstractModel):
    """Explains grades by the very statement that decided them, over the values kept."""

    _name = "customer.grading.explanation"
    _description = "Explanation of Grades"

    @api.model
    def _explain(self, records):
        """Explain results, changes or lines of a try-on, by one query a policy.

        Who was graded by hand, left the scope, or was tried on before the policy was
        changed, has no explanation.

        :return: ``{record: Explanation}``
        """
        get_full_run = cache(self._get_last_full_run)
        cases = {}
        for record in records.sudo().filtered(lambda r: isinstance(r.values, list)):
            policy, company, run, date = self._get_case(record, get_full_run)
            if policy.rule_ids and self._is_readable(policy, record):
                ranked = self.env["customer.grading.engine"]._needs_everybody(policy)
                key = policy, company, run if ranked else run.browse()
                cases.setdefault(key, {})[record] = date
        explanations = {}
        for (policy, company, run), dates in cases.items():
            explanations.update(self._explain_case(policy, company, run, dates))
        return explanations

    @staticmethod
    def _get_case(record, get_full_run):
        """Return policy, company, the run whose cut-offs count, and the reference date."""
        if record._name == "customer.grading.run.line":
            run = record.run_id
            return run.policy_id, run.company_id, run, run.date
        policy, company = record.policy_id, record.company_id
        if record._name == "customer.grading.change":
            run = record.run_id or get_full_run(policy, company)
            return policy, company, run, record.date_evaluated or record.date
        run = get_full_run(policy, company)
        date = max(filter(None, (record.date_evaluated, run.date)))
        return policy, company, run, date

    def _get_last_full_run(self, policy, company):
        """Return the last run that graded everybody by ``policy`` for ``company``."""
        Run = self.env["customer.grading.run"].sudo()
        domain = [("policy_id", "=", policy.id), ("company_id", "=", company.id)]
        run = Run.search(domain, limit=1)
        return run._get_last_full_run() if run else run

    @staticmethod
    def _is_readable(policy, record):
        """Whether the values of ``record`` are still those of the policy's criteria.

        A draft can change after it was tried on.
        """
        criteria = policy._get_measured_criteria()
        if len(record.values) != len(criteria):
            return False
        if record._name != "customer.grading.run.line" or policy.state not in PLANNED_STATES:
            return True
        tried = record.run_id.create_date
        return all(criterion.write_date <= tried for criterion in criteria)

    def _explain_case(self, policy, company, run, dates):
        """Explain the records of one policy and company, ``dates`` being ``{record: date}``."""
        policy = policy.with_company(company or self.env.company)
        records = next(iter(dates)).union(*dates)
        self._flush(policy, records)
        criteria, rules = policy.criterion_ids, policy.rule_ids | policy.rule_ids.line_ids
        children = {}
        for root in policy.rule_ids:
            children.update(root._get_children())
        statement = self._get_statement(policy, run, records, dates, children)
        explanations = {}
        for record_id, *columns in self.env.execute_query(statement):
            size = len(Reading._fields)
            readings = {
                criterion: Reading(*columns[position * size : (position + 1) * size])
                for position, criterion in enumerate(criteria)
            }
            holds = dict(zip(rules, columns[len(criteria) * size :], strict=True))
            record = records.browse(record_id)
            explanations[record] = Explanation(
                policy, company, dates[record], run, children, readings, holds
            )
        return explanations

    def _flush(self, policy, records):
        subject = policy.dimension_id._get_subject_kind()
        records.flush_recordset(["values", subject.field])

    def _get_statement(self, policy, run, records, dates, children):
        """Return the query of each record's readings and of what holds for it."""
        engine = self.env["customer.grading.engine"].sudo()
        # Each record has its own date, so the scope's date is a column.
        scope = Scope(date=SQL.identifier(VALUES, "as_of"), cutoffs=run.cutoffs or {})
        terms, joins = engine._get_terms(policy, scope)
        columns = [SQL.identifier(VALUES, "subject_id")]
        for criterion in policy.criterion_ids:
            columns += self._get_reading_sql(criterion, terms[criterion])
        columns += [rule._get_holds_sql(terms, scope) for rule in policy.rule_ids]
        columns += [line._combine_sql(children, terms) for line in policy.rule_ids.line_ids]
        return SQL(
            "SELECT %(columns)s FROM ("
            "SELECT kept.*, asked.as_of FROM (%(kept)s) kept"
            " JOIN (SELECT UNNEST(%(ids)s) AS id, UNNEST(%(dates)s::date[]) AS as_of) asked"
            " ON asked.id = kept.subject_id"
            ") %(values)s %(joins)s",
            columns=SQL(", ").join(columns),
            kept=engine._get_kept_values_sql(policy, records),
            ids=[record.id for record in dates],
            dates=list(dates.values()),
            values=SQL.identifier(VALUES),
            joins=joins,
        )

    @staticmethod
    def _get_reading_sql(criterion, terms):
        measured = criterion.kind == "measure"
        raw = SQL.identifier(VALUES, f"v{criterion.id}") if measured else SQL("NULL")
        group = SQL("NULL")
        if criterion._is_ranked():
            group = SQL.identifier(VALUES, f"g{criterion.id}")
        band_set = SQL("NULL")
        if len(criterion._get_band_sets()) > 1:
            band_set = SQL.identifier(VALUES, f"b{criterion.id}")
        return [terms.value, terms.level, terms.points, raw, group, band_set]

    # ------------------------------------------------------------------ who sees numbers

    @api.model
    def _get_figures_records(self, records):
        """Return those of ``records``, customers or opportunities, whose figures the user
        may see.
        """
        user = self.env.user
        if user.has_group(OFFICER_GROUP) or any(map(user.has_group, ACCOUNTING_GROUPS)):
            return records
        who = self.env["ir.config_parameter"].sudo().get_param("customer_grading.figures", "own")
        if who == "all":
            return records
        if who == "accounting":
            return records.browse()
        colleagues = self._get_team_users(user)
        return records.filtered(lambda r: r.sudo()._get_graded().user_id in colleagues)

    @staticmethod
    def _get_team_users(user):
        """Return ``user`` and the members of the sales teams he leads or belongs to."""
        Team = user.env["crm.team"].sudo()
        domain = ["|", ("user_id", "=", user.id), ("member_ids", "in", user.ids)]
        return user | Team.search(domain).member_ids

    @api.model
    def _hides(self, criterion):
        """Whether the figures of ``criterion`` are kept from the user, whoever's they are."""
        if criterion.kind != "measure":
            return any(map(self._hides, criterion.child_ids))
        measure = criterion.measure_id.sudo()
        measure |= measure.numerator_id | measure.denominator_id | measure.base_measure_id
        groups = self.env.user.all_group_ids
        return any(
            shown.group_ids and not shown.group_ids & groups
            for shown in (*measure, *criterion.dimension_id.sudo())
        )
