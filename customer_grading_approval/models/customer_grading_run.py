from odoo import models


class CustomerGradingRun(models.Model):
    """Lets those who decide be told what waits for them after a run."""

    _inherit = "customer.grading.run"

    def _apply_changes(self, commit=False, subject_ids=None):
        result = super()._apply_changes(commit, subject_ids)
        # A job is not started for nothing at each regrade of one customer.
        (self.policy_id & self.policy_id._get_told_policies())._tell_deciders()
        return result

    def _undo(self, commit=False):
        result = super()._undo(commit)
        self.policy_id._tell_deciders()
        return result
