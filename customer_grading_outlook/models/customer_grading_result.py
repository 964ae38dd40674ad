from odoo import fields, models
from odoo.fields import Domain


class CustomerGradingResult(models.Model):
    """Tells what becomes of it, so that who shows it can be filtered by that."""

    _inherit = "customer.grading.result"

    outlook_ids = fields.One2many("customer.grading.outlook", "result_id")

    def _settle_merge(self, sources, target):
        """What was told of the merged counts no more, nor of the one that stays: it has more now."""
        field = target._grading_result_field
        Outlook = self.env["customer.grading.outlook"].sudo()
        if field in Outlook._fields and self.env["customer.grading.outlook.run"]._is_any():
            merged = [*sources.ids, *target.ids, *target._get_graded().ids]
            Outlook.search(Domain(field, "in", merged)).unlink()
        return super()._settle_merge(sources, target)
