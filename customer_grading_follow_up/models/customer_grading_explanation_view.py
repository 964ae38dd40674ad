from odoo import models
from odoo.addons.customer_grading.tools.blocks import at_end, make_block, make_row
from odoo.addons.customer_grading.tools.texts import join_list
from odoo.tools import format_date


class CustomerGradingExplanationView(models.AbstractModel):
    """Says beside “Why this grade?” how often the grade is contacted, and when it is due."""

    _inherit = "customer.grading.explanation.view"

    def _get_explanation_blocks(self, record, result, explanation):
        blocks = super()._get_explanation_blocks(record, result, explanation)
        FollowUp = self.env["customer.grading.follow.up"].sudo()
        followed = FollowUp.search([("result_id", "=", result.id)], order="date_due, id")
        if not followed:
            return blocks
        rows = [
            make_row(
                "unmet" if one.state == "overdue" else None,
                join_list(self.env, [one.cadence, one.pace]),
                at_end(format_date(self.env, one.date_last) or self.env._("never")),
                at_end(format_date(self.env, one.date_due) or ""),
                muted=one.cadence_id.optional,
            )
            for one in followed
        ]
        title = self.env._("Contact")
        columns = [title, self.env._("Last"), self.env._("Due")]
        return [*blocks, make_block(title, columns, rows)]
