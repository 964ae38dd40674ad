from typing import NamedTuple

from odoo.addons.customer_grading_policy_file.tools.round_numbers import get_round_numbers

UPWARDS = ("ge", "gt")
SCALED_UNITS = ("amount", "count", "quantity")
TOP = 0.1  # of those who have any: so many reach the highest limit of a policy that fits
FITTING = {"amount": (0.02, 0.3), "quantity": (0.02, 0.3), "count": (0.005, 0.6)}
NEAR = 1.25  # a rounder number is taken up to so many times away


class Limit(NamedTuple):
    """A limit of a policy: a condition or a level of a criterion.

    :param record: the rule line or the band
    :param criterion: what is limited
    :param value: the limit of the file
    """

    record: object
    criterion: object
    value: float

    def apply(self, value):
        """Give the condition or level another limit."""
        self.record[self.get_field()] = value

    def get_field(self):
        """Return the name of the field that holds it."""
        return "lower" if self.record._name == "customer.grading.band" else "value"


class LimitScaler:
    """Moves the limits of a policy to a company's own scale, and keeps their shape.

    Another company's millions say nothing here; that the second limit is half of the first
    does. Where its highest limit is reached by as many as such a grade is meant for, nothing
    is moved.
    """

    def __init__(self, policy):
        self.policy = policy.sudo()
        self.steps = {}  # criterion -> its values and how many reach each, highest first

    def get_limits(self):
        """Return the :class:`Limit` list of what is at least an amount or a number.

        Their order is that of the file: whoever loads it again finds the same ones.
        """
        lines = self.policy.rule_ids.sorted(lambda rule: (rule.sequence, rule.id)).line_ids
        found = [
            Limit(line, line.criterion_id, line.value)
            for line in lines.sorted(lambda line: (line.root_id.sequence, line.sequence, line.id))
            if line.kind == "condition" and line.operator in UPWARDS
        ]
        for criterion in self.policy.criterion_ids.filtered(lambda c: c.band_by == "value"):
            bands = criterion.band_ids.sorted(lambda band: (band.sequence, band.id))
            found += [Limit(band, criterion, band.lower) for band in bands]
        return [limit for limit in found if self._has_scale(limit)]

    @staticmethod
    def _has_scale(limit):
        """Whether a limit hangs on how large a company is: that something is there does not."""
        unit = limit.criterion.unit
        least = 0 if unit == "amount" else 1
        return unit in SCALED_UNITS and limit.value > least

    def get_steps(self, criterion):
        """Return ``[[value, how many of the company's own have at least that], ...]``."""
        if criterion not in self.steps:
            self.steps[criterion] = criterion._get_steps()
        return self.steps[criterion]

    def suggest(self, limits):
        """Return a limit of the company's own scale for each of ``limits``."""
        by_scale = {}  # what is measured alike, such as this year and last, has one scale
        for limit in limits:
            by_scale.setdefault(limit.criterion.measure_id or limit.criterion, []).append(limit)
        scaled = {scale: self._scale(alike) for scale, alike in by_scale.items()}
        return [
            scaled[limit.criterion.measure_id or limit.criterion][limit.value] for limit in limits
        ]

    def _scale(self, limits):
        """Return ``{value: another value}`` of limits of one scale, or the same values.

        Of several criteria that one counts of which most have any.
        """
        values = sorted({limit.value for limit in limits}, reverse=True)
        same = {value: value for value in values}
        figures = [
            (criterion, [step for step in self.get_steps(criterion) if step[0] > 0])
            for criterion in dict.fromkeys(limit.criterion for limit in limits)
        ]
        criterion, steps = max(figures, key=lambda told: told[1][-1][1] if told[1] else 0)
        if not steps:
            return same
        total = steps[-1][1]
        lowest, highest = FITTING[criterion.unit]
        if lowest <= count_reaching(steps, values[0]) / total <= highest:
            return same
        wanted = max(round(total * TOP), 1)
        top = next(value for value, reach in steps if reach >= wanted)
        scaled, below = {}, None
        for value in values:
            below = self._round(criterion.unit, value * top / values[0], below)
            if not below:
                return same  # there is no room for as many limits
            scaled[value] = below
        return scaled

    @staticmethod
    def _round(unit, value, below):
        """Return the roundest number that is near to ``value``, and lower than ``below``."""
        for numbers in get_round_numbers(unit, value / NEAR, value * NEAR):
            numbers = [number for number in numbers if below is None or number < below]
            if numbers:
                return min(numbers, key=lambda number: abs(number - value))
        return None


def count_reaching(steps, limit):
    """Return how many have at least ``limit``.

    >>> count_reaching([[500, 1], [300, 4], [20, 9]], 250)
    4
    >>> count_reaching([[500, 1]], 501)
    0
    """
    return max((reach for value, reach in steps if value >= limit), default=0)
