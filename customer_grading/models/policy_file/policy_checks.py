from ast import literal_eval
from difflib import get_close_matches
from itertools import zip_longest

from markupsafe import Markup

from odoo.exceptions import AccessError, UserError
from odoo.fields import Command

from ...tools.domains import get_ids, map_conditions, to_lists
from ...tools.policy_format import BAND_STARTS, DIMENSION, GRADE, MEASURE, QUESTION
from ...tools.subject import SUBJECTS
from ...tools.units import QUESTION_UNITS
from .policy_exporter import OF_COMBINATIONS, OF_MEASURES, PolicyExporter, get_band_start

# What is said of a code by which nothing goes.
UNKNOWN = {
    MEASURE: "no_measure",
    QUESTION: "no_question",
    DIMENSION: "no_dimension",
    GRADE: "no_grade",
}
# What may differ between two definitions of one measure.
LABELS = ("code", "name", "description", "category", "groups")


class NumberedRecord(ValueError):
    """A filter names a record by its number."""


class PolicyChecks:
    """Finds what a policy file names, and notes what is wrong.

    Checking adds to the content what finding needs: the models that filters are on, the unit
    and levels of criteria.
    """

    def __init__(self, env):
        self.env = env
        # What exists is looked up by its English name, archived or not.
        self.source = env(context={**env.context, "lang": "en_US", "active_test": False})
        self.dimension = self.env[DIMENSION]
        # What the file may name, by code; what is new stands as an unsaved record. Grades:
        # those of the file; a new one is nothing.
        self.known = {
            MEASURE: {m.code: m for m in self.source[MEASURE].search([])},
            QUESTION: {q.code: q for q in self.source[QUESTION].search([])},
            DIMENSION: {d.code: d for d in self.env[DIMENSION].search([])},
            GRADE: {},
        }
        self.criteria = {}  # key -> what the file says of the criterion
        self.made = {}  # key -> criterion made of it, its path

    def check(self, content):
        """Note what is wrong with a whole file, beyond its form."""
        self._check_note(content.get("note", {}))
        self._check_dimension(content.get("dimension", {}))
        self._check_questions(content.get("questions", ()))
        self._check_measures(content.get("measures", ()))
        subject = SUBJECTS[content.get("dimension", {}).get("subject", "partner")]
        content["subject_model"] = self.subject_model = subject.model
        for position, criterion in enumerate(content.get("criteria", ())):
            self._check_criterion(criterion, f"criteria[{position}]")
        for position, rule in enumerate(content.get("rules", ())):
            self.prepare(rule, "rule", f"rules[{position}]")
            for line in rule.get("lines", ()):
                if line.get("kind") == "condition":
                    self.prepare(line, "condition", line["path"])
        self.prepare(content, "policy", "", deep=True)

    # ------------------------------------------------------------------ values of any record

    def prepare(self, content, shape, path, deep=False):
        """Return the values of the record that ``content`` describes; note what is not found.

        :param deep: whether to look at lists too, which are made after the record
        """
        vals = {}
        for name, key in self.shapes[shape].items():
            where = f"{path}.{name}".strip(".")
            if name not in content or not key.field:
                continue
            if key.kind == "object":
                vals |= self.prepare(content[name], key.of, where, deep)
            elif key.kind == "list":
                for position, item in enumerate(content[name] if deep else ()):
                    self.prepare(item, key.of, f"{where}[{position}]", deep)
            else:
                find = getattr(self, f"_find_{key.kind}", None)
                value = find(content, name, key, where) if find else content[name]
                vals |= value if isinstance(value, dict) else {key.field: value}
                vals |= dict(key.sets)
        return vals

    def _find_name(self, content, name, key, path):
        return content[name]["en"]

    _find_note = _find_name

    def _find_words(self, content, name, key, path):
        return key.words[content[name]]

    def _find_month(self, content, name, key, path):
        return str(content[name])

    def _find_bounds(self, content, name, key, path):
        return dict(zip(("value", "value_max"), content[name], strict=True))

    def _find_lines(self, content, name, key, path):
        return [
            Command.create(
                {**self.prepare(item, key.of, f"{path}[{number - 1}]"), "sequence": number * 10}
            )
            for number, item in enumerate(content[name], 1)
        ]

    def _find_record(self, content, name, key, path):
        return self.find_record(key.of, content[name], path)

    def _find_records(self, content, name, key, path):
        found = [self.find_record(key.of, record, path) for record in content[name]]
        return [Command.set([record_id for record_id in found if record_id])]

    def _find_code(self, content, name, key, path):
        return self.find_known(key.of, content[name], path).id

    def _find_codes(self, content, name, key, path):
        found = [self.find_known(key.of, code, path) for code in content[name]]
        return [Command.set([record.id for record in found if record])]

    def _find_grade(self, content, name, key, path):
        return self.find_known(GRADE, content[name], path).id

    def _find_currency(self, content, name, key, path):
        currency = self.source["res.currency"].search([("name", "=", content[name])])
        if not currency:
            self.refuse(path, "no_currency", name=content[name])
        return currency.id

    def _find_criterion(self, content, name, key, path):
        if content[name] not in self.criteria:
            self.refuse_unknown(path, self.criteria, content[name], "no_criterion")
        return self.made[content[name]][0].id if content[name] in self.made else False

    def _find_level(self, content, name, key, path):
        said, level = content.get("criterion"), content[name]
        levels = self.criteria.get(said, {}).get("levels", [level])
        if level not in levels:
            self.refuse_unknown(path, levels, level, "no_level", criterion=said)
        if said not in self.made:
            return False
        return self.made[said][0].band_ids.filtered(lambda band: band.level == level)[:1].id

    def _find_answer(self, content, name, key, path):
        said = content[name]
        if isinstance(said, bool):
            return {"operator": "yes" if said else "no"}
        if self.criteria.get(content.get("criterion"), {}).get("unit") != "choice":
            return {"operator": "is", "text_value": said}
        return {"operator": "is", "choice_id": self._find_option(content, name, key, path)}

    def _find_option(self, content, name, key, path):
        """Return the id of a choice of a question, a grade of another dimension, a record."""
        criterion, said = self.criteria[content["criterion"]], content[name]
        if model_name := criterion.get("choice_model"):
            return self.find_record(model_name, said, path)
        if "dimension" in criterion:
            grades = self.known[DIMENSION].get(criterion["dimension"], self.env[DIMENSION])
            options = {grade.code: grade for grade in grades.grade_ids}
            problem = {"problem": "no_other_grade"}
        else:
            code = criterion.get("question")
            question = self.known[QUESTION].get(code, self.env[QUESTION])
            options = {choice.name: choice for choice in question.choice_ids}
            problem = {"problem": "no_option", "code": code}
        if said not in options:
            return self.refuse_unknown(path, options, said, **problem)
        return options[said].id

    # ------------------------------------------------------------------ what is named

    def refuse_unknown(self, path, known, name, problem, **values):
        """Note that nothing goes by ``name``, and what it may have meant."""
        text = self.parser.get_text(problem, name=name, **values)
        if near := get_close_matches(str(name), [str(other) for other in known], n=1):
            return self.refuse(path, "did_you_mean", message=text, name=near[0])
        names = ", ".join(sorted(map(str, known))) or "-"
        return self.refuse(path, "there_are", message=text, names=names)

    def find_known(self, model_name, code, path):
        """Return the record of a code, one of the file included, or note that there is none."""
        known = self.known[model_name]
        if code not in known:
            self.refuse_unknown(path, known, code, UNKNOWN[model_name])
        return known.get(code) or self.env[model_name]

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
        problem = "several_records" if found else "no_record"
        names = {"count": len(found), "name": name, "model": model._description}
        return self.refuse(path, problem, **names)

    # ------------------------------------------------------------------ filters

    def _find_domain(self, content, name, key, path):
        """Return a filter as text, or note what is wrong with it."""
        conditions = self._parse_domain(content[name], path)
        model_name = content.get(key.of)
        if conditions is None or model_name not in self.env:
            return "[]"
        try:
            named = map_conditions(
                conditions,
                self.env[model_name],
                lambda *condition: self._find_named_records(path, *condition),
            )
            text = repr(named)
        except NumberedRecord:
            return self.refuse(path, "numbered_records") or "[]"
        except (KeyError, TypeError, ValueError):
            text = repr(conditions)  # the right words for it are found below
        if problem := self._get_domain_problem(text, model_name):
            self.note(path, problem)
        return text

    def _parse_domain(self, value, path):
        """Return a filter, written as a list or as text, as a list."""
        try:
            return to_lists(literal_eval(value) if isinstance(value, str) else value)
        except (ValueError, SyntaxError, MemoryError, RecursionError):
            return self.refuse(path, "no_filter")

    def _find_named_records(self, where, path, operator, value, target):
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
            return self.refuse(where, "no_named_record") or False
        return self.find_record(target._name, value["record"], where) or False

    def _get_domain_problem(self, text, model_name):
        Measure = self.env[MEASURE]
        if problem := Measure._get_domain_problem(text, model_name):
            return problem
        try:
            if not self.env.su:
                Measure._check_readable(model_name, [], text)
        except AccessError as error:
            return error
        return None

    # ------------------------------------------------------------------ note and dimension

    def _check_note(self, note):
        """Replace the notes by HTML; Odoo translates them term by term."""
        get_terms = self.env["customer.grading.policy"]._fields["note"].get_trans_terms
        for language, text in note.items():
            if isinstance(text, list):
                text = Markup().join(Markup("<p>%s</p>") % line for line in text)
            note[language] = str(text)
            if len(get_terms(note[language])) != len(get_terms(note["en"])):
                self.refuse(f"note.{language}", "other_parts")

    def _refuse_twice(self, items, name, path):
        """Note items that share the ``name`` by which others refer to them."""
        seen = set()
        for position, item in enumerate(items):
            value = item.get(name)
            if value is not None and value in seen:
                self.refuse(f"{path}[{position}].{name}", "stands_twice", name=value)
            seen.add(value)

    def _check_dimension(self, content):
        code = content.get("code")
        self.dimension = self.source[DIMENSION].search([("code", "=", code)])
        if code and not self.dimension and not content.get("name"):
            self.refuse("dimension.name", "dimension_unnamed", code=code)
        scope = self.dimension.company_scope
        if scope and scope != content.get("company_scope", "company"):
            self.refuse("dimension.company_scope", "dimension_differs", code=code, scope=scope)
        self.prepare(content, "dimension", "dimension")
        self._check_grades(content.get("grades", ()))

    def _check_grades(self, grades):
        self._refuse_twice(grades, "code", "dimension.grades")
        existing = {grade.code: grade for grade in self.dimension.grade_ids.sorted()}
        codes = [grade["code"] for grade in grades if grade.get("code")]
        self.known[GRADE] = {code: existing.get(code) for code in codes}
        order = list(existing)
        ranks = [order.index(code) for code in self.known[GRADE] if code in existing]
        if ranks != sorted(ranks):
            names = {"dimension": self.dimension.code, "order": ", ".join(order)}
            self.refuse("dimension.grades", "grades_in_other_order", **names)

    # ------------------------------------------------------------------ questions

    def _check_questions(self, questions):
        self._refuse_twice(questions, "code", "questions")
        for position, content in enumerate(questions):
            path = f"questions[{position}]"
            choices = [c["name"]["en"] for c in content.get("choices", ()) if c.get("name")]
            self._check_choices(content, choices, path)
            code = content.get("code")
            if code in self.known[QUESTION]:
                self._check_same_question(content, choices, self.known[QUESTION][code], path)
            elif code:
                self.known[QUESTION][code] = self._get_new_question(content, choices)
        for position, content in enumerate(questions):
            path = f"questions[{position}]"
            self.prepare(content, "question", path)
            if ("groups" in content) != (content.get("asked_of") == "group"):
                self.refuse(f"{path}.groups", "groups_misplaced")

    def _get_new_question(self, content, choices):
        """Return the question as an unsaved record: what may be asked of its answers."""
        vals = {name: content[name] for name in ("code", "kind", "subject") if name in content}
        vals["choice_ids"] = [Command.create({"name": name}) for name in choices]
        return self.source[QUESTION].new(vals)

    def _check_choices(self, content, choices, path):
        of_levels = content.get("kind") == "levels"
        if len(set(choices)) < len(choices):
            self.refuse(f"{path}.choices", "choices_alike")
        if of_levels and not choices:
            self.refuse(f"{path}.choices", "choices_needed")
        if choices and not of_levels:
            self.refuse(f"{path}.choices", "choices_needless")

    def _check_same_question(self, content, choices, found, path):
        code, subject, kind = found.code, found.subject, found.kind
        if subject != content.get("subject", "partner"):
            self.refuse(f"{path}.subject", "question_of_others", code=code, subject=subject)
        known = found.choice_ids.mapped("name")
        if kind != content.get("kind") or not set(choices) <= set(known):
            names = {"code": code, "kind": kind, "choices": ", ".join(known) or "-"}
            self.refuse(path, "question_differs", **names)

    # ------------------------------------------------------------------ measures

    def _check_measures(self, measures):
        self._refuse_twice(measures, "code", "measures")
        for position, content in enumerate(measures):
            path = f"measures[{position}]"
            if existing := self.known[MEASURE].get(content.get("code")):
                self._check_same_measure(content, existing, path)
            elif content.keys() >= {"code", "name", "kind", "unit"}:
                self._check_new_measure(content, path)

    def _check_same_measure(self, content, existing, path):
        """Note where the file defines a measure that exists in another way."""
        known = PolicyExporter(self.env).export(existing.with_env(self.env), "measure")
        for name, key in self.shapes["measure"].items():
            said = content.get(name, key.default)
            if key.kind == "domain":
                said = self._parse_domain(said, f"{path}.{name}")
            if name not in LABELS and known.get(name, key.default) != said:
                self.refuse(f"{path}.{name}", "measure_differs", code=content["code"])

    def _check_new_measure(self, content, path):
        before = len(self.parser.problems)
        vals = self.prepare(content, "measure", path)
        if len(self.parser.problems) > before:
            return
        measure = self.env[MEASURE].new(vals)
        try:
            problem = measure._get_problem()
            if not problem:
                measure._check_author_may_read()
        except UserError as error:
            problem = error
        if problem:
            self.note(path, problem)
        self.known[MEASURE][content["code"]] = measure

    # ------------------------------------------------------------------ criteria

    def _check_criterion(self, content, path):
        """Check a criterion and its parts, and note what requirements may ask of it."""
        key = content.get("key")
        if key in self.criteria:
            self.refuse(f"{path}.key", "key_stands_twice", key=key)
        if key:
            self.criteria[key] = content
        measure = self.known[MEASURE].get(content.get("measure"))
        if "combine" in content:
            self._check_combination(content, path)
        elif measure:
            self._check_measuring(content, measure, path)
        bands = content.get("bands", ())
        for band in bands:
            band |= {"criterion": key, "subject_model": self.subject_model}
        named = {**content, "bands": ()} if "unit" not in content or not key else content
        vals = self.prepare(named, "criterion", path)
        if content.get("unit"):
            domains = [
                command[2].get("subject_domain", "[]") for command in vals.get("band_ids", ())
            ]
            self._check_bands(content, domains, path)

    def _check_combination(self, content, path):
        self._refuse_unfit(content, OF_MEASURES - {"measure"}, path, "unfit_of_combination")
        content["unit"] = "count" if content["combine"] == "count" else "points"
        if not content.get("parts"):
            self.refuse(f"{path}.parts", "combines_nothing")
        for position, part in enumerate(content.get("parts", ())):
            self._check_criterion(part, f"{path}.parts[{position}]")

    def _refuse_unfit(self, content, names, path, problem, **values):
        for name in [name for name in content if name in names]:
            self.refuse(f"{path}.{name}", problem, **values)

    def _check_measuring(self, content, measure, path):
        """Check that what is said fits the measure: its question, filter, period..."""
        code = content["measure"]
        unfit = (OF_MEASURES | OF_COMBINATIONS) - {"measure"} - measure._get_criterion_keys()
        self._refuse_unfit(content, unfit, path, "unfit_of_measure", measure=code)
        for name in self.shapes["criterion"]:
            if name in measure._get_needed_keys() and name not in content:
                self.refuse(f"{path}.{name}", "needed_by_measure", measure=code)
        content["subject_model"] = SUBJECTS[measure.subject].model
        documents = measure.base_measure_id or measure.numerator_id or measure
        content["model_name"] = documents.model_name
        content["choice_model"] = measure._get_choice_model()
        content["unit"] = measure.unit
        if measure.kind == "question":
            question = self.known[QUESTION].get(content.get("question"))
            content["unit"] = question and QUESTION_UNITS.get(question.kind)
        self._check_start(content, path)

    def _check_start(self, content, path):
        """Check that the documents of a period count since a date of the record."""
        start = content.get("period", {}).get("since")
        if not start:
            return
        field = self.env[MEASURE]._get_single_field(content["subject_model"], start)
        if not field or field.type not in ("date", "datetime"):
            self.refuse(f"{path}.period.since", "no_date", field=start)

    # ------------------------------------------------------------------ bands

    def _check_bands(self, content, domains, path):
        """Check the bands, and note the names of the levels that they give."""
        bands = content.get("bands", ())
        question = self.known[QUESTION].get(content.get("question"), self.env[QUESTION])
        levels = [band["level"]["en"] for band in bands if "level" in band]
        content["levels"] = levels if bands else question.choice_ids.mapped("name")
        start = get_band_start(content["unit"], content.get("rank", {}).get("by", "value"))
        if not start:
            return self._refuse_unfit(content, ["bands"], path, "text_without_bands")
        sets = {}
        for position, (band, domain) in enumerate(zip(bands, domains, strict=True)):
            where = f"{path}.bands[{position}]"
            self._check_band(band, start, where)
            sets.setdefault(domain, {})[where] = band
        for band_set in sets.values():
            self._check_band_set(band_set, start)
        return None

    def _check_band(self, band, start, path):
        if start not in band:
            self.refuse(f"{path}.{start}", "band_without_start")
        others = {*BAND_STARTS, "strict", "to"} - {start}
        if start == "from":
            others -= {"strict", "to"}
        self._refuse_unfit(band, others, path, "unfit_of_criterion")

    def _check_band_set(self, bands, start):
        """Check the bands for the same subjects, ``{path: band}``, beside each other."""
        if start == "from":
            self._check_gaps(bands)
        seen = set()
        for path, band in bands.items():
            begin = band.get(start), band.get("strict", False)
            if begin[0] is not None and begin in seen:
                self.refuse(f"{path}.{start}", "bands_start_alike", start=begin[0])
            seen.add(begin)

    def _check_gaps(self, bands):
        """Note where a band does not end at the beginning of the next one up.

        :param bands: those for the same subjects, ``{path: band}``
        """
        begun = [(path, band) for path, band in bands.items() if "from" in band]
        ordered = sorted(begun, key=lambda item: (item[1]["from"], item[1].get("strict", False)))
        for (path, band), above in zip_longest(ordered, ordered[1:]):
            start = above[1]["from"] if above else None
            if "to" in band and (problem := self._get_gap(band["from"], band["to"], start)):
                self.refuse(f"{path}.to", problem, end=band["to"], start=start)

    @staticmethod
    def _get_gap(begin, end, start):
        """Return what is wrong with a band's end, where the next one up begins at ``start``."""
        if start is None:
            return "nothing_above"
        if end < begin:
            return "band_reversed"
        return "gap" if end < start else "overlap" if end > start else None
