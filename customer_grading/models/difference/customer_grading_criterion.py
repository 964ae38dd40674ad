from odoo import models

from ...tools.texts import join_list


class CustomerGradingCriterion(models.Model):
    """Says all of a criterion in one phrase."""

    _inherit = "customer.grading.criterion"

    def _get_full_text(self):
        """Return all that a regulation says of the criterion, as one phrase."""
        self.ensure_one()
        if self.kind != "measure":
            parts = [join_list(self.env, row[:2]) for row in self._get_points_rows()[1:]]
            return join_list(
                self.env,
                [
                    self._get_own_points_text(),
                    *parts,
                    self.level_summary,
                    self._get_scale_sentence(),
                ],
            )
        [[_label, points, weight, most]] = self._get_points_rows()
        return join_list(
            self.env,
            [
                self.measure_id.name,
                self._get_period_text(),
                self._get_definition(),
                *(
                    [
                        points,
                        weight and self.env._("weight: %s", weight),
                        most and self.env._("points at most: %s", most),
                    ]
                    if self._is_scored()
                    else []
                ),
            ],
        )
