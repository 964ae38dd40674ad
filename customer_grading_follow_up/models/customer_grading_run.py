from odoo import api, models


class CustomerGradingRun(models.Model):
    """Renews follow-ups once grades are in effect: everybody's by night, else of who was graded."""

    _inherit = "customer.grading.run"

    def _get_following_steps(self):
        return [*super()._get_following_steps(), self._renew_follow_ups]

    @api.model
    def _after_queue(self):
        """Renew what no run did: grades last longer than the policy that gave them."""
        done = super()._after_queue()
        if self.env["customer.grading.cadence"]._is_any():
            self.env["customer.grading.follow.up.engine"].sudo()._renew_unattended()
        return done

    def _renew_follow_ups(self, commit, subject_ids):
        engine, dimension = self.env["customer.grading.follow.up.engine"], self.dimension_id.sudo()
        if not self.env["customer.grading.cadence"]._is_any():
            return
        if dimension not in engine._get_followed():
            return
        if subject_ids is None:
            engine.sudo()._renew_whole(dimension, self.company_id, commit=commit)
        else:
            engine.sudo()._renew(dimension, self.company_id, subject_ids)
