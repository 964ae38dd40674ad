from odoo import api, fields, models
from odoo.addons.customer_grading.tools.groups import MANAGER_GROUP
from odoo.addons.customer_grading.tools.texts import NOT_GRADED
from odoo.tools import SQL

from ...tools.evidence import Ratio

# A ratio: what it is of what, both summed up first, and what that is multiplied by.
RATIOS = {
    "revenue_average": ("revenue", "count", 1),
    "lift": ("revenue", "expected_revenue", 1),
    "ordered_share": ("ordered_count", "count", 100),
    "late_share": ("late_count", "due_count", 100),
    "left_share": ("left_count", "before_count", 100),
    "won_share": ("won_count", "count", 100),
    "days_to_close": ("days", "won_count", 1),
}


class CustomerGradingPrediction(models.Model):
    """What those of one grade did after a past day, or as many by plain revenue rank."""

    _name = "customer.grading.prediction"
    _description = "What Followed by Grade"
    _order = "trial_id, policy_id, months, by, position, id"

    trial_id = fields.Many2one(
        "customer.grading.trial", required=True, ondelete="cascade", index=True
    )
    policy_id = fields.Many2one(
        "customer.grading.policy", required=True, ondelete="cascade", index=True
    )
    company_id = fields.Many2one(related="trial_id.company_id")
    currency_id = fields.Many2one(related="trial_id.currency_id")
    date = fields.Date(related="trial_id.date", string="As of")
    months = fields.Integer("Months after", required=True, aggregator=None)
    by = fields.Selection(
        [("grade", "Grade"), ("revenue", "Plain revenue rank")],
        "Ordered by",
        required=True,
        help="By plain revenue rank the largest of the 12 months before are as many as have the "
        "best grade, and so on.",
    )
    position = fields.Integer(aggregator=None, help="1 for the best grade.")
    grade_id = fields.Many2one(
        "customer.grade",
        ondelete="cascade",
        index="btree_not_null",
        falsy_value_label=NOT_GRADED,
        help="By plain revenue rank: the grade that as many have.",
    )
    grade_color = fields.Integer(related="grade_id.color")
    count = fields.Integer("How many")
    revenue = fields.Monetary(
        "Revenue after",
        currency_field="currency_id",
        help="Invoiced in the months after, untaxed, less credit notes; of opportunities what was "
        "won.",
    )
    expected_revenue = fields.Monetary(
        "Revenue at the average",
        currency_field="currency_id",
        help="What as many would have brought that are like the average.",
    )
    revenue_average = fields.Monetary(
        "Revenue after, on average",
        currency_field="currency_id",
        compute="_compute_ratios",
        store=True,
        aggregator="avg",
    )
    lift = fields.Float(
        "Times the average",
        digits=(16, 2),
        compute="_compute_ratios",
        store=True,
        aggregator="avg",
        help="Revenue after, on average, over that of all who have a grade.",
    )
    order_count = fields.Integer("Orders after")
    ordered_count = fields.Integer("Who ordered")
    ordered_share = fields.Float(
        "Ordered (%)", digits=(16, 1), compute="_compute_ratios", store=True, aggregator="avg"
    )
    due_count = fields.Integer("Invoices due")
    late_count = fields.Integer("Paid late")
    late_share = fields.Float(
        "Paid late (%)",
        digits=(16, 1),
        compute="_compute_ratios",
        store=True,
        aggregator="avg",
        help="Of the invoices that fell due in the months after, and are settled or past their day.",
    )
    before_count = fields.Integer("Had bought", help="Who bought in the 12 months before.")
    left_count = fields.Integer("Left", help="Who had bought, and bought nothing after.")
    left_share = fields.Float(
        "Left (%)", digits=(16, 1), compute="_compute_ratios", store=True, aggregator="avg"
    )
    won_count = fields.Integer("Won")
    won_share = fields.Float(
        "Won (%)", digits=(16, 1), compute="_compute_ratios", store=True, aggregator="avg"
    )
    days = fields.Float("Days to closing, all", digits=(16, 0))
    days_to_close = fields.Float(
        "Days to closing", digits=(16, 0), compute="_compute_ratios", store=True, aggregator="avg"
    )
    sums = fields.Json(groups=MANAGER_GROUP)

    @api.depends(*{name for part, whole, _times in RATIOS.values() for name in (part, whole)})
    def _compute_ratios(self):
        for line in self:
            for name, (part, whole, times) in RATIOS.items():
                line[name] = line[whole] and times * line[part] / line[whole]

    def _get_ratio(self, outcome):
        """Return the :class:`Ratio` of an outcome over the members of the line."""
        self.ensure_one()
        return Ratio(self.count, *self.sudo().sums[outcome])

    def _read_group_select(self, aggregate_spec, query):
        """Tell ratios of sums, not averages of ratios, where lines are put together."""
        name, _colon, how = aggregate_spec.partition(":")
        if name not in RATIOS or how != "avg":
            return super()._read_group_select(aggregate_spec, query)
        part, whole, times = RATIOS[name]
        sums = [
            SQL("SUM(%s)", self._field_to_sql(self._table, each, query)) for each in (part, whole)
        ]
        return SQL("%s * %s / NULLIF(%s, 0)", times, sums[0], SQL("%s::float8", sums[1]))
