from odoo import api, models


class CustomerGradingChange(models.Model):
    """Says of a change why it came about."""

    _inherit = "customer.grading.change"

    @api.depends("origin", "note", "grade_id", "from_grade_id", "policy_id", "run_id")
    @api.depends_context("uid", "lang", "company")
    def _compute_reason(self):
        reasons = self.env["customer.grading.explanation.texts"]._get_reason_text(self)
        for change in self:
            change.reason = reasons.get(change)
