from odoo import api, models
from odoo.addons.customer_grading.models.explanation.customer_grading_explanation import (
    ACCOUNTING_GROUPS,
)
from odoo.addons.customer_grading.tools.groups import OFFICER_GROUP
from odoo.tools import SQL


class CustomerGradingExplanation(models.AbstractModel):
    """Says in SQL, too, whose figures the reader may see: of all customers at once."""

    _inherit = "customer.grading.explanation"

    @api.model
    def _get_seen_sql(self, salesperson):
        """Return whether the reader may see what a customer buys.

        As :meth:`_get_figures_records` says it of customers one by one.

        :param salesperson: column of the id of the customer's salesperson
        """
        if self._hides_revenue():
            return SQL("FALSE")
        user = self.env.user
        if user.has_group(OFFICER_GROUP) or any(map(user.has_group, ACCOUNTING_GROUPS)):
            return SQL("TRUE")
        who = self.env["ir.config_parameter"].sudo().get_param("customer_grading.figures", "own")
        if who != "own":
            return SQL("TRUE") if who == "all" else SQL("FALSE")
        teams = ["|", ("user_id", "=", user.id), ("member_ids", "in", user.ids)]
        colleagues = user | self.env["crm.team"].sudo().search(teams).member_ids
        return SQL("COALESCE(%s IN %s, FALSE)", salesperson, colleagues._ids)
