from odoo import models
from odoo.addons.customer_grading.tools.blocks import make_block


class CustomerGradingExplanationView(models.AbstractModel):
    """Says on “Why this grade?” what becomes of it, and on which day."""

    _inherit = "customer.grading.explanation.view"

    def _get_explanation_blocks(self, record, result, explanation):
        blocks = super()._get_explanation_blocks(record, result, explanation)
        if sentences := self.env["customer.grading.outlook.texts"]._get_sentences(result):
            return [make_block(self.env._("Outlook"), text="\n".join(sentences)), *blocks]
        return blocks
