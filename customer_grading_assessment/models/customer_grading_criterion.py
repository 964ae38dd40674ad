from datetime import date

from dateutil.relativedelta import relativedelta

from odoo import models


class CustomerGradingCriterion(models.Model):
    """Tells the answers at which the level or the points of a criterion change."""

    _inherit = "customer.grading.criterion"

    def _get_banded_answers(self):
        """Return the answers that begin each band, the one with the most points first."""
        self.ensure_one()
        ranks = self._get_level_ranks()
        bands = self.band_ids.sorted(lambda band: (band.points, ranks[band]), reverse=True)
        if self.unit == "choice":
            return [str(band.choice_id) for band in bands if band.choice_id]
        if self.unit == "yes_no":
            return ["true" if band.lower > 0 else "false" for band in bands]
        return [self._to_answer(band.lower + 1 if band.strict else band.lower) for band in bands]

    def _to_answer(self, number):
        """Return the answer, as text, that makes the criterion's value ``number``."""
        if self._get_question().kind != "date":
            return str(number)
        today = self.env["customer.grading.engine"]._get_today(self.company_id)
        sign = -1 if self._get_age() == "since" else 1
        try:
            return str(today + sign * relativedelta(**{self.unit: round(number)}))
        except (OverflowError, ValueError):  # a limit beyond the calendar
            return str(date.max if sign * number > 0 else date.min)
