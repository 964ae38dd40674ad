from odoo import api, models


class CustomerGradingTrialLine(models.Model):
    _name = "customer.grading.trial.line"
    _inherit = ["customer.grading.group.subject", "customer.grading.trial.line"]

    @api.model
    def _get_unused_fields(self):
        """Show groups too: a try-on is of what is not graded yet."""
        return ()
