from odoo import models
from odoo.addons.customer_grading.tools.blocks import make_block, make_row, open_window


class CustomerGradingTrial(models.Model):
    """Names the payments that are matched to nothing, where payment behaviour decides."""

    _inherit = "customer.grading.trial"

    def _get_known_blocks(self, criteria):
        blocks = super()._get_known_blocks(criteria)
        if "3_payments" in criteria.measure_id._get_base_measures().mapped("category"):
            blocks += self._get_payment_blocks()
        return blocks

    def _get_payment_blocks(self):
        domain = [
            ("partner_type", "=", "customer"),
            ("payment_type", "=", "inbound"),
            ("state", "in", ("in_process", "paid")),
            ("is_reconciled", "=", False),
            ("company_id", "in", list(self._get_scope().company_ids)),
        ]
        Payment = self.env["account.payment"]
        count = Payment.sudo().search_count(domain)
        if not count:
            return []
        text = (
            self.env._("1 payment is not matched to invoices: “late” is not to be trusted.")
            if count == 1
            else self.env._(
                "%s payments are not matched to invoices: “late” is not to be trusted.",
                self._format_count(count),
            )
        )
        name = self.env._("Payments not matched to invoices")
        action = open_window(name, Payment._name, "list,form", domain=domain)
        link = {"text": self.env._("Open them"), "action": Payment.has_access("read") and action}
        return [make_block(self.env._("Payments"), rows=[make_row("missing", text, link)])]
