from odoo import models


class CustomerGradingCriterion(models.Model):
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
        return [str(band.lower + 1 if band.strict else band.lower) for band in bands]
