from markupsafe import Markup

from odoo.exceptions import UserError, ValidationError
from odoo.fields import Command

from ..tools.policy_format import FORMAT, SHAPES, omit_defaults
from ..tools.policy_parser import PolicyParser
from ..tools.subject import SUBJECTS
from .customer_grading_policy_criteria import CriteriaReader
from .customer_grading_policy_writer import PolicyWriter

# Values of a field that a key of the format says otherwise, or leaves out.
SAID_OTHERWISE = {
    "customer.grading.criterion.kind": ("measure",),
    "customer.grading.criterion.period": ("trailing", "best_year", "month_ends", "since_start"),
    "customer.grading.criterion.band_by": ("value",),
}
# What may differ between two definitions of one measure.
LABELS = ("code", "name", "description", "category", "groups")
MEASURE_LINKS = {
    "numerator": "numerator_id",
    "denominator": "denominator_id",
    "base_measure": "base_measure_id",
}


class PolicyReader(CriteriaReader):
    """Reads one policy file for its author: finds all that is wrong, then makes the draft.

    Checking adds to the content what writing needs: the records that exist, domains as text,
    ids of choices. Errors gather in ``problems`` as (path in the file, what and what to do).
    """

    def __init__(self, env, file_name):
        self.env = env
        self._ = env._
        self.file_name = file_name
        # What exists is looked up by its English name, archived or not.
        self.source = env(context={**env.context, "lang": "en_US", "active_test": False})
        languages = self.source["res.lang"].search([("code", "!=", "en_US")])
        shapes = env["customer.grading.policy"]._get_file_shapes()
        self.parser = PolicyParser(self._, self._get_options, languages.mapped("code"), shapes)
        self.dimension = self.env["customer.grading.dimension"]
        # What the file may name, by code: grades and measures as records, a new grade as
        # nothing; questions as their kind and choices; criteria as their content.
        self.grades, self.questions, self.measures, self.criteria = {}, {}, {}, {}

    def refuse(self, path, message):
        """Note what is wrong at ``path`` of the file, and what to do."""
        self.parser.refuse(path, message)

    def _get_options(self, field):
        model, _dot, name = field.rpartition(".")
        values = self.env[model]._fields[name].get_values(self.env)
        return [value for value in values if value not in SAID_OTHERWISE.get(field, ())]

    def load(self, text):
        """Return the draft policy that ``text`` describes.

        :raise ValidationError: naming everything that is wrong; nothing is written then
        """
        content = self._read(text)
        self._raise_problems()
        with self.env.cr.savepoint():
            policy = PolicyWriter(self).make(content)
            self._raise_problems()
        return policy

    def _raise_problems(self):
        if not self.parser.problems:
            return
        lines = [
            self._("%(path)s: %(problem)s", path=path, problem=problem)
            for path, problem in self.parser.problems
        ]
        raise ValidationError(
            self._("“%s” cannot be loaded:", self.file_name)
            + "".join(f"\n• {line}" for line in lines)
        )

    def _read(self, text):
        data = self.parser.parse(text)
        if data is None:
            return None
        if data.get("format") != FORMAT or isinstance(data["format"], bool):
            self.refuse(
                "format",
                self._(
                    "this version of the addon reads format %(known)s, not %(found)s. Write "
                    '"format": %(known)s, or update the addon.',
                    known=FORMAT,
                    found=data.get("format"),
                ),
            )
            return None
        content = self.parser.read_object(data, "policy")
        self._check_note(content.get("note", {}))
        self._check_dimension(content.get("dimension", {}))
        self._check_questions(content.get("questions", []))
        self._check_measures(content.get("measures", []))
        subject = SUBJECTS[content.get("dimension", {}).get("subject", "partner")]
        self.subject_model = subject.model
        self.check_domain(content, "applies_to", subject.model, "")
        for position, criterion in enumerate(content.get("criteria", [])):
            self.check_criterion(criterion, f"criteria[{position}]")
        for position, rule in enumerate(content.get("rules", [])):
            self.check_rule(rule, f"rules[{position}]")
        self.env["customer.grading.policy"]._check_file_changes(self, content.get("changes", {}))
        return content

    def _check_note(self, note):
        """Replace the notes by HTML; Odoo translates them term by term."""
        get_terms = self.env["customer.grading.policy"]._fields["note"].get_trans_terms
        for language, text in note.items():
            if isinstance(text, list):
                text = Markup().join(Markup("<p>%s</p>") % line for line in text)
            note[language] = str(text)
            if len(get_terms(note[language])) != len(get_terms(note["en"])):
                self.refuse(
                    f"note.{language}",
                    self._("it has other parts than the English note. Write the same parts."),
                )

    # ------------------------------------------------------------------ what is named

    def _refuse_twice(self, items, name, path):
        """Note items that share the ``name`` by which others refer to them."""
        seen = set()
        for position, item in enumerate(items):
            value = item.get(name)
            if value is not None and value in seen:
                self.refuse(
                    f"{path}[{position}].{name}",
                    self._("“%s” stands twice. Give each a name of its own.", value),
                )
            seen.add(value)

    def _check_dimension(self, content):
        code = content.get("code")
        self.dimension = self.source[self.dimension._name].search([("code", "=", code)])
        if code and not self.dimension and not content.get("name"):
            self.refuse(
                "dimension.name",
                self._("there is no dimension “%s” yet. Name it, so that it can be made.", code),
            )
        scope = content.get("company_scope", "company")
        if self.dimension and self.dimension.company_scope != scope:
            self.refuse(
                "dimension.company_scope",
                self._(
                    "dimension “%(code)s” exists, as “%(scope)s”. Write that, or choose "
                    "another code.",
                    code=code,
                    scope=self.dimension.company_scope,
                ),
            )
        self._check_currency(content)
        self._check_grades(content.get("grades", []))

    def _check_currency(self, content):
        name = content.get("currency")
        if not name:
            return
        currency = self.source["res.currency"].search([("name", "=", name)])
        content["currency_id"] = currency.id
        if not currency:
            self.refuse(
                "dimension.currency",
                self._("there is no currency “%s”. Write a code such as CNY or EUR.", name),
            )

    def _check_grades(self, grades):
        self._refuse_twice(grades, "code", "dimension.grades")
        existing = {grade.code: grade for grade in self.dimension.grade_ids.sorted()}
        self.grades = {
            grade["code"]: existing.get(grade["code"]) for grade in grades if grade.get("code")
        }
        order = list(existing)
        ranks = [order.index(code) for code in self.grades if code in existing]
        if ranks != sorted(ranks):
            self.refuse(
                "dimension.grades",
                self._(
                    "dimension “%(dimension)s” has these grades in another order: %(order)s. "
                    "Write them in that order, or choose another dimension.",
                    dimension=self.dimension.code,
                    order=", ".join(order),
                ),
            )

    def _check_questions(self, questions):
        self._refuse_twice(questions, "code", "questions")
        existing = self.source["customer.grading.question"].search([])
        self.questions = {
            question.code: {
                "kind": question.kind,
                "subject": question.subject,
                "choices": question.choice_ids.mapped("name"),
            }
            for question in existing
        }
        for position, content in enumerate(questions):
            path = f"questions[{position}]"
            choices = [c["name"]["en"] for c in content.get("choices", []) if c.get("name")]
            self._check_choices(content, choices, path)
            code = content.get("code")
            if found := self.questions.get(code):
                self._check_same_question(content, choices, found, path)
            elif code:
                self.questions[code] = {
                    "kind": content.get("kind"),
                    "subject": content.get("subject", "partner"),
                    "choices": choices,
                }
        for position, content in enumerate(questions):
            self._check_named_questions(content, f"questions[{position}]")

    def _check_named_questions(self, content, path):
        """Check the groups that a question is asked of, and the questions that it names."""
        groups = [
            self.find_record("res.groups", group, f"{path}.groups")
            for group in content.get("groups", [])
        ]
        content["group_ids"] = [group for group in groups if group]
        if ("groups" in content) != (content.get("asked_of") == "group"):
            self.refuse(
                f"{path}.groups",
                self._('groups go with "asked_of": "group". Write both, or neither.'),
            )
        for name in ("basis", "outdated_by"):
            for code in content.get(name, []):
                if code not in self.questions:
                    message = self._("there is no question “%s”, here or in the file.", code)
                    self.refuse_unknown(f"{path}.{name}", message, code, self.questions)

    def _check_choices(self, content, choices, path):
        kind = content.get("kind")
        if len(set(choices)) < len(choices):
            self.refuse(f"{path}.choices", self._("two choices have one name. Rename one."))
        if kind == "levels" and not choices:
            self.refuse(
                f"{path}.choices", self._("a question of levels needs choices, best first.")
            )
        if kind != "levels" and choices:
            self.refuse(
                f"{path}.choices",
                self._('only a question of levels has choices. Take them out, or write "levels".'),
            )

    def _check_same_question(self, content, choices, found, path):
        if found["subject"] != content.get("subject", "partner"):
            self.refuse(
                f"{path}.subject",
                self._(
                    "question “%(code)s” exists, asked about “%(subject)s”. Write that, or "
                    "choose another code.",
                    code=content["code"],
                    subject=found["subject"],
                ),
            )
        if found["kind"] == content.get("kind") and set(choices) <= set(found["choices"]):
            return
        self.refuse(
            path,
            self._(
                "question “%(code)s” exists with other answers (%(kind)s: %(choices)s). Choose "
                "another code, or write the answers that it has.",
                code=content["code"],
                kind=found["kind"],
                choices=", ".join(found["choices"]) or "-",
            ),
        )

    # ------------------------------------------------------------------ measures

    def _check_measures(self, measures):
        self._refuse_twice(measures, "code", "measures")
        Measure = self.source["customer.grading.measure"]
        self.measures = {measure.code: measure for measure in Measure.search([])}
        for position, content in enumerate(measures):
            path = f"measures[{position}]"
            if existing := self.measures.get(content.get("code")):
                self._check_same_measure(content, existing, path)
            elif content.keys() >= {"code", "name", "kind", "unit"}:
                self._check_new_measure(content, path)

    def _check_same_measure(self, content, existing, path):
        """Note where the file defines a measure that exists in another way."""
        known = existing._export_measure()
        said = omit_defaults(content, "measure")
        if "domain" in said:
            said["domain"] = self._parse_domain(said["domain"], f"{path}.domain")
        for name in SHAPES["measure"]:
            if name not in LABELS and said.get(name) != known.get(name):
                self.refuse(
                    f"{path}.{name}",
                    self._(
                        "measure “%(code)s” exists and measures something else. Choose "
                        "another code, or take the measure out of the file.",
                        code=content["code"],
                    ),
                )

    def _check_new_measure(self, content, path):
        before = len(self.parser.problems)
        vals = self._prepare_measure(content, path)
        if len(self.parser.problems) > before:
            return
        measure = self.env["customer.grading.measure"].new(vals)
        try:
            problem = measure._get_problem()
            if not problem:
                measure._check_author_may_read()
        except UserError as error:
            problem = error
        if problem:
            self.refuse(path, str(problem))
        content["vals"] = vals
        self.measures[content["code"]] = measure

    def _prepare_measure(self, content, path):
        """Return the values of a new measure; what it is made of are records."""
        links = {name: content[name] for name in MEASURE_LINKS if name in content}
        if content["kind"] == "documents":
            self.check_domain(content, "domain", content.get("model_name"), path)
        groups = [
            self.find_record("res.groups", group, f"{path}.groups")
            for group in content.get("groups", [])
        ]
        return {
            **{k: v for k, v in content.items() if k not in (*MEASURE_LINKS, "groups")},
            **{n: content[n]["en"] for n in ("name", "description") if n in content},
            **{
                MEASURE_LINKS[name]: self.find_measure(code, f"{path}.{name}")
                for name, code in links.items()
            },
            "group_ids": [Command.link(group) for group in groups if group],
        }
