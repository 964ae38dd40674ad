from odoo import models


class CustomerGradingRun(models.Model):
    """Lets those who decide be told what waits for them after a run."""

    _inherit = "customer.grading.run"

    def _get_following_steps(self):
        return [*super()._get_following_steps(), self._tell_deciders]

    def _tell_deciders(self, _commit, _subject_ids):
        # A job is not started for nothing at each regrade of one customer.
        (self.policy_id & self.policy_id._get_told_policies())._tell_deciders()
