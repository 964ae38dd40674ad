from dateutil.relativedelta import relativedelta

from odoo import api, fields, models


class CustomerGradingWaive(models.TransientModel):
    """Shows what keeps a customer from better grades, and waives one condition of it."""

    _name = "customer.grading.waive"
    _description = "Waive a Condition"

    result_id = fields.Many2one("customer.grading.result", required=True, ondelete="cascade")
    line_ids = fields.Many2many("customer.grading.rule", compute="_compute_line_ids")
    line_id = fields.Many2one(
        "customer.grading.rule", "Condition", domain="[('id', 'in', line_ids)]", ondelete="cascade"
    )
    reason = fields.Char(required=True)
    until = fields.Date(compute="_compute_until", store=True, readonly=False)

    @api.depends("result_id")
    def _compute_line_ids(self):
        for wizard in self:
            wizard.line_ids = wizard.result_id and wizard.result_id._get_waivable_lines()

    @api.depends("result_id")
    def _compute_until(self):
        """Propose the end that a grade set by hand has at most."""
        for wizard in self:
            months = wizard.result_id.policy_id.manual_months
            wizard.until = months and wizard.result_id._get_today() + relativedelta(months=months)

    def action_confirm(self):
        """Waive the condition."""
        self.ensure_one()
        self.result_id._waive(self.line_id, self.reason, self.until)
        return {"type": "ir.actions.act_window_close"}
