from odoo import api, models
from odoo.addons.customer_grading.tools.policy_format import Key


class CustomerGradingPolicyFile(models.AbstractModel):
    _inherit = "customer.grading.policy.file"

    @api.model
    def _get_shapes(self):
        shapes = super()._get_shapes()
        shapes["changes"]["notify_by"] = Key("choice", default="nobody", was="tell")
        return shapes
