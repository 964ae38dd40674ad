from odoo import models


class CustomerGradingExplanationWhy(models.AbstractModel):
    """Says why a condition counts as met that is waived."""

    _inherit = "customer.grading.explanation.why"

    def _get_condition_cells(self, case, condition, missing):
        """Put the waiver where else the value's period, or what is missing, stands."""
        criterion, asked, value, last, link = super()._get_condition_cells(case, condition, missing)
        waived = case.explanation.waivers.get(condition)
        if waived and waived._counts_on(case.explanation.date):
            last = waived._get_text()
        return [criterion, asked, value, last, link]
