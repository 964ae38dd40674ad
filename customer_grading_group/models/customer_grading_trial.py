from odoo import models
from odoo.tools import SQL

from ..tools.group import GROUP

REVENUE_SHARE = 3  # the column that would stay empty


class CustomerGradingTrial(models.Model):
    _inherit = "customer.grading.trial"

    def _get_revenue_sql(self):
        """Tell no revenue beside groups: those of documents have none of a customer."""
        if self.dimension_id.subject == GROUP.name:
            return SQL("0"), SQL()
        return super()._get_revenue_sql()

    def _get_result_block(self, cells, rows, total):
        block = super()._get_result_block(cells, rows, total)
        if self.dimension_id.subject == GROUP.name:
            block["columns"].pop(REVENUE_SHARE)
            for row in block["rows"]:
                row["cells"].pop(REVENUE_SHARE)
        return block
