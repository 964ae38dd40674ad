"""What the order lines of a customer come to, in plain Python, from the words of the design.

It shares nothing with the addon but the names of what is asked for. Slow, and simple
enough to be right: days are looked for one by one, numbers are fractions.
"""

from calendar import monthrange
from collections import Counter
from datetime import date, timedelta
from fractions import Fraction
from itertools import count
from typing import Any, NamedTuple

from .grades import exact

DAY = timedelta(days=1)


class Line(NamedTuple):
    """A line of a confirmed order.

    :param customer: who ordered
    :param quantity: in ``unit``
    :param unit: ``(what it measures, how many of the smallest unit it is)``
    :param since: the date of the customer from which its documents may count
    """

    customer: Any
    day: date
    amount: int
    quantity: int
    unit: tuple
    category: Any
    since: date


def shift(day, months):
    """Return the same day so many months later, or the last one of a month that is shorter."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))


def count_age(start, end, months, days):
    """Return how often so many months are over between two dates, and how much of the next.

    :param days: of how many days a part is told
    """
    whole = next(n for n in count(0) if shift(start, (n + 1) * months) > end)
    part = Fraction((end - shift(start, whole * months)).days, days)
    return Fraction(round((whole + part) * 1_000_000), 1_000_000)


def find_ends(day, every, count=1):
    """Return the newest ``count`` days up to ``day`` that end a month, or a third one."""
    ends = []
    while len(ends) < count:
        if (day + DAY).day == 1 and day.month % every == 0:
            ends.append(day)
        day -= DAY
    return ends


class DocumentOracle:
    """What a criterion measures of the order lines.

    :param lines: the :class:`Line` of all customers, oldest record first
    :param families: lists of customers that are one corporate group
    :param units: ``{criterion's unit: (what it measures, how many of the smallest)}``
    :param reference: the day on which is asked
    """

    def __init__(self, lines, families, units, reference):
        self.lines = lines
        self.families = families
        self.units = units
        self.reference = reference

    def get_value(self, customer, source, spec):
        """Return what ``source`` comes to under the terms of ``spec``; ``None`` is unknown."""
        if source == "lines_growth":
            return self.get_growth(customer, spec)
        if source in ("lines_share", "lines_ratio"):
            return self.get_ratio(customer, source, spec)
        values = [
            self.aggregate(source, self.select(customer, spec, first, last), spec)
            for first, last in self.get_stretches(spec)
        ]
        if spec["period"] == "month_ends":
            return None if None in values else sum(values, Fraction(0)) / len(values)
        return max((value for value in values if value is not None), default=None)

    def get_growth(self, customer, spec):
        """Return the growth of the amount in per cent; from nothing there is none."""
        [(first, last)] = self.get_stretches(spec)
        now = self.select(customer, spec, first, last)
        [before] = self.get_stretches(spec, 12)
        then = self.select(customer, spec, *before)
        before = sum(line.amount for line in then)
        more = sum(line.amount for line in now) - before
        return Fraction(100 * more, before) if before else None

    def get_ratio(self, customer, source, spec):
        """Return the share of the lines asked for, or their amount by quantity, in per cent."""
        [(first, last)] = self.get_stretches(spec)
        lines = self.select(customer, spec, first, last)
        part = sum(line.amount for line in lines)
        if source == "lines_share":
            every = self.select(customer, {**spec, "only": None}, first, last)
            whole = sum(line.amount for line in every)
        else:
            whole = self.aggregate("lines_quantity", lines, spec)
        return Fraction(100 * part) / whole if whole else None

    # ------------------------------------------------------------------ which lines

    def select(self, customer, spec, first, last):
        """Return the lines that count, in the order in which they were made."""
        own = [customer]
        if spec["whole_group"]:
            own = next((family for family in self.families if customer in family), own)
        return [
            line
            for line in self.lines
            if line.customer in own
            and line.day <= last
            and (first is None or line.day >= first)
            and (spec["only"] is None or line.category == spec["only"])
            and (spec["period"] != "since_start" or line.day >= line.since)
        ]

    def get_stretches(self, spec, months_ago=0):
        """Return the first and the last day of each stretch of time that is looked at.

        :param months_ago: how much earlier it ends; at a month's end it stays at one
        """
        period, count = spec["period"], spec["period_count"]
        if period == "month_ends":
            return [(None, end) for end in find_ends(self.reference, 1, count)]
        last = self.reference
        if spec["up_to"] != "day":
            [last] = find_ends(last, 1 if spec["up_to"] == "month_end" else 3)
        if (last + DAY).day == 1:
            last = shift(last + DAY, -months_ago) - DAY
        else:
            last = shift(last, -months_ago)
        if period == "trailing" and spec["period_unit"] == "days":
            return [(last - (count - 1) * DAY, last)]
        if period == "trailing" and (last + DAY).day == 1:
            return [(shift(last + DAY, -count), last)]  # whole months
        if period == "trailing":
            return [(shift(last, -count) + DAY, last)]
        if period == "this_year":
            return [(date(last.year, 1, 1), last)]
        if period in ("last_year", "best_year"):
            years = range(1, 1 + (count if period == "best_year" else 1))
            return [(date(last.year - n, 1, 1), date(last.year - n, 12, 31)) for n in years]
        return [(None, last)]

    # ------------------------------------------------------------------ what they come to

    def aggregate(self, source, lines, spec):
        """Return a sum or a number of lines, 0 of none; all else is unknown of none."""
        amounts = [line.amount for line in lines]
        if source == "lines_amount":
            return sum(amounts)
        if source == "lines_count":
            return len(lines)
        if source == "lines_categories":
            return len({line.category for line in lines})
        if source == "lines_quantity":
            return sum(self.convert(line, self.units[spec["uom_id"]]) for line in lines)
        return getattr(self, source)(lines, amounts) if lines else None

    @staticmethod
    def convert(line, unit):
        """Return a quantity in another unit; nothing where they do not measure the same."""
        same = line.unit[0] == unit[0]
        return Fraction(line.quantity * line.unit[1], unit[1]) if same else exact(0)

    def lines_average(self, lines, amounts):
        return Fraction(sum(amounts), len(lines))

    def lines_smallest(self, lines, amounts):
        return min(amounts)

    def lines_largest(self, lines, amounts):
        return max(amounts)

    def lines_latest(self, lines, amounts):
        """The amount of the newest day's line, of several the one made last."""
        newest = max(line.day for line in lines)
        return [line.amount for line in lines if line.day == newest][-1]

    def lines_main(self, lines, amounts):
        """The category of most lines, of several the one made first."""
        often = Counter(line.category for line in lines)
        return min(category for category in often if often[category] == max(often.values()))

    def lines_recency(self, lines, amounts):
        return (self.reference - max(line.day for line in lines)).days

    def lines_tenure(self, lines, amounts):
        return count_age(min(line.day for line in lines), self.reference, 1, 31)

    def lines_years(self, lines, amounts):
        return count_age(min(line.day for line in lines), self.reference, 12, 366)

    def lines_interval(self, lines, amounts):
        """The days from the first day to the last, shared out to the steps between them."""
        days = sorted({line.day for line in lines})
        steps = len(days) - 1
        return Fraction((days[-1] - days[0]).days, steps) if steps else None
