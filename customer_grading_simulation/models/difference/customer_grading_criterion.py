from odoo import models
from odoo.addons.customer_grading.tools.texts import join_list


class CustomerGradingCriterion(models.Model):
    """Says all of a criterion in one phrase."""

    _inherit = "customer.grading.criterion"

    def _get_full_text(self):
        """Return all that a regulation says of the criterion, as one phrase."""
        self.ensure_one()
        rows = self._get_points_rows()
        if self._adds_points():
            parts = [join_list(self.env, row[:2]) for row in rows[1:]]
            scale = self._get_scale_sentence()
            return join_list(
                self.env, [self._get_own_points_text(), *parts, self.level_summary, scale]
            )
        texts = [self.measure_id.name, self._get_period_text(), self._get_definition()]
        if self._is_scored():
            [[_label, points, weight, most]] = rows
            weight = weight and self.env._("weight: %s", weight)
            texts += [points, weight, most and self.env._("points at most: %s", most)]
        return join_list(self.env, texts)
