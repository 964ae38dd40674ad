from odoo import api, models

from .customer_grading_referred import REFERRAL_FIELDS


class CrmLead(models.Model):
    """A lead or an opportunity may have been referred; its customer takes that along."""

    _name = "crm.lead"
    _inherit = ["crm.lead", "customer.grading.referred"]

    @api.constrains("grading_referrer_id", "partner_id")
    def _check_referrer(self):
        self._check_is_another()

    def _prepare_customer_values(self, partner_name, is_company=False, parent_id=False):
        """A customer made of it was referred by the same; a contact person is its company's."""
        vals = super()._prepare_customer_values(partner_name, is_company, parent_id)
        if self.grading_referrer_id and not parent_id:
            vals |= self._get_referral_vals()
            vals["grading_campaign_id"] = self.campaign_id.id
        return vals

    def _merge_get_fields_specific(self):
        """Who referred it first referred what several are merged into."""

        def get_first(name, leads):
            first = leads._get_first_referral(leads.partner_id)
            return first._get_referral_vals()[name]

        own = dict.fromkeys(REFERRAL_FIELDS, get_first)
        return {**super()._merge_get_fields_specific(), **own}

    def _merge_dependences(self, opportunities):
        """Thanks for what is merged go to the one that stays."""
        if any(lead.grading_referrer_id for lead in opportunities):
            Thanks = self.env["customer.grading.referral.thanks"].sudo()
            Thanks.search([("lead_id", "in", opportunities.ids)]).lead_id = self
        return super()._merge_dependences(opportunities)
