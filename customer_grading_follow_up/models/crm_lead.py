from odoo import models


class CrmLead(models.Model):
    """Is asked for when contact on it is due."""

    _inherit = "crm.lead"

    def action_view_follow_ups(self):
        """Open what contact is due with the opportunity."""
        return self.env["customer.grading.follow.up"]._get_action_of(self)
