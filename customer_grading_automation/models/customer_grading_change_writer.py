from odoo import api, models
from odoo.tools import SQL


class CustomerGradingChangeWriter(models.AbstractModel):
    """Runs automation rules for what people decided, at once."""

    _inherit = "customer.grading.change.writer"

    @api.model
    def _write(self, decided, date, **told):
        if not self.env["base.automation"]._get_grade_rule_ids():
            return super()._write(decided, date, **told)
        self.env.flush_all()
        # Proposals that are approved are written already.
        approved = SQL(
            "SELECT own_id FROM (%s) decided WHERE takes AND own_id IS NOT NULL", decided
        )
        ids = [id_ for (id_,) in self.env.execute_query(approved)]
        changes = super()._write(decided, date, **told)
        self.env["customer.grading.automation"]._run_rules(changes | changes.browse(ids))
        return changes
