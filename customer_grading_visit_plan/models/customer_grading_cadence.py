from bisect import bisect_right
from datetime import timedelta

from dateutil.relativedelta import relativedelta

from odoo import models
from odoo.tools import SQL


class CustomerGradingCadence(models.Model):
    """Says on which days of a period a cadence asks for contact."""

    _inherit = "customer.grading.cadence"

    def _get_occurrences(self, followed, first, last, today, workdays):
        """Return every contact that the cadence asks for from ``first`` to ``last``.

        What is overdue is wanted today, and what follows it from then on.

        :param followed: the follow-ups of this one cadence
        :param workdays: the days on which the company works, from today on
        :return: list of ``(follow-up, due, day)``: when it was due, and by when it is wanted
        """
        self.ensure_one()
        found = getattr(self, f"_get_{self.rhythm}_occurrences")(followed, last, today, workdays)
        return [(one, due, day) for one, due, day in found if first <= day <= last]

    def _get_gap_occurrences(self, followed, last, today, workdays):
        for one in followed.filtered("date_due"):
            due, day = one.date_due, max(one.date_due, today)
            while day and day <= last:
                yield one, due, day
                due = day = self._add_gap(day, workdays)

    def _add_gap(self, day, workdays):
        """Return the day so long after another one; ``None``: not within the days told."""
        if self.working_days and self.gap_unit == "days":
            position = bisect_right(workdays, day) + self.gap - 1
            return workdays[position] if position < len(workdays) else None
        return day + relativedelta(**{self.gap_unit: self.gap})

    def _get_count_occurrences(self, followed, last, today, workdays):
        for one in followed.filtered("date_due"):
            yield from ((one, due, day) for due, day in self._share_out(one, last, today))

    def _share_out(self, one, last, today):
        """Yield the days of the contacts that are left of this period, and those of the next."""
        get_period = self.env["customer.grading.follow.up.engine"]._get_period
        start, end = get_period(self.per, today)
        result = one.result_id.sudo()
        since = result.date_since or result.date_evaluated
        days = self._get_parts(max(start, since or start), end, one.asked_count, one.done_count)
        if days and days[0] < today:  # what is left is shared out over what is left
            days = self._get_parts(today, end, len(days))
        yield from ((min(day, one.date_due), day) for day in days)
        while end < last:
            start, end = get_period(self.per, end + timedelta(days=1))
            yield from ((day, day) for day in self._get_parts(start, end, self.times))

    @staticmethod
    def _get_parts(start, end, count, done=0):
        """Return the last day of each part of a period after those that are done."""
        length = (end - start).days + 1
        return [
            start + timedelta(days=-(-part * length // count) - 1)
            for part in range(done + 1, count + 1)
        ]

    def _get_calendar_occurrences(self, followed, last, today, workdays):
        anchors = self._get_anchors(followed)
        for one in followed.filtered("date_due"):
            yield one, one.date_due, max(one.date_due, today)
            anchor = anchors.get(one._get_subject().id)
            points = self.step_ids if anchor else ()
            days = (anchor + relativedelta(**{point.unit: point.count}) for point in points)
            yield from ((one, day, day) for day in days if day > max(one.date_due, today))

    def _get_anchors(self, followed):
        """Return ``{id: first day}`` of the subjects of the follow-ups."""
        subject = self.dimension_id.sudo()._get_subject_kind()
        engine = self.env["customer.grading.follow.up.engine"]
        ids = tuple(followed[subject.field].ids)
        scope = engine._get_scope(followed.company_id[:1], ids)
        Day = self.env["customer.grading.cadence.day"]
        days = Day._get_days_sql(self.anchor, subject, scope)
        if not days or not ids:
            return {}
        asked = "SELECT subject_id, day FROM (%s) anchor WHERE subject_id IN %s"
        return dict(self.env.execute_query(SQL(asked, days, ids)))

    def _get_yearly_occurrences(self, followed, last, today, workdays):
        for one in followed.filtered("date_due"):
            yield one, one.date_due, max(one.date_due, today)
