from odoo import api, fields, models
from odoo.addons.customer_grading.tools.groups import USER_GROUP
from odoo.tools import SQL

REVENUE = "customer_grading_revenue"


class ResPartner(models.Model):
    """Tells beside a customer what a salesperson acts on: revenue, since when, how far to go."""

    _inherit = "res.partner"

    customer_grading_since = fields.Date(
        "Since",
        compute="_compute_customer_grading_since",
        groups=USER_GROUP,
        help="Since when the customer has had this grade.",
    )
    customer_grading_revenue = fields.Float(
        "Revenue, 12 months",
        compute="_compute_customer_grading_figures",
        digits=0,
        aggregator="sum",
        groups=USER_GROUP,
        help="What was invoiced in the last 12 months, untaxed, less credit notes, as of last night.",
    )
    customer_grading_last_order = fields.Date(
        "Last order", compute="_compute_customer_grading_figures", groups=USER_GROUP
    )
    customer_grading_figures_hidden = fields.Boolean(
        "Figures are hidden", compute="_compute_customer_grading_figures", groups=USER_GROUP
    )
    customer_grading_distance = fields.Char(
        "To the next grade",
        compute="_compute_customer_grading_distance",
        groups=USER_GROUP,
        help="What is missing for the next better grade, as of the last grading.",
    )

    @api.depends("customer_grading_result_id")
    @api.depends_context("company", "uid")
    def _compute_customer_grading_since(self):
        for partner in self:
            result = partner.customer_grading_result_id
            partner.customer_grading_since = result.grade_id and result.date_since

    @api.depends("commercial_partner_id")
    @api.depends_context("company", "uid")
    def _compute_customer_grading_figures(self):
        customers = self.commercial_partner_id
        Explanation = self.env["customer.grading.explanation"]
        shown = customers.browse()
        own_set = self._get_figures_set()
        if not Explanation._hides_revenue() and own_set._is_seen_whole():
            shown = Explanation._get_figures_records(customers)
        figures = self.env["customer.grading.figures"].sudo()
        if shown:
            own = [
                ("set_id", "=", own_set.id),
                ("partner_id", "in", shown.ids),
            ]
            figures = figures.search_fetch(own, ["partner_id", "revenue", "date_last_order"])
        by_customer = {one.partner_id.id: one for one in figures}
        for partner in self:
            own = by_customer.get(partner.commercial_partner_id.id, figures.browse())
            partner.customer_grading_revenue = own.revenue
            partner.customer_grading_last_order = own.date_last_order
            partner.customer_grading_figures_hidden = partner.commercial_partner_id not in shown

    @api.model
    def _get_figures_set(self):
        """Return the set of figures that is told: the company's, or the nearest above it."""
        dimension = self._get_main_dimension()
        companies = dimension._get_result_company_ids(self.env.company) if dimension else []
        keys = [company_id or -dimension.id for company_id in companies]
        sets = self.env["customer.grading.figures.set"].sudo().search([("key", "in", keys)])
        return sets.sorted(lambda one: keys.index(one.key))[:1]

    @api.depends("customer_grading_result_id")
    @api.depends_context("company", "uid", "lang")
    def _compute_customer_grading_distance(self):
        Why = self.env["customer.grading.explanation.why"]
        texts = Why._get_distance_texts(self.customer_grading_result_id)
        for partner in self:
            text = texts.get(partner.customer_grading_result_id, False)
            partner.customer_grading_distance = text

    # ------------------------------------------------------------------ sorting and sums

    def _field_to_sql(self, alias, field_expr, query=None):
        if field_expr == REVENUE and query is not None:
            self._check_field_access(self._fields[REVENUE], "read")
            return self._get_revenue_sql(alias, query)
        return super()._field_to_sql(alias, field_expr, query)

    def _get_revenue_sql(self, alias, query):
        """Return the revenue as a column: of those whose figures the user may see."""
        customer, joined = self._fields["commercial_partner_id"].join(self.sudo(), alias, query)
        salesperson = customer._field_to_sql(joined, "user_id", query)
        figures, own_set = query.make_alias(alias, "figures"), self._get_figures_set()
        condition = SQL(
            "%s = %s AND %s = %s",
            SQL.identifier(figures, "partner_id"),
            SQL.identifier(joined, "id"),
            SQL.identifier(figures, "set_id"),
            own_set.id or 0,
        )
        query.add_join("LEFT JOIN", figures, "customer_grading_figures", condition)
        return SQL(
            "CASE WHEN %s THEN COALESCE(%s, 0) END",
            self.env["customer.grading.explanation"]._get_seen_sql(
                salesperson, SQL("%s::integer", own_set.company_id.id or None)
            ),
            SQL.identifier(figures, "revenue"),
        )
