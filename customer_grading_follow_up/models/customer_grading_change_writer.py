from odoo import api, models


class CustomerGradingChangeWriter(models.AbstractModel):
    """Lets follow-ups go with the grade at once, where a few moved."""

    _inherit = "customer.grading.change.writer"

    @api.model
    def _write(self, decided, date, **told):
        changes = super()._write(decided, date, **told)
        applied = changes.filtered(lambda change: change.state == "applied")
        if not applied or not self.env["customer.grading.cadence"]._is_any():
            return changes
        engine = self.env["customer.grading.follow.up.engine"]
        followed = engine._get_followed()
        for (dimension, company), some in applied.grouped(
            lambda change: (change.dimension_id, change.company_id)
        ).items():
            if dimension in followed:
                field = dimension._get_subject_kind().field
                engine._renew(dimension, company, some[field].ids)
        return changes
