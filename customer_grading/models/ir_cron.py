from datetime import datetime, time, timedelta, timezone
from zoneinfo import ZoneInfo

from odoo import api, models
from odoo.tools import SQL

NIGHT = "customer_grading.ir_cron_grade"
HOUR = "customer_grading.hour"  # the setting that keeps the hour of the night


class IrCron(models.Model):
    """Nightly grading has an hour where the company is, in summer and in winter."""

    _inherit = "ir.cron"

    @api.model
    def _reschedule_later(self, job):
        """Plan the next night by the local hour: a day is not always 24 hours long."""
        result = super()._reschedule_later(job)
        night = self.env.ref(NIGHT, raise_if_not_found=False)
        if night and job["id"] == night.id and self._get_kept_hour():
            nextcall = self._get_next_night(self._get_grading_hour(), self.env.cr.now())
            # As Odoo does: the job is locked by this transaction.
            self.env.cr.execute(
                SQL("UPDATE ir_cron SET nextcall = %s WHERE id = %s", nextcall, night.id)
            )
        return result

    @api.model
    def _get_kept_hour(self):
        return self.env["ir.config_parameter"].sudo().get_param(HOUR)

    @api.model
    def _get_grading_zone(self):
        """Return the time zone in which the hour of the night is told."""
        engine = self.env["customer.grading.engine"]
        return ZoneInfo(engine._get_time_zone(self.env["res.company"]))

    @api.model
    def _get_grading_hour(self):
        """Return the local hour of nightly grading, 2.5 being half past two."""
        if hour := self._get_kept_hour():
            return float(hour)
        nextcall = self.env.ref(NIGHT).sudo().nextcall
        local = nextcall.replace(tzinfo=timezone.utc).astimezone(self._get_grading_zone())
        return local.hour + local.minute / 60

    @api.model
    def _set_grading_hour(self, hour):
        """Let everybody be graded when it is ``hour`` where the company is."""
        self.env["ir.config_parameter"].sudo().set_param(HOUR, hour)
        nextcall = self._get_next_night(hour, datetime.now())
        self.env.ref(NIGHT).sudo().nextcall = nextcall

    @api.model
    def _get_next_night(self, hour, now):
        """Return when it is ``hour`` next after ``now``; both moments are in UTC."""
        zone = self._get_grading_zone()
        day = now.replace(tzinfo=timezone.utc).astimezone(zone).date()
        start = time(*divmod(round(hour * 60) % (24 * 60), 60))
        while True:
            local = datetime.combine(day, start, zone)
            moment = local.astimezone(timezone.utc).replace(tzinfo=None)
            if moment > now:
                return moment
            day += timedelta(days=1)
