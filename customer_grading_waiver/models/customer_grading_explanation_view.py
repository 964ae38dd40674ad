from odoo import models
from odoo.addons.customer_grading.tools.blocks import open_window
from odoo.addons.customer_grading.tools.groups import OFFICER_GROUP


class CustomerGradingExplanationView(models.AbstractModel):
    """Offers to waive a condition beside “Why this grade?”."""

    _inherit = "customer.grading.explanation.view"

    def _get_buttons(self, record, dimension, result):
        """Add it for officers, where a policy in force has conditions."""
        buttons = super()._get_buttons(record, dimension, result)
        policy = result.policy_id.sudo()
        may_waive = self.env.user.has_group(OFFICER_GROUP) and policy.state == "running"
        is_about = (
            dimension._get_subject_kind().field in self.env["customer.grading.waiver"]._fields
        )
        if may_waive and is_about and policy.rule_ids.line_ids:
            label = self.env._("Waive a condition")
            context = {"default_result_id": result.id}
            action = open_window(label, "customer.grading.waive", target="new", context=context)
            buttons.append({"label": label, "action": action})
        return buttons
