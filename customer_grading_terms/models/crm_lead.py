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

    def _merge_data(self, fnames=None):
        """Give back first what the grades of those that go gave: Odoo takes it for the merged one's."""
        if self.env["customer.grading.dimension"]._is_used("lead"):
            self.env["customer.grading.result"].sudo()._give_back(self[1:])
        return super()._merge_data(fnames)
