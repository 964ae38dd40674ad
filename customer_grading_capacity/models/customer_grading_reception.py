from odoo import api, fields, models, tools


class CustomerGradingReception(models.Model):
    """One visitor received: by whom, when, and whether it took a turn. The register stays."""

    _name = "customer.grading.reception"
    _description = "Visitor Received"
    _order = "date desc, id desc"

    lead_id = fields.Many2one(
        "crm.lead",
        "Lead or opportunity",
        required=True,
        ondelete="cascade",
        index=True,
        readonly=True,
    )
    partner_id = fields.Many2one(
        related="lead_id.partner_id", string="Customer", help="Whose visit it was, as far as known."
    )
    team_id = fields.Many2one(
        "crm.team", "Sales team", ondelete="set null", index="btree_not_null", readonly=True
    )
    user_id = fields.Many2one("res.users", "Received by", required=True, index=True, readonly=True)
    date = fields.Datetime(default=fields.Datetime.now, required=True, readonly=True)
    kind = fields.Selection(
        [("turn", "Took a turn"), ("return", "Came back to its salesperson")],
        "Kind of visit",
        required=True,
        readonly=True,
    )
    salesperson_id = fields.Many2one(
        related="lead_id.user_id", string="Has it now", help="The first host stays in the register."
    )

    @api.depends("lead_id", "user_id")
    def _compute_display_name(self):
        for reception in self:
            reception.display_name = f"{reception.lead_id.display_name}: {reception.user_id.name}"

    @api.model_create_multi
    def create(self, vals_list):
        """Let every process know once the first visitor was received."""
        received = super().create(vals_list)
        if not self._is_any():
            self.env["customer.grading.dimension"]._forget_use()
        return received

    @api.model
    def _is_any(self):
        """Whether a visitor was ever received: else Odoo's merging takes no query more."""
        return self.env["customer.grading.dimension"]._is_ever(self._name, self._find_any)

    @api.model
    @tools.ormcache(cache="stable")
    def _find_any(self):
        return bool(self.sudo().search_count([], limit=1))

    @api.model
    def _get_first(self, leads):
        """Return ``{lead: who received it first}``."""
        first = self.sudo().search([("lead_id", "in", leads.ids)], order="date, id")
        return {lead: received[0].user_id for lead, received in first.grouped("lead_id").items()}
