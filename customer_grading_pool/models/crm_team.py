from odoo import models
from odoo.fields import Domain


class CrmTeam(models.Model):
    """Leaves what is in the pool to who claims it, where Odoo shares opportunities out by rules."""

    _inherit = "crm.team"

    def _get_lead_to_assign_domain(self):
        domain = super()._get_lead_to_assign_domain()
        # Nothing is taken to the pool but what was graded.
        is_used = self.env["customer.grading.dimension"]._is_used("lead")
        if not is_used or not self.env["customer.grading.pool.rule"]._is_any():
            return domain
        pooled = Domain("state", "=", "pool") & Domain("lead_id", "!=", False)
        entries = self.env["customer.grading.pool.entry"].sudo()._search(pooled)
        return [*domain, ("id", "not in", entries.subselect("lead_id"))]
