"""What the demo company's customers do in two years, as read from ``customers.csv``.

No records in here: who orders what and when, and when who pays. Every date counts back
from today, so the demo is as fresh on every day it is made.
"""

import csv
from datetime import timedelta
from random import Random

from odoo.tools.misc import file_open

INVOICING_INTERVAL = 15
PAYMENT_INTERVAL = 7
LEAD_TIME = 10  # days from an order to its delivery, at least


def read_rows(name):
    """Return the lines of a table of the demo as dicts."""
    with file_open(f"customer_grading_demo/data/{name}.csv") as file:
        return list(csv.DictReader(file))


def get_last_slot(day, today, interval):
    """Return the last day not after ``day`` that lies whole intervals from today.

    >>> from datetime import date
    >>> get_last_slot(date(2025, 11, 10), date(2025, 11, 21), 7)
    datetime.date(2025, 11, 7)
    >>> get_last_slot(date(2025, 11, 14), date(2025, 11, 21), 7)
    datetime.date(2025, 11, 14)
    """
    return today + timedelta(days=(day - today).days // interval * interval)


class Customer:
    """A line of ``customers.csv``: who it is, and how it trades.

    ``company``: empty for the main company, ``europe`` or ``both``
    ``since``, ``until``: days before today between which it orders
    ``yearly``: thousands of the company's currency
    ``terms``: days to pay
    ``pays``: on_time, slow (every other invoice late), once_late, partly (half of the
        last one due), unpaid (the last two)
    ``answers``: long-term partner, good repute, legal violation: y, n, - nobody answered
    ``opportunities``: won, lost, open
    ``extra``: credit_note, quotation, new_order, uncollected (its last order waits to be
        fetched), usd (buys in US dollars), expired or just_answered (its answers)
    """

    def __init__(self, row, today):
        self.today = today
        self.name = row["name"]
        self.kind = row["kind"]
        self.parent = row["parent"]
        self.country = row["country"]
        self.state = row["state"]
        self.city = row["city"]
        self.industry = row["industry"]
        self.seller = row["seller"]
        self.contact = row["contact"]
        self.terms = int(row["terms"])
        self.pays = row["pays"]
        self.answers = dict(
            zip(
                ("long_term_partner", "good_repute", "legal_violation"),
                ({"y": "yes", "n": "no"}.get(letter) for letter in row["answers"]),
                strict=False,
            )
        )
        self.opportunities = row["opportunities"].split()
        self.extra = row["extra"].split()
        self.companies = {"": ["main"], "both": ["main", "europe"]}.get(
            row["company"], [row["company"]]
        )
        self.orders = int(row["orders"])
        self.since = int(row["since"] or 0)
        self.until = int(row["until"] or 0)
        self.yearly = int(row["yearly"]) * 1000
        self.random = Random(self.name)

    @property
    def order_amount(self):
        """What an order is worth on average; of a quotation where it never ordered."""
        if not self.orders:
            return 400_000 if self.kind == "OEM" else 15_000
        return self.yearly * (self.since - self.until) / 365 / self.orders

    def get_orders(self):
        """Return (day, amount) of each order, evenly spread as supply contracts are."""
        step = (self.since - self.until) / (self.orders or 1)
        phase = self.random.uniform(0.25, 0.75)
        ages = [
            self.since - (index + phase + self.random.uniform(-0.05, 0.05)) * step
            for index in range(self.orders)
        ]
        if "new_order" in self.extra:
            ages.append(5)
        return [
            (self.get_day(age), self.order_amount * self.random.uniform(0.96, 1.04)) for age in ages
        ]

    def get_day(self, days_ago):
        """Return the day ``days_ago`` before today."""
        return self.today - timedelta(days=int(days_ago))

    def get_invoice_day(self, order_day):
        """Return the day an order is delivered and invoiced, ``None`` while it is not."""
        ready = order_day + timedelta(days=LEAD_TIME + INVOICING_INTERVAL - 1)
        day = get_last_slot(ready, self.today, INVOICING_INTERVAL)
        return day if day <= self.today else None

    def get_lines(self, products, amount):
        """Return (product, quantity) of an order of ``amount``.

        :param products: dicts with ``kinds`` and ``price``, as in ``products.csv``
        """
        suited = [product for product in products if self.kind in product["kinds"]]
        chosen = self.random.sample(suited, k=min(len(suited), self.random.randint(1, 3)))
        return [
            (product, max(1, round(amount / len(chosen) / float(product["price"]))))
            for product in chosen
        ]

    def get_payments(self, due_days):
        """Return (day, share paid) for each of ``due_days``, ``None`` where not paid.

        :param due_days: when the invoices fall due, oldest first
        """
        fell_due = [day for day in due_days if day <= self.get_day(20)]
        payments = []
        for index, due_day in enumerate(due_days):
            share, days_late = 1, 0
            if self.pays == "slow" and index % 2:
                days_late = 24
            elif self.pays == "once_late" and index == len(due_days) * 6 // 10:
                days_late = 16
            elif self.pays == "partly" and due_day == fell_due[-1]:
                share = 0.5
            elif self.pays == "unpaid" and due_day in fell_due[-2:]:
                share = 0
            day = get_last_slot(due_day + timedelta(days=days_late), self.today, PAYMENT_INTERVAL)
            payments.append((day, share) if share and day <= self.today else None)
        return payments
