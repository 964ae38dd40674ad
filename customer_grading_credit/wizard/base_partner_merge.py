from odoo import models


class BasePartnerMergeAutomaticWizard(models.TransientModel):
    """Keeps the credit of merged customers: of two open proposals that of who stays."""

    _inherit = "base.partner.merge.automatic.wizard"

    def _update_foreign_keys(self, src_partners, dst_partner):
        """Close what could not stand twice: Odoo would delete all of the merged one's else."""
        Proposal = self.env["customer.grading.credit.proposal"].sudo()
        Proposal._settle_merge(src_partners, dst_partner)
        return super()._update_foreign_keys(src_partners, dst_partner)
