from odoo import api, models


class CustomerGradingRun(models.Model):
    """Renews what is waited for once grades are in effect: by night everybody's."""

    _inherit = "customer.grading.run"

    def _get_following_steps(self):
        return [*super()._get_following_steps(), self._renew_deadlines]

    @api.model
    def _after_queue(self):
        """Renew what no run did: grades last longer than the policy that gave them."""
        done = super()._after_queue()
        if self.env["customer.grading.deadline"]._is_any():
            self.env["customer.grading.deadline.engine"].sudo()._renew_unattended()
        return done

    def _renew_deadlines(self, _commit, subject_ids):
        engine, dimension = self.env["customer.grading.deadline.engine"], self.dimension_id.sudo()
        if self.env["customer.grading.deadline"]._is_any() and dimension in engine._get_asked():
            engine.sudo()._renew(dimension, self.company_id, subject_ids)
