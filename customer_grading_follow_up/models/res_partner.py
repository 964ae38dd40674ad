from odoo import models


class ResPartner(models.Model):
    """Is asked for when contact with it is due."""

    _inherit = "res.partner"

    def action_view_follow_ups(self):
        """Open what contact is due with the customer."""
        return self.env["customer.grading.follow.up"]._get_action_of(self)
