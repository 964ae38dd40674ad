from odoo import models


class CustomerGradingTrial(models.Model):
    """Asks, in the data check of a try-on, for the answers that are missing."""

    _inherit = "customer.grading.trial"

    def _get_missing_cell(self, criterion):
        """Let people answer what the criterion asks them."""
        cell = super()._get_missing_cell(criterion)
        if criterion.measure_id.kind != "question":
            return cell
        return {
            **cell,
            "text": self.env._("Ask for answers"),
            "ids": criterion.ids,
            "model": criterion._name,
            "method": "action_ask_for_answers",
        }
