from odoo import models
from odoo.tools import SQL

from ..tools.group import GROUP


class CustomerGradingTrial(models.Model):
    _inherit = "customer.grading.trial"

    def _get_revenue_sql(self):
        """Tell no revenue beside groups: those of documents have none of a customer."""
        if self.dimension_id.subject == GROUP.name:
            return SQL("0"), SQL()
        return super()._get_revenue_sql()

    def _shares_revenue(self):
        return self.dimension_id.subject != GROUP.name and super()._shares_revenue()
