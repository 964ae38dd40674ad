"""What a customer owes and how it paid, told from a plain list of what happened.

Nothing here knows journal items: a document asks for parts, events take them off, and what
is on account is handed out coin by coin.
"""

from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal
from statistics import median

SMALL = Decimal("0.05")


@dataclass
class Part:
    """One part of what a document asks for: an instalment, or all of it."""

    asked_on: date
    due: date
    amount: Decimal
    document: int
    events: list = field(default_factory=list)  # (day, kind, amount): paid, credited, lost

    def take(self, day, kind, amount):
        """Take off at most ``amount``; return what is left of it."""
        taken = min(amount, self.amount - sum(a for _day, _kind, a in self.events))
        if taken:
            self.events.append((day, kind, taken))
        return amount - taken


@dataclass
class Ledger:
    """All that happened with a customer: parts in the order of their making, and the rest."""

    parts: list = field(default_factory=list)
    on_account: list = field(default_factory=list)  # (day, kind, amount): money or a note

    def get_figures(self, today, since):
        """Return the figures as of ``today``; of the period, what was asked from ``since`` on."""
        rows = self._settle(today)
        within = [row for row in rows if since <= row["part"].asked_on]
        documents, late, decided = set(), set(), set()
        for row in within:
            number = row["part"].document
            documents.add(number)
            if row["open"] == 0 or row["part"].due < today:
                decided.add(number)
                if row["is_late"]:
                    late.add(number)
        asked = sum(row["asked"] for row in within)
        paid = [row for row in within if row["open"] == 0 and row["paid_on"]]
        waited = paid + [row for row in within if row["open"] and row["part"].due < today]
        days_late = [
            max(((row["paid_on"] if row["open"] == 0 else today) - row["part"].due).days, 0)
            for row in waited
        ]
        return {
            "overdue_amount": sum(row["open"] for row in rows if row["part"].due < today),
            "receivable_age": min((row["part"].due for row in rows if row["open"]), default=None),
            "late_count": len(late),
            "ontime_ratio": self._share(len(decided) - len(late), len(decided)),
            "collection_ratio": self._share(sum(row["paid"] for row in within), asked),
            "days_to_pay": self._average(
                [((row["paid_on"] - row["part"].asked_on).days, row["asked"]) for row in paid]
            ),
            "days_late": self._average(
                [(days, row["asked"]) for days, row in zip(days_late, waited, strict=True)]
            ),
            "median_days_late": median(days_late) if days_late else None,
            "receivable_balance": self._get_balance(today),
        }

    @staticmethod
    def _share(part, whole):
        return 100 * part / Decimal(whole) if whole else None

    @staticmethod
    def _average(pairs):
        weight = sum(amount for _days, amount in pairs)
        return sum(days * amount for days, amount in pairs) / weight if weight else None

    def _get_balance(self, today):
        asked = sum(part.amount for part in self.parts if part.asked_on <= today)
        happened = [event for part in self.parts for event in part.events] + self.on_account
        return asked - sum(amount for day, _kind, amount in happened if day <= today)

    def _settle(self, today):
        """Return how each part stood on ``today``, those credited whole left out."""
        rows = [self._look_at(part, today) for part in self.parts if part.asked_on <= today]
        purse = sorted(
            (event for event in self.on_account if event[0] <= today),
            key=lambda event: (event[1] != "credited", event[0]),
        )
        for day, kind, amount in purse:
            for row in sorted(rows, key=lambda row: row["part"].due):
                taken = min(amount, row["open"])
                if taken:
                    amount -= taken
                    row["open"] -= taken
                    row["events"].append((day, kind, taken))
        return [row for row in map(self._tell, rows) if row["asked"] > 0]

    @staticmethod
    def _look_at(part, today):
        events = [event for event in part.events if event[0] <= today]
        return {
            "part": part,
            "events": events,
            "open": part.amount - sum(amount for _day, _kind, amount in events),
        }

    @staticmethod
    def _tell(row):
        part = row["part"]

        def total(kind, until=date.max):
            return sum(a for day, k, a in row["events"] if k == kind and day <= until)

        asked = part.amount - total("credited")
        lost = total("lost")
        let_go = lost if lost <= asked * SMALL else 0
        days = [day for day, kind, _amount in row["events"] if kind == "paid"]
        return {
            **row,
            "asked": asked,
            "paid": total("paid"),
            "paid_on": max(days, default=None),
            "is_late": asked - total("paid", part.due) - let_go > 0,
        }


class RandomLedger:
    """Things that happen to one customer, in an order in which they can be entered.

    :ivar steps: ``(method, arguments)`` for whoever enters them
    """

    # What is not done to such a document.
    REFUSED = {
        "foreign": ("lose",),
        "instalments": ("short",),
        "receipt": ("credit", "reverse", "short"),
        "opening": ("credit", "reverse", "short", "part"),
    }

    def __init__(self, random, start, end):
        self.random, self.start, self.end = random, start, end
        self.ledger, self.steps = Ledger(), []
        for number in range(random.randint(1, 4)):
            self._ask(number)
        for _each in range(random.choice((0, 0, 1, 2))):
            self._put_on_account()

    def _day(self, after=None):
        start = after or self.start
        return start + timedelta(days=self.random.randrange((self.end - start).days + 1))

    def _ask(self, number):
        kind = self.random.choice(
            ("invoice", "invoice", "invoice", "foreign", "instalments", "receipt", "opening")
        )
        day = self._day()
        due = day + timedelta(days=self.random.choice((0, 14, 30, 60)))
        amount = Decimal(self.random.randint(1, 40) * 100)
        dues = [due, due + timedelta(days=30)] if kind == "instalments" else [due]
        parts = [Part(day, each, amount / len(dues), number) for each in dues]
        self.ledger.parts += parts
        self.steps.append((kind, (number, day, dues, amount)))
        left, when = amount, day
        for _each in range(self.random.choice((0, 1, 1, 2, 3))):
            if when >= self.end or not left:
                break
            when = self._day(when)
            left = self._settle(kind, number, parts, when, left)

    def _settle(self, kind, number, parts, day, left):
        how = self.random.choice(
            ("pay", "pay", "pay", "part", "credit", "reverse", "lose", "short")
        )
        if how in self.REFUSED.get(kind, ()):
            how = "pay"
        amount = left
        if how in ("part", "credit"):
            amount = min(left, Decimal(self.random.randint(1, 20) * 20))
        taken = "credited" if how in ("credit", "reverse") else "lost" if how == "lose" else "paid"
        short = amount / 5 if how == "short" else 0
        self.steps.append((how, (number, day, amount - short)))
        rest = amount - short
        for part in parts:
            rest = part.take(day, taken, rest)
        for part in parts:
            short = part.take(day, "lost", short)
        return left - amount

    def _put_on_account(self):
        day = self._day()
        amount = Decimal(self.random.randint(1, 30) * 20)
        is_money = self.random.random() < 0.7
        self.ledger.on_account.append((day, "paid" if is_money else "credited", amount))
        self.steps.append(("receive" if is_money else "note", (day, amount)))
