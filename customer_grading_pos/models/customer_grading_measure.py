from odoo import api, models


class CustomerGradingMeasure(models.Model):
    """Reads the untaxed amount of a purchase, which Odoo does not store."""

    _inherit = "customer.grading.measure"

    @api.model
    def _get_computed_fields(self):
        return super()._get_computed_fields() | {("pos.order", "shop_amount_untaxed")}
