from odoo import fields, models


class ResPartner(models.Model):
    """A customer may belong to a sales team, as its grade says."""

    _inherit = "res.partner"

    customer_team_id = fields.Many2one(
        "crm.team",
        "Sales team",
        index="btree_not_null",
        ondelete="set null",
        tracking=True,
        help="The team that looks after the customer.",
    )
