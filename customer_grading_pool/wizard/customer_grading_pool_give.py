from odoo import fields, models
from odoo.addons.customer_grading.tools.blocks import RELOAD


class CustomerGradingPoolGive(models.TransientModel):
    """Gives customers or opportunities of the pool to a salesperson."""

    _name = "customer.grading.pool.give"
    _description = "Give to a Salesperson"

    entry_ids = fields.Many2many(
        "customer.grading.pool.entry", string="From the pool", required=True
    )
    user_id = fields.Many2one(
        "res.users",
        "Salesperson",
        required=True,
        ondelete="cascade",
        domain="[('share', '=', False)]",
    )

    def action_confirm(self):
        """Give them, whoever they were taken off.

        :raise AccessError: for who is no officer
        :raise UserError: where somebody has one by now, or the grade allows no more
        """
        self.ensure_one()
        self.entry_ids._check_officer()
        self.entry_ids._lock()
        self.entry_ids._give(self.user_id)
        return RELOAD
