from odoo import models


class ResPartner(models.Model):
    """Lets people propose the credit of customers from their forms and lists."""

    _inherit = "res.partner"

    def action_propose_credit(self):
        """Propose the credit of these customers in the current company, and open the proposals.

        :raise AccessError: for who may not see the figures of one of them
        :raise UserError: without credit rules
        """
        self.check_access("read")
        return self.env["customer.grading.credit.proposal"]._propose(self)._open()

    def action_add_special_terms(self):
        """Open a form for special terms of the customer.

        :raise AccessError: for who is no officer
        """
        self.ensure_one()
        return self.env["customer.grading.credit.special"]._open_new(self.commercial_partner_id)
