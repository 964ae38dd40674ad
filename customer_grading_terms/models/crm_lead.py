from odoo import fields, models
from odoo.addons.customer_grading.tools.groups import USER_GROUP


class CrmLead(models.Model):
    """Shows what the customer's grade gives on its opportunities."""

    _inherit = "crm.lead"

    customer_benefits = fields.Text(
        related="partner_id.grade_benefits",
        string="What the customer's grade gives",
        groups=USER_GROUP,
    )
