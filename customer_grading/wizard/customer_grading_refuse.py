from odoo import fields, models


class CustomerGradingRefuse(models.TransientModel):
    """Asks for one reason, and refuses changes of grade with it."""

    _name = "customer.grading.refuse"
    _description = "Refuse Changes of Grade"

    change_ids = fields.Many2many("customer.grading.change", string="Changes", required=True)
    reason = fields.Char(required=True)

    def action_confirm(self):
        """Refuse the changes."""
        self.ensure_one()
        self.change_ids.action_refuse(self.reason)
        return {"type": "ir.actions.act_window_close"}
