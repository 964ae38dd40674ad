from odoo import models


class PaymentTransaction(models.Model):
    """Takes payments of held orders, but lets the orders wait for their release."""

    _inherit = "payment.transaction"

    def _check_amount_and_confirm_order(self):
        if not self.env["customer.grading.credit.hold"]._is_any():
            return super()._check_amount_and_confirm_order()
        quotations = self.env["sale.order"]
        for transaction in self:
            if len(transaction.sale_order_ids) == 1:
                quotations |= transaction.sale_order_ids.filtered(
                    lambda order: (
                        order.state in ("draft", "sent") and order._is_confirmation_amount_reached()
                    )
                )
        held = quotations._keep_held()
        passing = self.filtered(lambda transaction: not transaction.sale_order_ids & held)
        return super(PaymentTransaction, passing)._check_amount_and_confirm_order()
