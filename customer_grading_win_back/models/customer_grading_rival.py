from odoo import api, fields, models


class CustomerGradingRival(models.Model):
    """A rival, what is known of it, and how we compete with it."""

    _name = "customer.grading.rival"
    _description = "Rival"
    _order = "name, id"

    name = fields.Char(required=True)
    active = fields.Boolean(default=True)
    features = fields.Text(help="What it offers, and what customers think of it.")
    strategy = fields.Text(help="What we answer, and how we compete with it.")
    product_ids = fields.One2many("customer.grading.rival.product", "rival_id", "Products")
    loss_ids = fields.One2many("customer.grading.loss", "rival_id", "Losses")
    loss_count = fields.Integer("Lost to it", compute="_compute_loss_count")

    _name_uniq = models.Constraint("UNIQUE (name)", "There is a rival of that name already.")

    @api.depends("loss_ids.state")
    @api.depends_context("uid")
    def _compute_loss_count(self):
        """Count what the user may see."""
        counts = dict(
            self.env["customer.grading.loss"]._read_group(
                [("rival_id", "in", self.ids), ("state", "!=", "refused")],
                ["rival_id"],
                ["__count"],
            )
        )
        for rival in self:
            rival.loss_count = counts.get(rival, 0)

    def action_view_losses(self):
        """Open what was lost to it."""
        self.ensure_one()
        xml_id = "customer_grading_win_back.customer_grading_loss_action"
        action = self.env["ir.actions.act_window"]._for_xml_id(xml_id)
        return dict(action, domain=[("rival_id", "=", self.id), ("state", "!=", "refused")])
