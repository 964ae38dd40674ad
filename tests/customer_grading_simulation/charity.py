"""Givers of a charity, whose later gifts follow a known law; and plain figures of them.

It is made like the data set ``charity`` of J. M. Wooldridge, "Introductory Econometrics": each giver answers a share ``propresp`` of the mailings of a year
(``mailsyear``), the last time ``weekslast`` weeks ago by a gift of ``giftlast``. Whether one
answers the mailings of the next year, and by how much, hangs on these three and on chance. The
figures are computed here from what was drawn, without the addon and without a database.
"""

from datetime import date, timedelta
from math import exp, sqrt
from random import Random
from statistics import mean

DAY = date(2025, 11, 20)


def draw_givers(count, seed=20251120):
    """Return givers as dicts; ``before`` and ``after`` are lists of ``(day, amount)``."""
    random = Random(seed)
    return [_draw_giver(random) for _number in range(count)]


def _draw_giver(random):
    mails, share = random.randint(2, 5), random.betavariate(1.2, 1.8)
    usual = round(random.lognormvariate(3, 0.8)) + 5
    before = [
        (DAY - timedelta(days=random.randrange(364)), _draw_gift(random, usual))
        for _mail in range(mails)
        if random.random() < share
    ]
    weeks = (DAY - max(day for day, _gift in before)).days / 7 if before else 104
    will = 1 / (1 + exp(0.8 - 2.5 * share + weeks / 52))
    after = [
        (DAY + timedelta(days=random.randint(1, 365)), _draw_gift(random, usual))
        for _mail in range(mails)
        if random.random() < will
    ]
    return {"before": before, "after": after, "grade": _grade(before)}


def _draw_gift(random, usual):
    return max(round(random.gauss(usual, usual / 4)), 1)


def _grade(before):
    """Return the grade that two and more gifts of the year, one, and none make."""
    return "A" if len(before) > 1 else "B" if before else "C"


def get_rows(givers, days):
    """Return ``(grade, revenue before, gifts after, revenue after, whether left)`` of each."""
    last, rows = DAY + timedelta(days=days), []
    for giver in givers:
        gifts = [amount for day, amount in giver["after"] if day <= last]
        before = sum(amount for _day, amount in giver["before"])
        left = bool(giver["before"]) and not gifts
        rows.append((giver["grade"], before, len(gifts), sum(gifts), left))
    return rows


def rank_by_revenue(rows):
    """Return the rows with the grade that as many of the largest before would have."""
    grades = sorted(row[0] for row in rows)
    order = sorted(range(len(rows)), key=lambda number: (-rows[number][1], number))
    given = dict(zip(order, grades, strict=True))
    return [(given[number], *row[1:]) for number, row in enumerate(rows)]


def get_figures(rows):
    """Return ``{grade: (how many, revenue, average, times the average, left of who had given)}``."""
    average, figures = mean(row[3] for row in rows), {}
    for grade in sorted({row[0] for row in rows}):
        own = [row for row in rows if row[0] == grade]
        had = [row for row in own if row[1]]
        revenue = sum(row[3] for row in own)
        left = 100 * sum(row[4] for row in had) / len(had) if had else 0
        figures[grade] = (
            len(own),
            revenue,
            revenue / len(own),
            revenue / len(own) / average,
            left,
        )
    return figures


def correlate_ranks(rows):
    """Return Spearman's rank correlation of the grade with the revenue after, A first."""
    grades = _rank([-ord(row[0]) for row in rows])
    amounts = _rank([row[3] for row in rows])
    x, y = mean(grades), mean(amounts)
    products = sum((a - x) * (b - y) for a, b in zip(grades, amounts, strict=True))
    squares = [sum((a - m) ** 2 for a in each) for each, m in ((grades, x), (amounts, y))]
    return products / sqrt(squares[0] * squares[1])


def _rank(values):
    ordered = sorted(values)
    first = {value: ordered.index(value) for value in {*values}}
    return [first[value] + (ordered.count(value) - 1) / 2 for value in values]
