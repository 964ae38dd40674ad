from odoo import api, models


class CustomerGradingRun(models.Model):
    """Lets silent customers be found in the night, and second follow-ups be planned again."""

    _inherit = "customer.grading.run"

    @api.model
    def _schedule_nightly_runs(self):
        """Let the jobs of silent customers and second follow-ups begin, in transactions of their own."""
        done = super()._schedule_nightly_runs()
        for name in ("ir_cron_silence", "ir_cron_second"):
            self.env.ref(f"customer_grading_win_back.{name}").sudo()._trigger()
        return done
