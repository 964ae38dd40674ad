from odoo import api, models


class CustomerGradingChangeWriter(models.AbstractModel):
    """Lets deadlines go with the grade at once, where a few moved."""

    _inherit = "customer.grading.change.writer"

    @api.model
    def _write(self, decided, date, **told):
        changes = super()._write(decided, date, **told)
        applied = changes.filtered(lambda change: change.state == "applied")
        if not applied or not self.env["customer.grading.deadline"]._is_any():
            return changes
        engine = self.env["customer.grading.deadline.engine"].sudo()
        asked = engine._get_asked()
        moved = applied.grouped(lambda change: (change.dimension_id, change.company_id))
        for (dimension, company), some in moved.items():
            if dimension in asked:
                field = dimension._get_subject_kind().field
                engine._renew(dimension.sudo(), company, some[field].ids)
        return changes
