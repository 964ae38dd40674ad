from odoo import api, models


class CustomerGradingRun(models.Model):
    """Lets the pool be looked after once grades are in effect."""

    _inherit = "customer.grading.run"

    @api.model
    def _after_queue(self):
        """Let the job of ownership rules begin at once, in transactions of its own."""
        done = super()._after_queue()
        if (
            self.env["customer.grading.pool.rule"]
            .sudo()
            .search_count([("state", "=", "active")], limit=1)
        ):
            self.env.ref("customer_grading_pool.ir_cron_keep_pool").sudo()._trigger()
        return done
