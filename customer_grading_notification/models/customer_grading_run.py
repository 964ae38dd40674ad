from odoo import models


class CustomerGradingRun(models.Model):
    """Tells after a run of everybody which grades too few hold."""

    _inherit = "customer.grading.run"

    def _get_following_steps(self):
        return [*super()._get_following_steps(), self._tell_too_few]

    def _tell_too_few(self, _commit, subject_ids):
        if subject_ids is None:
            self.policy_id.sudo()._tell_too_few()
