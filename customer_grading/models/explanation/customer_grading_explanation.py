from functools import cache
from typing import Any, NamedTuple

from odoo import api, models
from odoo.tools import SQL

from ...tools.columns import VALUES
from ...tools.groups import OFFICER_GROUP
from ...tools.scope import Scope
from ..policy.customer_grading_measure import NUMERIC_UNITS
from ..policy.customer_grading_policy import PLANNED_STATES
from ..policy.customer_grading_rule import (
    LEVEL_OPERATORS,
    NUMERIC_OPERATORS,
    POINTS_OPERATORS,
    VALUE_OPERATORS,
)

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
    """Explains grades by the very statement that decided them, over the values kept.

    Says in one sentence why a grade moved.
    """

    _name = "customer.grading.explanation"
    _description = "Explanation of Grades"

    @api.model
    def _explain(self, records):
        """Explain results, changes or lines of a try-on, by one query a policy.

        Who was graded by hand, left the scope, or was tried on before the policy was
        changed, has no explanation.

        :return: ``{record: Explanation}``
        """
        get_full_run = cache(self.env["customer.grading.engine"]._get_last_full_run)
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
        if record._name == "customer.grading.trial.line":
            trial = record.trial_id
            return trial.policy_id, trial.company_id, trial, trial.date
        policy, company = record.policy_id, record.company_id
        if record._name == "customer.grading.change":
            run = record.run_id or get_full_run(policy, company)
            return policy, company, run, record.date_evaluated or record.date
        run = get_full_run(policy, company)
        date = max(filter(None, (record.date_evaluated, run.date)))
        return policy, company, run, date

    @staticmethod
    def _is_readable(policy, record):
        """Whether the values of ``record`` are still those of the policy's criteria.

        A draft can change after it was tried on.
        """
        criteria = policy._get_measured_criteria()
        if len(record.values) != len(criteria):
            return False
        if record._name != "customer.grading.trial.line" or policy.state not in PLANNED_STATES:
            return True
        tried = record.trial_id.create_date
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

    @api.model
    def _get_reason_text(self, records, figures=True):
        """Return ``{record: one sentence}`` for changes, lines of a try-on or results.

        :param figures: whether they stand in it where the user may see them
        """
        explanations = self._explain(records)
        shown = set()
        if figures:
            shown.update(self._get_figures_records(records.partner_id))
            shown.update(self._get_figures_records(records.lead_id))
        return {
            record: self._get_reason(
                record.sudo(), explanations.get(record), record._get_subject() in shown
            )
            for record in records
        }

    def _get_reason(self, record, explanation, figures):
        from_grade, grade = self._get_move(record)
        if record._name == "customer.grading.change" and record.origin != "computed":
            return self._get_given_text(record)
        if not explanation:
            return self._get_text_without_explanation(record, grade)
        if explanation.grade != grade and self._is_step(record, explanation):
            return self.env._("A step towards %s", explanation.grade.code)
        if explanation.grade != grade:
            return self.env._("The policy was changed since then.")
        fell = from_grade and (not grade or explanation.is_better(from_grade))
        if record._name == "customer.grading.change":
            fell = record.direction in ("down", "lost")  # as the grades ranked then
        text = self._get_move_text(explanation, from_grade, figures, fell)
        return text[:1].upper() + text[1:]

    @staticmethod
    def _is_step(record, explanation):
        """Whether a change went to the next grade on the way to the computed one."""
        return (
            record._name == "customer.grading.change"
            and record.policy_id.one_step
            and bool(record.from_grade_id and record.grade_id and explanation.grade)
        )

    @staticmethod
    def _get_move(record):
        """Return the grade before, and the grade to be explained."""
        if record._name == "customer.grading.change":
            return record.from_grade_id, record.grade_id
        if record._name == "customer.grading.trial.line":
            return record.current_grade_id, record.computed_grade_id
        return record.previous_grade_id, record.computed_grade_id

    def _get_given_text(self, change):
        """Return the reason that was given, with what was done where that is no grade."""
        done, note = self._get_origin_text(change.origin), change.note
        if note and change.origin in ("freeze", "exclude"):
            return self.env._("%(done)s: %(reason)s", done=done, reason=note)
        return note or done

    def _get_origin_text(self, origin):
        return {
            "manual": self.env._("Set by hand"),
            "manual_end": self.env._("The grade set by hand ended"),
            "merge": self.env._("Contacts were merged"),
            "probation": self.env._("The probation is over"),
            "freeze": self.env._("Frozen"),
            "exclude": self.env._("Excluded from grading"),
            "undo": self.env._("Undone"),
        }.get(origin, "")

    def _get_text_without_explanation(self, record, grade):
        if record._name == "customer.grading.trial.line":
            return self.env._("The policy was changed since then.")
        if grade:
            return ""
        return record.dimension_id._choose_text(
            self.env._("No policy grades this customer any more"),
            self.env._("No policy grades this opportunity any more"),
        )

    def _get_move_text(self, explanation, from_grade, figures, fell):
        """Return what brought a customer from ``from_grade`` to the grade explained."""
        if fell or not explanation.grade:
            return self._get_loss_text(explanation, from_grade, figures)
        texts = [
            self._get_met_text(explanation, condition, figures)
            for condition in self._get_decisive_conditions(explanation, from_grade)
        ]
        return self._shorten(texts) or self._get_loss_text(explanation, from_grade, figures)

    def _get_loss_text(self, explanation, from_grade, figures):
        """Return what keeps a customer from the grade before, or from the next better one."""
        lost = self._get_lost_rule(explanation, from_grade)
        rule = lost or explanation.get_next_rule()
        if not rule:
            return self.env._("For everybody else") if explanation.grade else ""
        texts = [
            self._get_gap_text(explanation, gap, figures, fell=bool(lost))
            for gap in explanation.get_gaps(rule)
        ]
        if lost:
            return self._shorten(texts)
        return self.env._(
            "Not %(grade)s: %(reason)s", grade=rule.grade_id.code, reason=self._shorten(texts)
        )

    @staticmethod
    def _get_lost_rule(explanation, from_grade):
        """Return the requirement of the grade before that the least keeps from, if any."""
        rules = explanation.policy.rule_ids.filtered(
            lambda rule: rule.grade_id == from_grade and not explanation.holds[rule]
        )
        return min(
            rules,
            key=lambda rule: explanation.get_effort(explanation.get_gaps(rule)),
            default=None,
        )

    @staticmethod
    def _get_decisive_conditions(explanation, from_grade):
        """Return the met conditions that the grade before did not ask for."""
        before = explanation.policy.rule_ids.filtered(lambda rule: rule.grade_id == from_grade)
        asked = [line for rule in before for line in explanation.get_conditions(rule)]
        met = explanation.get_conditions(explanation.rule).filtered(
            lambda line: explanation.holds[line]
        )
        new = met.filtered(lambda line: not any(old._implies(line) for old in asked)) or met
        # What is counted tells more than what a customer is.
        return new.sorted(lambda line: line.operator not in VALUE_OPERATORS)

    def _shorten(self, texts):
        """Return the first of several reasons, and how many more there are."""
        texts = list(dict.fromkeys(filter(None, texts)))
        if len(texts) < 2:
            return "".join(texts)
        if len(texts) == 2:
            return self.env["customer.grading.measure"]._join_list(texts)
        return self.env._("%(reason)s; and %(count)s more", reason=texts[0], count=len(texts) - 1)

    # ------------------------------------------------------------------ one condition

    def _get_met_text(self, explanation, condition, figures):
        """Return that a condition is met, with the value where it may be seen."""
        criterion = condition.criterion_id
        text = condition._get_condition_text()
        if condition._asks_for_none():
            return text
        if condition.operator in ("ge", "points_ge"):
            text = self.env._(
                "%(criterion)s reached %(limit)s",
                criterion=criterion._get_label(),
                limit=condition._format_limit(condition.value),
            )
        return self._add_value(text, explanation, condition, figures, "near")

    def _get_gap_text(self, explanation, gap, figures, fell=False):
        """Return that a condition is not met, with the value where it may be seen.

        :param fell: whether it was met before
        """
        condition, criterion = gap.condition, gap.condition.criterion_id
        if explanation.holds[condition] is None:
            return self._get_unknown_text(explanation, criterion)
        if not gap.wanted:
            return self.env._("%s, which it must not", condition._get_condition_text())
        if condition.operator in ("yes", "no"):
            return condition._get_yes_no_text(opposite=True)
        distance = explanation.get_distance(condition)
        if distance is None or condition.operator in LEVEL_OPERATORS:
            text = self._get_level_gap_text(condition, fell)
        else:
            text = self._get_limit_gap_text(explanation, condition, distance, fell)
        towards = "up" if (distance or 0) < 0 else "down"
        return self._add_value(text, explanation, condition, figures, towards)

    def _get_unknown_text(self, explanation, criterion):
        parts = explanation.get_unknown_parts(criterion) or criterion
        texts = [
            self.env._("“%s” has no answer", part.name)
            if part.measure_id.kind == "question"
            else self.env._("%s is unknown", part._get_label())
            for part in parts
        ]
        return self._shorten(texts)

    def _get_level_gap_text(self, condition, fell):
        text = condition._get_condition_text()
        return self.env._("no longer: %s", text) if fell else self.env._("not: %s", text)

    def _get_limit_gap_text(self, explanation, condition, distance, fell):
        """Return on which side of its limit an unmet number is."""
        least, most = explanation.get_limits(condition)
        too_much = least is None or distance < 0
        names = {
            "criterion": condition.criterion_id._get_label(),
            "limit": condition._format_limit(most if too_much else least),
        }
        operator = condition.operator.removeprefix("points_")
        if operator == "gt":
            return self.env._("%(criterion)s is not above %(limit)s", **names)
        if operator == "lt":
            return self.env._("%(criterion)s is not below %(limit)s", **names)
        if too_much:
            rose, above = (
                self.env._("%(criterion)s rose above %(limit)s"),
                self.env._("%(criterion)s is above %(limit)s"),
            )
            return (rose if fell else above) % names
        dropped = self.env._("%(criterion)s fell below %(limit)s")
        below = self.env._("%(criterion)s is below %(limit)s")
        return (dropped if fell else below) % names

    def _add_value(self, text, explanation, condition, figures, towards):
        """Return ``text`` with the value it speaks of, where the user may see it."""
        criterion = condition.criterion_id
        value = explanation.get_compared(condition)
        if value is None or isinstance(value, bool) or not figures or self._hides(criterion):
            return text
        if condition.operator in POINTS_OPERATORS:
            value = criterion._format_points(value, towards)
        else:
            value = criterion._format_value(value, towards)
        return self.env._("%(reason)s: %(value)s", reason=text, value=value)
