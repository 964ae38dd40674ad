from odoo import api, models


class ResPartner(models.Model):
    _inherit = "res.partner"

    @api.model
    def _get_grading_fields(self):
        """Tags are read again, too: some say the grade."""
        return [*super()._get_grading_fields(), "category_id"]
