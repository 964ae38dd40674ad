from odoo import fields, models

from ..tools.change_rules import TIMINGS


class CustomerGradingPolicy(models.Model):
    """How the grades that a policy computes come into effect."""

    _inherit = "customer.grading.policy"

    upgrade_timing = fields.Selection(
        TIMINGS, string="Upgrades take effect", default="now", required=True, tracking=True
    )
    upgrade_days = fields.Integer(
        "Days a better grade must stand",
        tracking=True,
        aggregator=None,
        help="So many days without a relapse; 0: none.",
    )
    downgrade_timing = fields.Selection(
        TIMINGS, string="Downgrades take effect", default="month_end", required=True, tracking=True
    )
    downgrade_days = fields.Integer(
        "Days a lower grade must stand", default=14, tracking=True, aggregator=None
    )
    grace_days = fields.Integer(
        "Days of grace",
        tracking=True,
        aggregator=None,
        help="So many days more are left to win the grade back, after a downgrade is due.",
    )
    counts_working_days = fields.Boolean(
        "Count working days",
        tracking=True,
        help="Days on which the company works, by its calendar and its public holidays.",
    )
    one_step = fields.Boolean(
        "One grade at a time",
        tracking=True,
        help="Who would move by several grades moves to the next one; the others follow, "
        "each after the days that a grade must stand.",
    )
    probation_months = fields.Integer(
        "Months of probation",
        tracking=True,
        aggregator=None,
        help="Who is graded for the first time has a provisional grade, which follows every "
        "computed one at once. Then an officer evaluates it; 0: no probation.",
    )
    window_ids = fields.One2many(
        "customer.grading.review.window", "policy_id", string="Review windows", copy=True
    )
    stop_percent = fields.Float(
        "Stop and ask above (%)",
        default=10.0,
        tracking=True,
        help="A run that would move more than this stops and asks; 0: never.",
    )
    manual_months = fields.Integer(
        "Manual grades end within (months)",
        default=12,
        tracking=True,
        aggregator=None,
        help="0: a grade set by hand may stand for ever.",
    )

    _days_check = models.Constraint(
        "CHECK (upgrade_days BETWEEN 0 AND 3660 AND downgrade_days BETWEEN 0 AND 3660"
        " AND grace_days BETWEEN 0 AND 3660)",
        "Days are a number from 0 to 3660.",
    )
    _months_check = models.Constraint(
        "CHECK (probation_months BETWEEN 0 AND 1200 AND manual_months BETWEEN 0 AND 1200)",
        "Months are a number from 0 to 1200.",
    )
    _percent_check = models.Constraint(
        "CHECK (stop_percent BETWEEN 0 AND 100)",
        "“Stop and ask” is a share: between 0 and 100 %.",
    )

    def _get_given_grades(self):
        """Return the grades that the policy gives, best first."""
        self.ensure_one()
        return self.rule_ids.grade_id.sorted(lambda grade: (grade.sequence, grade.id))

    def _get_rule_of(self, grade):
        """Return the requirement whose terms hold for who has ``grade``: the first of its own."""
        return self.rule_ids.filtered(lambda rule: rule.grade_id == grade)[:1]

    # ------------------------------------------------------------------ text half

    def _get_timing_sentences(self):
        """Return in sentences when a computed grade takes effect."""
        timings = dict(self._fields["upgrade_timing"]._description_selection(self.env))
        upgrade, downgrade = timings.get(self.upgrade_timing), timings.get(self.downgrade_timing)
        return [
            self.env._(
                "A better grade takes effect %(timing)s, once it has stood %(days)s days.",
                timing=upgrade,
                days=self.upgrade_days,
            )
            if self.upgrade_days
            else self.env._("A better grade takes effect %s.", upgrade),
            self.env._(
                "A lower grade takes effect %(timing)s, once it has stood %(days)s days.",
                timing=downgrade,
                days=self.downgrade_days,
            )
            if self.downgrade_days
            else self.env._("A lower grade takes effect %s.", downgrade),
            self.grace_days
            and self.env._(
                "From then on, %s days of grace are left to win the grade back.", self.grace_days
            ),
            self.counts_working_days and self.env._("Days are the company's working days."),
            self.one_step and self.env._("A grade changes by one step at a time."),
            self.window_ids
            and self.env._("Grades change only from %s.", self.window_ids._to_text()),
            self.probation_months
            and self.env._(
                "Who is graded for the first time is on probation for %s months: the grade is "
                "provisional, changes at once, and is then evaluated.",
                self.probation_months,
            ),
        ]
