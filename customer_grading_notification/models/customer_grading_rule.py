from odoo import fields, models
from odoo.fields import Domain


class CustomerGradingRule(models.Model):
    """A grade that at least so many are to hold, and where fewer do."""

    _inherit = "customer.grading.rule"

    least_count = fields.Integer(
        "At least",
        aggregator=None,
        help="Where fewer hold the grade after a run of everybody, of those whom it is counted "
        "among and where anybody does, the policy's responsible is told; 0: however few.",
    )

    _least_check = models.Constraint(
        "CHECK (least_count >= 0)", "A grade cannot be held by less than 0. Use 0 for however few."
    )

    def _is_counted(self):
        return super()._is_counted() or bool(self.least_count)

    def _get_limit_problem(self):
        if self.limit_count and self.least_count > self.limit_count:
            return self.env._("at least so many are more than it takes at most.")
        return super()._get_limit_problem()

    def _get_count_sentences(self):
        least = [self._get_least_text()] if self.least_count else []
        return super()._get_count_sentences() + least

    def _get_least_text(self):
        return self.env._(
            "At least %(count)s are to hold %(grade)s, counted among: %(within)s. Where fewer do, "
            "the responsible is told.",
            grade=self.grade_id.code,
            count=self.least_count,
            within=self._get_limit_within_text(),
        )

    def _get_shortages(self):
        """Return a sentence for each company and group in which too few hold the grade."""
        if not self.least_count or not self._is_limit_path():
            return []
        path, field = self._get_limit_path(), self.policy_id.dimension_id._get_subject_kind().field
        groups = ["company_id", *([f"{field}.{path}"] if path else [])]
        Result = self.env["customer.grading.result"].sudo()
        counts = Result._read_group(self._get_holding_domain(), groups, ["__count"])
        if not counts and not path:  # nobody at all
            counts = [(company, 0) for company in self.policy_id._get_run_companies()]
        few = [row for row in counts if row[-1] < self.least_count]
        return [self._get_shortage_text(where, count) for *where, count in few]

    def _get_holding_domain(self):
        """Return who holds the grade: whom no requirement gives it counts for its first one."""
        alike = self.policy_id.rule_ids.filtered(lambda rule: rule.grade_id == self.grade_id)
        by_this = Domain("computed_rule_id", "=", self.id)
        if self == alike[:1]:
            by_this |= Domain("computed_rule_id", "not in", alike.ids)
        grade = Domain("grade_id", "=", self.grade_id.id)
        return Domain("policy_id", "=", self.policy_id.id) & grade & by_this

    def _get_shortage_text(self, where, count):
        places = [getattr(place, "display_name", place) or "" for place in where]
        return self.env._(
            "%(where)s: %(count)s of at least %(least)s have %(grade)s.",
            where=", ".join(filter(None, places)) or self.policy_id.name,
            count=count,
            least=self.least_count,
            grade=self.grade_id.display_name,
        )
