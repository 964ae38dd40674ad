from odoo import api, fields, models
from odoo.exceptions import UserError


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
        if before == now:
            raise UserError(self.env._("Choose two policies: this is one and the same."))
        if before.dimension_id != now.dimension_id:
            raise UserError(
                self.env._(
                    "“%(before)s” and “%(policy)s” give grades of different dimensions: there "
                    "is nothing to compare. Choose two of one dimension.",
                    before=before.display_name,
                    policy=now.display_name,
                )
            )
        both = before | now
        for policy in both.filtered(lambda policy: policy.state != "closed"):
            policy._check_complete(alone=True)
        trial = now._create_trial("comparison", self._get_company(), other_policy_id=before.id)
        trial._execute()
        return trial.with_env(self.env).action_open()

    def _get_company(self):
        """Return a company that both grade, the current one if it is among them."""
        companies = self.policy_id._get_companies()
        others = self.before_id._get_companies()
        if not companies or not others:
            return companies
        both = companies & others
        if not both:
            raise UserError(self.env._("No company is graded by both of them."))
        return self.env.company if self.env.company in both else both[:1]
