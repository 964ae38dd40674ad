from odoo import models


class BasePartnerMergeAutomaticWizard(models.TransientModel):
    _inherit = "base.partner.merge.automatic.wizard"

    def _update_foreign_keys(self, src_partners, dst_partner):
        """Settle the grading of the merged contacts before Odoo moves what is theirs.

        Odoo's merge moves rows by SQL and deletes those that break a unique index: both
        histories would be lost with the results.
        """
        if any(
            map(self.env["customer.grading.dimension"]._is_used, dst_partner._get_graded_kinds())
        ):
            self.env["customer.grading.result"].sudo()._settle_merge(src_partners, dst_partner)
        # Invoices of the merged stay with the company that they were for.
        self.env["customer.grading.former.contact"]._note(src_partners)
        return super()._update_foreign_keys(src_partners, dst_partner)

    def _log_merge_operation(self, src_partners, dst_partner):
        """Regrade who stays, now that all documents are its own."""
        logged = super()._log_merge_operation(src_partners, dst_partner)
        self.env["customer.grading.policy"]._regrade_everywhere(dst_partner)
        return logged
