from odoo import models


class CustomerGradingExplanationCells(models.AbstractModel):
    """Says beside a value that it is not what decides."""

    _inherit = "customer.grading.explanation.cells"

    def _get_value_text(self, case, condition):
        """Say it of a condition that is waived."""
        text = super()._get_value_text(case, condition)
        waived = case.explanation.waivers.get(condition)
        if waived and waived._counts_on(case.explanation.date):
            return self.env._("%s (waived)", text)
        return text
