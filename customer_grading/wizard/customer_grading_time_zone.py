from odoo import fields, models
from odoo.addons.base.models.res_partner import _tz_get


class CustomerGradingTimeZone(models.TransientModel):
    """Asks, before the first policy is put in force, where the days of a company begin."""

    _name = "customer.grading.time.zone"
    _description = "Time Zone of Grading"

    trial_id = fields.Many2one("customer.grading.trial", required=True, ondelete="cascade")
    company_ids = fields.Many2many("res.company", required=True)
    tz = fields.Selection(
        _tz_get, "Time zone", required=True, default=lambda self: self.env.user.tz
    )

    def action_confirm(self):
        """Keep the time zone, and go on with what was asked for."""
        self.ensure_one()
        policy = self.trial_id.policy_id
        policy.check_access("write")
        cron = self.env["ir.cron"].sudo()
        hour = cron._get_grading_hour()
        asked = self.company_ids.sudo() & policy._get_companies_without_zone()
        asked.customer_grading_tz = self.tz
        cron._set_grading_hour(hour)  # the same one, where the company is
        return self.trial_id.action_put_in_force()
