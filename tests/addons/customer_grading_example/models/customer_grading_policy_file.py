from odoo import api, models
from odoo.addons.customer_grading.tools.policy_format import Key


class CustomerGradingPolicyFile(models.AbstractModel):
    """The option in policy files: ``{"changes": {"calls_fallen": true}}``."""

    _inherit = "customer.grading.policy.file"

    @api.model
    def _get_shapes(self):
        shapes = super()._get_shapes()
        shapes["changes"]["calls_fallen"] = Key("flag", default=False)
        return shapes
