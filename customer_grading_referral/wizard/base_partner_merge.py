from odoo import models

from ..models.customer_grading_referred import REFERRAL_FIELDS


class BasePartnerMergeAutomaticWizard(models.TransientModel):
    """Who referred the first of the merged contacts referred the one that stays."""

    _inherit = "base.partner.merge.automatic.wizard"

    def _update_values(self, src_partners, dst_partner):
        merged = (src_partners | dst_partner).sudo()
        if not merged.grading_referrer_id:
            return super()._update_values(src_partners, dst_partner)
        # By now what named one of them names the one that stays.
        merged.invalidate_recordset(REFERRAL_FIELDS)
        vals = merged._get_first_referral(merged)._get_referral_vals()
        merged.write(dict.fromkeys(REFERRAL_FIELDS, False))
        done = super()._update_values(src_partners, dst_partner)
        dst_partner.sudo().write(vals)
        return done
