"""How what is asked for within a month is spread over its working days."""

from typing import NamedTuple


class Occurrence(NamedTuple):
    """One contact that a cadence asks for.

    :param rank: what comes first, comes first: the most important grade
    :param due: the day on which it was due: the longest overdue comes first
    :param key: whose it is; settles the order of equals
    :param day: the day by which it is wanted, none of the past
    """

    rank: tuple
    due: object
    key: int
    day: object


def spread(occurrences, days, busy, most):
    """Return ``[(occurrence, day)]``, in the order in which they were given room.

    Each has the last day with room until it is wanted, else the first one after it; ``None`` where
    the month is full.

    :param days: the working days, in order
    :param busy: :class:`Counter` of what is on each day already; it is counted on
    :param most: at most so many on one day

    >>> from collections import Counter
    >>> late, top = Occurrence((2,), 1, 7, 3), Occurrence((1,), 5, 8, 5)
    >>> [day for _one, day in spread([late, top, late], [3, 4, 5, 8], Counter({3: 1, 8: 2}), 2)]
    [5, 3, 4]
    """
    placed = []
    for occurrence in sorted(occurrences):
        before = [day for day in reversed(days) if day <= occurrence.day]
        after = [day for day in days if day > occurrence.day]
        day = next((one for one in [*before, *after] if busy[one] < most), None)
        if day is not None:
            busy[day] += 1
        placed.append((occurrence, day))
    return placed
