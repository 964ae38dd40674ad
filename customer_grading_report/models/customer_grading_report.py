from odoo import api, fields, models
from odoo.addons.customer_grading.tools.texts import NOT_GRADED
from odoo.tools import SQL

MARGIN = "customer_grading_sale_margin.measure_order_margin"  # where that is installed
FIRST = 10  # customers whose share says how much hangs on a few
FIRST_SHARE = 0.2  # and the part of all of them that says the same of many


class CustomerGradingReport(models.Model):
    """Where customers stand, a row for each customer and dimension, with what they buy.

    Grades are those of this moment, figures those of last night. Who may not see the figures of a
    customer sees the row without them: its grade counts, its revenue does not.
    """

    _name = "customer.grading.report"
    _inherit = ["customer.grading.told"]
    _description = "Customer Grades"
    _auto = False
    _order = "revenue desc nulls last, id"
    _rec_name = "partner_id"

    partner_id = fields.Many2one("res.partner", "Customer", readonly=True)
    partner_company_id = fields.Many2one(
        "res.company", "Customer's company", readonly=True, export_string_translation=False
    )
    company_id = fields.Many2one("res.company", readonly=True)
    currency_id = fields.Many2one("res.currency", readonly=True)
    grade_id = fields.Many2one("customer.grade", readonly=True, falsy_value_label=NOT_GRADED)
    grade_color = fields.Integer(related="grade_id.color")
    previous_grade_id = fields.Many2one(
        "customer.grade", "Previous grade", readonly=True, falsy_value_label=NOT_GRADED
    )
    previous_grade_color = fields.Integer(
        related="previous_grade_id.color", string="Previous color"
    )
    last_move = fields.Selection(
        lambda self: self._get_labels("customer.grading.result", "last_move"),
        readonly=True,
    )
    reason = fields.Selection(
        lambda self: self._get_labels("customer.grading.result", "reason"),
        "Grading status",
        readonly=True,
    )
    is_by_hand = fields.Boolean("By hand", readonly=True)
    is_waiting = fields.Boolean(
        "Change waiting", readonly=True, help="The computed grade is not in effect yet."
    )
    date_since = fields.Date("Since", readonly=True)
    date_due = fields.Date("Next decision", readonly=True)
    country_id = fields.Many2one("res.country", readonly=True)
    state_id = fields.Many2one("res.country.state", "Region", readonly=True)
    industry_id = fields.Many2one("res.partner.industry", readonly=True)
    category_ids = fields.Many2many(related="partner_id.category_id", string="Tags")
    team_id = fields.Many2one("crm.team", "Sales team", readonly=True)
    salesperson_id = fields.Many2one("res.users", readonly=True)
    figures_hidden = fields.Boolean(
        "Figures are hidden", readonly=True, help="You may not see what the customer buys."
    )
    revenue = fields.Monetary(
        "Revenue, 12 months",
        readonly=True,
        help="Invoiced in the 12 months up to last night, untaxed, less credit notes. Empty where "
        "you may not see the customer's figures.",
    )
    revenue_before = fields.Monetary(
        "Revenue, 12 months before", readonly=True, help="The same for the 12 months before that."
    )
    margin = fields.Monetary(
        "Margin, 12 months",
        readonly=True,
        help="Margin of the orders confirmed in these 12 months, where Odoo calculates margins.",
    )
    order_count = fields.Integer("Orders, 12 months", readonly=True)
    date_last_order = fields.Date("Last order", readonly=True, aggregator="max")
    date_last_contact = fields.Date("Last contact", readonly=True, aggregator="max")
    date_figures = fields.Date(
        "Figures as of",
        readonly=True,
        help="Revenue, margin and orders are calculated once a night.",
    )
    position = fields.Integer(
        readonly=True,
        aggregator=None,
        help="By revenue of the last 12 months; 1 is the largest customer in the dimension.",
    )
    revenue_share = fields.Float(
        "Share of revenue, %",
        readonly=True,
        help="Of the revenue of all customers in the dimension; negative revenue counts as zero.",
    )
    is_first_ten = fields.Boolean("Top 10", readonly=True, help="By revenue of the last 12 months.")
    is_first_fifth = fields.Boolean(
        "Top 20%", readonly=True, help="By revenue of the last 12 months."
    )
    overdue_count = fields.Integer("Overdue follow-ups", readonly=True)

    @property
    def _table_query(self):
        """Return a row for each customer and dimension; what is not asked for costs nothing."""
        for name in ("result", "dimension", "figures", "figures.set"):
            self.env[f"customer.grading.{name}"].flush_model()
        self.env["res.partner"].flush_model()
        overdue, joined = self._get_overdue_sql()
        return SQL(
            """
            SELECT result.id, result.partner_id, partner.company_id AS partner_company_id,
                   result.dimension_id, result.company_id,
                   COALESCE(company.currency_id, dimension.currency_id) AS currency_id,
                   result.grade_id, result.previous_grade_id, result.last_move, result.reason,
                   %(by_hand)s AS is_by_hand,
                   result.computed_grade_id IS DISTINCT FROM result.grade_id
                       AND NOT %(by_hand)s AS is_waiting,
                   result.date_since, result.date_due, partner.country_id, partner.state_id,
                   partner.industry_id, salesperson.sale_team_id AS team_id,
                   partner.user_id AS salesperson_id, told.date AS date_figures,
                   %(figures)s, %(overdue)s AS overdue_count
              FROM customer_grading_result result
              JOIN customer_grading_dimension dimension ON dimension.id = result.dimension_id
              LEFT JOIN res_partner partner ON partner.id = result.partner_id
              LEFT JOIN res_users salesperson ON salesperson.id = partner.user_id
              LEFT JOIN res_company company ON company.id = result.company_id
              LEFT JOIN customer_grading_figures_set told
                ON told.key = COALESCE(result.company_id, -result.dimension_id)
              LEFT JOIN customer_grading_figures figures
                ON figures.partner_id = result.partner_id AND figures.set_id = told.id
              %(joined)s
             WHERE result.dimension_id IN %(visible)s
               AND (result.grade_id IS NOT NULL OR result.reason != 'left')
            """,
            visible=self._get_visible_ids([("subject", "=", "partner")]),
            by_hand=self.env["customer.grading.result"]._get_by_hand_sql("result"),
            figures=self._get_figures_sql(),
            overdue=overdue,
            joined=joined,
        )

    @api.model
    def _get_figures_sql(self):
        """Return the columns that tell what customers buy, empty of those the reader may not see.

        Places are among all customers of the dimension, whoever reads; so are shares, which only
        who sees the figures of all is told.
        """
        Explanation = self.env["customer.grading.explanation"]
        among = SQL("PARTITION BY result.dimension_id, result.company_id")
        revenue = SQL("COALESCE(figures.revenue, 0)")
        place = SQL(
            "ROW_NUMBER() OVER (%s ORDER BY %s::float8 DESC, result.partner_id)", among, revenue
        )
        bought = SQL("GREATEST(%s, 0)::float8", revenue)
        columns = {
            "revenue": SQL("figures.revenue"),
            "revenue_before": SQL("figures.revenue_before"),
            "margin": SQL("figures.margin"),
            "order_count": SQL("figures.order_count"),
            "date_last_order": SQL("figures.date_last_order"),
            "date_last_contact": SQL("figures.date_last_contact"),
            "position": place,
            "revenue_share": SQL("100 * %s / NULLIF(SUM(%s) OVER (%s), 0)", bought, bought, among),
            "is_first_ten": SQL("%s <= %s", place, FIRST),
            "is_first_fifth": SQL("%s <= CEIL(COUNT(*) OVER (%s) * %s)", place, among, FIRST_SHARE),
        }
        margin = self.env.ref(MARGIN, raise_if_not_found=False)
        if margin and Explanation._keeps_to_groups(margin.sudo()):
            columns["margin"] = SQL("NULL::numeric")
        if Explanation._get_figures_users() is not None:
            columns["revenue_share"] = SQL("NULL::float8")  # it would tell the revenue of all
        seen = Explanation._get_seen_sql(SQL("partner.user_id"), SQL("result.company_id"))
        shown = [
            SQL("CASE WHEN %s THEN %s END AS %s", seen, column, SQL.identifier(name))
            for name, column in columns.items()
        ]
        return SQL(", ").join([SQL("NOT %s AS figures_hidden", seen), *shown])

    @api.model
    def _get_overdue_sql(self):
        """Hook: return how many contacts with the customer of a ``result`` are overdue.

        :return: the number, and the join that it comes from; none are known here
        """
        return SQL("0"), SQL()

    def action_open_customer(self):
        """Open the form of the customer."""
        self.ensure_one()
        return self.partner_id._get_records_action()
