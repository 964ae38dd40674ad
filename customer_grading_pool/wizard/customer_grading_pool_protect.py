from odoo import fields, models
from odoo.addons.customer_grading.tools.blocks import RELOAD


class CustomerGradingPoolProtect(models.TransientModel):
    """Protects customers or opportunities from the pool, with a reason."""

    _name = "customer.grading.pool.protect"
    _description = "Protect from the Pool"

    partner_ids = fields.Many2many("res.partner", string="Customers")
    lead_ids = fields.Many2many("crm.lead", string="Opportunities")
    reason = fields.Char(required=True)
    until = fields.Date(help="The last day of the protection; empty: for good.")

    def action_confirm(self):
        """Protect them in the current company.

        :raise AccessError: for who is no officer
        :raise UserError: with an end in the past
        """
        self.ensure_one()
        Protection = self.env["customer.grading.pool.protection"]
        for records in (self.partner_ids, self.lead_ids):
            if records:
                Protection._protect(records, self.reason, self.until)
        return RELOAD
