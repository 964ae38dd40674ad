from odoo import api, models
from odoo.tools import SQL


class CustomerGradingExplanation(models.AbstractModel):
    """Says in SQL, too, whose figures the reader may see: of all customers at once."""

    _inherit = "customer.grading.explanation"

    @api.model
    def _get_seen_sql(self, salesperson, company):
        """Return whether the reader may see what a customer buys.

        What all companies are bought from as one is seen by who works in all of them.

        :param salesperson: column of the id of the customer's salesperson
        :param company: column of the id of the company that is told of; NULL: all as one
        """
        if self._hides_revenue():
            return SQL("FALSE")
        seen = SQL("TRUE")
        if (users := self._get_figures_users()) is not None:
            seen = SQL("COALESCE(%s IN %s, FALSE)", salesperson, users._ids or (0,))
        if self.env["customer.grading.dimension"]._get_companies_outside():
            seen = SQL("(%s AND %s IS NOT NULL)", seen, company)
        return seen
