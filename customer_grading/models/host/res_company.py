from odoo import models


class ResCompany(models.Model):
    """Companies take what they graded with them when they are deleted."""

    _inherit = "res.company"

    def unlink(self):
        """Delete the results of the companies, and with them their history.

        Their policies are closed and archived first: without a company they would grade the
        customers of all.
        """
        Policy = self.env["customer.grading.policy"].sudo().with_context(active_test=False)
        policies = Policy.search([("company_id", "in", self.ids)])
        policies.filtered(lambda policy: policy.state == "running").action_close()
        policies.filtered(lambda policy: policy.state == "scheduled").action_unschedule()
        policies.active = False
        for name in ("customer.grading.change", "customer.grading.result"):
            self.env[name].sudo().search([("company_id", "in", self.ids)]).unlink()
        return super().unlink()
