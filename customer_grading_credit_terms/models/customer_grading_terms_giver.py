from odoo import api, models
from odoo.addons.customer_grading_credit.models.customer_grading_credit_proposal import SET


class CustomerGradingTermsGiver(models.AbstractModel):
    """Lets credit that was approved for a customer stay: people decided it for this one."""

    _inherit = "customer.grading.terms.giver"

    @api.model
    def _get_decided(self, grants):
        decided, kind = super()._get_decided(grants), grants[:1].kind
        if kind not in SET:
            return decided
        Proposal = self.env["customer.grading.credit.proposal"]
        approved = Proposal._find_deciding(grants.partner_id, grants[:1].company_id, kind)
        return decided | approved.partner_id.sudo(False)
