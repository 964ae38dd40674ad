from odoo import api, models


class ResPartner(models.Model):
    """Is not archived, nor deleted, before the report that its grade asks for is approved."""

    _inherit = "res.partner"

    def write(self, vals):
        if not vals.get("active", True):
            self.filtered("active")._check_giving_up()
        return super().write(vals)

    @api.ondelete(at_uninstall=False)
    def _unlink_except_reported(self):
        self._check_giving_up()
