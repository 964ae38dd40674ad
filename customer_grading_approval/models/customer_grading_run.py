from odoo import models


class CustomerGradingRun(models.Model):
    """Lets those who decide be told what waits for them after a run."""

    _inherit = "customer.grading.run"

    def _after_changes(self):
        # A job is not started for nothing at each regrade of one customer.
        (self.policy_id & self.policy_id._get_told_policies())._tell_deciders()
        return super()._after_changes()
