from odoo import api, models


class CustomerGradingRunLine(models.Model):
    _inherit = "customer.grading.run.line"

    @api.depends("grade_id", "current_grade_id", "run_id")
    @api.depends_context("uid", "lang", "company")
    def _compute_why(self):
        reasons = self.env["customer.grading.explanation"]._get_reason_text(self)
        for line in self:
            line.why = reasons.get(line)
