from odoo import models


class CustomerGradingExplanationTexts(models.AbstractModel):
    """Says of a former grade where it is from."""

    _inherit = "customer.grading.explanation.texts"

    def _get_origin_text(self, origin):
        return self.env._("Imported") if origin == "imported" else super()._get_origin_text(origin)
