from odoo import models
from odoo.tools import SQL


class CustomerGradingChangeWriter(models.AbstractModel):
    """Lets the tag move in the statement that moves the grade, whoever decided."""

    _inherit = "customer.grading.change.writer"

    def _get_writing_sql(self, date, **told):
        moved = SQL(
            "(SELECT partner_id, dimension_id, company_id, reason, target_id AS grade_id"
            " FROM decided WHERE takes)"
        )
        tagging = self.env["customer.grading.dimension"]._get_tagging_sql(
            moved,
            SQL(
                "link.partner_id = ANY (ARRAY(SELECT partner_id FROM tag_wanted))"
                " AND (link.partner_id, own.dimension_id) IN"
                " (SELECT partner_id, dimension_id FROM tag_wanted)"
            ),
        )
        return SQL("%s, %s", super()._get_writing_sql(date, **told), tagging)
