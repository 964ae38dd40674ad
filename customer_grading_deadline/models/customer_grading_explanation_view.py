from odoo import models
from odoo.addons.customer_grading.tools.blocks import at_end, make_block, make_row
from odoo.tools import format_datetime


class CustomerGradingExplanationView(models.AbstractModel):
    """Says beside “Why this grade?” what the customer waits for."""

    _inherit = "customer.grading.explanation.view"

    def _get_explanation_blocks(self, record, result, explanation):
        blocks = super()._get_explanation_blocks(record, result, explanation)
        Case = self.env["customer.grading.deadline.case"].sudo()
        waiting = Case.search([("result_id", "=", result.id), ("date_met", "=", False)])
        if not waiting:
            return blocks
        rows = [
            make_row(
                "unmet" if case.state == "overdue" else None,
                case.asked,
                at_end(format_datetime(self.env, case.date_start, dt_format="short")),
                at_end(case.due_in),
            )
            for case in waiting
        ]
        title = self.env._("Waiting for an answer")
        return [
            *blocks,
            make_block(title, [title, self.env._("Since"), self.env._("Due")], rows),
        ]
