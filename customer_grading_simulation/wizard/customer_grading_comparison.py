from odoo import models
from odoo.exceptions import UserError


class CustomerGradingComparison(models.TransientModel):
    """Compares two policies in the grades that they give as well."""

    _inherit = "customer.grading.comparison"

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
