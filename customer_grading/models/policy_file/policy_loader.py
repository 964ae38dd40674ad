from odoo.exceptions import UserError, ValidationError
from odoo.fields import Command

from ...tools.policy_format import FORMAT, GRADE, MEASURE, QUESTION, keep_wording
from ...tools.policy_parser import PolicyParser
from .policy_checks import PolicyChecks


class PolicyLoader(PolicyChecks):
    """Makes the draft policy of one file for its author, after finding all that is wrong.

    What the file says is prepared twice from the same table: once to check it, when what is
    named is found and what is new stands for itself as an unsaved record; once to make it.
    Names are written in English, and in the other languages of the file that are active.
    """

    def __init__(self, env, file_name):
        super().__init__(env)
        self.file_name = file_name
        table = env["customer.grading.policy.file"]
        languages = self.source["res.lang"].search([("code", "!=", "en_US")])
        self.parser = PolicyParser(
            env._,
            table._get_shapes(),
            self._get_options,
            languages.mapped("code"),
            table._find_addon,
        )
        self.shapes = self.parser.shapes
        self.active_languages = {code for code, _name in env["res.lang"].get_installed()}
        self.writer = env(context={**env.context, "lang": "en_US"})
        self.path = ""  # of what is being made
        self.sequence = 0

    def refuse(self, path, problem, **values):
        """Note what is wrong at ``path`` of the file, and what to do."""
        self.parser.refuse(path, problem, **values)

    def note(self, path, message):
        """Note at ``path`` what a model says is wrong."""
        self.parser.problems.append((path or "-", str(message)))

    def _get_options(self, model_name, key):
        values = self.env[model_name]._fields[key.field].get_values(self.env)
        possible = dict(key.when).get(key.field, values)
        return [value for value in values if value in possible]

    def load(self, text):
        """Return the draft policy that ``text`` describes.

        :raise ValidationError: naming everything that is wrong; nothing is written then
        """
        data = self.parser.parse(text)
        content = self._read(data) if data is not None else None
        self._raise_problems()
        with self.env.cr.savepoint():
            try:
                policy = self._make_policy(content)
            except UserError as error:
                self.note(self.path, error)
                self._raise_problems()
            policy = policy.with_env(self.env)
            self._note_problems(policy, content)
            self._raise_problems()
            self._keep_form(policy, data)
        return policy

    def _read(self, data):
        if data.get("format") != FORMAT or isinstance(data["format"], bool):
            names = {"known": FORMAT, "found": data.get("format")}
            return self.refuse("format", "other_format", **names)
        content = self.parser.read_object(data, "policy")
        self.check(content)
        return content

    def _raise_problems(self):
        if not self.parser.problems:
            return
        lines = [
            self.env._("%(path)s: %(problem)s", path=path, problem=problem)
            for path, problem in self.parser.problems
        ]
        raise ValidationError(
            self.env._("“%s” cannot be loaded:", self.file_name)
            + "".join(f"\n• {line}" for line in lines)
        )

    def _keep_form(self, policy, data):
        """Keep with the policy what its file named, and how it worded what it said."""
        named = {
            "questions": [question["code"] for question in data.get("questions", ())],
            "measures": [measure["code"] for measure in data.get("measures", ())],
            "grades": [grade["code"] for grade in data["dimension"]["grades"]],
        }
        policy.file_form = {"named": named}
        try:
            made = policy._export_policy()
        except UserError:  # a record goes by a name that it shares: loading needs no more
            return
        policy.file_form = {"named": named, "wording": keep_wording(data, made, self.shapes)}

    # ------------------------------------------------------------------ any record

    def _create(self, shape, content, path, **links):
        """Return the record that an object of the file describes, its lists made with it."""
        self.path = path
        vals = self.prepare(content, shape, path)
        record = self.writer[self.shapes[shape].model].create({**vals, **links})
        self._translate(record, content, shape)
        self._create_lists(record, content, shape, path)
        return record

    def _create_lists(self, record, content, shape, path):
        for name, key in self.shapes[shape].items():
            where = f"{path}.{name}".strip(".")
            if not key.field or name not in content:
                continue
            if key.kind == "object":
                self._create_lists(record, content[name], key.of, where)
            elif key.kind == "list":
                inverse = record._fields[key.field].inverse_name
                for position, item in enumerate(content[name]):
                    self._create(key.of, item, f"{where}[{position}]", **{inverse: record.id})

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
        texts = {
            language: text
            for language, text in said.items()
            if language in self.active_languages - {"en_US"}
        }
        if key.kind == "note":  # which Odoo keeps term by term
            get_terms = record._fields[key.field].get_trans_terms
            source = get_terms(record[key.field] or "")
            texts = {
                language: dict(zip(source, get_terms(text), strict=True))
                for language, text in texts.items()
            }
        if texts:
            record.update_field_translations(key.field, texts)

    # ------------------------------------------------------------------ what is shared

    def _make_policy(self, content):
        dimension = self._make_dimension(content["dimension"])
        self._make_questions(content.get("questions", ()))
        self._make_measures(content.get("measures", ()))
        policy = self._create("policy", content, "", dimension_id=dimension.id)
        for position, criterion in enumerate(content.get("criteria", ())):
            self._make_criterion(policy, criterion, f"criteria[{position}]")
        for position, rule in enumerate(content.get("rules", ())):
            self._make_rule(policy, rule, position)
        return policy

    def _make_dimension(self, content):
        """Return the dimension with all grades of the file, made where there are none."""
        self.path = "dimension"
        dimension = self.dimension.with_env(self.writer)
        if not dimension:
            dimension = self._create("dimension", content, "dimension")
        elif not dimension.active:
            dimension.active = True
        self._make_grades(dimension, content["grades"])
        return dimension

    def _make_grades(self, dimension, grades):
        """Find the grades, make those that are new, each before the next one it precedes."""
        existing = dimension.with_context(active_test=False).grade_ids.sorted()
        order = list(existing)
        at = len(order)
        for position, content in reversed(list(enumerate(grades))):
            grade = existing.filtered(lambda g, code=content["code"]: g.code == code)
            if grade:
                at = order.index(grade)
                if not grade.active:
                    grade.active = True
            else:
                path = f"dimension.grades[{position}]"
                grade = self._create("grade", content, path, dimension_id=dimension.id)
                order.insert(at, grade)
            self.known[GRADE][content["code"]] = grade
        if len(order) > len(existing):
            for position, grade in enumerate(order, 1):
                grade.sequence = position * 10

    def _make_questions(self, questions):
        """Make those that are new; the questions that they name may stand behind them."""
        naming = {key.field for key in self.shapes["question"].values() if key.kind == "codes"}
        made = []
        for position, content in enumerate(questions):
            path = self.path = f"questions[{position}]"
            question = self.known[QUESTION][content["code"]]
            if not question.id:
                vacant = dict.fromkeys(naming, False)
                question = self._create("question", content, path, **vacant)
                self.known[QUESTION][content["code"]] = question.with_env(self.source)
                made.append((question, content, path))
            elif not question.active:
                question.active = True
        for question, content, path in made:
            self.path = path
            vals = self.prepare(content, "question", path)
            if named := {field: vals[field] for field in naming if field in vals}:
                question.write(named)

    def _make_measures(self, measures):
        for position, content in enumerate(measures):
            if not self.known[MEASURE][content["code"]].id:
                measure = self._create("measure", content, f"measures[{position}]")
                self.known[MEASURE][content["code"]] = measure

    # ------------------------------------------------------------------ criteria and rules

    def _make_criterion(self, policy, content, path, parent_id=False):
        self.sequence += 10
        criterion = self._create(
            "criterion",
            content,
            path,
            policy_id=policy.id,
            parent_id=parent_id,
            sequence=self.sequence,
        )
        self.made[content["key"]] = criterion, path
        for position, part in enumerate(content.get("parts", ())):
            self._make_criterion(policy, part, f"{path}.parts[{position}]", criterion.id)

    def _make_rule(self, policy, content, position):
        lines = [
            Command.create({**self._prepare_line(line), "sequence": number * 10})
            for number, line in enumerate(content["lines"], 1)
        ]
        self._create(
            "rule",
            content,
            f"rules[{position}]",
            policy_id=policy.id,
            sequence=(position + 1) * 10,
            kind=content["kind"],
            count=content["count"],
            line_ids=lines,
        )

    def _prepare_line(self, line):
        vals = {"depth": line["depth"], "kind": line["kind"], "count": line.get("count", 1)}
        if line["kind"] == "condition":
            vals |= self.prepare(line, "condition", line["path"])
        return vals

    # ------------------------------------------------------------------ what is wrong still

    def _note_problems(self, policy, content):
        """Note what keeps the draft from deciding, each in its place."""
        places = {problem["message"]: None for problem in policy._get_people_problems()}
        for criterion, path in self.made.values():
            for problem in criterion.with_env(self.env)._get_problems():
                places[problem["message"]] = path
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
                words |= dict.fromkeys(key.words.values(), name)
        return words
