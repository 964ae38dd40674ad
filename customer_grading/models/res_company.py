from odoo import models


class ResCompany(models.Model):
    """Companies take what they graded with them when they are deleted."""

    _inherit = "res.company"

    def unlink(self):
        """Delete the results of the companies, and with them their history."""
        for name in ("customer.grading.change", "customer.grading.result"):
            self.env[name].sudo().search([("company_id", "in", self.ids)]).unlink()
        return super().unlink()
