from odoo import api, fields, models
from odoo.tools import html2plaintext
from odoo.tools.mail import is_html_empty

from ..models.customer_grading_loss import DETAILS


class CrmLeadLost(models.TransientModel):
    """Asks, beside the reason, what was lost and to whom."""

    _name = "crm.lead.lost"
    _inherit = ["crm.lead.lost", "customer.grading.rival.met"]

    is_reason_required = fields.Boolean(compute="_compute_is_reason_required")

    @api.depends("lead_ids")
    def _compute_is_reason_required(self):
        keeper = self.env["customer.grading.loss.keeper"]
        for wizard in self:
            wizard.is_reason_required = any(
                keeper._get_company(lead).sudo().customer_grading_reason_required
                for lead in wizard.lead_ids._origin
                if lead.type == "opportunity"
            )

    def action_lost_reason_apply(self):
        """Note what was lost, and to whom, with the loss."""
        done = super().action_lost_reason_apply()
        told = {name: self[name] for name in DETAILS if name in self._fields}
        vals = {name: value.id for name, value in told.items() if value}
        if not is_html_empty(self.lost_feedback):
            vals["note"] = html2plaintext(self.lost_feedback).strip()
        if vals:
            self.env["customer.grading.loss"]._get_of(self.lead_ids, ("closed",)).write(vals)
        return done
