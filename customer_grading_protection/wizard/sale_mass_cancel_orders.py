from odoo import models


class SaleMassCancelOrders(models.TransientModel):
    """Cancels what is not protected, and asks why of the rest."""

    _inherit = "sale.mass.cancel.orders"

    def action_mass_cancel(self):
        orders = self.sale_order_ids
        protected = orders.filtered(lambda order: order.state != "cancel")
        protected = protected.browse(protected._find_protection())
        if not protected:
            return super().action_mass_cancel()
        self.sale_order_ids -= protected
        super().action_mass_cancel()
        return protected.action_ask_to_cancel()
