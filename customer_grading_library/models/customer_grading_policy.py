from odoo import api, models


class CustomerGradingPolicy(models.Model):
    _inherit = "customer.grading.policy"

    @api.model
    def _get_library_folders(self):
        return [*super()._get_library_folders(), "customer_grading_library/data/policies"]
