from odoo import fields, models
from odoo.addons.customer_grading.tools.blocks import RELOAD
from odoo.exceptions import UserError


class CustomerGradingRecordRefusal(models.TransientModel):
    """Records why a customer refused in mid-process, while the opportunity stays open."""

    _name = "customer.grading.record.refusal"
    _inherit = ["customer.grading.rival.met"]
    _description = "Record a Refusal"

    lead_ids = fields.Many2many(
        "crm.lead", string="Opportunities", required=True, context={"active_test": False}
    )
    reason_id = fields.Many2one("crm.lost.reason", "Why", required=True, ondelete="cascade")
    note = fields.Text("What was said")

    def action_confirm(self):
        """Record it, and note it on the opportunities.

        :raise AccessError: for who may not change one
        :raise UserError: where one is won or lost
        """
        self.ensure_one()
        self.lead_ids.check_access("write")
        for lead in self.lead_ids:
            if lead.won_status != "pending":
                raise UserError(
                    self.env._(
                        "“%s” is won or lost: a refusal is recorded while it is open. Reopen it first.",
                        lead.name,
                    )
                )
        self.env["customer.grading.loss.keeper"]._refuse(self.lead_ids, self._prepare_details())
        told = self.env._("Refused: %s.", self.reason_id.display_name)
        self.lead_ids._message_log_batch(bodies=dict.fromkeys(self.lead_ids.ids, told))
        return RELOAD

    def _prepare_details(self):
        return {
            "reason_id": self.reason_id.id,
            "categ_id": self.categ_id.id,
            "rival_id": self.rival_id.id,
            "rival_product_id": self.rival_product_id.id,
            "note": self.note,
        }
