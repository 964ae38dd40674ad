from odoo import api, models
from odoo.fields import Domain

# What a proposal decides, and whether it need not.
DECIDED = {"credit_limit": Domain.TRUE, "payment_term": Domain("decided_term_id", "!=", False)}


class CustomerGradingTermsGiver(models.AbstractModel):
    """Lets credit that was approved for a customer stay: people decided it for this one."""

    _inherit = "customer.grading.terms.giver"

    @api.model
    def _get_decided(self, grants):
        decided, kind = super()._get_decided(grants), grants[:1].kind
        if kind not in DECIDED:
            return decided
        approved = Domain("partner_id", "in", grants.partner_id.ids) & DECIDED[kind]
        approved &= Domain("company_id", "=", grants[:1].company_id.id)
        approved &= Domain("state", "=", "approved")
        Proposal = self.env["customer.grading.credit.proposal"].sudo()
        return decided | Proposal.search(approved).partner_id.sudo(False)
