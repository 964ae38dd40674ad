"""Why a result, a change or a line of a try-on has its grade, as it was read from the database."""

from typing import Any, NamedTuple

from ..policy.customer_grading_measure import NUMERIC_UNITS
from ..policy.customer_grading_rule import (
    LEVEL_OPERATORS,
    NUMERIC_OPERATORS,
    POINTS_OPERATORS,
    VALUE_OPERATORS,
)


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
    :ivar before: what is known of the policy that gave the grade before, by whoever tells it
    :ivar at_rates_before: ``{criterion: amount}`` at the exchange rates of the grading before,
        by whoever tells it
    :ivar waivers: ``{condition: the last that waived it, up to the date}``, by whoever tells it
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
        self.before = None
        self.at_rates_before = {}
        self.waivers = {}

    def get_unknown_parts(self, criterion):
        """Return the measured criteria without a value that ``criterion`` is made of."""
        if criterion.kind == "measure":
            known = self.readings[criterion].value is not None
            return criterion.browse() if known else criterion
        return criterion.browse().union(*map(self.get_unknown_parts, criterion.child_ids))

    def get_lines(self, rule):
        """Return the lines right below a requirement or group, but for when it is left."""
        return rule._get_asked_lines(self.children)

    def get_exit(self, rule):
        """Return the group that says when ``rule`` is left, for who was in it; else nothing."""
        leaving = rule._get_exit() if not rule.root_id else rule.browse()
        own = self.readings[self.policy._get_own_grade()].value if leaving else None
        return leaving if own == rule.grade_id.id else rule.browse()

    def get_deciding_lines(self, rule):
        """Return the lines for which ``rule`` holds: of who only stays, those on which he leaves."""
        lines, leaving = self.get_lines(rule), self.get_exit(rule)
        stays = leaving and not self.holds[leaving]
        return leaving if stays and self._get_unmet(rule, lines) else lines

    def _get_unmet(self, rule, lines):
        """Return whether what ``rule`` asks for is not met, whoever stays in it all the same."""
        target, count = self._get_target(rule, len(lines), True)
        return sum(self.holds[line] is target for line in lines) < count

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
        if leaving := self.get_exit(rule):
            return self.get_gaps(leaving, not wanted)
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
        return targets["all" if rule.kind == "until" else rule.kind][0 if wanted else 1]

    # ------------------------------------------------------------------ distances

    def get_compared(self, condition):
        """Return the number that a condition compares, or ``None``."""
        reading = self.readings[condition.criterion_id]
        return reading.points if condition.operator in POINTS_OPERATORS else reading.value

    def get_limits(self, condition):
        """Return the least and the most that a condition lets pass, each may be ``None``."""
        operator = (condition.operator or "").removeprefix("points_")
        if condition.operator in LEVEL_OPERATORS:
            start = self._get_level_start(condition)
            is_most = condition.criterion_id._ranks_lowest_first()
            return (None, start) if is_most else (start, None)
        if operator not in NUMERIC_OPERATORS:
            return None, None
        if operator == "between":
            return condition.value, condition.value_max
        if operator == "within":
            return 0, condition.value
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
        sets = list(criterion._get_band_sets().values())
        return sets[(self.readings[criterion].band_set or 0) - 1]  # the general one is last

    def get_cutoff(self, criterion, band):
        """Return the last value that a rank went to in the run, or ``None``."""
        cutoffs = (self.run.cutoffs or {}).get(str(criterion.id), {}).get(str(band.id), {})
        cutoff = cutoffs.get(self.readings[criterion].group or "")
        return None if cutoff is None else float(cutoff)

    def is_by_rate(self, condition):
        """Whether a condition on an amount turned out otherwise before rates moved."""
        value = self.at_rates_before.get(condition.criterion_id)
        if value is None or condition.operator not in NUMERIC_OPERATORS:
            return False
        least, most = self.get_limits(condition)
        strict = condition.operator in ("gt", "lt")
        held = (least is None or value > least or (value == least and not strict)) and (
            most is None or value < most or (value == most and not strict)
        )
        return held is not bool(self.holds[condition])

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

    # ------------------------------------------------------------------ what decided

    def get_lost_rule(self, grade):
        """Return the requirement of ``grade`` that the least keeps from, empty if none."""
        rules = self.policy.rule_ids.filtered(
            lambda rule: rule.grade_id == grade and not self.holds[rule]
        )
        return min(rules, key=lambda r: self.get_effort(self.get_gaps(r)), default=rules)

    def get_decisive_conditions(self, from_grade):
        """Return the met conditions that the grade before did not ask for."""
        before = self.policy.rule_ids.filtered(lambda rule: rule.grade_id == from_grade)
        asked = [line for rule in before for line in self.get_conditions(rule)]
        met = self.get_conditions(self.rule).filtered(self.holds.get)
        new = met.filtered(lambda line: not any(old._implies(line) for old in asked)) or met
        # What is counted tells more than what a customer is.
        return new.sorted(lambda line: line.operator not in VALUE_OPERATORS)
