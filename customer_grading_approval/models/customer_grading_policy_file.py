from odoo import api, models
from odoo.addons.customer_grading.tools.policy_format import GRADE, GROUP, Key, Shape

from .customer_grading_approval import STEPS


class CustomerGradingPolicyFile(models.AbstractModel):
    _inherit = "customer.grading.policy.file"

    @api.model
    def _get_shapes(self):
        shapes = super()._get_shapes()
        shapes["changes"]["approval"] = Key("list", "approval_ids", default=[], of="approval")
        keys = {
            "step": Key("integer", required=True, least=1, most=STEPS),
            "role": Key("name", "name"),
            "moves": Key("choice", default="up"),
            "grades": Key("codes", "grade_ids", default=[], of=GRADE),
            "group": Key("record", "group_id", of=GROUP),
        }
        shapes["approval"] = Shape("customer.grading.approval", keys)
        return shapes
