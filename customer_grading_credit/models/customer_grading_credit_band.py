from odoo import api, fields, models
from odoo.exceptions import ValidationError
from odoo.tools import float_round, format_amount


class CustomerGradingCreditBand(models.Model):
    """The limit and the payment term that customers get from so many points on, or with a grade.

    The first one that fits counts; what is left empty is no condition.
    """

    _name = "customer.grading.credit.band"
    _description = "Band of Credit"
    _order = "rule_id, sequence, id"

    rule_id = fields.Many2one(
        "customer.grading.credit.rule", required=True, ondelete="cascade", index=True
    )
    sequence = fields.Integer(default=10, aggregator=None, help="The first one that fits counts.")
    company_id = fields.Many2one(related="rule_id.company_id")
    currency_id = fields.Many2one(related="rule_id.currency_id")
    dimension_id = fields.Many2one(related="rule_id.dimension_id")
    grade_id = fields.Many2one(
        "customer.grade",
        ondelete="cascade",
        index="btree_not_null",
        domain="[('dimension_id', '=', dimension_id)]",
        help="Only for customers with this grade; empty: whatever their grade.",
    )
    points_from = fields.Float(
        "Points from", aggregator=None, help="Only from so many points on; 0: whatever the points."
    )
    kind = fields.Selection(
        [("amount", "Amount"), ("revenue", "Times the monthly revenue")],
        "Limit",
        default="amount",
        required=True,
        help="Of the monthly revenue: the average of the last 12 months, untaxed.",
    )
    amount = fields.Monetary(aggregator=None)
    times = fields.Float(aggregator=None, default=1.0, digits=(16, 2))
    most = fields.Monetary("At most", aggregator=None, help="0: without bound.")
    payment_term_id = fields.Many2one(
        "account.payment.term",
        "Payment term",
        ondelete="restrict",
        index="btree_not_null",
        help="Empty: the payment term stays as it is.",
    )
    reads_as = fields.Char(compute="_compute_reads_as")

    @api.constrains("rule_id", "grade_id", "kind", "amount", "times", "most", "payment_term_id")
    def _check_band(self):
        for band in self:
            if problem := band._get_problem():
                raise ValidationError(
                    self.env._("Limit “%(band)s”: %(problem)s", band=band.reads_as, problem=problem)
                )

    def _get_problem(self):
        """Return what is wrong with the band, or an empty text."""
        if self.grade_id and self.grade_id.dimension_id != self.dimension_id:
            return self.env._("the grade is of another dimension.")
        if self.kind == "amount" and self.amount < 0 or self.most < 0:
            return self.env._("amounts cannot be less than 0.")
        if self.kind == "revenue" and self.times <= 0:
            return self.env._("say how many times the monthly revenue, more than 0.")
        company = self.payment_term_id.company_id
        if company and company not in self.company_id.parent_ids:
            return self.env._("the payment term is of another company.")
        return ""

    @api.depends("grade_id", "points_from", "kind", "amount", "times", "most", "payment_term_id")
    @api.depends_context("lang")
    def _compute_reads_as(self):
        for band in self:
            band.reads_as = self.env._(
                "%(who)s: %(limit)s", who=band._get_who_text(), limit=band._get_limit_text()
            )

    def _get_who_text(self):
        names = {"grade": self.grade_id.code, "points": f"{self.points_from:g}"}
        if self.grade_id and self.points_from:
            return self.env._("Grade %(grade)s from %(points)s points", **names)
        if self.grade_id:
            return self.env._("Grade %(grade)s", **names)
        if self.points_from:
            return self.env._("From %(points)s points", **names)
        return self.env._("Everybody else")

    def _get_limit_text(self):
        currency = self.currency_id or self.env.company.currency_id
        text = format_amount(self.env, self.amount, currency)
        if self.kind == "revenue":
            text = self.env._("%s times the monthly revenue", f"{self.times:g}")
            if self.most:
                most = format_amount(self.env, self.most, currency)
                text = self.env._("%(limit)s, at most %(most)s", limit=text, most=most)
        if self.payment_term_id:
            term = self.payment_term_id.name
            return self.env._("%(limit)s; %(term)s", limit=text, term=term)
        return text

    def _fits(self, figures):
        """Whether the band is for a customer with these figures."""
        result = figures.result
        if self.grade_id and result.grade_id != self.grade_id:
            return False
        if not self.points_from:
            return True
        return bool(result.policy_id.score_criterion_id) and result.score >= self.points_from

    def _get_limit(self, figures):
        """Return the limit for a customer with these figures, a whole amount."""
        limit = self.amount
        if self.kind == "revenue":
            limit = max(figures.revenue, 0.0) * self.times
            limit = min(limit, self.most) if self.most else limit
        return float_round(limit, precision_digits=0)
