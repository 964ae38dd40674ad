from odoo import models
from odoo.tools import format_date


class CustomerGradingExplanationTexts(models.AbstractModel):
    """Says that a grade moved because a condition was waived, or is no longer."""

    _inherit = "customer.grading.explanation.texts"

    def _get_met_text(self, explanation, condition, figures):
        """A waived condition is met by nothing that the value tells."""
        waived = explanation.waivers.get(condition)
        if waived and waived._counts_on(explanation.date):
            return self.env._("waived: %s", condition._get_condition_text())
        return super()._get_met_text(explanation, condition, figures)

    def _get_gap_text(self, explanation, gap, figures, fell):
        """What was waived need not have been met by its value before."""
        waived = explanation.waivers.get(gap.condition)
        text = super()._get_gap_text(explanation, gap, figures, fell and not waived)
        if not waived or waived._counts_on(explanation.date):
            return text
        end = format_date(self.env, waived.date_end)
        return self.env._("%(reason)s; it was waived until %(date)s", reason=text, date=end)
