from odoo import models


class ResPartner(models.Model):
    """Finds the corporate group of a customer, which policies may take as one."""

    _inherit = "res.partner"

    def _get_corporate_tops(self):
        """Return the topmost parent companies of the corporate groups these belong to."""
        tops = self
        while tops.parent_id:
            tops = tops.parent_id | tops.filtered(lambda partner: not partner.parent_id)
        return tops
