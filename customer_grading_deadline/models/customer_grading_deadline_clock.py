from datetime import UTC, timedelta

import pytz

from odoo import api, models

from ..tools.working_time import WorkingTime

SPARE = timedelta(days=30)  # beyond what is asked for, for holidays


class CustomerGradingDeadlineClock(models.AbstractModel):
    """Tells when working hours and working days of a company have passed."""

    _name = "customer.grading.deadline.clock"
    _description = "Working Time of Deadlines"

    @api.model
    def _get_dues(self, company, asked):
        """Return when each of what is asked in working time is due.

        Where no working time is known, hours and days of the calendar count.

        :param company: whose working time counts; empty where all are graded as one: the oldest
        :param asked: list of ``(deadline, start)``, the start in UTC
        :return: list of moments in UTC, in the same order
        """
        if not asked:
            return []
        starts = [start for _deadline, start in asked]
        longest = max(deadline._get_span() for deadline, _start in asked)
        # Of a week a third is worked at the least, or days of it, where anything is.
        last = max(starts) + longest * 4 + SPARE
        time = self._get_working_time(company, min(starts), last)
        return [
            self._get_due(time, deadline, start) or start + deadline._get_span()
            for deadline, start in asked
        ]

    @staticmethod
    def _get_due(time, deadline, start):
        if deadline.unit == "working_days":
            return time.add_days(start, deadline.count)
        return time.add_time(start, timedelta(hours=deadline.count))

    @api.model
    def _get_working_time(self, company, first, last):
        """Return the :class:`WorkingTime` of a company between two moments in UTC."""
        engine = self.env["customer.grading.engine"]
        zone = engine._get_time_zone(company)
        company = company or company.browse(engine._get_oldest_company_id())
        calendar = company.sudo().resource_calendar_id
        if not calendar:
            return WorkingTime([], zone)
        found = calendar._work_intervals_batch(
            first.replace(tzinfo=UTC),
            last.replace(tzinfo=UTC),
            domain=[("time_type", "=", "leave"), ("company_id", "in", [company.id, False])],
            tz=pytz.timezone(zone),
        )
        return WorkingTime(
            [
                tuple(moment.astimezone(UTC).replace(tzinfo=None) for moment in (start, stop))
                for start, stop, _about in found[False]
            ],
            zone,
        )
