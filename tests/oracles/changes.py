"""What change control does with one customer, night after night, in plain Python.

Written from the words of the policy's form; it shares nothing with the addon. Each night
everything is worked out anew from what is known: nothing is scheduled.
"""

from datetime import timedelta
from typing import NamedTuple

from .documents import DAY, shift


class Rule(NamedTuple):
    """A requirement: its grade, and how that comes into effect where it differs."""

    grade: str
    timing: str = None
    days: int = 0
    review_months: int = 0
    expiry_months: int = 0


class Step(NamedTuple):
    """A line of approval: its step, the moves it is for, and their grades (all by default)."""

    number: int
    moves: str = "up"
    grades: str = ""


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
    steps: tuple = ()


class Customer:
    """One customer under a policy.

    :ivar held: the grade in effect, ``None`` without one; ``since`` its first day
    :ivar open: ``(state, grade)`` of the move that waits, or ``None``
    :ivar given: the steps of its approval that were given
    :ivar returns: whether it is the way back from a grade by hand, which is taken in one step
    """

    def __init__(self, options, rules, free_days=()):
        self.options = options
        self.rules = rules
        self.order = list(dict.fromkeys(sorted(rule.grade for rule in rules)))
        self.free_days = free_days
        self.held = self.since = self.previous = None
        self.computed = self.computed_since = self.rule = None
        self.provisional = self.open = None
        self.given, self.returns = set(), False
        self.by_hand, self.until = False, None
        self.proposal = None  # what was open last night, where it was a proposal
        self.decided = None  # the day on which somebody refused what is computed
        self.is_first = True

    # ------------------------------------------------------------------ what happens

    def pass_night(self, day, rule):
        """Grade the customer by ``rule``, ``None`` where no requirement is met.

        The steps given stay with a move that waits as it did in the evening.
        """
        before = self.open
        grade = rule.grade if rule else None
        if grade != self.computed or self.is_first:
            self.computed_since = day
        if rule != self.rule:
            self.decided = self.proposal = None
            self.returns = False
        self.computed, self.rule = grade, rule
        if self.by_hand:
            self.end_hand(day)
        elif self.is_first:
            self.take(grade, day)
        else:
            self.decide(day)
        self.is_first = False
        if self.open != before:
            self.given = set()
        self.proposal = self.open if self.open and self.open[0] != "held" else None

    def decide(self, day):
        """Work out what becomes of the computed grade tonight.

        What was proposed waits for somebody even where its window passes meanwhile.
        """
        self.open = None
        expires = self.get_expiry()
        expired = expires is not None and expires <= day
        if self.decided and not self.is_asked_again(day):
            return
        if expired:
            self.returns = False
        target = self.get_target()
        if self.is_evaluated(day):
            self.open = (self.get_asked_state(target, day), target)
        elif target != self.held:
            due = self.get_due(day)
            if self.proposal and self.proposal[1] == target and not expired:
                self.open = self.proposal
            elif due > day:
                self.open = ("held", target)
            elif self.needs_yes(target, day, expired):
                self.open = (self.get_asked_state(target, day), target)
            else:
                self.take(target, day)

    def is_asked_again(self, day):
        """Whether the grade that somebody kept came to an end since."""
        rule = self.get_rule_of_held()
        if not rule or not rule.expiry_months:
            return False
        return self.find_anniversary(rule.expiry_months, self.decided + DAY) <= day

    def take(self, grade, day, is_new=True):
        """Bring a grade into effect; the first one of a new customer is on probation."""
        months = self.options.probation_months
        if is_new and not self.is_first and not self.held and not self.previous and months:
            self.provisional = shift(day, months)
        if grade != self.held:
            self.previous, self.held, self.since = self.held, grade, day
        self.open = self.decided = None
        self.given, self.returns = set(), False

    def approve(self, day):
        """Let the next step be approved; the last one brings the grade into effect."""
        _state, grade = self.open
        evaluated = self.is_evaluated(day)
        steps = self.get_steps(grade, day)
        self.given.update(sorted(steps - self.given)[:1])
        if self.given < steps:
            self.open = self.proposal = ("to_approve", grade)
            return
        self.take(grade, day)
        if evaluated:
            self.provisional = None

    def refuse(self, day):
        self.open, self.decided = None, day
        self.given, self.returns = set(), False
        if self.is_evaluated(day):
            self.provisional = None

    def set_by_hand(self, grade, day, until):
        self.take(grade, day, is_new=False)
        self.provisional = None
        self.by_hand, self.until, self.given = True, until, set()

    def end_hand(self, day):
        if self.until and self.until < day:
            self.by_hand, self.until = False, None
            if self.computed != self.held and self.get_steps(self.computed, day):
                self.open, self.returns = ("to_approve", self.computed), True
            elif self.computed != self.held:
                self.take(self.computed, day, is_new=False)

    # ------------------------------------------------------------------ where to, and when

    def get_target(self):
        urgent = self.rule and self.rule.timing == "within"
        places = [
            self.order.index(g) if g in self.order else None for g in (self.computed, self.held)
        ]
        if (
            not self.options.one_step
            or urgent
            or self.returns
            or None in places
            or places[0] == places[1]
        ):
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

    def is_evaluated(self, day):
        return bool(self.provisional and self.provisional <= day)

    def get_steps(self, grade, day):
        """Return the steps of approval that it takes to give ``grade``, or to take the held.

        What is given after a probation is given for the first time.
        """
        if grade is None:
            moves, counts = "down", self.held
        elif self.held is None or grade < self.held or self.is_evaluated(day):
            moves, counts = "up", grade
        else:
            moves, counts = "down", self.held
        return {
            step.number
            for step in self.options.steps
            if step.moves in (moves, "both") and (not step.grades or counts in step.grades)
        }

    def get_asked_state(self, grade, day):
        return "to_approve" if self.get_steps(grade, day) else "proposed"

    def needs_yes(self, grade, day, expired):
        is_first = self.held is None and not self.previous
        if self.provisional or (is_first and self.options.probation_months):
            return False
        if self.held is not None and expired and not self.is_upgrade():
            return False
        if self.get_steps(grade, day):
            return True
        timing = self.rule and self.rule.timing
        return (timing if self.held is None else self.get_terms()[0]) == "confirmed"
