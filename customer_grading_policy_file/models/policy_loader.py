from contextlib import contextmanager, suppress

from odoo.addons.customer_grading.tools.subject import SUBJECTS
from odoo.exceptions import UserError, ValidationError
from odoo.fields import Command

from ..tools.policy_format import CRITERION, DIMENSION, GRADE, MEASURE, QUESTION
from ..tools.policy_parser import TOLD_PROBLEMS
from .policy_checks import PolicyChecks
from .policy_exporter import PolicyExporter


class PolicyLoader(PolicyChecks):
    """Makes the draft policy of one file for its author, or says all that is wrong with it.

    The file is gone through once. As long as nothing is wrong, records are made of what it
    says; from then on unsaved ones stand for them, and in the end all is undone. Names are
    written in English, and in the other languages of the file that are active.
    """

    def __init__(self, env, file_name):
        super().__init__(env)
        self.file_name = file_name
        self.active_languages = {code for code, _name in env["res.lang"].get_installed()}
        self.writer = env(context={**env.context, "lang": "en_US"})
        self.sequence = 0

    def load(self, text):
        """Return the draft policy that ``text`` describes.

        :raise ValidationError: naming everything that is wrong; nothing is written then
        """
        data = self.parser.parse(text)
        if data is None:
            self._raise_problems()
        with self.env.cr.savepoint():
            content = self.parser.read_object(data, "policy")
            policy = self._make_policy(content).with_env(self.env)
            if not self.problems:
                self._note_problems(policy, content)
            self._raise_problems()
            policy.file_form = {"said": data}
            with suppress(UserError):  # a record goes by a name that it shares: what is made stays
                exporter = PolicyExporter(self.env, self.shapes)
                made = exporter.export_policy(policy, data)
                policy.file_form = {"said": data, "made": made}
        return policy

    def _raise_problems(self):
        if self.problems:
            lines = [
                self.env._("%(path)s: %(problem)s", path=path, problem=problem)
                for path, problem in self.problems[:TOLD_PROBLEMS]
            ]
            if more := len(self.problems) - len(lines):
                lines.append(self.env._("... and %s more", more))
            raise ValidationError(
                self.env._("“%s” cannot be loaded:", self.file_name)
                + "".join(f"\n• {line}" for line in lines)
            )

    @contextmanager
    def _noting(self, path):
        """Note what a model says is wrong with what is made of ``path``."""
        try:
            yield
        except UserError as error:
            self.note(path, error)
            self.env.cr.clear()  # what was begun is undone in the end

    # ------------------------------------------------------------------ any record

    def _make(self, shape, content, path, vals):
        """Return the record with the values prepared of an object of the file, and its lists."""
        model, record = self.writer[self.shapes[shape].model], None
        if not self.problems:
            with self._noting(path):
                record = model.create(vals)
                self._translate(record, content, shape)
        if self.problems:
            record = model.new(vals)
        self._make_lists(record, content, shape, path)
        return record

    def _make_lists(self, record, content, shape, path):
        for name, key in self.shapes[shape].items():
            where = f"{path}.{name}".strip(".")
            if not key.field or name not in content:
                continue
            if key.kind == "object":
                self._make_lists(record, content[name], key.of, where)
            elif key.kind == "list":
                link = {record._fields[key.field].inverse_name: record.id}
                for position, item in enumerate(content[name]):
                    self._make_item(key.of, item, f"{where}[{position}]", link)

    def _make_item(self, shape, content, path, link):
        return self._make(shape, content, path, self.prepare(content, shape, path) | link)

    def _translate(self, record, content, shape):
        """Write texts in the other languages of the file that are active."""
        for name, key in self.shapes[shape].items():
            said = content.get(name)
            if said is None or not key.field:
                continue
            if key.kind in ("name", "note"):
                self._translate_text(record, key, said)
            elif key.kind == "object":
                self._translate(record, said, key.of)
            elif key.kind == "lines":
                for line, item in zip(record[key.field].sorted("id"), said, strict=True):
                    self._translate(line, item, key.of)

    def _translate_text(self, record, key, said):
        languages = self.active_languages & said.keys() - {"en_US"}
        texts = {language: said[language] for language in languages}
        if key.kind == "note":  # which Odoo keeps term by term
            get_terms = record._fields[key.field].get_trans_terms
            source = get_terms(record[key.field] or "")
            texts = {
                language: dict(zip(source, get_terms(text), strict=True))
                for language, text in texts.items()
            }
        if texts:
            record.update_field_translations(key.field, texts)

    def _bring_back(self, record, path):
        if not record.active and not self.problems:
            with self._noting(path):
                record.active = True

    # ------------------------------------------------------------------ what is shared

    def _make_policy(self, content):
        dimension = self._make_dimension(content.get("dimension", {}))
        self._make_questions(content.get("questions", ()))
        self._make_measures(content.get("measures", ()))
        subject = content.get("dimension", {}).get("subject", "partner")
        content["subject_model"] = self.subject_model = SUBJECTS[subject].model
        policy = self._make_item("policy", content, "", {"dimension_id": dimension.id})
        for position, criterion in enumerate(content.get("criteria", ())):
            self._make_criterion(criterion, f"criteria[{position}]", policy)
        for position, rule in enumerate(content.get("rules", ())):
            self._make_rule(rule, f"rules[{position}]", policy, (position + 1) * 10)
        return policy

    def _make_dimension(self, content):
        """Return the dimension with all grades of the file, made where there are none."""
        dimension = self.source[DIMENSION].search([("code", "=", content.get("code"))])
        self._check_dimension(content, dimension)
        vals = self.prepare(content, "dimension", "dimension")
        if dimension:
            dimension = dimension.with_env(self.writer)
            self._bring_back(dimension, "dimension")
        else:
            dimension = self._make("dimension", content, "dimension", vals)
        self._make_grades(dimension, content.get("grades", ()))
        return dimension

    def _make_grades(self, dimension, grades):
        """Find the grades, make those that are new, each before the next one it precedes."""
        order = list(dimension.with_context(active_test=False).grade_ids.sorted())
        existing = {grade.code: grade for grade in order}
        at = len(order)
        for position, content in reversed(list(enumerate(grades))):
            path, code = f"dimension.grades[{position}]", content.get("code")
            if grade := existing.get(code):
                at = order.index(grade)
                self._bring_back(grade, path)
                self._make_lists(grade, self._get_lacking(grade, content), "grade", path)
            else:
                grade = self._make_item("grade", content, path, {"dimension_id": dimension.id})
                order.insert(at, grade)
            if code:
                self.known[GRADE][code] = grade
        if len(order) > len(existing) and not self.problems:
            for position, grade in enumerate(order, 1):
                grade.sequence = position * 10

    def _get_lacking(self, grade, content):
        """Return the lists of a file that a grade which exists has nothing of: what it has stays."""
        keys = self.shapes["grade"]
        return {
            name: said
            for name, said in content.items()
            if name in keys and keys[name].kind == "list" and keys[name].field
            if not grade[keys[name].field]
        }

    def _make_questions(self, questions):
        """Make those that are new; the questions that they name may stand behind them."""
        self._refuse_twice(questions, "code", "questions")
        new = set()
        # By these a question names others, wherever they stand.
        naming = {name for name, key in self.shapes["question"].items() if key.kind == "codes"}
        for position, content in enumerate(questions):
            path, code = f"questions[{position}]", content.get("code")
            self._check_question(content, path)
            own = {name: value for name, value in content.items() if name not in naming}
            vals = self.prepare(own, "question", path)
            if question := self.known[QUESTION].get(code):
                self._bring_back(question, path)
            elif code:
                question = self._make("question", own, path, vals)
                self.known[QUESTION][code] = question.with_env(self.source)
                new.add(code)
        for position, content in enumerate(questions):
            path, code = f"questions[{position}]", content.get("code")
            named = {name: value for name, value in content.items() if name in naming}
            vals = self.prepare(named, "question", path)
            if vals and code in new and not self.problems:
                with self._noting(path):
                    self.known[QUESTION][code].with_env(self.writer).write(vals)

    def _make_measures(self, measures):
        self._refuse_twice(measures, "code", "measures")
        for position, content in enumerate(measures):
            path, before = f"measures[{position}]", len(self.problems)
            if existing := self.known[MEASURE].get(content.get("code")):
                self._check_same_measure(content, existing, path)
            elif content.keys() >= {"code", "name", "kind", "unit"}:
                vals = self.prepare(content, "measure", path)
                if len(self.problems) == before:
                    self._check_new_measure(self.env[MEASURE].new(vals), path)
                    measure = self._make("measure", content, path, vals)
                    self.known[MEASURE][content["code"]] = measure

    # ------------------------------------------------------------------ criteria and rules

    def _make_criterion(self, content, path, policy, parent_id=False):
        """Make a criterion with its parts."""
        self._check_criterion(content, path)
        key, bands = content.get("key"), content.get("bands", ())
        if key:
            self.criteria[key] = content
        for band in bands:
            band |= {"criterion": key, "subject_model": self.subject_model}
        clear = key and content.get("unit")  # else it was said already why nothing fits
        vals = self.prepare(content if clear else {**content, "bands": ()}, "criterion", path)
        if clear:
            lines = [command[2] for command in vals.get("band_ids", ())]
            question = self.known[QUESTION].get(content.get("question"), self.env[QUESTION])
            levels = [band["level"]["en"] for band in bands if "level" in band]
            content["levels"] = levels if bands else question.choice_ids.mapped("name")
            self._check_bands(content, [vals.get("subject_domain", "[]") for vals in lines], path)
        self.sequence += 10
        vals |= {"policy_id": policy.id, "parent_id": parent_id, "sequence": self.sequence}
        criterion = self._make("criterion", content, path, vals)
        content["path"] = path
        if key:
            self.known[CRITERION][key] = criterion
        for position, part in enumerate(content.get("parts", ())):
            self._make_criterion(part, f"{path}.parts[{position}]", policy, criterion.id)

    def _make_rule(self, content, path, policy, sequence):
        lines = []
        for number, line in enumerate(content["lines"], 1):
            vals = {name: line[name] for name in ("depth", "kind", "count")}
            if line["kind"] == "condition":
                vals |= self.prepare(line, "condition", line["path"])
            lines.append(Command.create({**vals, "sequence": number * 10}))
        group = {"kind": content["kind"], "count": content["count"], "line_ids": lines}
        link = {"policy_id": policy.id, "sequence": sequence}
        self._make_item("rule", content, path, group | link)

    # ------------------------------------------------------------------ what is wrong still

    def _note_problems(self, policy, content):
        """Note what keeps the draft from deciding, each in its place."""
        places = {problem["message"]: None for problem in policy._get_people_problems()}
        for key, criterion in self.known[CRITERION].items():
            for problem in criterion.with_env(self.env)._get_problems():
                places[problem["message"]] = self.criteria[key]["path"]
        rules = zip(policy.rule_ids, content.get("rules", ()), strict=True)
        for position, (rule, said) in enumerate(rules):
            unfit = self._note_unfit(rule, said)
            for problem in rule._get_problems():
                places[problem["message"]] = None if unfit else f"rules[{position}]"
        for problem in policy._get_own_problems():
            path = places.get(problem["message"], "rules")
            if problem["level"] == "danger" and path:
                self.note(path, problem["message"])

    def _note_unfit(self, rule, said):
        """Note comparisons that do not fit their criterion, and return whether there are any."""
        words = self._get_operator_words()
        unfit = False
        for line, line_said in zip(rule._get_ordered_lines(), said["lines"], strict=True):
            fitting = line._get_fitting_operators()
            if line.kind == "condition" and line.operator not in fitting:
                unfit = True
                names = {
                    "word": words[line.operator],
                    "criterion": line.criterion_id.name,
                    "words": ", ".join(dict.fromkeys(words[name] for name in fitting)),
                }
                self.refuse(line_said["path"], "unfit_comparison", **names)
        return unfit

    def _get_operator_words(self):
        """Return how a file says each operator of a condition."""
        words = {}
        for name, key in self.shapes["condition"].items():
            said = {**dict(key.sets), **dict(key.when)}.get("operator", ())
            for operator in (said,) if isinstance(said, str) else said:
                words[operator] = name
            if key.field == "operator":
                words |= dict.fromkeys(key.words, name)
        return words
