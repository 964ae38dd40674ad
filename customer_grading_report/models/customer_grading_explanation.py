from odoo import api, models
from odoo.tools import SQL


class CustomerGradingExplanation(models.AbstractModel):
    """Says in SQL, too, whose figures the reader may see: of all customers at once."""

    _inherit = "customer.grading.explanation"

    @api.model
    def _get_seen_sql(self, salesperson):
        """Return whether the reader may see what a customer buys.

        :param salesperson: column of the id of the customer's salesperson
        """
        if self._hides_revenue():
            return SQL("FALSE")
        if (users := self._get_figures_users()) is None:
            return SQL("TRUE")
        return SQL("COALESCE(%s IN %s, FALSE)", salesperson, users._ids or (0,))
