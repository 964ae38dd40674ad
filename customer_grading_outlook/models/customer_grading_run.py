from odoo import api, models


class CustomerGradingRun(models.Model):
    """Lets it be looked ahead once everybody was graded, and anew for who is graded again by a button."""

    _inherit = "customer.grading.run"

    @api.model
    def _after_queue(self):
        result = super()._after_queue()
        self.env["customer.grading.outlook.run"]._go_on()
        return result

    def _get_following_steps(self):
        return [*super()._get_following_steps(), self._look_ahead_anew]

    def _look_ahead_anew(self, _commit, _subject_ids):
        Ahead = self.env["customer.grading.outlook.run"]
        if self.mode == "nightly" or (self.mode == "on_demand" and Ahead._is_any()):
            Ahead._go_on()
