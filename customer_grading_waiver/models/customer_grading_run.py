from odoo import api, models


class CustomerGradingRun(models.Model):
    """Ends, by night, the waivers of policies that were closed."""

    _inherit = "customer.grading.run"

    @api.model
    def _schedule_nightly_runs(self):
        """End the waivers of conditions that are no longer asked."""
        scheduled = super()._schedule_nightly_runs()
        self.env["customer.grading.waiver"]._end_unasked()
        return scheduled
