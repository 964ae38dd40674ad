from odoo import api, models
from odoo.tools import SQL


class CustomerGradingChangeWriter(models.AbstractModel):
    """Lets the tag of a customer follow at once what somebody decided."""

    _inherit = "customer.grading.change.writer"

    @api.model
    def _write(self, decided, date, **told):
        Dimension = self.env["customer.grading.dimension"].sudo()
        writing = Dimension.search([("writes_tags", "=", True)])
        if not writing:
            return super()._write(decided, date, **told)
        self.env.flush_all()
        moving = SQL("SELECT partner_id FROM (%s) decided WHERE partner_id IS NOT NULL", decided)
        ids = [partner_id for [partner_id] in self.env.execute_query(moving)]
        changes = super()._write(decided, date, **told)
        writing._write_tags_of(ids)
        return changes
