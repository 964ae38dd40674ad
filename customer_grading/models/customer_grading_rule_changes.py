from odoo import fields, models

from ..tools.change_rules import TIMINGS


class CustomerGradingRule(models.Model):
    """How a grade comes into effect where it differs from the policy, and how long it holds."""

    _inherit = "customer.grading.rule"

    change_timing = fields.Selection(
        [*TIMINGS, ("within", "within days, whatever else is said")],
        string="Takes effect",
        help="Empty: as the policy says. “Within days” is for what cannot wait, such as a late "
        "payment: no month end, review or step comes before it.",
    )
    change_days = fields.Integer(
        "Days of its own",
        aggregator=None,
        help="Days that the computed grade must stand before this one takes effect.",
    )
    review_months = fields.Integer(
        "Reviewed every (months)",
        aggregator=None,
        help="Whoever has the grade keeps it until a review, so many months and their "
        "multiples after it was given; 0: it may change at any time.",
    )
    expiry_months = fields.Integer(
        "Ends after (months)",
        aggregator=None,
        help="Then the computed grade comes back, even where nobody confirmed it, or somebody "
        "refused it; 0: the grade has no end.",
    )

    _change_days_check = models.Constraint(
        "CHECK (change_days BETWEEN 0 AND 3660)", "Days are a number from 0 to 3660."
    )
    _change_months_check = models.Constraint(
        "CHECK (review_months BETWEEN 0 AND 1200 AND expiry_months BETWEEN 0 AND 1200)",
        "Months are a number from 0 to 1200.",
    )

    # ------------------------------------------------------------------ text half

    def _get_terms_sentence(self):
        """Return in sentences how the grade comes into effect where it differs; else nothing."""
        self.ensure_one()
        sentences = [
            self._get_timing_sentence(),
            self.review_months
            and self.env._(
                "%(grade)s is reviewed every %(months)s months, and holds until then.",
                grade=self.grade_id.code,
                months=self.review_months,
            ),
            self.expiry_months
            and self.env._(
                "%(grade)s ends after %(months)s months; then the computed grade comes back.",
                grade=self.grade_id.code,
                months=self.expiry_months,
            ),
        ]
        return self.env["customer.grading.measure"]._join_sentences(sentences)

    def _get_timing_sentence(self):
        if not self.change_timing:
            return ""
        names = {
            "grade": self._get_name_among_equals(),
            "days": self.change_days,
            "timing": dict(self._fields["change_timing"]._description_selection(self.env)).get(
                self.change_timing
            ),
        }
        if self.change_timing == "within":
            return self.env._(
                "%(grade)s takes effect within %(days)s days, whatever else is said.", **names
            )
        if self.change_days:
            return self.env._(
                "%(grade)s takes effect %(timing)s, once it has stood %(days)s days.", **names
            )
        return self.env._("%(grade)s takes effect %(timing)s.", **names)

    def _get_name_among_equals(self):
        """Return the grade's code, with the number of the requirement where it has several."""
        equals = self.policy_id.rule_ids.filtered(lambda rule: rule.grade_id == self.grade_id)
        if len(equals) < 2:
            return self.grade_id.code
        number = equals.ids.index(self.id) + 1 if self.id in equals.ids else len(equals)
        return self.env._(
            "%(grade)s (requirement %(number)s)", grade=self.grade_id.code, number=number
        )
