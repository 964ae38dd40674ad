from odoo import models


class CrmLead(models.Model):
    """Takes planned visits along, where opportunities are merged."""

    _inherit = "crm.lead"

    def _merge_dependences(self, opportunities):
        """Give the visits of those that are deleted to the one that stays."""
        Dimension = self.env["customer.grading.dimension"]
        is_used = Dimension._is_used("lead") or Dimension._is_used("partner")
        if is_used and self.env["customer.grading.visit.plan"]._is_any():
            visits = self.env["customer.grading.visit"].sudo().with_context(active_test=False)
            visits.search([("lead_id", "in", opportunities.ids)]).lead_id = self
        return super()._merge_dependences(opportunities)
