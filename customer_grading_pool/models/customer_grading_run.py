from odoo import api, models


class CustomerGradingRun(models.Model):
    """Lets the pool be looked after in the night."""

    _inherit = "customer.grading.run"

    @api.model
    def _schedule_nightly_runs(self):
        """Let the job of ownership rules begin, in transactions of its own."""
        done = super()._schedule_nightly_runs()
        if self.env["customer.grading.pool.rule"]._is_any():
            self.env.ref("customer_grading_pool.ir_cron_keep_pool").sudo()._trigger()
        return done
