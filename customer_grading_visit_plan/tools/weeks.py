"""Weeks and months of plans, as plain dates and names that sort by time."""

from calendar import monthrange
from datetime import date, timedelta

from babel.dates import format_skeleton

from odoo.tools.misc import babel_locale_parse, get_lang

WEEK = timedelta(days=7)


def get_monday(day):
    """Return the first day of the week of ``day``.

    >>> get_monday(date(2026, 11, 20))
    datetime.date(2026, 11, 16)
    """
    return day - timedelta(days=day.weekday())


def get_week(day):
    """Return the name of the week of ``day``, the same in all languages.

    >>> get_week(date(2026, 11, 1))
    '2026-W44 (10-26 – 11-01)'
    """
    monday = get_monday(day)
    year, week, _day = day.isocalendar()
    return f"{year}-W{week:02} ({monday:%m-%d} – {monday + WEEK - timedelta(days=1):%m-%d})"


def read_week(name):
    """Return the Monday of a week by its name, ``None`` where it is none.

    >>> read_week(get_week(date(2027, 1, 2)))
    datetime.date(2026, 12, 28)
    >>> read_week("soon")
    """
    try:
        return date.fromisocalendar(int(name[:4]), int(name[6:8]), 1)
    except ValueError:
        return None


def get_weeks(first, last):
    """Return the names of the weeks from one day to another.

    >>> len(get_weeks(date(2026, 11, 1), date(2026, 11, 30)))
    6
    """
    mondays = range((get_monday(last) - get_monday(first)).days // 7 + 1)
    return [get_week(get_monday(first) + n * WEEK) for n in mondays]


def get_month(day):
    """Return the first and the last day of the month of ``day``.

    >>> get_month(date(2026, 2, 14))
    (datetime.date(2026, 2, 1), datetime.date(2026, 2, 28))
    """
    return day.replace(day=1), day.replace(day=monthrange(day.year, day.month)[1])


def say_month(env, day):
    """Return the month of ``day`` as the reader's language has it, such as “November 2026”."""
    if not day:
        return ""
    return format_skeleton("yMMMM", day, locale=babel_locale_parse(get_lang(env).code))
