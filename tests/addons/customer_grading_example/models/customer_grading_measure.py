from odoo import api, models
from odoo.tools import SQL


class CustomerGradingMeasure(models.Model):
    """A measure in code: what share of its goods a customer leaves uncollected."""

    _inherit = "customer.grading.measure"

    @api.model
    def _get_code_keys(self):
        return [*super()._get_code_keys(), ("uncollected_share", self.env._("Orders uncollected"))]

    @api.model
    def _get_code_keys_with_period(self):
        return super()._get_code_keys_with_period() | {"uncollected_share"}

    def _get_uncollected_share_values_sql(self, criterion, scope, statement):
        """Per cent of the orders promised for a past day of the period that wait for pickup.

        Unknown where none was promised.
        """
        first, last = criterion._get_bounds(scope)[0]
        contacts = statement.get_ids()
        promised = SQL(
            """
            SELECT partner.commercial_partner_id AS subject_id,
                   ROUND(100.0 * COUNT(*) FILTER (WHERE EXISTS (
                       SELECT FROM sale_order_line line
                        WHERE line.order_id = promised.id
                          AND line.qty_delivered < line.product_uom_qty
                   )) / COUNT(*), 4) AS share
              FROM sale_order promised
              JOIN res_partner partner ON partner.id = promised.partner_id
             WHERE promised.state = 'sale' AND promised.company_id IN %(companies)s
               AND promised.commitment_date < %(end)s %(since)s %(narrow)s
             GROUP BY partner.commercial_partner_id
            """,
            companies=scope.company_ids,
            end=min(scope.get_end_of(last), scope.get_start_of(scope.date)),
            since=SQL("AND promised.commitment_date >= %s", scope.get_start_of(first))
            if first
            else SQL(),
            # One customer's regrading shall not read everybody's orders.
            narrow=SQL("AND promised.partner_id IN %s", contacts) if contacts else SQL(),
        )
        return statement.add_relation(promised, "share")
