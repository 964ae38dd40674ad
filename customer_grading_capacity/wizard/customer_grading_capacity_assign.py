from odoo import fields, models
from odoo.addons.customer_grading.tools.blocks import RELOAD


class CustomerGradingCapacityAssign(models.TransientModel):
    """Gives customers and opportunities to other salespeople, as a person does."""

    _name = "customer.grading.capacity.assign"
    _description = "Assign by Capacity"

    line_ids = fields.One2many("customer.grading.capacity.assign.line", "assign_id")

    def action_confirm(self):
        """Write the salespeople chosen, with a note on each; lines without one are left alone.

        :raise AccessError: where the user may not change one of them
        """
        for line in self.line_ids.filtered("user_id"):
            line._assign()
        return {"type": "ir.actions.act_window_close", "infos": {}, "next": RELOAD}
