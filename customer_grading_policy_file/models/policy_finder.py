from ast import literal_eval
from difflib import get_close_matches

from markupsafe import Markup

from odoo.addons.customer_grading.models.policy.customer_grading_measure import OWN_GRADE
from odoo.exceptions import AccessError
from odoo.fields import Command

from ..tools.domains import get_ids, map_conditions, to_lists
from ..tools.policy_format import CRITERION, DIMENSION, GRADE, MEASURE, QUESTION
from ..tools.policy_parser import PolicyParser, shorten

# What is said of a code by which nothing goes.
UNKNOWN = {
    MEASURE: "no_measure",
    QUESTION: "no_question",
    DIMENSION: "no_dimension",
    GRADE: "no_grade",
    CRITERION: "no_criterion",
}


class NumberedRecord(ValueError):
    """A filter names a record by its number."""


class PolicyFinder:
    """Finds what a policy file names, and notes what there is not.

    Before that, what finding needs is added to the content: the models that filters are on, the
    unit and levels of criteria.
    """

    def __init__(self, env):
        self.env = env
        # What exists is looked up by its English name, archived or not.
        self.source = env(context={**env.context, "lang": "en_US", "active_test": False})
        table = env["customer.grading.policy.file"]
        languages = self.source["res.lang"].search([("code", "!=", "en_US")]).mapped("code")
        self.parser = PolicyParser(
            env._, table._get_shapes(), self.get_options, languages, table._find_addon
        )
        self.shapes, self.problems = self.parser.shapes, self.parser.problems
        self.refuse = self.parser.refuse
        # What the file may name, by its code; grades and criteria are those of the file.
        self.known = {
            MEASURE: {m.code: m for m in self.source[MEASURE].search([])},
            QUESTION: {q.code: q for q in self.source[QUESTION].search([])},
            DIMENSION: {d.code: d for d in self.env[DIMENSION].search([])},
            GRADE: {},
            CRITERION: {},
        }
        self.criteria = {}  # key -> what the file says of the criterion

    def note(self, path, message):
        """Note at ``path`` what a model says is wrong."""
        self.problems.append((shorten(path) or "-", shorten(message)))

    def get_options(self, model_name, key):
        """Return the values that a choice may have."""
        values = self.env[model_name]._fields[key.field].get_values(self.env)
        possible = dict(key.when).get(key.field, values)
        return [value for value in values if value in possible]

    def prepare(self, content, shape, path):
        """Return the values of the record that ``content`` describes; note what is not found.

        Lists that are made after their record are left out.
        """
        vals = {}
        for name, key in self.shapes[shape].items():
            where = f"{path}.{name}".strip(".")
            if name not in content or not key.field or key.kind == "list":
                continue
            if key.kind == "object":
                vals |= self.prepare(content[name], key.of, where)
                continue
            find = getattr(self, f"_find_{key.kind}", None)
            value = find(content[name], key, where, content) if find else content[name]
            vals |= value if isinstance(value, dict) else {key.field: value}
            vals |= dict(key.sets)
        return vals

    # ------------------------------------------------------------------ kinds of values

    def _find_name(self, value, key, path, content):
        return value["en"]

    def _find_note(self, value, key, path, content):
        """Replace the notes by HTML, which Odoo translates term by term."""
        get_terms = self.env["customer.grading.policy"]._fields[key.field].get_trans_terms
        for language, text in value.items():
            if isinstance(text, list):
                text = Markup().join(Markup("<p>%s</p>") % line for line in text)
            value[language] = str(text)
            if len(get_terms(value[language])) != len(get_terms(value["en"])):
                self.refuse(f"{path}.{language}", "other_parts")
        return value["en"]

    def _find_words(self, value, key, path, content):
        return key.words[0 if value else 1]

    def _find_month(self, value, key, path, content):
        return str(value)

    def _find_bounds(self, value, key, path, content):
        return {"value": value[0], "value_max": value[1]}

    def _find_lines(self, value, key, path, content):
        return [
            Command.create(
                {**self.prepare(item, key.of, f"{path}[{number - 1}]"), "sequence": number * 10}
            )
            for number, item in enumerate(value, 1)
        ]

    def _find_record(self, value, key, path, content):
        return self.find_record(key.of, value, path)

    def _find_records(self, value, key, path, content):
        found = [self.find_record(key.of, name, path) for name in value]
        return [Command.set([record_id for record_id in found if record_id])]

    def _find_code(self, value, key, path, content):
        return self.find_known(key.of, value, path).id

    def _find_codes(self, value, key, path, content):
        found = [self.find_known(key.of, code, path) for code in value]
        return [Command.set([record.id for record in found if record])]

    def _find_currency(self, value, key, path, content):
        currency = self.source["res.currency"].search([("name", "=", value)])
        if not currency:
            self.refuse(path, "no_currency", name=value)
        return currency.id

    def _find_level(self, value, key, path, content):
        said = content.get("criterion")
        levels = self.criteria.get(said, {}).get("levels", [value])
        if value not in levels:
            self.refuse_unknown(path, levels, value, "no_level", criterion=said)
        bands = self.known[CRITERION].get(said, self.env[CRITERION]).band_ids
        return bands.filtered(lambda band: band.level == value)[:1].id

    def _find_answer(self, value, key, path, content):
        if isinstance(value, bool):
            return {"operator": "yes" if value else "no"}
        if self.criteria.get(content.get("criterion"), {}).get("unit") != "choice":
            return {"operator": "is", "text_value": value}
        return {"operator": "is", "choice_id": self._find_option(value, key, path, content)}

    def _find_option(self, value, key, path, content):
        """Return the id of a choice of a question, a grade of another dimension, a record."""
        criterion = self.criteria[content["criterion"]]
        if model_name := criterion.get("choice_model"):
            return self.find_record(model_name, value, path)
        if "dimension" in criterion:
            grades = self.known[DIMENSION].get(criterion["dimension"], self.env[DIMENSION])
            options = {grade.code: grade for grade in grades.grade_ids}
            problem = {"problem": "no_other_grade"}
        elif criterion.get("measure") == OWN_GRADE:
            options, problem = self.known[GRADE], {"problem": "no_grade"}
        else:
            code = criterion.get("question")
            question = self.known[QUESTION].get(code, self.env[QUESTION])
            options = {choice.name: choice for choice in question.choice_ids}
            problem = {"problem": "no_option", "code": code}
        if value not in options:
            return self.refuse_unknown(path, options, value, **problem)
        return options[value].id

    def _find_domain(self, value, key, path, content):
        """Return a filter as text, or note what is wrong with it."""
        conditions = self._parse_domain(value, path)
        model_name = content.get(key.of)
        if conditions is None or model_name not in self.env:
            return "[]"

        def find_named(name, operator, named, target):
            if target is not None and get_ids(named):
                raise NumberedRecord(name)
            return name, operator, self._find_named(named, target, path)

        try:
            text = repr(map_conditions(conditions, self.env[model_name], find_named))
        except NumberedRecord:
            return self.refuse(path, "numbered_records") or "[]"
        except (KeyError, TypeError, ValueError):
            text = repr(conditions)  # the right words for it are found below
        try:
            problem = self.env[MEASURE]._get_domain_problem(text, model_name, tried=True)
            if not problem and not self.env.su:
                self.env[MEASURE]._check_readable(model_name, [], text)
        except AccessError as error:
            problem = error
        if problem:
            self.note(path, problem)
        return text

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
        return known.get(code, self.env[model_name])

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

    def _parse_domain(self, value, path):
        """Return a filter, written as a list or as text, as a list."""
        try:
            return to_lists(literal_eval(value) if isinstance(value, str) else value)
        except (ValueError, SyntaxError, MemoryError, RecursionError):
            return self.refuse(path, "no_filter")

    def _find_named(self, value, target, path):
        """Return the value of a condition with the ids of the records that it names."""
        if isinstance(value, list):
            return [self._find_named(item, target, path) for item in value]
        if not isinstance(value, dict):
            return value
        if target is None or value.keys() != {"record"} or not isinstance(value["record"], str):
            return self.refuse(path, "no_named_record") or False
        return self.find_record(target._name, value["record"], path) or False
