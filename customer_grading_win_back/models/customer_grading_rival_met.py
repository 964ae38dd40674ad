from odoo import api, fields, models
from odoo.exceptions import ValidationError


class CustomerGradingRivalMet(models.AbstractModel):
    """What was lost, and to whom: product line, rival and rival product, said together."""

    _name = "customer.grading.rival.met"
    _description = "Lost to a Rival"

    categ_id = fields.Many2one("product.category", "Product line")
    rival_product_id = fields.Many2one("customer.grading.rival.product", "Rival product")
    rival_id = fields.Many2one(
        "customer.grading.rival",
        compute="_compute_rival_id",
        store=True,
        readonly=False,
        precompute=True,
    )

    @api.depends("rival_product_id")
    def _compute_rival_id(self):
        """A product is that of its rival."""
        for one in self:
            one.rival_id = one.rival_product_id.rival_id or one.rival_id

    @api.constrains("rival_id", "rival_product_id")
    def _check_rival_product(self):
        for one in self:
            product = one.rival_product_id
            if product and product.rival_id != one.rival_id:
                raise ValidationError(
                    self.env._(
                        "“%(product)s” is a product of %(rival)s. Choose that rival, or another "
                        "product.",
                        product=product.name,
                        rival=product.rival_id.name,
                    )
                )
