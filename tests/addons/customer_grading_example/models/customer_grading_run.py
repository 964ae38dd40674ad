from odoo import fields, models

DAYS = 3  # within which a customer is called


class CustomerGradingRun(models.Model):
    """Plans the calls once a run has brought its grades into effect."""

    _inherit = "customer.grading.run"

    def _get_following_steps(self):
        return [*super()._get_following_steps(), self._plan_calls]

    def _plan_calls(self, _commit, _subject_ids):
        if not self.policy_id.calls_fallen or self.first:
            return
        fallen = self.env["customer.grading.change"].search(
            [
                ("run_id", "=", self.id),
                ("state", "=", "applied"),
                ("direction", "=", "down"),
                ("date_end", "=", False),  # not taken back since
            ]
        )
        for salesperson, customers in fallen.partner_id.grouped("user_id").items():
            customers.activity_schedule(
                "mail.mail_activity_data_call",
                fields.Date.add(self.date_effect, days=DAYS),
                summary=self.env._("Goods that wait to be fetched"),
                user_id=(salesperson or self.policy_id.user_id or self.env.user).id,
            )
