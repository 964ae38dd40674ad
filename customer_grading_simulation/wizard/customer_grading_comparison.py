from odoo import api, fields, models


class CustomerGradingComparison(models.TransientModel):
    """What differs between two policies of a dimension, in words and in the grades they give."""

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

    def action_compare_grades(self):
        """Grade the same records by both, and open who gets what by which."""
        self.ensure_one()
        before, now = self.before_id, self.policy_id
        now.check_access("write")
        now._check_compared_with(before)
        company = now._get_common_company(before)
        trial = now._create_trial("comparison", company, other_policy_id=before.id)
        trial._execute()
        return trial.with_env(self.env).action_open()
