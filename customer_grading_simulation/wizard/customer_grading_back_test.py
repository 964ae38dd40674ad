from datetime import date, timedelta

from dateutil.relativedelta import relativedelta

from odoo import api, fields, models
from odoo.addons.customer_grading.models.result.customer_grading_slices import SLICE
from odoo.exceptions import UserError
from odoo.fields import Command
from odoo.tools import format_date

MOST_DATES = 60
MONTHS = {"month": 1, "quarter": 3, "year": 12}


class CustomerGradingBackTest(models.TransientModel):
    """Asks as of which past dates a policy shall be told."""

    _name = "customer.grading.back.test"
    _description = "Back-test of a Policy"

    policy_id = fields.Many2one("customer.grading.policy", required=True, ondelete="cascade")
    count = fields.Integer("How many", default=12, required=True)
    interval = fields.Selection(
        [("month", "month ends"), ("quarter", "quarter ends"), ("year", "year ends")],
        default="month",
        required=True,
    )
    until = fields.Date("The last one up to", default=lambda self: self._get_today(), required=True)
    dates_text = fields.Char("Dates graded", compute="_compute_dates_text")

    @api.model
    def _get_today(self):
        return self.env["customer.grading.engine"]._get_today(self.env.company)

    @api.depends("count", "interval", "until")
    @api.depends_context("lang")
    def _compute_dates_text(self):
        for test in self:
            days = test._get_dates()
            test.dates_text = days and self.env._(
                "%(first)s to %(last)s",
                first=format_date(self.env, days[0]),
                last=format_date(self.env, days[-1]),
            )

    def _get_dates(self):
        """Return the ends of months, quarters or years up to the day, oldest first."""
        if not self.until or not 0 < self.count <= MOST_DATES:
            return []
        step = MONTHS[self.interval]
        after = self.until + timedelta(days=1)
        start = date(after.year, after.month - (after.month - 1) % step, 1)
        ends = [
            start - relativedelta(months=step * back) - timedelta(days=1)
            for back in range(self.count)
        ]
        return ends[::-1]

    def action_run(self):
        """Grade as of each date, changing nothing, and open how many had which grade.

        Where there are many records it is done in the background.
        """
        self.ensure_one()
        policy = self.policy_id
        policy.check_access("write")
        if policy.state != "closed":
            policy._check_complete()
        days = self._get_dates()
        if not days:
            raise UserError(self.env._("Choose between 1 and %s dates.", MOST_DATES))
        if self.until > self._get_today():
            raise UserError(
                self.env._("A back-test is of days that are over. Choose an earlier one.")
            )
        trial = policy._create_trial(
            "back_test", count_ids=[Command.create({"date": day}) for day in days]
        )
        Model = self.env[policy.subject_model].sudo()
        if Model.search_count([], limit=SLICE + 1) <= SLICE:
            trial._execute()
        else:
            trial._go_on()
        return trial.with_env(self.env).action_open()
