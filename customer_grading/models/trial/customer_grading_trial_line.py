from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools import SQL

from ...tools.groups import MANAGER_GROUP
from ...tools.texts import NOT_GRADED


class CustomerGradingTrialLine(models.Model):
    """What a trial would do to one customer; kept for 30 days."""

    _name = "customer.grading.trial.line"
    _inherit = ["customer.grading.subject"]
    _description = "Line of a Trial"
    _order = "trial_id, moves desc, revenue desc, id"

    trial_id = fields.Many2one(
        "customer.grading.trial", required=True, ondelete="cascade", index=True
    )
    policy_id = fields.Many2one(related="trial_id.policy_id")
    company_id = fields.Many2one(related="trial_id.company_id")
    partner_id = fields.Many2one(index="btree_not_null")
    lead_id = fields.Many2one(index="btree_not_null")
    lead_partner_id = fields.Many2one(related="lead_id.partner_id", string="Opportunity's customer")
    current_grade_id = fields.Many2one(
        "customer.grade",
        "Today",
        ondelete="cascade",
        index="btree_not_null",
        falsy_value_label=NOT_GRADED,
    )
    computed_grade_id = fields.Many2one(
        "customer.grade",
        "Computed grade",
        ondelete="cascade",
        index="btree_not_null",
        falsy_value_label=NOT_GRADED,
    )
    grade_id = fields.Many2one(
        "customer.grade",
        "New grade",
        ondelete="cascade",
        index="btree_not_null",
        falsy_value_label=NOT_GRADED,
        help="The computed grade, or the one of today where that was set by hand and stays.",
    )
    current_grade_color = fields.Integer(related="current_grade_id.color", string="Today's color")
    grade_color = fields.Integer(related="grade_id.color", string="New color")
    by_hand = fields.Boolean("Set by hand", help="The grade of today was set, and stays.")
    moves = fields.Boolean()
    moves_anyway = fields.Boolean(
        help="The policy in force gives the same grade by today's figures: what changed is the "
        "customer, not the policy."
    )
    score = fields.Float(digits=(16, 4), groups=MANAGER_GROUP)
    revenue = fields.Monetary("Revenue, 12 months", currency_field="currency_id")
    currency_id = fields.Many2one(related="trial_id.currency_id")
    values = fields.Json(groups=MANAGER_GROUP)
    why = fields.Char(compute="_compute_why")
    unknown_criterion_id = fields.Many2one(
        "customer.grading.criterion",
        "Without a value for",
        compute="_compute_unknown_criterion_id",
        search="_search_unknown_criterion_id",
        help="To filter customers by what is not known of them.",
    )

    def _field_to_sql(self, alias, field_expr, query=None):
        """Keep the revenue of customers to those who may see that measure, sums of it as well."""
        sql = super()._field_to_sql(alias, field_expr, query)
        Explanation = self.env["customer.grading.explanation"]
        if field_expr == "revenue" and Explanation._hides_revenue():
            return SQL("CASE WHEN %s IS NULL THEN %s END", SQL.identifier(alias, "partner_id"), sql)
        return sql

    @api.model
    def _get_unused_fields(self):
        """Show both: a try-on is of what is not graded yet."""
        return ()

    @api.depends("computed_grade_id", "current_grade_id", "trial_id")
    @api.depends_context("uid", "lang", "company")
    def _compute_why(self):
        reasons = self.env["customer.grading.explanation.texts"]._get_reason_text(self)
        for line in self:
            line.why = reasons.get(line)

    def _compute_unknown_criterion_id(self):
        self.unknown_criterion_id = False

    @api.model
    def _search_unknown_criterion_id(self, operator, value):
        if operator != "in":
            return NotImplemented
        criteria = self.env["customer.grading.criterion"].browse(value)
        return Domain.OR(
            Domain("trial_id.policy_id", "=", criterion.policy_id.id)
            & Domain.custom(to_sql=self._get_unknown_sql(criterion))
            for criterion in criteria
        )

    @staticmethod
    def _get_unknown_sql(criterion):
        """Return what tells, for a domain, that a line has no value for ``criterion``."""
        engine = criterion.env["customer.grading.engine"]
        policy = criterion.sudo().policy_id
        keys = dict(
            zip(policy._get_measured_criteria(), engine._get_value_keys(policy), strict=True)
        )

        def to_sql(_model, alias, _query):
            return SQL(
                "(%(values)s ->> (SELECT (trial.value_positions ->> %(key)s)::integer"
                " FROM customer_grading_trial trial WHERE trial.id = %(trial)s)) IS NULL",
                values=SQL.identifier(alias, "values"),
                key=keys[criterion.sudo()],
                trial=SQL.identifier(alias, "trial_id"),
            )

        return to_sql
