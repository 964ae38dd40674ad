from odoo import models


class CustomerGradingPolicy(models.Model):
    """Ends what its next version asks no more."""

    _inherit = "customer.grading.policy"

    def _put_in_force(self):
        """End the waivers of conditions that are no longer asked."""
        runs = super()._put_in_force()
        self.env["customer.grading.waiver"]._end_unasked()
        return runs
