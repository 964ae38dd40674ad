from odoo import api, fields, models


class CustomerGradingComparison(models.TransientModel):
    """What differs between two policies of a dimension, in words."""

    _name = "customer.grading.comparison"
    _description = "Comparison of Two Policies"

    before_id = fields.Many2one(
        "customer.grading.policy", "Policy before", required=True, ondelete="cascade"
    )
    policy_id = fields.Many2one(
        "customer.grading.policy", "Policy now", required=True, ondelete="cascade"
    )
    dimension_id = fields.Many2one(related="policy_id.dimension_id")
    differences = fields.Json(compute="_compute_differences")

    @api.depends("before_id", "policy_id")
    @api.depends_context("lang", "company")
    def _compute_differences(self):
        Policy = self.env["customer.grading.policy"]
        for comparison in self:
            before, now = comparison.before_id, comparison.policy_id
            comparison.differences = (
                before and now and (Policy._get_differences(before, now) or False)
            )
