from odoo import models


class BasePartnerMergeAutomaticWizard(models.TransientModel):
    _inherit = "base.partner.merge.automatic.wizard"

    def _log_merge_operation(self, src_partners, dst_partner):
        """Leave who stays one tag of each dimension: Odoo's merge gave it those of all."""
        logged = super()._log_merge_operation(src_partners, dst_partner)
        Dimension = self.env["customer.grading.dimension"].sudo()
        stays = dst_partner | dst_partner.commercial_partner_id
        Dimension.search([("writes_tags", "=", True)])._write_tags_of(stays.ids)
        return logged
