from calendar import monthrange
from datetime import date

from odoo import api, fields, models
from odoo.addons.account.models.company import MONTH_SELECTION
from odoo.exceptions import ValidationError

from ...tools.texts import join_words

LEAP_YEAR = 2024


class CustomerGradingReviewWindow(models.Model):
    """Days of every year in which grades change: 25 to 30 March, say."""

    _name = "customer.grading.review.window"
    _description = "Review Window"
    _order = "policy_id, id"

    policy_id = fields.Many2one(
        "customer.grading.policy", required=True, ondelete="cascade", index=True
    )
    company_id = fields.Many2one(related="policy_id.company_id", store=True, precompute=True)
    first_day = fields.Integer("From", default=1, required=True, aggregator=None)
    first_month = fields.Selection(MONTH_SELECTION, "Month", default="1", required=True)
    last_day = fields.Integer("To", default=31, required=True, aggregator=None)
    last_month = fields.Selection(MONTH_SELECTION, "Last month", default="1", required=True)

    @api.constrains("first_day", "first_month", "last_day", "last_month")
    def _check_days(self):
        """Refuse days that no month has; 29 February is the last day of a shorter one."""
        months = dict(self._fields["first_month"]._description_selection(self.env))
        for window in self:
            for day, month in window._get_ends():
                if not 1 <= day <= monthrange(LEAP_YEAR, month)[1]:
                    message = self.env._(
                        "%(month)s has no day %(day)s. Choose a day of the month.",
                        month=months[str(month)],
                        day=day,
                    )
                    raise ValidationError(message)

    def _get_ends(self):
        """Return the first and the last day, each as ``(day, month)``."""
        return [(self.first_day, int(self.first_month)), (self.last_day, int(self.last_month))]

    def _get_stretches(self, years):
        """Return ``[(first day, last day)]`` of the windows that begin in ``years``.

        One whose end lies before its beginning ends in the next year.
        """
        stretches = []
        for window in self:
            first, last = window._get_ends()
            for year in years:
                ends_in = year + (first[::-1] > last[::-1])
                stretches.append((self._get_date(year, *first), self._get_date(ends_in, *last)))
        return stretches

    @staticmethod
    def _get_date(year, day, month):
        return date(year, month, min(day, monthrange(year, month)[1]))

    def _to_text(self):
        """Return the windows in words, such as “25 March to 30 March”."""
        months = dict(self._fields["first_month"]._description_selection(self.env))
        return join_words(
            self.env,
            [
                self.env._(
                    "%(first_day)s %(first_month)s to %(last_day)s %(last_month)s",
                    first_day=window.first_day,
                    first_month=months[window.first_month],
                    last_day=window.last_day,
                    last_month=months[window.last_month],
                )
                for window in self
            ],
        )
