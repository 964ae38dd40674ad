from odoo import models
from odoo.fields import Domain


class CustomerGradingRule(models.Model):
    """Says where fewer hold a grade than should."""

    _inherit = "customer.grading.rule"

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
