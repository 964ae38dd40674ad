from odoo import fields, models
from odoo.addons.customer_grading.tools.blocks import RELOAD
from odoo.exceptions import UserError
from odoo.fields import Domain


class CustomerGradingReferralThank(models.TransientModel):
    """Notes when and how the referrers of some referrals were thanked."""

    _name = "customer.grading.referral.thank"
    _description = "Thank for Referrals"

    partner_ids = fields.Many2many("res.partner", string="Customers referred")
    lead_ids = fields.Many2many("crm.lead", string="Leads referred")
    date = fields.Date("Thanked on", required=True, default=lambda self: self._get_today())
    how = fields.Char(help="What you did or gave, such as a call, a letter or a gift.")

    def _get_today(self):
        return self.env["customer.grading.engine"]._get_today(self.env.company)

    def action_confirm(self):
        """Note the thanks.

        :raise UserError: for a day to come, or where there is no referral any more
        """
        self.ensure_one()
        if self.date > self._get_today():
            raise UserError(
                self.env._("“Thanked on” lies in the future. Choose today, or a day before.")
            )
        referred = Domain("partner_id", "in", self.partner_ids.ids)
        referred |= Domain("lead_id", "in", self.lead_ids.ids)
        referrals = self.env["customer.grading.referral"].search(referred)
        if not referrals:
            raise UserError(self.env._("These are no referrals any more. Reload the list."))
        referrals._thank(self.date, self.how)
        return RELOAD
