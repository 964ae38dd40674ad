from odoo import models

from ..policy.customer_grading_criterion import AVERAGES, VALUE_KINDS
from ..policy.customer_grading_measure import AGE_UNITS, NUMERIC_UNITS


class CustomerGradingCriterion(models.Model):
    _inherit = "customer.grading.criterion"

    def _get_problems(self):
        """Return what keeps the criterion from having a value, as the policy's problems."""
        return [
            self.policy_id._prepare_problem(
                self.env._("“%(criterion)s”: %(problem)s", criterion=self.name, problem=problem),
                self.env._("Open it"),
                self.action_open_dialog(),
            )
            for problem in (
                self._get_measure_problem(),
                self._get_period_problem(),
                self._get_group_problem(),
                self._get_band_problem(),
            )
            if problem
        ]

    def _may_be_unknown(self):
        """Whether there are subjects, as a rule, of whom its value is not known."""
        if self.kind in VALUE_KINDS:
            unknown = [part._may_be_unknown() for part in self.child_ids]
            return self.kind == "quotient" or all(unknown)
        if self.zero_is_unknown:
            return True
        measure = self.measure_id
        if self.kind != "measure" or measure.kind in ("filter", "filled"):
            return False
        if measure.kind in ("documents", "code"):
            return self.unit not in ("amount", "count", "quantity") or measure.empty_is == "unknown"
        return self.unit != "yes_no" or measure.kind == "question"

    def _get_measure_problem(self):
        if self.kind != "measure":
            return self._get_parts_problem()
        if not self.measure_id:
            return self.env._("choose a measure.")
        if problem := self.measure_id._get_problem():
            return problem
        if problem := self._get_choice_of_measure_problem():
            return problem
        Measure = self.env["customer.grading.measure"]
        domains = self._get_domains()
        if self.measure_id.kind == "documents":
            domains = [*domains, (self.measure_id.domain, self.measure_id.model_name)]
        for domain, model in domains:
            if problem := Measure._get_domain_problem(domain, model, tried=True):
                return problem
        return None

    def _get_parts_problem(self):
        parts = self._get_parts()
        units = parts.mapped("unit")
        if not units:
            return self.env._("say which criteria are part of it.")
        if self.kind == "quotient" and (len(units) != 2 or not NUMERIC_UNITS.issuperset(units)):
            return self.env._("give it two parts that are numbers, the first to be divided.")
        told = {(p.unit, p.unit in AGE_UNITS and p._get_age(), p.uom_id) for p in parts}
        if self.kind == "first" and (len(told) > 1 or units[0] == "choice"):
            return self.env._("give it parts that are told in the same unit, and are no choices.")
        return None

    def _get_choice_of_measure_problem(self):
        """Hook: return in words why its measure cannot serve here, or nothing."""
        if self.measure_id.kind == "question" and not self.question_id:
            return self.env._("choose the question that is asked.")
        if self.question_id.kind == "levels" and not self.question_id.choice_ids:
            return self.env._("its question has no levels to choose from.")
        if self.measure_id.kind == "grade" and not self.dimension_id:
            return self.env._("choose the dimension whose grade counts.")
        if self.measure_id.kind == "filter" and self.subject_domain in (False, "", "[]"):
            return self.env._("set the filter that shall match.")
        if self.unit == "quantity" and not self.uom_id:
            return self.env._("choose the unit in which quantities are added up.")
        return None

    def _get_band_problem(self):
        Measure = self.env["customer.grading.measure"]
        for domain, bands in self._get_band_sets().items():
            model = self.policy_id.subject_model
            if problem := Measure._get_domain_problem(domain, model, tried=True):
                return problem
            if problem := self._get_band_set_problem(bands):
                return problem
        return None

    def _get_band_set_problem(self, bands):
        if self._is_ranked() and (problem := self._get_rank_problem(bands)):
            return problem
        if self.unit == "choice":
            return self._get_choice_band_problem(bands)
        if bands and self.unit == "text":
            return self.env._("a text has no levels: take them away, or compare the text itself.")
        starts = [(band.lower, band.strict) for band in bands]
        twice = next((start for start in starts if starts.count(start) > 1), None)
        if twice:
            return self.env._("two levels start at %s: change one of them.", f"{twice[0]:g}")
        return None

    def _get_rank_problem(self, bands):
        if not self.band_ids:
            return self.env._("say who is among the first.")
        if self.unit not in NUMERIC_UNITS:
            return self.env._("only a number can be ranked.")
        if self.unit in AGE_UNITS and self.band_by in ("share", "own_share"):
            return self.env._(
                "days of different customers make no total: rank them in per cent of those ranked."
            )
        if self.rank_within == "field" and not self.rank_field:
            return self.env._("choose the field that those who are ranked together share.")
        if not self._is_group_path(self._get_rank_path()):
            return self.env._("they cannot be ranked by what they share: choose another field.")
        if self.band_by == "position":
            if any(band.lower < 1 or band.lower % 1 for band in bands):
                return self.env._("the first so many are a whole number, 1 or more.")
        elif self.band_by in AVERAGES:
            return None
        elif any(not 0 < band.lower <= 100 for band in bands):
            return self.env._("a rank lies above 0 and at most at 100 %.")
        return None

    def _get_choice_band_problem(self, bands):
        if any(not band.choice_id for band in bands):
            return self.env._("each level needs its choice.")
        if len(set(bands.mapped("choice_id"))) < len(bands):
            return self.env._("a choice stands in two levels: take one away.")
        missing = self.question_id.choice_ids.filtered(
            lambda choice: bands and choice.id not in bands.mapped("choice_id")
        )
        if missing:
            return self.env._("the answer “%s” has no level.", missing[0].name)
        return None
