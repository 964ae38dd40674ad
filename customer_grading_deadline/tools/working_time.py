"""When a company works, and when so much of that time has passed."""

from bisect import bisect_left, bisect_right
from datetime import UTC
from itertools import accumulate
from zoneinfo import ZoneInfo


class WorkingTime:
    """The working time of a company over a while, in order.

    :param intervals: pairs ``(start, stop)`` of moments in UTC, without a time zone
    :param zone: name of the time zone in which the company's days begin
    """

    def __init__(self, intervals, zone="UTC"):
        self.starts = [start for start, _stop in intervals]
        self.stops = [stop for _start, stop in intervals]
        lengths = [stop - start for start, stop in intervals]
        self.until = list(accumulate(lengths))  # worked up to the end of each
        self.before = [done - own for done, own in zip(self.until, lengths, strict=True)]
        self.zone = ZoneInfo(zone)
        ends = {self._get_day(start): stop for start, stop in intervals}
        self.days, self.day_ends = list(ends), list(ends.values())

    def _get_day(self, moment):
        return moment.replace(tzinfo=UTC).astimezone(self.zone).date()

    def add_time(self, moment, span):
        """Return when so much time was worked after ``moment``; ``None`` beyond what is known.

        >>> from datetime import datetime, timedelta
        >>> friday, monday = datetime(2026, 11, 20), datetime(2026, 11, 23)
        >>> hours = [(day.replace(hour=8), day.replace(hour=17)) for day in (friday, monday)]
        >>> WorkingTime(hours).add_time(friday.replace(hour=16), timedelta(hours=2))
        datetime.datetime(2026, 11, 23, 9, 0)
        """
        first = bisect_right(self.stops, moment)
        if first == len(self.stops):
            return None
        worked = max(moment - self.starts[first], span * 0)
        wanted = self.before[first] + worked + span
        last = bisect_left(self.until, wanted)
        if last == len(self.until):
            return None
        return self.starts[last] + (wanted - self.before[last])

    def add_days(self, moment, count):
        """Return the end of the work of the ``count``-th working day after that of ``moment``.

        >>> from datetime import datetime
        >>> days = [datetime(2026, 11, day) for day in (20, 23, 24)]
        >>> hours = [(day.replace(hour=8), day.replace(hour=17)) for day in days]
        >>> WorkingTime(hours).add_days(datetime(2026, 11, 20, 16), 2)
        datetime.datetime(2026, 11, 24, 17, 0)
        """
        position = bisect_right(self.days, self._get_day(moment)) + count - 1
        return self.day_ends[position] if position < len(self.days) else None
