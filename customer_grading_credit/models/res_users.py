from odoo import api, models


class ResUsers(models.Model):
    """Finds the colleagues who decide about credit."""

    _inherit = "res.users"

    @api.model
    def _get_credit_members(self, group, company):
        """Return the colleagues who are in ``group`` and work in ``company``, sudoed."""
        return self.sudo().search(
            [
                ("share", "=", False),
                ("all_group_ids", "in", group.ids),
                ("company_ids", "in", company.ids),
            ],
            order="id",
        )
