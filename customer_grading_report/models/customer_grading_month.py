from odoo import api, fields, models
from odoo.addons.customer_grading.tools.texts import NOT_GRADED
from odoo.tools import SQL

COUNTED = ("customer_count", "revenue")  # how things stood at a month end


class CustomerGradingMonth(models.Model):
    """How many customers a grade had at the end of a month, and what they bought in 12 months.

    Over several months, the average of their ends is told: what stood at two month ends is not
    added up. Country, region, industry, team and salesperson are those of the night in which it was
    told.
    """

    _name = "customer.grading.month"
    _inherit = ["customer.grading.told"]
    _description = "Grades by Month"
    _order = "month_end desc, grade_id, id"
    _rec_name = "month_end"
    _log_access = False

    month_end = fields.Date(
        "Month",
        required=True,
        readonly=True,
        index=True,
        help="The last day of the month; the current month is shown as it stands.",
    )
    is_running = fields.Boolean("This month so far", readonly=True)
    dimension_id = fields.Many2one(required=True, ondelete="cascade")
    company_id = fields.Many2one("res.company", readonly=True, ondelete="cascade")
    currency_id = fields.Many2one("res.currency", readonly=True)
    grade_id = fields.Many2one(
        "customer.grade", readonly=True, ondelete="cascade", falsy_value_label=NOT_GRADED
    )
    grade_color = fields.Integer(related="grade_id.color")
    country_id = fields.Many2one("res.country", readonly=True)
    state_id = fields.Many2one("res.country.state", "Region", readonly=True)
    industry_id = fields.Many2one("res.partner.industry", readonly=True)
    team_id = fields.Many2one("crm.team", "Sales team", readonly=True)
    salesperson_id = fields.Many2one("res.users", readonly=True)
    customer_count = fields.Integer(
        "Customers",
        readonly=True,
        help="At the end of the month; over several months, the average.",
    )
    figures_hidden = fields.Boolean("Figures are hidden", compute="_compute_figures_hidden")
    revenue = fields.Monetary(
        "Revenue, 12 months",
        readonly=True,
        help="Invoiced to these customers in the 12 months up to the month end, untaxed, less "
        "credit notes; over several months, the average. Customers whose figures you may not see are "
        "left out.",
    )

    # What a job tells anew each night, and what pictures begin with.
    _told_idx = models.Index("(dimension_id, company_id, month_end)")

    @api.depends("salesperson_id")
    @api.depends_context("uid")
    def _compute_figures_hidden(self):
        seen = self._get_seen_sql(self._table)
        shown = SQL(
            "SELECT id FROM %s WHERE id IN %s AND %s",
            SQL.identifier(self._table),
            self._ids or (0,),
            seen,
        )
        ids = {id_ for (id_,) in self.env.execute_query(shown)}
        for row in self:
            row.figures_hidden = row.id not in ids

    @api.model
    def _get_seen_sql(self, alias):
        columns = (SQL.identifier(alias, name) for name in ("salesperson_id", "company_id"))
        return self.env["customer.grading.explanation"]._get_seen_sql(*columns)

    def _field_to_sql(self, alias, field_expr, query=None):
        """Keep the revenue of customers to those who may see it, sums of it as well."""
        sql = super()._field_to_sql(alias, field_expr, query)
        if field_expr != "revenue":
            return sql
        return SQL("CASE WHEN %s THEN %s END", self._get_seen_sql(alias), sql)

    def _read_group_select(self, aggregate_spec, query):
        """Tell the average of month ends where a group is of several."""
        sql = super()._read_group_select(aggregate_spec, query)
        name, _colon, function = aggregate_spec.partition(":")
        if name not in COUNTED or function not in ("sum", "sum_currency"):
            return sql
        month_end = self._field_to_sql(self._table, "month_end", query)
        average = SQL("%s::numeric / NULLIF(COUNT(DISTINCT %s), 0)", sql, month_end)
        return SQL("ROUND(%s)::integer", average) if name == "customer_count" else average
