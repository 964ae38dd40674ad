from odoo import models

from ..policy.customer_grading_criterion import AVERAGES


class CustomerGradingBand(models.Model):
    _inherit = "customer.grading.band"

    def _to_text(self):
        """Return the band in short: “≥ 95 %: 30” or “Gold: 30”, and whom it is for."""
        self.ensure_one()
        text = self._get_start_text()
        whom = self.env["customer.grading.measure"]._get_domain_text(
            self.subject_domain, self.subject_model
        )
        return self.env._("%(level)s (only %(whom)s)", level=text, whom=whom) if whom else text

    def _get_place_text(self):
        """Return how far a rank goes, in short."""
        lowest, share = self.criterion_id._ranks_lowest_first(), f"{self.lower:g}"
        if self.criterion_id.band_by == "position":
            return self.env._("lowest %s", share) if lowest else self.env._("first %s", share)
        return self.env._("lowest %s %%", share) if lowest else self.env._("first %s %%", share)

    def _get_among_text(self):
        """Return a rank as a phrase: “among the first 10 %”."""
        criterion, share = self.criterion_id, self.criterion_id._format_number(self.lower)
        lowest = criterion._ranks_lowest_first()
        if criterion.band_by == "position":
            return (
                self.env._("among the lowest %s", share)
                if lowest
                else self.env._("among the first %s", share)
            )
        if criterion.band_by == "percentile":
            return (
                self.env._("among the lowest %s %%", share)
                if lowest
                else self.env._("among the first %s %%", share)
            )
        if lowest:
            return self.env._("among the lowest that make %s %% of the total", share)
        return self.env._("among those who make the first %s %% of the total", share)

    def _get_average_text(self):
        """Return what a level is compared with: “120 % of the average”."""
        if self.criterion_id.band_by == "median":
            text = self.env._("%s %% of the median", f"{self.lower:g}")
            return self.env._("the median") if self.lower == 100 else text
        text = self.env._("%s %% of the average", f"{self.lower:g}")
        return self.env._("the average") if self.lower == 100 else text

    def _get_least_text(self):
        """Return from where on a level beside the average is reached, as a phrase."""
        average = self._get_average_text()
        if self.strict:
            return self.env._("more than %s", average)
        return self.env._("at least %s", average)

    def _get_start_text(self):
        criterion = self.criterion_id
        gives = " ".join(
            part for part in (self.level, f"{self.points:g}" if self.points else "") if part
        )
        if criterion.unit == "choice":
            name = self.choice_id and self.env[self.choice_model].browse(self.choice_id)
            return f"{name.display_name if name else ''}: {self.points:g}"
        if criterion.band_by == "own_share":
            start = self.env._("≥ %s %% of the total", f"{self.lower:g}")
        elif criterion.band_by in AVERAGES:
            start = f"{'>' if self.strict else '≥'} {self._get_average_text()}"
        elif criterion._is_ranked():
            start = self._get_place_text()
        else:
            sign = ">" if self.strict else "≥"
            start = f"{sign} {criterion._format_value(self.lower)}"
        return f"{start}: {gives}" if gives else start
