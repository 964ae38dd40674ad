"""The dates that a criterion looks at."""

from datetime import date, timedelta
from typing import NamedTuple

from dateutil.relativedelta import relativedelta

from odoo.tools.date_utils import get_fiscal_year

# How long a period can be: its kind, or the unit of a trailing one -> the largest count.
LONGEST = {"months": 1200, "days": 36500, "best_year": 20, "month_ends": 36}


def go_back(day: date, months: int) -> date:
    """Return the same day so many months before, as people count.

    A month's last day stays one; in a month without such a day it is the last.

    >>> go_back(date(2026, 4, 30), 1)
    datetime.date(2026, 3, 31)
    >>> go_back(date(2026, 3, 30), 1)
    datetime.date(2026, 2, 28)
    >>> go_back(date(2028, 2, 28), 12), go_back(date(2028, 2, 29), 12)
    (datetime.date(2027, 2, 28), datetime.date(2027, 2, 28))
    """
    morrow = day + timedelta(days=1)
    if morrow.day == 1:
        return morrow - relativedelta(months=months) - timedelta(days=1)
    return day - relativedelta(months=months)


class Period(NamedTuple):
    """A stretch of time, said relative to a reference date.

    :param kind: ``trailing`` (the last ``count`` ``unit``), ``this_year`` (so far),
        ``last_year``, ``this_fiscal_year`` and ``last_fiscal_year`` (those of the company),
        ``best_year`` (each of the last ``count`` full calendar years),
        ``month_ends`` (all there was at each of the last ``count`` month ends),
        ``since_start`` (from a date of the record, which no period knows, to the end) or
        ``all_time``
    :param up_to: where it ends: ``day`` (the reference date itself), ``month_end`` or
        ``quarter_end`` (the last one that is over on the reference date)
    :param year_end: day and month on which the company's fiscal year ends
    """

    kind: str = "all_time"
    count: int = 0
    unit: str = "months"
    up_to: str = "day"
    year_end: tuple[int, int] = (31, 12)

    def get_end(self, reference: date) -> date:
        """Return the last day that counts.

        >>> Period("trailing", 12, up_to="month_end").get_end(date(2026, 11, 21))
        datetime.date(2026, 10, 31)
        >>> Period("trailing", 12, up_to="month_end").get_end(date(2026, 11, 30))
        datetime.date(2026, 11, 30)
        >>> Period("trailing", 12, up_to="quarter_end").get_end(date(2026, 11, 21))
        datetime.date(2026, 9, 30)
        """
        if self.up_to == "day":
            return reference
        # A month or quarter that ends on the reference date itself is over.
        after = reference + timedelta(days=1)
        months = 0 if self.up_to == "month_end" else (after.month - 1) % 3
        return after.replace(day=1) - relativedelta(months=months) - timedelta(days=1)

    def get_bounds(self, reference: date) -> list[tuple[date | None, date]]:
        """Return the first and the last day (both included) of each stretch to look at.

        There is one, except for ``best_year`` and ``month_ends``, which have one a year and
        one a month, newest first. The first day is ``None`` where everything before the
        end counts. The last *n* months begin on the morrow of the day that :func:`go_back`
        gives: no day counts twice, and those up to a month's end are *n* calendar months.

        >>> Period("trailing", 12).get_bounds(date(2026, 11, 20))
        [(datetime.date(2025, 11, 21), datetime.date(2026, 11, 20))]
        >>> Period("trailing", 12).get_bounds(date(2028, 2, 28))
        [(datetime.date(2027, 3, 1), datetime.date(2028, 2, 28))]
        >>> Period("trailing", 12).get_bounds(date(2028, 2, 29))
        [(datetime.date(2027, 3, 1), datetime.date(2028, 2, 29))]
        >>> Period("trailing", 1).get_bounds(date(2026, 3, 30))
        [(datetime.date(2026, 3, 1), datetime.date(2026, 3, 30))]
        >>> Period("trailing", 30, "days").get_bounds(date(2026, 11, 20))
        [(datetime.date(2026, 10, 22), datetime.date(2026, 11, 20))]
        >>> Period("trailing", 1, up_to="month_end").get_bounds(date(2026, 3, 15))
        [(datetime.date(2026, 2, 1), datetime.date(2026, 2, 28))]
        >>> [(a.year, b.year) for a, b in Period("best_year", 2).get_bounds(date(2026, 5, 1))]
        [(2025, 2025), (2024, 2024)]
        >>> april = Period("this_fiscal_year", year_end=(31, 3))
        >>> april.get_bounds(date(2026, 3, 31))
        [(datetime.date(2025, 4, 1), datetime.date(2026, 3, 31))]
        >>> april._replace(kind="last_fiscal_year").get_bounds(date(2026, 4, 1))
        [(datetime.date(2025, 4, 1), datetime.date(2026, 3, 31))]
        >>> [str(end) for _, end in Period("month_ends", 3).get_bounds(date(2026, 3, 30))]
        ['2026-02-28', '2026-01-31', '2025-12-31']
        """
        return self._get_bounds_up_to(self._get_last_day(reference))

    def get_bounds_a_year_before(self, reference: date) -> list[tuple[date | None, date]]:
        """Return the same stretches one year earlier, for growth.

        They end on the same day of that year, those at a month's end at the month's end:
        twelve months are followed by the next twelve without gap or overlap.

        >>> Period("trailing", 12).get_bounds_a_year_before(date(2026, 11, 20))
        [(datetime.date(2024, 11, 21), datetime.date(2025, 11, 20))]
        >>> Period("trailing", 1, up_to="month_end").get_bounds_a_year_before(date(2025, 3, 1))
        [(datetime.date(2024, 2, 1), datetime.date(2024, 2, 29))]
        >>> Period("trailing", 12).get_bounds_a_year_before(date(2028, 2, 28))
        [(datetime.date(2026, 3, 1), datetime.date(2027, 2, 28))]
        """
        return self._get_bounds_up_to(go_back(self._get_last_day(reference), 12))

    def _get_last_day(self, reference: date) -> date:
        """Return the last day that counts; of month ends the newest."""
        if self.kind == "month_ends":
            return self._replace(up_to="month_end").get_end(reference)
        return self.get_end(reference)

    def _get_bounds_up_to(self, end: date) -> list[tuple[date | None, date]]:
        """Return the stretches of :meth:`get_bounds` whose last day is ``end``."""
        if self.kind == "month_ends":
            return [(None, go_back(end, months)) for months in range(self.count)]
        if self.kind == "trailing" and self.unit == "days":
            return [(end - timedelta(days=self.count - 1), end)]
        if self.kind == "trailing":
            return [(go_back(end, self.count) + timedelta(days=1), end)]
        if self.kind == "this_year":
            return [(end.replace(month=1, day=1), end)]
        if self.kind == "last_year":
            return [self._get_year(end.year - 1)]
        if self.kind in ("this_fiscal_year", "last_fiscal_year"):
            first, last = get_fiscal_year(end, *self.year_end)
            if self.kind == "this_fiscal_year":
                return [(first, end)]
            return [get_fiscal_year(first - timedelta(days=1), *self.year_end)]
        if self.kind == "best_year":
            years = range(end.year - 1, end.year - 1 - self.count, -1)
            return [self._get_year(year) for year in years]
        return [(None, end)]

    @staticmethod
    def _get_year(year: int) -> tuple[date, date]:
        return date(year, 1, 1), date(year, 12, 31)
