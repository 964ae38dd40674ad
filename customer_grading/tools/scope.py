"""What a statement of the engine is asked for."""

from datetime import date, datetime, time, timedelta
from typing import NamedTuple
from zoneinfo import ZoneInfo

UTC = ZoneInfo("UTC")


class Scope(NamedTuple):
    """The circumstances of one evaluation; every SQL half takes one.

    :param date: reference date, in the time zone ``tz``
    :param tz: name of the company's time zone
    :param company_ids: companies whose documents count, the one that is graded first
    :param currency_id: currency of all amounts
    :param rates: ``(company id, rate)``: what an amount of a company's own currency is
        multiplied by; empty where all have the currency of the scope
    :param daily_rates: ``(company id, days, rates)``: the same from each of its days on, oldest
        first, where documents are worth what they were on their own day; else empty
    :param subject_ids: subjects asked for, or ``None`` for all
    :param cutoffs: ``{criterion id: {band id: {group: value}}}`` of the last full run,
        values as text, for rankings
    :param past: whether the date is told of in hindsight: who was not there yet is left out
    :param year_end: day and month on which the company's fiscal year ends
    :param beside_ids: policies to which nobody is left, as if they were not in force
    """

    date: date
    tz: str = "UTC"
    company_ids: tuple[int, ...] = ()
    currency_id: int | None = None
    rates: tuple[tuple[int, float], ...] = ()
    daily_rates: tuple = ()
    subject_ids: tuple[int, ...] | None = None
    cutoffs: dict | None = None
    past: bool = False
    year_end: tuple[int, int] = (31, 12)
    beside_ids: tuple[int, ...] = ()

    def get_start_of(self, day: date) -> datetime:
        """Return when ``day`` begins, as UTC without a time zone, as Odoo stores it.

        >>> Scope(date(2026, 11, 21), tz="Asia/Shanghai").get_start_of(date(2026, 11, 21))
        datetime.datetime(2026, 11, 20, 16, 0)
        """
        local = datetime.combine(day, time.min, ZoneInfo(self.tz))
        return local.astimezone(UTC).replace(tzinfo=None)

    def get_end_of(self, day: date) -> datetime:
        """Return the first moment after ``day``, as :meth:`get_start_of`."""
        return self.get_start_of(day + timedelta(days=1))
