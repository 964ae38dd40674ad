"""What a policy decides, in plain Python, written from the words of the design.

It shares nothing with the addon: policies are the dicts that the tests make them from,
customers are dicts of values, numbers are fractions, and nothing is ever rounded but the
scaled sums. Slow, and simple enough to be right.

A policy is ``{"criteria": {key: criterion}, "rules": [(grade, tree)]}``, in the form of
:meth:`tests.common.CustomerGradingCommon._create_policy`, with ``{"limits": {position of a
rule: {"count", "within", "by"}}}`` where grades are limited. A customer is ``{key: value}``
with the value of each measured criterion; ``None`` is unknown, which is not zero. What
only the database knows of a criterion (its unit, what may be answered) stands in
``facts``: ``{key: {"unit": ..., "most": ...}}``.
"""

from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction
from functools import cache

GROUPS = ("all", "any", "none", "at_least", "at_most")
AGES = ("days", "months", "years")
NUMERIC = ("number", "amount", "points", "count", "quantity", "ratio", *AGES)
OF_VALUES = ("first", "quotient")  # combinations of values, not of points
ONE_TEN_THOUSANDTH = Decimal("0.0001")


def exact(number):
    """Return a number as a person wrote it: 0.1 is one tenth."""
    return None if number is None else Fraction(str(number))


def round_half_up(number):
    """Return a fraction rounded to the four decimals that a person sees."""
    quotient = Decimal(number.numerator) / Decimal(number.denominator)
    return Fraction(quotient.quantize(ONE_TEN_THOUSANDTH, ROUND_HALF_UP))


def get_median(numbers):
    """Return the middle one of numbers, or what lies between the two in the middle."""
    ordered, half = sorted(numbers), len(numbers) // 2
    return ordered[half] if len(ordered) % 2 else (ordered[half - 1] + ordered[half]) / 2


class Oracle:
    """Grades the customers of one policy.

    :param policy: criteria and rules
    :param customers: ``{customer: {key: value}}``, the whole population
    :param facts: ``{key: {"unit": unit, "most": points at most of an answer}}``
    :param groups: ``{customer: {field: group}}`` for rankings within groups
    """

    def __init__(self, policy, customers, facts, groups=None):
        self.criteria = policy["criteria"]
        self.rules = policy["rules"]
        self.customers = customers
        self.facts = facts
        self.groups = groups or {}
        self.limits = policy.get("limits", {})

    # ------------------------------------------------------------------ results

    def get_grade(self, customer):
        """Return the code of the first grade whose requirement is surely met, or None."""
        rule = self.get_rule(customer)
        return None if rule is None else self.rules[rule][0]

    def get_rule(self, customer):
        """Return the position of the first requirement that is surely met, or None."""
        return next((n for n in range(len(self.rules)) if self.takes(customer, n) is True), None)

    @cache  # noqa: B019 - an oracle is asked about one population, then thrown away
    def takes(self, customer, position):
        """Return whether a requirement is met, and there is room for the customer."""
        verdict = self.holds(customer, self.as_root(self.rules[position][1]))
        limit = self.limits.get(position)
        if verdict is False or limit is None or self.has_room(customer, position, limit):
            return verdict
        return False

    def has_room(self, customer, position, limit):
        """Return whether a customer is among the strongest of those who meet a requirement.

        Only they count who meet no earlier one; whom earlier ones of the same grade took have
        their places. Of those who have the same value the next
        criterion that is a number decides, then who is there longer; who has none stays out.
        """
        group = self.get_group(customer, limit["within"])
        rivals = [
            other
            for other in self.customers
            if self.get_group(other, limit["within"]) == group
            and self.holds(other, self.as_root(self.rules[position][1])) is True
            and not any(self.takes(other, earlier) is True for earlier in range(position))
        ]
        placed = self.count_placed(position, group, limit["within"])
        places = max(limit["count"] - placed, 0)
        if len(rivals) + placed <= limit["count"]:
            return True
        if self.get_number(customer, limit["by"]) is None:
            return False
        tie = next((k for k in self.criteria if k != limit["by"] and self.is_number(k)), None)
        known = [other for other in rivals if self.get_number(other, limit["by"]) is not None]
        stronger = [o for o in known if self.is_stronger(o, customer, limit["by"], tie)]
        # Who was taken before is compared with whoever has the last place, too.
        return len(stronger) < min(places, len(known))

    def count_placed(self, position, group, within):
        """Return how many of a group have the grade by an earlier requirement."""
        placed = 0
        for other in self.customers:
            earlier = (n for n in range(position) if self.takes(other, n) is True)
            first = next(earlier, None) if self.get_group(other, within) == group else None
            placed += first is not None and self.rules[first][0] == self.rules[position][0]
        return placed

    def is_number(self, key):
        return self.get_unit(key) in NUMERIC

    def get_unit(self, key):
        """Return what a criterion is told in; points, and what is divided, are numbers."""
        spec = self.criteria[key]
        if "parts" not in spec:
            return self.facts[key]["unit"]
        return self.get_unit(spec["parts"][0]) if spec["kind"] == "first" else "number"

    def is_stronger(self, one, other, key, tie):
        """Return whether ``one`` comes before ``other``; customers stand in order of age."""
        for by in filter(None, (key, tie)):
            mine, yours = self.get_number(one, by), self.get_number(other, by)
            if mine != yours:
                return yours is None or (mine is not None and mine > yours)
        ages = list(self.customers)
        return ages.index(one) < ages.index(other)

    def get_number(self, customer, key):
        return exact(self.get_value(customer, key))

    def get_reason(self, customer):
        """Return why a customer has its grade, or none: missing data, or fits no grade."""
        if self.get_grade(customer):
            return "graded"
        verdicts = [self.takes(customer, position) for position in range(len(self.rules))]
        return "missing" if None in verdicts else "no_rule"

    def get_score(self, customer):
        """Return the points of the first combination that is no part of another."""
        parts = {part for spec in self.criteria.values() for part in spec.get("parts", ())}
        for key, spec in self.criteria.items():
            if "parts" in spec and spec["kind"] not in OF_VALUES and key not in parts:
                return self.get_points(customer, key)
        return None

    # ------------------------------------------------------------------ requirements

    @staticmethod
    def as_root(tree):
        """A requirement without a group asks for all; without anything it takes everybody."""
        if not tree:
            return ("all",)
        return tree if tree[0] in GROUPS else ("all", tree)

    def holds(self, customer, tree):
        """Return True, False, or None where it is unknown."""
        kind = tree[0]
        if kind not in GROUPS:
            return self.is_met(customer, *tree)
        if kind in ("at_least", "at_most"):
            verdicts = [self.holds(customer, part) for part in tree[2:]]
            sure, possible = self.count(verdicts)
            if kind == "at_least":
                return self.decide(sure >= tree[1], possible < tree[1])
            return self.decide(possible <= tree[1], sure > tree[1])
        sure, possible = self.count([self.holds(customer, part) for part in tree[1:]])
        if kind == "all":
            return self.decide(sure == len(tree) - 1, possible < len(tree) - 1)
        if kind == "any":
            return self.decide(sure > 0, possible == 0)
        return self.decide(possible == 0, sure > 0)

    @staticmethod
    def count(verdicts):
        """Return how many surely hold, and how many could if all unknown ones did."""
        return verdicts.count(True), verdicts.count(True) + verdicts.count(None)

    @staticmethod
    def decide(surely, surely_not):
        if surely:
            return True
        return False if surely_not else None

    def is_met(self, customer, key, operator, *operands):
        """Return whether a condition holds; unknown where what it looks at is.

        An operator may say how unknown counts: ``ge|met``, ``ge|unmet``.
        """
        operator, _, unknown = operator.partition("|")
        if unknown in ("met", "unmet") and operator not in ("known", "unknown"):
            verdict = self.is_met(customer, key, operator, *operands)
            return (unknown == "met") if verdict is None else verdict
        value = self.get_value(customer, key)
        if operator == "known":
            return value is not None
        if operator == "unknown":
            return value is None
        if operator.startswith("level_"):
            return self.compares_level(customer, key, operator, operands[0])
        if operator.startswith("points_"):
            value, operator = self.get_points(customer, key), operator.removeprefix("points_")
        if value is None:
            return None
        if operator in ("yes", "no"):
            return value is (operator == "yes")
        if operator == "is":
            return self.is_choice(value, operands[0])
        return self.compares(exact(value), operator, *map(exact, operands))

    @staticmethod
    def compares(value, operator, least, most=None):
        if operator == "between":
            return least <= value <= most
        if operator == "within":
            return 0 <= value <= least
        return {
            "ge": value >= least,
            "gt": value > least,
            "le": value <= least,
            "lt": value < least,
        }[operator]

    @staticmethod
    def is_choice(value, choice):
        """A text is compared whatever its case; of several choices one must be it."""
        if isinstance(value, str):
            return value.lower() == choice.lower()
        return choice in value if isinstance(value, (list, set, tuple)) else value == choice

    def compares_level(self, customer, key, operator, position):
        """Levels are compared by their order, best first; below the lowest is none."""
        if self.get_value(customer, key) is None:
            return None
        band = self.get_band(customer, key)
        bands = self.criteria[key]["bands"]
        names = [b.get("level") or index for index, b in enumerate(bands)]
        wanted = names.index(names[position])
        reached = len(bands) if band is None else names.index(names[bands.index(band)])
        return {
            "level_is": reached == wanted,
            "level_ge": reached <= wanted,
            "level_le": reached >= wanted,
        }[operator]

    # ------------------------------------------------------------------ criteria

    def get_value(self, customer, key):
        """Return what is compared: the value, or the points of a combination."""
        spec = self.criteria[key]
        if "parts" not in spec:
            value = self.customers[customer][key]
            is_zero = not isinstance(value, (bool, str)) and value == 0
            return None if spec.get("zero_is_unknown") and is_zero else value
        if spec["kind"] not in OF_VALUES:
            return self.get_points(customer, key)
        values = [self.get_value(customer, part) for part in spec["parts"]]
        if spec["kind"] == "first":
            return next((value for value in values if value is not None), None)
        first, second = map(exact, values)
        return None if first is None or not second else first / second

    def get_points(self, customer, key):
        """Return what a criterion is worth, at most its cap; unknown has no points."""
        spec = self.criteria[key]
        points = (
            self.combine(customer, spec)
            if "parts" in spec and spec["kind"] not in OF_VALUES
            else self.get_points_of_value(customer, key)
        )
        if points is None or not spec.get("cap"):
            return points
        return min(points, exact(spec["cap"]))

    def get_points_of_value(self, customer, key):
        value, unit = self.get_value(customer, key), self.get_unit(key)
        if value is None:
            return None
        if self.criteria[key].get("bands"):
            band = self.get_band(customer, key)
            if band and self.criteria[key].get("linear"):
                return self.get_points_on_line(customer, key, band)
            return exact(band.get("points", 0)) if band else Fraction(0)
        if unit in ("choice", "text"):
            return None
        return Fraction(1 if value else 0) if unit == "yes_no" else exact(value)

    def get_points_on_line(self, customer, key, band):
        """Return the points between a band and the next one up, in a straight line."""
        start, points = exact(band["lower"]), exact(band.get("points", 0))
        bands = self.get_bands(customer, self.criteria[key]["bands"])
        above = [other for other in bands if exact(other["lower"]) > start]
        if not above:
            return points
        end = min(above, key=lambda other: (exact(other["lower"]), bool(other.get("strict"))))
        rise = exact(end.get("points", 0)) - points
        way = exact(self.get_value(customer, key)) - start
        return round_half_up(points + rise * way / (exact(end["lower"]) - start))

    def combine(self, customer, spec):
        known = [
            points * self.get_weight(part)
            for part in spec["parts"]
            if (points := self.get_points(customer, part)) is not None
        ]
        if spec["kind"] == "count":
            return Fraction(sum(points > 0 for points in known))
        if spec["kind"] == "best":
            return max(known, default=None)
        if spec["kind"] == "worst":
            return min(known) if len(known) == len(spec["parts"]) else None
        total = sum(known, Fraction(0))
        return self.scale(customer, spec, total) if spec.get("normalize_to") else total

    def get_weight(self, key):
        return exact(self.criteria[key].get("weight", 1))

    def scale(self, customer, spec, total):
        """Scale a sum to its highest possible total, which unknown parts may lower."""
        most = Fraction(0)
        for part in spec["parts"]:
            leave_out = spec.get("unknown_lowers_maximum")
            if leave_out and self.get_points(customer, part) is None:
                continue
            most += self.get_most(part) * self.get_weight(part)
        if not most:
            return None
        return round_half_up(total * exact(spec["normalize_to"]) / most)

    def get_most(self, key):
        """Return the most points that a criterion can give; 0 where there is no end."""
        spec = self.criteria[key]
        if "parts" in spec and spec["kind"] not in OF_VALUES:
            most = self.get_most_of_parts(spec)
        elif spec.get("bands"):
            # Who is below every level gets no points, so it is never less than that.
            most = max(0, *(exact(band.get("points", 0)) for band in spec["bands"]))
        elif self.get_unit(key) == "yes_no":
            most = Fraction(1)
        else:
            most = exact(self.facts.get(key, {}).get("most", 0)) or exact(spec.get("cap", 0))
        cap = exact(spec.get("cap", 0))
        return min(most, cap) if cap else most

    def get_most_of_parts(self, spec):
        parts = [self.get_most(part) * self.get_weight(part) for part in spec["parts"]]
        if spec["kind"] == "count":
            return Fraction(len(parts))
        if spec["kind"] == "sum":
            return exact(spec.get("normalize_to", 0)) or sum(parts)
        return max(parts) if spec["kind"] == "best" else min(parts)

    # ------------------------------------------------------------------ levels

    def get_band(self, customer, key):
        """Return the band that a known value falls into, or None below all of them."""
        spec = self.criteria[key]
        value = self.get_value(customer, key)
        bands = self.get_bands(customer, spec.get("bands", ()))
        if spec.get("band_by") == "own_share":
            return self.get_band_of_share(customer, key, bands)
        if spec.get("band_by") in ("average", "median"):
            return self.get_band_of_average(customer, key, bands)
        if spec.get("band_by", "value") != "value":
            first = [b for b in bands if self.is_among_first(customer, key, b)]
            return min(first, key=lambda band: exact(band["lower"]), default=None)
        if bands and "choice_id" in bands[0]:
            return next((b for b in bands if self.is_choice(value, b["choice_id"])), None)
        number = exact(int(value) if isinstance(value, bool) else value)
        reached = [
            band
            for band in bands
            if number > exact(band["lower"])
            or (number == exact(band["lower"]) and not band.get("strict"))
        ]
        return max(
            reached, key=lambda band: (exact(band["lower"]), bool(band.get("strict"))), default=None
        )

    def get_bands(self, customer, bands):
        """Return the bands for a customer: those of the first group it belongs to.

        A band names the group it is for as ``(field, value)``; one that names none is for
        whoever belongs to none of those that others name.
        """
        for wanted in [band["whom"] for band in bands if band.get("whom")]:
            field, value = wanted
            if self.groups[customer][field] == value:
                return [band for band in bands if band.get("whom") == wanted]
        return [band for band in bands if not band.get("whom")]

    def get_band_of_share(self, customer, key, bands):
        """Return the highest band whose share of the group's total a customer's value is."""
        value = exact(self.get_value(customer, key))
        total = sum(v for v in self.get_ranked(customer, key) if v > 0)
        reached = [b for b in bands if total and value >= total * exact(b["lower"]) / 100]
        return max(reached, key=lambda band: exact(band["lower"]), default=None)

    def get_band_of_average(self, customer, key, bands):
        """Return the highest band whose per cent of the average, or median, a value reaches."""
        value, every = exact(self.get_value(customer, key)), self.get_ranked(customer, key)
        if value not in every:
            return None
        by_median = self.criteria[key]["band_by"] == "median"
        middle = get_median(every) if by_median else sum(every) / len(every)
        if middle <= 0:  # nothing is so many per cent of that
            return None
        reached = []
        for band in bands:
            limit = middle * exact(band["lower"]) / 100
            if value > limit or (value == limit and not band.get("strict")):
                reached.append(band)
        return max(
            reached, key=lambda band: (exact(band["lower"]), bool(band.get("strict"))), default=None
        )

    def is_among_first(self, customer, key, band):
        """Return whether a customer is among the first so many (per cent) of its group.

        Customers are ranked by value, those of one value together. One belongs to the
        first *p* per cent when those before it are less than that (who crosses the line
        belongs to it), or when those up to it are not more (is left out).
        """
        spec = self.criteria[key]
        value = exact(self.get_value(customer, key))
        ranked = self.get_ranked(customer, key)
        if value not in ranked:
            return False
        own = (lambda v: max(v, 0)) if spec["band_by"] == "share" else (lambda v: 1)
        line = exact(band["lower"])
        if spec["band_by"] != "position":
            line *= Fraction(sum(map(own, ranked))) / 100
        rise = -1 if spec.get("rank_from") == "bottom" else 1
        before = sum(own(other) for other in ranked if other * rise > value * rise)
        upto = before + sum(own(other) for other in ranked if other == value)
        if spec.get("crossing", "in") == "out":
            return upto <= line
        return before < line

    def get_ranked(self, customer, key):
        """Return the known values that a customer is ranked among: its group's."""
        spec = self.criteria[key]
        field = spec.get("rank_within", "all")
        group = self.get_group(customer, field)
        ranked = [
            other
            for other in self.customers
            if self.get_value(other, key) is not None and self.get_group(other, field) == group
        ]
        if spec.get("whole_group"):
            # Those of one corporate group have its value, and weigh once.
            ranked = {self.groups[other]["top"]: other for other in ranked}.values()
        values = [exact(self.get_value(other, key)) for other in ranked]
        every = self.get_unit(key) in AGES
        if spec.get("rank_among", "positive") == "positive" and not every:
            return [value for value in values if value > 0]
        return values

    def get_group(self, customer, field):
        return None if field == "all" else self.groups[customer][field]
