from odoo import api, fields, models


class CustomerGradingRivalProduct(models.Model):
    """A product, or a model, of a rival."""

    _name = "customer.grading.rival.product"
    _description = "Product of a Rival"
    _order = "rival_id, name, id"

    name = fields.Char(required=True)
    active = fields.Boolean(default=True)
    rival_id = fields.Many2one(
        "customer.grading.rival", required=True, ondelete="cascade", index=True
    )
    features = fields.Text(help="What it can do, and what it costs.")

    _name_uniq = models.Constraint(
        "UNIQUE (rival_id, name)", "The rival has a product of that name already."
    )

    @api.depends("name", "rival_id.name")
    @api.depends_context("rival_product_name_only")
    def _compute_display_name(self):
        """Tell the rival too, but where the context says that it stands beside."""
        alone = self.env.context.get("rival_product_name_only")
        for product in self:
            rival = "" if alone else product.rival_id.name
            product.display_name = f"{rival or ''} {product.name or ''}".strip()
