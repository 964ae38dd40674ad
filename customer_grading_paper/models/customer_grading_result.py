from odoo import api, models


class CustomerGradingResult(models.Model):
    """Takes support plans along, where customers or opportunities are merged."""

    _inherit = "customer.grading.result"

    @api.model
    def _settle_merge(self, sources, target):
        self.env["customer.grading.support.plan"].sudo()._take_along(sources, target)
        return super()._settle_merge(sources, target)
