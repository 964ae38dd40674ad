from odoo import fields, models


class CustomerGradingRule(models.Model):
    """Keeps how many per cent a condition shall leave, until its limit is taken from their figures."""

    _inherit = "customer.grading.rule"

    suggest_percent = fields.Float(
        "Suggested for (%)",
        digits=(16, 4),
        help="The limit is still to be suggested, so that so many per cent of all reach it.",
    )

    def write(self, vals):
        """Who writes a limit wants no other one suggested."""
        return super().write({"suggest_percent": 0, **vals} if "value" in vals else vals)
