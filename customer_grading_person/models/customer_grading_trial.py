from odoo import models
from odoo.tools import SQL

from ..tools.person import PERSON


class CustomerGradingTrial(models.Model):
    _inherit = "customer.grading.trial"

    def _get_revenue_sql(self):
        """Tell no revenue beside people: those of one company would each have all of it."""
        if self.dimension_id.subject == PERSON.name:
            return SQL("0"), SQL()
        return super()._get_revenue_sql()

    def _shares_revenue(self):
        return self.dimension_id.subject != PERSON.name and super()._shares_revenue()
