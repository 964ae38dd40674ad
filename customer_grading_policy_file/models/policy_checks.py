from itertools import zip_longest

from odoo.addons.customer_grading.models.policy.customer_grading_measure import AGE_UNITS
from odoo.addons.customer_grading.tools.subject import SUBJECTS
from odoo.addons.customer_grading.tools.units import COMBINATION_UNITS, QUESTION_UNITS
from odoo.exceptions import UserError

from ..tools.policy_format import BAND_STARTS, MEASURE, QUESTION
from .policy_exporter import (
    OF_COMBINATIONS,
    OF_MEASURES,
    STRICT_STARTS,
    PolicyExporter,
    get_band_start,
)
from .policy_finder import PolicyFinder

# What may differ between two definitions of one measure.
LABELS = ("code", "name", "description", "category", "groups")


class PolicyChecks(PolicyFinder):
    """Notes what is wrong with a policy file beyond its form and what it names."""

    def _refuse_twice(self, items, name, path):
        """Note items that share the ``name`` by which others refer to them."""
        seen = set()
        for position, item in enumerate(items):
            value = item.get(name)
            if value is not None and value in seen:
                self.refuse(f"{path}[{position}].{name}", "stands_twice", name=value)
            seen.add(value)

    def _refuse_unfit(self, content, names, path, problem, **values):
        for name in [name for name in content if name in names]:
            self.refuse(f"{path}.{name}", problem, **values)

    # ------------------------------------------------------------------ what may exist already

    def _check_dimension(self, content, dimension):
        code = content.get("code")
        if code and not dimension and not content.get("name"):
            self.refuse("dimension.name", "dimension_unnamed", code=code)
        for name in ("company_scope", "lead_types") if dimension else ():
            if dimension[name] != content.get(name, self.shapes["dimension"][name].default):
                names = {"code": code, "scope": dimension[name]}
                self.refuse(f"dimension.{name}", "dimension_differs", **names)
        grades = content.get("grades", ())
        self._refuse_twice(grades, "code", "dimension.grades")
        order = dimension.grade_ids.sorted().mapped("code")
        ranks = [order.index(g["code"]) for g in grades if g.get("code") in order]
        if ranks != sorted(ranks):
            names = {"dimension": code, "order": ", ".join(order)}
            self.refuse("dimension.grades", "grades_in_other_order", **names)

    def _check_question(self, content, path):
        choices = [c["name"]["en"] for c in content.get("choices", ()) if c.get("name")]
        of_levels = content.get("kind") == "levels"
        if len(set(choices)) < len(choices):
            self.refuse(f"{path}.choices", "choices_alike")
        if of_levels != bool(choices):
            self.refuse(f"{path}.choices", "choices_needed" if of_levels else "choices_needless")
        if ("groups" in content) != (content.get("asked_of") == "group"):
            self.refuse(f"{path}.groups", "groups_misplaced")
        code = content.get("code")
        if not (found := self.known[QUESTION].get(code)):
            return
        if found.subject != content.get("subject", "partner"):
            names = {"code": code, "subject": found.subject}
            self.refuse(f"{path}.subject", "question_of_others", **names)
        known = found.choice_ids.mapped("name")
        if found.kind != content.get("kind") or not set(choices) <= set(known):
            names = {"code": code, "kind": found.kind, "choices": ", ".join(known) or "-"}
            self.refuse(path, "question_differs", **names)

    def _check_same_measure(self, content, existing, path):
        """Note where the file defines a measure that exists in another way."""
        known = PolicyExporter(self.env, self.shapes).export(existing.with_env(self.env), "measure")
        for name, key in self.shapes["measure"].items():
            said = content.get(name, key.default)
            if key.kind == "domain":
                said = self._parse_domain(said, f"{path}.{name}")
            if name not in LABELS and known.get(name, key.default) != said:
                self.refuse(f"{path}.{name}", "measure_differs", code=content["code"])

    def _check_new_measure(self, measure, path):
        try:
            problem = measure._get_problem()
            if not problem:
                measure._check_author_may_read()
        except UserError as error:
            problem = error
        if problem:
            self.note(path, problem)

    # ------------------------------------------------------------------ criteria

    def _check_criterion(self, content, path):
        """Check that what is said fits, and note what requirements may ask of the criterion."""
        if content.get("key") in self.criteria:
            self.refuse(f"{path}.key", "key_stands_twice", key=content["key"])
        if "combine" in content:
            self._refuse_unfit(content, OF_MEASURES - {"measure"}, path, "unfit_of_combination")
            content["unit"] = COMBINATION_UNITS.get(content["combine"], "points")
            if not content.get("parts"):
                self.refuse(f"{path}.parts", "combines_nothing")
        elif measure := self.known[MEASURE].get(content.get("measure")):
            self._check_measuring(content, measure, path)

    def _check_measuring(self, content, measure, path):
        """Check that what is said fits the measure: its question, filter, period..."""
        code = content["measure"]
        unfit = (OF_MEASURES | OF_COMBINATIONS) - {"measure"} - measure._get_criterion_keys()
        self._refuse_unfit(content, unfit, path, "unfit_of_measure", measure=code)
        for name in self.shapes["criterion"]:
            if name in measure._get_needed_keys() and name not in content:
                self.refuse(f"{path}.{name}", "needed_by_measure", measure=code)
        documents = measure.base_measure_id or measure.numerator_id or measure
        content |= {
            "subject_model": SUBJECTS[measure.subject].model,
            "model_name": documents.model_name,
            "choice_model": measure._get_choice_model(),
            "unit": measure.unit,
        }
        if measure.kind == "question":
            question = self.known[QUESTION].get(content.get("question"))
            content["unit"] = question and QUESTION_UNITS.get(question.kind)
            if question and question.kind != "date":
                self._refuse_unfit(content, {"counted_in", "counted"}, path, "no_age", measure=code)
        if content["unit"] in AGE_UNITS:
            content["unit"] = content.get("counted_in", content["unit"])
        if start := content.get("period", {}).get("since"):
            field = measure._get_single_field(content["subject_model"], start)
            if not field or field.type not in ("date", "datetime"):
                self.refuse(f"{path}.period.since", "no_date", field=start)

    # ------------------------------------------------------------------ bands

    def _check_bands(self, content, domains, path):
        """Check the bands, each with the domain that it is for."""
        bands = content.get("bands", ())
        start = get_band_start(content["unit"], content.get("rank", {}).get("by", "value"))
        if not start:
            return self._refuse_unfit(content, ["bands"], path, "text_without_bands")
        others = {*BAND_STARTS, "strict", "to"} - {start}
        if start in STRICT_STARTS:
            others -= {"strict", "to" if start == "from" else "strict"}
        sets = {}
        for position, (band, domain) in enumerate(zip(bands, domains, strict=True)):
            where = f"{path}.bands[{position}]"
            if start not in band:
                self.refuse(f"{where}.{start}", "band_without_start")
            self._refuse_unfit(band, others, where, "unfit_of_criterion")
            sets.setdefault(domain, {})[where] = band
        for band_set in sets.values():
            self._check_band_set(band_set, start)
        return None

    def _check_band_set(self, bands, start):
        """Check the bands for the same subjects, ``{path: band}``, beside each other."""
        begun = [(path, band) for path, band in bands.items() if start in band]
        begins = [(band[start], band.get("strict", False)) for _path, band in begun]
        for position, ((path, band), begin) in enumerate(zip(begun, begins, strict=True)):
            if begin in begins[:position]:
                self.refuse(f"{path}.{start}", "bands_start_alike", start=band[start])
        if start != "from":
            return
        begun.sort(key=lambda item: (item[1]["from"], item[1].get("strict", False)))
        for (path, band), above in zip_longest(begun, begun[1:]):
            above = above[1]["from"] if above else None
            if "to" in band and (problem := self._get_gap(band["from"], band["to"], above)):
                self.refuse(f"{path}.to", problem, end=band["to"], start=above)

    @staticmethod
    def _get_gap(begin, end, start):
        """Return what is wrong with a band's end, where the next one up begins at ``start``."""
        if start is None:
            return "nothing_above"
        if end < begin:
            return "band_reversed"
        return "gap" if end < start else "overlap" if end > start else None
