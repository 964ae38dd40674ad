from ast import literal_eval
from difflib import get_close_matches
from itertools import zip_longest

from odoo.exceptions import AccessError

from ..tools.domains import get_ids, map_conditions, to_lists
from ..tools.policy_format import BAND_STARTS
from ..tools.subject import SUBJECTS
from ..tools.units import QUESTION_UNITS
from .policy.customer_grading_measure import NUMERIC_UNITS

# What only a combination has, and only a criterion on a measure.
OF_COMBINATIONS = ("parts", "normalize_to", "unknown_lowers_maximum")
OF_MEASURES = (
    "question",
    "dimension",
    "roll_up",
    "filter",
    "period",
    "whole_group",
    "only",
    "with_tax",
    "unit_of_measure",
    "rank",
)


class CriteriaReader:
    """Checks the criteria and requirements of a policy file, and what they refer to."""

    # ------------------------------------------------------------------ what is named

    def refuse_unknown(self, path, message, name, known):
        """Note that nothing goes by ``name``, and what it may have meant."""
        near = get_close_matches(str(name), [str(other) for other in known], n=1)
        hint = (
            self._("Did you mean “%s”?", near[0])
            if near
            else self._("There are: %s.", ", ".join(sorted(map(str, known))) or "-")
        )
        self.refuse(path, self._("%(problem)s %(hint)s", problem=message, hint=hint))

    def find_measure(self, code, path):
        """Return the measure ``code``, one of the file included, or note that there is none."""
        if code in self.measures:
            return self.measures[code]
        self.refuse_unknown(path, self._("there is no measure “%s”.", code), code, self.measures)
        return None

    def find_record(self, model_name, name, path):
        """Return the id of the record with this external id or, failing that, this name."""
        if name.count(".") == 1 and " " not in name:
            found = self.env.ref(name, raise_if_not_found=False)
            if found and found._name == model_name:
                return found.id
        model = self.source[model_name]
        found = model.search([(model._rec_name or "display_name", "=", name)])
        found = found or model.search([("display_name", "=", name)])
        if len(found) == 1:
            return found.id
        if found:
            message = self._(
                "%(count)s records are called “%(name)s” (%(model)s). Write an external id.",
                count=len(found),
                name=name,
                model=model._description,
            )
        else:
            message = self._(
                "there is no “%(name)s” (%(model)s). Write an external id or the English name "
                "of a record that exists, or make it first.",
                name=name,
                model=model._description,
            )
        self.refuse(path, message)
        return None

    # ------------------------------------------------------------------ filters

    def check_domain(self, content, name, model_name, path):
        """Replace the filter ``name`` of ``content`` by its text, or note what is wrong."""
        if name not in content:
            return
        where = f"{path}.{name}" if path else name
        conditions = self._parse_domain(content[name], where)
        content[name] = "[]"
        if conditions is None or model_name not in self.env:
            return
        try:
            named = map_conditions(
                conditions,
                self.env[model_name],
                lambda *condition: self._find_records(where, *condition),
            )
            text = repr(named)
        except NumberedRecord:
            text = None
        except (KeyError, TypeError, ValueError):
            text = repr(conditions)  # the right words for it are found below
        if text is None:
            self.refuse(
                where,
                self._(
                    "a filter names records, because numbers differ between databases. "
                    'Write their names, such as ["category_id.name", "=", "OEM"].'
                ),
            )
        elif problem := self._get_domain_problem(text, model_name):
            self.refuse(where, str(problem))
        else:
            content[name] = text

    def _parse_domain(self, value, path):
        """Return a filter, written as a list or as text, as a list."""
        try:
            return to_lists(literal_eval(value) if isinstance(value, str) else value)
        except (ValueError, SyntaxError, MemoryError, RecursionError):
            self.refuse(
                path, self._('a filter is a list, such as [["category_id.name", "=", "OEM"]].')
            )
            return None

    def _find_records(self, where, path, operator, value, target):
        """Return a condition with the ids of the records that it names.

        :raise NumberedRecord: where it has numbers
        """
        if target is not None and get_ids(value):
            raise NumberedRecord(path)
        return path, operator, self._find_named(value, target, where)

    def _find_named(self, value, target, where):
        if isinstance(value, list):
            return [self._find_named(item, target, where) for item in value]
        if not isinstance(value, dict):
            return value
        if target is None or value.keys() != {"record"} or not isinstance(value["record"], str):
            self.refuse(
                where, self._('write {"record": "..."} with the name or external id of a record.')
            )
            return False
        return self.find_record(target._name, value["record"], where) or False

    def _get_domain_problem(self, text, model_name):
        Measure = self.env["customer.grading.measure"]
        if problem := Measure._get_domain_problem(text, model_name):
            return problem
        try:
            if not self.env.su:
                Measure._check_readable(model_name, [], text)
        except AccessError as error:
            return error
        return None

    # ------------------------------------------------------------------ criteria

    def check_criterion(self, content, path):
        """Check a criterion and its parts, and note what requirements may ask of it."""
        key = content.get("key")
        if key in self.criteria:
            self.refuse(
                f"{path}.key", self._("“%s” stands twice. Give each a key of its own.", key)
            )
        if key:
            self.criteria[key] = content
        if "combine" in content:
            self._check_combination(content, path)
        elif measure := content.get("measure") and self.find_measure(
            content["measure"], f"{path}.measure"
        ):
            self._check_measuring(content, measure, path)
        if content.get("unit"):
            self._check_bands(content, path)

    def _check_combination(self, content, path):
        self._refuse_unfit(
            content, OF_MEASURES, path, self._("a combination has none. Give it to a part.")
        )
        content["unit"] = "count" if content["combine"] == "count" else "points"
        parts = content.get("parts", [])
        if not parts:
            self.refuse(f"{path}.parts", self._("say which criteria it combines."))
        for position, part in enumerate(parts):
            self.check_criterion(part, f"{path}.parts[{position}]")

    def _refuse_unfit(self, content, names, path, message):
        for name in names:
            if name in content:
                self.refuse(f"{path}.{name}", message)

    def _check_measuring(self, content, measure, path):
        """Check that what is said fits the measure: its question, filter, period..."""
        documents = measure.base_measure_id or measure.numerator_id or measure
        fitting = {
            "question": measure.kind == "question",
            "dimension": measure.kind == "grade",
            "roll_up": measure.kind == "grade",
            "filter": measure.kind == "filter",
            "period": measure.has_period,
            "only": documents.kind == "documents",
            "with_tax": bool(documents.tax_value_field),
            "whole_group": documents.kind == "documents" and documents.subject == "partner",
            "unit_of_measure": bool(documents.uom_field),
        }
        self._refuse_unfit(
            content,
            [*OF_COMBINATIONS, *(name for name, fits in fitting.items() if not fits)],
            path,
            self._("it does not fit measure “%s”. Take it out.", content["measure"]),
        )
        for name in ("question", "dimension", "filter", "period", "unit_of_measure"):
            if fitting[name] and name not in content:
                self.refuse(
                    f"{path}.{name}",
                    self._("measure “%s” needs this key. Add it.", content["measure"]),
                )
        self._check_start(content, SUBJECTS[measure.subject].model, path)
        self.check_domain(content, "filter", SUBJECTS[measure.subject].model, path)
        self.check_domain(content, "only", documents.model_name, path)
        if fitting["unit_of_measure"] and "unit_of_measure" in content:
            content["uom_id"] = self.find_record(
                "uom.uom", content["unit_of_measure"], f"{path}.unit_of_measure"
            )
        content["unit"] = self._get_unit(content, measure, path)
        content["choice_model"] = measure._get_choice_model()
        if measure.kind == "grade":
            self._check_other_dimension(content, path)

    def _check_start(self, content, model_name, path):
        """Check that the documents of a period count since a date of the record."""
        start = content.get("period", {}).get("since")
        if not start:
            return
        field = self.env["customer.grading.measure"]._get_single_field(model_name, start)
        if not field or field.type not in ("date", "datetime"):
            self.refuse(
                f"{path}.period.since",
                self._("“%s” is no date of the record. Write a field such as create_date.", start),
            )

    def _check_other_dimension(self, content, path):
        """Find the dimension whose grade is looked at: it is there, or comes first."""
        code = content.get("dimension", "")
        dimension = self.env["customer.grading.dimension"].search([("code", "=", code)])
        if not dimension:
            self.refuse(
                f"{path}.dimension",
                self._("there is no dimension “%s”. Load or make its policy first.", code),
            )
        content["dimension_id"] = dimension.id
        if content["unit"] == "choice":
            content["choice_model"] = "customer.grade"
            content["dimension_grades"] = {g.code: g.id for g in dimension.grade_ids}

    def _get_unit(self, content, measure, path):
        if measure.kind != "question":
            return measure.unit
        code = content.get("question")
        if code and code not in self.questions:
            message = self._("there is no question “%s”, here or in the file.", code)
            self.refuse_unknown(f"{path}.question", message, code, self.questions)
        return QUESTION_UNITS.get(self.questions.get(code, {}).get("kind"))

    # ------------------------------------------------------------------ bands

    def _check_bands(self, content, path):
        """Check the bands, and note the names of the levels that they give."""
        bands = content.get("bands", [])
        question = self.questions.get(content.get("question"), {})
        levels = [band["level"]["en"] for band in bands if "level" in band]
        content["levels"] = levels if bands else question.get("choices", [])
        start = self._get_band_start(content)
        if not start:
            self._refuse_unfit(
                content, ["bands"], path, self._("a text has no bands. Take them out.")
            )
            return
        sets = {}
        for position, band in enumerate(bands):
            where = f"{path}.bands[{position}]"
            self._check_band(content, band, start, where)
            self.check_domain(band, "for", self.subject_model, where)
            sets.setdefault(band.get("for", "[]"), {})[where] = band
        for band_set in sets.values():
            self._check_band_set(band_set, start)

    def _check_band_set(self, bands, start):
        """Check the bands for the same subjects, ``{path: band}``, beside each other."""
        if start == "from":
            self._check_gaps(bands)
        seen = set()
        for path, band in bands.items():
            begin = band.get(start), band.get("strict", False)
            if begin[0] is not None and begin in seen:
                self.refuse(
                    f"{path}.{start}",
                    self._("two bands start at %s. Change or take out one of them.", begin[0]),
                )
            seen.add(begin)

    @staticmethod
    def _get_band_start(content):
        """Return the key that says where a band of this criterion begins."""
        if "rank" in content:
            return "own_percent" if content["rank"].get("by") == "own_share" else "first_percent"
        if content["unit"] == "choice":
            return "choice"
        return "from" if content["unit"] in (*NUMERIC_UNITS, "yes_no") else None

    def _check_band(self, content, band, start, path):
        if start not in band:
            self.refuse(
                f"{path}.{start}", self._("say where the band begins: this key is needed here.")
            )
        others = {*BAND_STARTS, "choice"} - {start}
        if start != "from":
            others |= {"strict", "to"}
        self._refuse_unfit(
            band, others, path, self._("it does not fit this criterion. Take it out.")
        )
        if start == "choice" and "choice" in band:
            band["choice_id"] = self._find_choice(content, band["choice"], f"{path}.choice")

    def _find_choice(self, content, name, path):
        """Return the id of a choice; of a question that is yet to be made, its name."""
        if "dimension_grades" in content:
            grades = content["dimension_grades"]
            if name not in grades:
                message = self._("the other dimension has no grade “%s”.", name)
                self.refuse_unknown(path, message, name, grades)
            return grades.get(name)
        if content.get("choice_model"):
            return self.find_record(content["choice_model"], name, path)
        question = self.questions.get(content.get("question"), {})
        if name in question.get("choices", ()):
            return name
        message = self._(
            "question “%(code)s” has no choice “%(name)s”.", code=content.get("question"), name=name
        )
        self.refuse_unknown(path, message, name, question.get("choices", ()))
        return None

    def _check_gaps(self, bands):
        """Note where a band does not end at the beginning of the next one up.

        :param bands: those for the same subjects, ``{path: band}``
        """
        begun = [(path, band) for path, band in bands.items() if "from" in band]
        ordered = sorted(begun, key=lambda item: (item[1]["from"], item[1].get("strict", False)))
        for (path, band), above in zip_longest(ordered, ordered[1:]):
            if "to" not in band:
                continue
            where = f"{path}.to"
            end, start = band["to"], above and above[1]["from"]
            if above is None:
                message = self._(
                    "nothing begins at %s, so higher values have no level. Take “to” out, or "
                    "add a band from there.",
                    end,
                )
            elif end < band["from"]:
                message = self._("the band ends below its beginning. Write %s.", start)
            elif end < start:
                message = self._(
                    "values from %(end)s to %(start)s are in no band. Write %(start)s.",
                    end=end,
                    start=start,
                )
            elif end > start:
                message = self._(
                    "values from %(start)s to %(end)s are in two bands. Write %(start)s.",
                    end=end,
                    start=start,
                )
            else:
                continue
            self.refuse(where, message)

    # ------------------------------------------------------------------ requirements

    def check_rule(self, rule, path):
        """Check a requirement: its grade, and what its conditions ask."""
        grade = rule.get("grade")
        if grade and grade not in self.grades:
            message = self._("the dimension of this file has no grade “%s”.", grade)
            self.refuse_unknown(f"{path}.grade", message, grade, self.grades)
        strongest = rule.get("limit", {}).get("by")
        if strongest and strongest not in self.criteria:
            message = self._("there is no criterion “%s” in this file.", strongest)
            self.refuse_unknown(f"{path}.limit.by", message, strongest, self.criteria)
        for line in rule.get("lines", ()):
            if line.get("kind") == "condition":
                self._check_condition(line)

    def _check_condition(self, line):
        key = line.get("criterion")
        if key and key not in self.criteria:
            message = self._("there is no criterion “%s” in this file.", key)
            self.refuse_unknown(f"{line['path']}.criterion", message, key, self.criteria)
        criterion = self.criteria.get(key, {})
        for name in ("level", "level_at_least", "level_at_most"):
            if name in line and "levels" in criterion and line[name] not in criterion["levels"]:
                message = self._(
                    "“%(criterion)s” has no level “%(level)s”.", criterion=key, level=line[name]
                )
                self.refuse_unknown(
                    f"{line['path']}.{name}", message, line[name], criterion["levels"]
                )
        if isinstance(line.get("is"), str) and criterion.get("unit") == "choice":
            line["choice_id"] = self._find_choice(criterion, line["is"], f"{line['path']}.is")


class NumberedRecord(ValueError):
    """A filter names a record by its number."""
