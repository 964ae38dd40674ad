from odoo import api, models
from odoo.fields import Domain


class CustomerGradingEngine(models.AbstractModel):
    """Who buys in the shop is a customer."""

    _inherit = "customer.grading.engine"

    @api.model
    def _get_population_sources(self):
        # As the measure of shop sales says it: who appears in its scan need not be looked up.
        paid = Domain("state", "in", ("paid", "done"))
        return [*super()._get_population_sources(), ("pos.order", paid, "partner_id")]

    @api.model
    def _get_population_dates(self):
        return {**super()._get_population_dates(), "pos.order": "date_order"}
