"""What change control does with one customer, night after night, in plain Python.

Written from the words of the policy's form; it shares nothing with the addon. Each night
everything is worked out anew from what is known: nothing is scheduled.
"""

from datetime import timedelta
from typing import NamedTuple

from .oracle_documents import DAY, shift


class Rule(NamedTuple):
    """A requirement: its grade, and how that comes into effect where it differs."""

    grade: str
    timing: str = None
    days: int = 0
    review_months: int = 0
    expiry_months: int = 0


class Options(NamedTuple):
    """What a policy says of changes; ``windows`` are ``((day, month), (day, month))``."""

    upgrade_timing: str = "now"
    upgrade_days: int = 0
    downgrade_timing: str = "now"
    downgrade_days: int = 0
    grace_days: int = 0
    counts_working_days: bool = False
    one_step: bool = False
    probation_months: int = 0
    windows: tuple = ()


class Customer:
    """One customer under a policy.

    :ivar held: the grade in effect, ``None`` without one; ``since`` its first day
    :ivar open: ``(state, grade)`` of the move that waits, or ``None``
    """

    def __init__(self, options, rules, free_days=()):
        self.options = options
        self.rules = rules
        self.order = list(dict.fromkeys(sorted(rule.grade for rule in rules)))
        self.free_days = free_days
        self.held = self.since = self.previous = None
        self.computed = self.computed_since = self.rule = None
        self.provisional = self.open = None
        self.by_hand, self.until = False, None
        self.proposal = None  # what was open last night, where it was a proposal
        self.decided = None  # the day on which somebody refused what is computed
        self.is_first = True

    # ------------------------------------------------------------------ what happens

    def pass_night(self, day, rule):
        """Grade the customer by ``rule``, ``None`` where no requirement is met."""
        grade = rule.grade if rule else None
        if grade != self.computed or self.is_first:
            self.computed_since = day
        if rule != self.rule:
            self.decided = self.proposal = None
        self.computed, self.rule = grade, rule
        if self.by_hand:
            self.end_hand(day)
        elif self.is_first:
            self.take(grade, day)
        else:
            self.decide(day)
        self.is_first = False
        self.proposal = self.open if self.open and self.open[0] == "proposed" else None

    def decide(self, day):
        """Work out what becomes of the computed grade tonight.

        What was proposed waits for somebody even where its window passes meanwhile.
        """
        self.open = None
        expires = self.get_expiry()
        expired = expires is not None and expires <= day
        if self.decided and not self.is_asked_again(day):
            return
        target = self.get_target()
        if self.provisional and self.provisional <= day:
            self.open = ("proposed", target)
        elif target != self.held:
            due = self.get_due(day)
            if self.proposal == ("proposed", target) and not expired:
                self.open = self.proposal
            elif due > day:
                self.open = ("held", target)
            elif self.needs_yes(expired):
                self.open = ("proposed", target)
            else:
                self.take(target, day)

    def is_asked_again(self, day):
        """Whether the grade that somebody kept came to an end since."""
        rule = self.get_rule_of_held()
        if not rule or not rule.expiry_months:
            return False
        return self.find_anniversary(rule.expiry_months, self.decided + DAY) <= day

    def take(self, grade, day):
        """Bring a grade into effect; the first one of a new customer is on probation."""
        months = self.options.probation_months
        if not self.is_first and not self.held and not self.previous and months:
            self.provisional = shift(day, months)
        if grade != self.held:
            self.previous, self.held, self.since = self.held, grade, day
        self.open = self.decided = None

    def approve(self, day):
        _state, grade = self.open
        evaluated = self.provisional and self.provisional <= day
        self.take(grade, day)
        if evaluated:
            self.provisional = None

    def refuse(self, day):
        self.open, self.decided = None, day
        if self.provisional and self.provisional <= day:
            self.provisional = None

    def set_by_hand(self, grade, day, until):
        self.is_first, provisional = True, None
        self.take(grade, day)
        self.is_first, self.provisional = False, provisional
        self.by_hand, self.until, self.open, self.decided = True, until, None, None

    def end_hand(self, day):
        if self.until and self.until < day:
            self.by_hand, self.until = False, None
            if self.computed != self.held:
                self.previous, self.held, self.since = self.held, self.computed, day

    # ------------------------------------------------------------------ where to, and when

    def get_target(self):
        urgent = self.rule and self.rule.timing == "within"
        places = [
            self.order.index(g) if g in self.order else None for g in (self.computed, self.held)
        ]
        if not self.options.one_step or urgent or None in places or places[0] == places[1]:
            return self.computed
        step = 1 if places[0] > places[1] else -1
        return self.order[places[1] + step]

    def is_upgrade(self):
        return self.computed is not None and self.computed < self.held

    def get_terms(self):
        """Return how the computed grade takes effect: when, and after how many days."""
        if self.rule and self.rule.timing:
            return self.rule.timing, self.rule.days
        if self.is_upgrade():
            return self.options.upgrade_timing, self.options.upgrade_days
        return self.options.downgrade_timing, self.options.downgrade_days

    def get_due(self, day):
        if self.held is None or self.provisional:
            return day
        timing, days = self.get_terms()
        start = self.computed_since
        if self.options.one_step:
            start = max(start, self.since)
        due = self.add_days(start, days)
        if timing == "within":
            return max(due, day)
        if timing == "month_end":
            while (due + DAY).day != 1:
                due += DAY
        if not self.is_upgrade():
            due = self.add_days(due, self.options.grace_days)
        due = self.find_window(max(self.find_review(due), day))
        expires = self.get_expiry()
        return max(min(due, expires or due), day)

    def add_days(self, day, count):
        if not self.options.counts_working_days:
            return day + count * DAY
        while count:
            day += DAY
            count -= day.weekday() < 5 and day not in self.free_days
        return day

    def get_rule_of_held(self):
        return next((rule for rule in self.rules if rule.grade == self.held), None)

    def find_anniversary(self, months, start):
        count = 1
        while shift(self.since, months * count) < start:
            count += 1
        return shift(self.since, months * count)

    def find_review(self, due):
        rule = self.get_rule_of_held()
        if not rule or not rule.review_months:
            return due
        return self.find_anniversary(rule.review_months, due)

    def get_expiry(self):
        rule = self.get_rule_of_held()
        if not rule or not rule.expiry_months:
            return None
        return self.find_anniversary(rule.expiry_months, self.computed_since)

    def find_window(self, day):
        """Return the first day from ``day`` on which grades may change."""
        while self.options.windows and not any(
            first[::-1] <= (day.month, day.day) <= last[::-1]
            for first, last in self.options.windows
        ):
            day += timedelta(days=1)
        return day

    def needs_yes(self, expired):
        if self.held is None and not self.previous and self.options.probation_months:
            return False
        if self.held is None:
            return bool(self.rule and self.rule.timing == "confirmed")
        if self.provisional or (expired and not self.is_upgrade()):
            return False
        return self.get_terms()[0] == "confirmed"
