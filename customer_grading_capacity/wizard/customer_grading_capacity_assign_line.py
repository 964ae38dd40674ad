from odoo import api, fields, models
from odoo.exceptions import UserError


class CustomerGradingCapacityAssignLine(models.TransientModel):
    """One customer or opportunity, and who is to look after it."""

    _name = "customer.grading.capacity.assign.line"
    _description = "Line of Assigning by Capacity"

    assign_id = fields.Many2one(
        "customer.grading.capacity.assign", required=True, ondelete="cascade", index=True
    )
    partner_id = fields.Many2one("res.partner", "Customer", readonly=True, ondelete="cascade")
    lead_id = fields.Many2one("crm.lead", "Opportunity", readonly=True, ondelete="cascade")
    name = fields.Char("Customer or opportunity", compute="_compute_name")
    from_user_id = fields.Many2one("res.users", "Salesperson", readonly=True)
    user_id = fields.Many2one(
        "res.users", "To colleague", domain="[('share', '=', False)]", help="Empty: it stays."
    )
    reason = fields.Char("Why", readonly=True)

    @api.depends("partner_id", "lead_id")
    def _compute_name(self):
        for line in self:
            line.name = (line.lead_id or line.partner_id).display_name

    def _assign(self):
        """Write the salesperson as a person would, and say in a note why."""
        record = self.lead_id or self.partner_id
        if record.user_id != self.from_user_id:
            raise UserError(
                self.env._(
                    "“%(record)s” belongs to %(user)s by now. Reload the proposals.",
                    record=record.display_name,
                    user=record.user_id.name or self.env._("nobody"),
                )
            )
        if self.user_id == record.user_id:
            return
        record.write({"user_id": self.user_id.id})
        note = self.env._(
            "Assigned to %(user)s. Before: %(reason)s", user=self.user_id.name, reason=self.reason
        )
        # Who gave an opportunity away may not be allowed to see it any more.
        author = self.env.user.partner_id
        record.sudo()._message_log(body=note, author_id=author.id)
