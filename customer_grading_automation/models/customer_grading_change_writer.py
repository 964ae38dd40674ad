from odoo import api, models


class CustomerGradingChangeWriter(models.AbstractModel):
    """Runs automation rules for what people decided, at once."""

    _inherit = "customer.grading.change.writer"

    @api.model
    def _write(self, decided, date, **told):
        changes = super()._write(decided, date, **told)
        if self.env["base.automation"]._get_grade_rule_ids():
            self.env["customer.grading.automation"]._run_rules(changes)
        return changes
