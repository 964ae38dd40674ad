from odoo import api, fields, models
from odoo.addons.customer_grading.tools.blocks import RELOAD, tell


class CustomerGradingProtectionReason(models.TransientModel):
    """Asks why: to cancel protected orders, or to decline what somebody asked for or wrote."""

    _name = "customer.grading.protection.reason"
    _description = "Reason"

    order_ids = fields.Many2many("sale.order", string="Orders")
    request_ids = fields.Many2many(
        "customer.grading.order.request", string="Asked for", relation="grading_reason_request_rel"
    )
    report_ids = fields.Many2many(
        "customer.grading.evaluation.report", string="Reports", relation="grading_reason_report_rel"
    )
    reason = fields.Char(required=True)
    decider_text = fields.Char("Who decides", compute="_compute_decider_text")

    @api.depends("order_ids")
    @api.depends_context("uid", "lang")
    def _compute_decider_text(self):
        """Say who decides, where the user does not."""
        for dialog in self:
            found = dialog.order_ids._find_protection()
            others = self.env["customer.grade"].sudo().union(*found.values())
            others = others.filtered(lambda grade: not grade._lets_decide(self.env.user))
            dialog.decider_text = others[:1]._get_decider_text() if others else False

    def action_confirm(self):
        """Do what it was asked for, as the user.

        :raise AccessError: for who may not
        :raise UserError: where it cannot be done any more
        """
        self.ensure_one()
        if self.request_ids:
            self.request_ids._decline(self.reason)
        if self.report_ids:
            self.report_ids._decline(self.reason)
        if self.order_ids and not self.order_ids.action_cancel_with_reason(self.reason):
            message = self.env._("Asked. It waits for a decision: %s.", self.decider_text)
            return tell(message, "success", RELOAD)
        return RELOAD
