from odoo import api, models
from odoo.tools import SQL


class CustomerGradingChangeWriter(models.AbstractModel):
    """Notes what was computed when people decide on a grade."""

    _inherit = "customer.grading.change.writer"

    @api.model
    def _write(self, decided, date, **told):
        changes = super()._write(decided, date, **told)
        if changes:
            changes._note_computed(
                SQL("result.computed_grade_id"), SQL("change.id IN %s", changes._ids)
            )
        return changes
