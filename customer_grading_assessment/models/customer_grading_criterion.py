from datetime import date

from dateutil.relativedelta import relativedelta

from odoo import models


class CustomerGradingCriterion(models.Model):
    """Tells the answers at which the level or the points of a criterion change."""

    _inherit = "customer.grading.criterion"

    def _get_passing_on(self):
        """Return these and the combinations that pass their value on: the first known of them."""
        passing = found = self
        while passing := passing.parent_id.filtered(lambda c: c.kind == "first"):
            found |= passing
        return found

    def _get_banded_answers(self, question):
        """Return the answers to ``question`` that begin each band, most points first."""
        self.ensure_one()
        ranks = self._get_level_ranks()
        bands = self.band_ids.sorted(lambda band: (band.points, ranks[band]), reverse=True)
        if self.unit == "choice":
            return [str(band.choice_id) for band in bands if band.choice_id]
        if self.unit == "yes_no":
            return ["true" if band.lower > 0 else "false" for band in bands]
        return [
            self._to_answer(question, band.lower + 1 if band.strict else band.lower)
            for band in bands
        ]

    def _to_answer(self, question, number):
        """Return the answer to ``question``, as text, that makes the value ``number``."""
        if question.kind != "date":
            return str(number)
        today = self.env["customer.grading.engine"]._get_today(self.company_id)
        sign = -1 if self._get_age() == "since" else 1
        try:
            return str(today + sign * relativedelta(**{self.unit: round(number)}))
        except (OverflowError, ValueError):  # a limit beyond the calendar
            return str(date.max if sign * number > 0 else date.min)
