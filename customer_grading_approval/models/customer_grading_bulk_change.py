from odoo import models


class CustomerGradingBulkChange(models.Model):
    _inherit = "customer.grading.bulk.change"

    def _take_back(self, changes):
        """Also tell those who decide: what waited before waits again."""
        result = super()._take_back(changes)
        changes.policy_id._tell_deciders()
        return result
