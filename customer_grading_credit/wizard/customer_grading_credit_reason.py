from odoo import fields, models
from odoo.addons.customer_grading.tools.blocks import RELOAD
from odoo.exceptions import UserError


class CustomerGradingCreditReason(models.TransientModel):
    """Asks why: a proposal is refused, a release is asked for, or is declined."""

    _name = "customer.grading.credit.reason"
    _description = "Reason"

    what = fields.Selection(
        [("refuse", "Refuse"), ("ask", "Ask for release"), ("decline", "Decline")],
        required=True,
    )
    proposal_ids = fields.Many2many(
        "customer.grading.credit.proposal", "customer_grading_credit_reason_proposal_rel"
    )
    release_ids = fields.Many2many(
        "customer.grading.credit.release", "customer_grading_credit_reason_release_rel"
    )
    order_id = fields.Many2one("sale.order", ondelete="cascade")
    reason = fields.Char(required=True)

    def action_confirm(self):
        """Do it, for the reason given.

        :raise AccessError: for who may not
        :raise UserError: without a reason
        """
        self.ensure_one()
        reason = self.reason.strip()
        if not reason:
            raise UserError(self.env._("Say why."))
        if self.what == "refuse":
            self.proposal_ids._refuse(reason)
        elif self.what == "decline":
            self.release_ids._decline(reason)
        else:
            self.order_id._ask_credit_release(reason)
        return RELOAD
