"""When the next contact is due, in plain Python, written from the words of the user guide.

It shares nothing with the addon. A cadence is a dict: ``contact`` (any, call, visit, message) and
one of ``every`` (count, unit), ``times`` and ``per``, ``after`` (list of (count, unit)) with the
day ``anchor``, ``yearly`` (a day of any year). Contacts are ``(day, kind)``. ``since`` is the day
from which the grade is held; ``works`` says whether the company works on a day.
"""

from calendar import monthrange
from datetime import date, timedelta
from math import ceil

EARLY, LATE = 7, 30


def add(day, count, unit):
    """Return the day so many days, weeks or months later; the end of a month stays one."""
    if unit == "months":
        month = day.year * 12 + day.month - 1 + count
        year, month = divmod(month, 12)
        return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))
    return day + timedelta(days=count * (7 if unit == "weeks" else 1))


def get_due(cadence, contacts, since, today, works):
    """Return the day on which the next contact is due, ``None`` where nothing is asked any more."""
    wanted = cadence.get("contact", "any")
    days = sorted({day for day, kind in contacts if day <= today and wanted in ("any", kind)})
    due = _get_day(cadence, days, since, today, works)
    if due and cadence.get("working_days") and cadence.get("every", [0, ""])[1] != "days":
        while not works(due):
            due += timedelta(days=1)
    return max(due, since) if due and "every" in cadence else due


def _get_day(cadence, days, since, today, works):
    last = days[-1] if days else None
    if "every" in cadence:
        count, unit = cadence["every"]
        day = last or since
        if not (cadence.get("working_days") and unit == "days"):
            return add(day, count, unit)
        while count:
            day += timedelta(days=1)
            count -= works(day)
        return day
    if "times" in cadence:
        return _get_due_of_period(cadence, days, since, today)
    if "after" in cadence:
        points = sorted(add(cadence["anchor"], *span) for span in cadence["after"])
        before = [cadence["anchor"], *points]
        opens = [
            point - timedelta(days=min(EARLY, (point - earlier).days // 2))
            for earlier, point in zip(before, points, strict=False)
        ]
        ends = [*opens[1:], date.max]
    else:
        first = cadence["yearly"]
        points = [
            add(first, 12 * (year - first.year), "months")
            for year in range(today.year - 1, today.year + 2)
        ]
        opens = [point - timedelta(days=EARLY) for point in points]
        ends = [point + timedelta(days=LATE) for point in points]
    for point, start, end in zip(points, opens, ends, strict=True):
        is_met = start <= today and last and last >= start
        if point >= since and end > today and not is_met:
            return point
    return None


def _get_due_of_period(cadence, days, since, today):
    start, end = get_period(cadence["per"], today)
    begun = max(start, since)
    length = (end - begun).days + 1
    asked = ceil(cadence["times"] * length / ((end - start).days + 1))
    done = len([day for day in days if day >= begun])
    if done < asked:
        return begun + timedelta(days=ceil((done + 1) * length / asked) - 1)
    _start, later = get_period(cadence["per"], end + timedelta(days=1))
    return end + timedelta(days=ceil((later - end).days / cadence["times"]))


def get_period(per, day):
    """Return the first and the last day of the period that a day is in."""
    if per == "week":
        start = day - timedelta(days=day.isoweekday() - 1)
        return start, start + timedelta(days=6)
    months = {"month": 1, "quarter": 3, "year": 12}[per]
    start = date(day.year, (day.month - 1) // months * months + 1, 1)
    return start, add(start, months, "months") - timedelta(days=1)
