from odoo import fields, models


class CustomerGradingVisitPlanSendBack(models.TransientModel):
    """Asks what is wrong with a plan."""

    _name = "customer.grading.visit.plan.send.back"
    _description = "Send a Plan Back"

    plan_id = fields.Many2one("customer.grading.visit.plan", required=True, ondelete="cascade")
    remark = fields.Char(required=True)

    def action_send_back(self):
        """Send the plan back to its salesperson."""
        self.ensure_one()
        self.plan_id._send_back(self.remark)
        return {"type": "ir.actions.act_window_close"}
