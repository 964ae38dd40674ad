from odoo.exceptions import UserError
from odoo.fields import Command

from ..tools.policy_format import BAND_STARTS, COMPARISONS

WINDOW_MONTHS = ("first_month", "last_month")

# Operator of a condition -> how a file says it.
FILE_WORDS = {operator: name for name, operator in COMPARISONS.items()} | {
    "between": "between",
    "is": "is",
    "yes": "is",
    "no": "is",
    "known": "known",
    "unknown": "known",
}


# Keys of a criterion that are called as its fields are, and hold the same.
PLAIN_KEYS = ("weight", "cap", "normalize_to", "unknown_lowers_maximum", "with_tax", "whole_group")


class PolicyWriter:
    """Makes the draft policy of a file that a :class:`PolicyReader` found in order.

    Names are written in English, and in the other languages of the file that are active.
    """

    def __init__(self, reader):
        self.reader = reader
        self._ = reader._
        self.env = reader.env(context={**reader.env.context, "lang": "en_US"})
        languages = reader.env["res.lang"].get_installed()
        self.languages = {code for code, _name in languages} - {"en_US"}
        self.criteria = {}
        self.path = ""
        self.sequence = 0

    def make(self, content):
        """Return the draft; what keeps it from deciding is noted with the reader."""
        try:
            policy = self._make(content)
        except UserError as error:
            self.reader.refuse(self.path, str(error))
            return None
        self._note_problems(policy, content)
        return policy.with_env(self.reader.env)

    def _make(self, content):
        dimension = self._write_dimension(content["dimension"])
        self._write_questions(content.get("questions", []))
        self._write_measures(content.get("measures", []))
        self.path = ""
        policy = self._create("customer.grading.policy", self._prepare_policy(content, dimension))
        self._translate(policy, "name", content["name"])
        self._translate_note(policy, content.get("note", {}))
        for position, criterion in enumerate(content.get("criteria", [])):
            self._write_criterion(policy, criterion, f"criteria[{position}]")
        for position, rule in enumerate(content.get("rules", [])):
            self._write_rule(policy, rule, position)
        policy._write_file_changes(self, content.get("changes", {}))
        return policy

    def _create(self, model, vals):
        return self.env[model].create(vals)

    def _translate(self, record, field, texts):
        """Write a field in the other languages of the file that are active."""
        translations = {
            language: text for language, text in texts.items() if language in self.languages
        }
        if translations:
            record.update_field_translations(field, translations)

    # ------------------------------------------------------------------ what is shared

    def _write_dimension(self, content):
        """Return the dimension with all grades of the file, made where there are none."""
        self.path = "dimension"
        dimension = self.reader.dimension.with_env(self.env)
        if not dimension:
            vals = {
                "code": content["code"],
                "name": content["name"]["en"],
                "subject": content.get("subject", "partner"),
                "company_scope": content.get("company_scope", "company"),
            }
            if currency_id := content.get("currency_id"):
                vals["currency_id"] = currency_id
            dimension = self._create("customer.grading.dimension", vals)
            self._translate(dimension, "name", content["name"])
        elif not dimension.active:
            dimension.active = True
        self._write_grades(dimension, content["grades"])
        return dimension

    def _write_grades(self, dimension, grades):
        """Find the grades, make those that are new, each before the next one it precedes."""
        existing = dimension.with_context(active_test=False).grade_ids.sorted()
        order = list(existing)
        at = len(order)
        for content in reversed(grades):
            grade = existing.filtered(lambda g, code=content["code"]: g.code == code)
            if grade:
                at = order.index(grade)
                if not grade.active:
                    grade.active = True
            else:
                grade = self._write_grade(dimension, content)
                order.insert(at, grade)
            self.reader.grades[content["code"]] = grade
        if len(order) > len(existing):
            for position, grade in enumerate(order, 1):
                grade.sequence = position * 10

    def _write_grade(self, dimension, content):
        vals = {
            "dimension_id": dimension.id,
            "code": content["code"],
            "name": content["name"]["en"],
            "color": content.get("color", 0),
            "meaning": content.get("meaning", {}).get("en"),
        }
        grade = self._create("customer.grade", vals)
        self._translate(grade, "name", content["name"])
        self._translate(grade, "meaning", content.get("meaning", {}))
        return grade

    def _write_questions(self, questions):
        Question = self.env["customer.grading.question"].with_context(active_test=False)
        made = {}
        for position, content in enumerate(questions):
            self.path = f"questions[{position}]"
            question = Question.search([("code", "=", content["code"])])
            if not question:
                made[position] = self._write_question(content)
            elif not question.active:
                question.active = True
        for position, question in made.items():
            # Those that it names may stand behind it in the file.
            self.path = f"questions[{position}]"
            named = {
                field: Question.search([("code", "in", questions[position].get(name, []))])
                for name, field in (("basis", "basis_ids"), ("outdated_by", "contrary_ids"))
            }
            question.write({field: [Command.set(q.ids)] for field, q in named.items() if q})

    def _write_question(self, content):
        choices = content.get("choices", [])
        translated = ("name", "description", "unit")
        named = ("choices", "groups", "basis", "outdated_by")
        vals = {
            **{k: value for k, value in content.items() if k not in (*translated, *named)},
            "name": content["name"]["en"],
            "description": content.get("description", {}).get("en"),
            "unit_text": content.get("unit", {}).get("en"),
            "group_ids": [Command.set(content["group_ids"])],
            "choice_ids": [
                Command.create(
                    {
                        "name": choice["name"]["en"],
                        "points": choice.get("points", 0),
                        "sequence": position * 10,
                    }
                )
                for position, choice in enumerate(choices, 1)
            ],
        }
        question = self._create("customer.grading.question", vals)
        self._translate(question, "name", content["name"])
        self._translate(question, "description", content.get("description", {}))
        self._translate(question, "unit_text", content.get("unit", {}))
        for choice, said in zip(question.choice_ids, choices, strict=True):
            self._translate(choice, "name", said["name"])
        return question

    def _write_measures(self, measures):
        for position, content in enumerate(measures):
            if "vals" not in content:
                continue  # it exists
            self.path = f"measures[{position}]"
            vals = {
                name: self.reader.measures[value.code].id
                if getattr(value, "_name", None) == "customer.grading.measure"
                else value
                for name, value in content["vals"].items()
            }
            measure = self._create("customer.grading.measure", vals)
            self._translate(measure, "name", content["name"])
            self._translate(measure, "description", content.get("description", {}))
            self.reader.measures[content["code"]] = measure

    # ------------------------------------------------------------------ the policy

    def _prepare_policy(self, content, dimension):
        changes = content.get("changes", {})
        vals = {
            "name": content["name"]["en"],
            "key": content["key"],
            "note": content.get("note", {}).get("en"),
            "dimension_id": dimension.id,
            "decide_by": content["decide_by"],
            "domain": content.get("applies_to"),
            "population": content.get("population"),
            "lead_population": content.get("opportunities"),
            "regrades_changed": changes.get("regrades_changed"),
            "upgrade_timing": changes.get("upgrades"),
            "downgrade_timing": changes.get("downgrades"),
            "upgrade_days": changes.get("upgrade_days"),
            "downgrade_days": changes.get("downgrade_days"),
            "grace_days": changes.get("grace_days"),
            "counts_working_days": changes.get("working_days"),
            "one_step": changes.get("one_step"),
            "probation_months": changes.get("probation_months"),
            "window_ids": [
                Command.create({**window, **{name: str(window[name]) for name in WINDOW_MONTHS}})
                for window in changes.get("windows", [])
            ],
            "stop_percent": changes.get("stop_percent"),
            "manual_months": changes.get("manual_months"),
        }
        return {name: value for name, value in vals.items() if value is not None}

    def _translate_note(self, policy, note):
        """Write the note in other languages, which Odoo keeps term by term."""
        get_terms = policy._fields["note"].get_trans_terms
        source = get_terms(policy.note or "")
        self._translate(
            policy,
            "note",
            {
                language: dict(zip(source, get_terms(text), strict=True))
                for language, text in note.items()
                if language != "en"
            },
        )

    def _write_criterion(self, policy, content, path, parent=None):
        self.path = path
        self.sequence += 10
        bands = content.get("bands", [])
        vals = {
            "policy_id": policy.id,
            "parent_id": parent and parent.id,
            "sequence": self.sequence,
            "key": content["key"],
            "name": content["name"]["en"],
            "kind": content.get("combine", "measure"),
            **{name: content[name] for name in PLAIN_KEYS if name in content},
            **self._prepare_measuring(content),
        }
        if bands:
            vals["band_ids"] = self._prepare_bands(content, bands)
        criterion = self._create("customer.grading.criterion", vals)
        self.criteria[content["key"]] = (criterion, path)
        self._translate(criterion, "name", content["name"])
        if bands:
            for band, said in zip(criterion.band_ids, bands, strict=True):
                self._translate(band, "level", said.get("level", {}))
        for position, part in enumerate(content.get("parts", [])):
            self._write_criterion(policy, part, f"{path}.parts[{position}]", criterion)

    def _prepare_measuring(self, content):
        if "measure" not in content:
            return {}
        question = self.env["customer.grading.question"].search(
            [("code", "=", content.get("question", ""))]
        )
        content["choice_ids"] = {choice.name: choice.id for choice in question.choice_ids}
        rank = content.get("rank", {})
        vals = {
            "measure_id": self.reader.measures[content["measure"]].id,
            "question_id": question.id or None,
            "dimension_id": content.get("dimension_id"),
            "roll_up": content.get("roll_up"),
            "subject_domain": content.get("filter"),
            "document_domain": content.get("only"),
            "uom_id": content.get("uom_id"),
            "band_by": rank.get("by"),
            "rank_among": rank.get("among"),
            "rank_within": rank.get("within"),
            "rank_field": rank.get("field"),
            "crossing": rank.get("crossing"),
            **self._prepare_period(content.get("period", {})),
        }
        return {name: value for name, value in vals.items() if value is not None}

    @staticmethod
    def _prepare_period(period):
        up_to = {"up_to": period.get("up_to")}
        for unit in ("months", "days"):
            if count := period.get(f"last_{unit}"):
                return {"period": "trailing", "period_count": count, "period_unit": unit, **up_to}
        for name, kind in (("best_of_years", "best_year"), ("month_ends", "month_ends")):
            if count := period.get(name):
                return {"period": kind, "period_count": count, **up_to}
        if start := period.get("since"):
            return {"period": "since_start", "start_field": start, **up_to}
        return {"period": period.get("span"), **up_to}

    @staticmethod
    def _prepare_bands(content, bands):
        return [
            Command.create(
                {
                    "sequence": position * 10,
                    "lower": next((band[start] for start in BAND_STARTS if start in band), 0),
                    "strict": band.get("strict", False),
                    "choice_id": content["choice_ids"].get(
                        band.get("choice_id"), band.get("choice_id")
                    )
                    if "choice_id" in band
                    else False,
                    "level": band.get("level", {}).get("en"),
                    "points": band.get("points", 0),
                    "subject_domain": band.get("for", "[]"),
                }
            )
            for position, band in enumerate(bands, 1)
        ]

    # ------------------------------------------------------------------ requirements

    def _write_rule(self, policy, content, position):
        self.path = f"rules[{position}]"
        self._create(
            "customer.grading.rule",
            {
                "policy_id": policy.id,
                "sequence": (position + 1) * 10,
                "grade_id": self.reader.grades[content["grade"]].id,
                "kind": content["kind"],
                "count": content["count"],
                **self._prepare_limit(content.get("limit")),
                **self._prepare_terms(content.get("terms", {})),
                "line_ids": [
                    Command.create({**self._prepare_line(line), "sequence": number * 10})
                    for number, line in enumerate(content["lines"], 1)
                ],
            },
        )

    def _prepare_limit(self, limit):
        if not limit:
            return {}
        criterion, _path = self.criteria[limit["by"]]
        return {
            "limit_count": limit["count"],
            "limit_within": limit.get("within", "all"),
            "limit_criterion_id": criterion.id,
        }

    @staticmethod
    def _prepare_terms(terms):
        return {
            "change_timing": terms.get("timing", False),
            "change_days": terms.get("days", 0),
            "review_months": terms.get("review_months", 0),
            "expiry_months": terms.get("expiry_months", 0),
        }

    def _prepare_line(self, line):
        if line["kind"] != "condition":
            return {"depth": line["depth"], "kind": line["kind"], "count": line["count"]}
        criterion, _path = self.criteria[line["criterion"]]
        return {
            "depth": line["depth"],
            "kind": "condition",
            "criterion_id": criterion.id,
            **self._prepare_comparison(line, criterion),
        }

    def _prepare_comparison(self, line, criterion):
        if "known" in line:
            return {"operator": "known" if line["known"] else "unknown"}
        if "between" in line:
            least, most = line["between"]
            return {"operator": "between", "value": least, "value_max": most}
        if "is" in line:
            return self._prepare_is(line, criterion)
        name = next(name for name in COMPARISONS if name in line)
        if name.startswith("level"):
            level = criterion.band_ids.filtered(lambda band: band.level == line[name])
            return {"operator": COMPARISONS[name], "level_id": level[:1].id}
        return {"operator": COMPARISONS[name], "value": line[name]}

    def _prepare_is(self, line, criterion):
        said = line["is"]
        if isinstance(said, bool):
            return {"operator": "yes" if said else "no"}
        if criterion.unit != "choice":
            return {"operator": "is", "text_value": said}
        choice = line.get("choice_id")
        if isinstance(choice, str):
            choices = criterion.question_id.choice_ids
            choice = choices.filtered(lambda c: c.name == choice).id
        return {"operator": "is", "choice_id": choice}

    # ------------------------------------------------------------------ what is wrong still

    def _note_problems(self, policy, content):
        """Note with the reader what keeps the draft from deciding, each in its place."""
        policy = policy.with_env(self.reader.env)
        places = {problem["message"]: None for problem in policy._get_people_problems()}
        for criterion, path in self.criteria.values():
            for problem in criterion.with_env(policy.env)._get_problems():
                places[problem["message"]] = path
        for position, (rule, said) in enumerate(
            zip(policy.rule_ids, content.get("rules", []), strict=True)
        ):
            unfit = self._note_unfit(rule, said)
            for problem in rule._get_problems():
                places[problem["message"]] = None if unfit else f"rules[{position}]"
        for problem in policy._get_own_problems():
            path = places.get(problem["message"], "rules")
            if problem["level"] == "danger" and path:
                self.reader.refuse(path, problem["message"])

    def _note_unfit(self, rule, said):
        """Note comparisons that do not fit their criterion, and return whether there are any."""
        unfit = False
        for line, words in zip(rule._get_ordered_lines(), said["lines"], strict=True):
            fitting = line._get_fitting_operators()
            if line.kind == "condition" and line.operator not in fitting:
                unfit = True
                self.reader.refuse(
                    words["path"],
                    self._(
                        "“%(word)s” does not fit “%(criterion)s”. Write one of: %(words)s.",
                        word=FILE_WORDS[line.operator],
                        criterion=line.criterion_id.name,
                        words=", ".join(dict.fromkeys(FILE_WORDS[name] for name in fitting)),
                    ),
                )
        return unfit
