import re
from ast import literal_eval
from html import unescape

from odoo.addons.customer_grading.models.policy.customer_grading_criterion import AVERAGES
from odoo.addons.customer_grading.models.policy.customer_grading_measure import (
    AGE_UNITS,
    REFUSED_MODELS,
)
from odoo.addons.customer_grading.models.policy.customer_grading_policy import PLANNED_STATES
from odoo.addons.customer_grading.tools.keys import make_key
from odoo.exceptions import UserError

from ..tools.domains import get_ids, map_conditions, to_lists
from ..tools.policy_format import (
    BAND_STARTS,
    COUNTED_GROUPS,
    CRITERION,
    FORMAT,
    GRADE,
    KEY_PATTERN,
    MEASURE,
    QUESTION,
    UNTIL,
    simplify,
)

STRICT_STARTS = ("from", "from_percent")  # where a band may begin just above
IN_TREE = ("child_of", "parent_of")
PARAGRAPHS = re.compile(r"(?:<p>[^<>]*</p>)+")
# Keys of a criterion that depend on what it is.
OF_COMBINATIONS = {"combine", "parts", "normalize_to", "unknown_lowers_maximum"}
OF_MEASURES = {
    *("measure", "question", "dimension", "roll_up", "filter", "period", "whole_group", "only"),
    "group_field",
    *("with_tax", "credit_notes", "whose", "least_base", "unit_of_measure", "tolerance"),
    *("counted_in", "counted", "zero_is_unknown"),
}


def get_band_start(unit, band_by):
    """Return the key that says where a band of such a criterion begins; a text has no bands."""
    if band_by and band_by != "value":
        starts = {"own_share": "own_percent", "position": "first"}
        starts |= dict.fromkeys(AVERAGES, "from_percent")
        return starts.get(band_by, "first_percent")
    return {"choice": "choice", "text": None}.get(unit, "from")


class PolicyExporter:
    """Says what records are, as objects of a policy file, by the table of keys.

    :param shapes: the table, where who asks has it
    """

    def __init__(self, env, shapes=None):
        self.env = env
        self.shapes = shapes or env["customer.grading.policy.file"]._get_shapes()
        self.languages = [code for code, _name in env["res.lang"].get_installed()]
        self.keys = {}  # criterion -> its key

    def export_policy(self, policy, said):
        """Return the content of the policy's file, keys in the order of the format.

        Loaded again it decides the same. What an addon ships is named only.

        :param said: the content of the file that it was made from: what that named is named
        """
        criteria = policy.criterion_ids.sorted(lambda c: (c.sequence, c.id))
        # What only remembers who had a grade is made again with what asks for it.
        criteria -= policy._get_own_grade().filtered(lambda c: not (c.key or c.rule_line_ids))
        self.keys = self._make_keys(criteria)
        questions = self._get_questions(criteria, said.get("questions", ()))
        measures = self._get_measures(criteria, said.get("measures", ()))
        key, name = policy.key or "", policy.with_context(lang="en_US").name
        return self.export(
            policy,
            "policy",
            format=FORMAT,
            key=key if KEY_PATTERN.fullmatch(key) else make_key(name, (), "policy"),
            dimension=self._export_dimension(policy, said.get("dimension", {})),
            questions=self._export_all(questions, "question"),
            measures=self._export_all(measures, "measure"),
            criteria=[self._export_tree(c) for c in criteria if not c.parent_id],
            rules=[self._export_rule(rule) for rule in policy.rule_ids],
        )

    def export(self, record, shape, **given):
        """Return what ``record`` is, without what goes without saying.

        :param given: values of keys that are known already
        """
        fitting = getattr(self, f"_get_{shape}_keys", lambda record: self.shapes[shape])(record)
        content = {}
        for name, key in self.shapes[shape].items():
            value = given.get(name)
            if key.field and name not in given and name in fitting and self._fits(record, key):
                value = getattr(self, f"_export_{key.kind}", self._export_plain)(record, key)
            if value is not None and value != key.default:
                content[name] = value
        return content

    @staticmethod
    def _fits(record, key):
        """Whether the fields have the values that the key stands for, or needs."""
        return all(
            bool(record[field]) if wanted is True
            else record[field] in (wanted if isinstance(wanted, (tuple, list)) else (wanted,))
            for field, wanted in {**dict(key.sets), **dict(key.when)}.items()
        )  # fmt: skip

    def _export_all(self, records, shape):
        return [self.export(record, shape) for record in records]

    # ------------------------------------------------------------------ kinds of values

    def _export_plain(self, record, key):
        value = record[key.field]
        absent = value is False and record._fields[key.field].type != "boolean"
        return None if absent else simplify(value)

    def _export_name(self, record, key):
        """Return a translated field: its text, or the texts by language where they differ."""
        source = record.with_context(lang="en_US")[key.field]
        texts = {"en": source}
        for language in self.languages:
            text = record.with_context(lang=language)[key.field]
            if language != "en_US" and text and text != source:
                texts[language] = text
        return texts if len(texts) > 1 else source or None

    def _export_note(self, record, key):
        """Return the note by language: paragraphs, or HTML where it has more than those."""
        note = self._export_name(record, key)
        if isinstance(note, dict):
            return {language: self._split_paragraphs(text) for language, text in note.items()}
        return self._split_paragraphs(note)

    @staticmethod
    def _split_paragraphs(html):
        if html and PARAGRAPHS.fullmatch(html):
            return [unescape(text) for text in re.findall("<p>([^<>]*)</p>", html)]
        return html and str(html)

    def _export_words(self, record, key):
        value = record[key.field]
        return value == key.words[0] if value in key.words else None

    def _export_date(self, record, key):
        return str(record[key.field] or "") or None

    def _export_month(self, record, key):
        return int(record[key.field])

    def _export_bounds(self, record, key):
        return [simplify(record.value), simplify(record.value_max)]

    def _export_domain(self, record, key):
        """Return a list that names records instead of numbering them.

        :raise UserError: where a record is gone, or its name would mean others too
        """
        model_name = record[key.of]
        if model_name not in self.env:
            return None
        conditions = literal_eval(record[key.field] or "[]")
        return to_lists(map_conditions(conditions, self.env[model_name], self._name_records))

    def _export_records(self, record, key):
        return [self._get_name(named) for named in record.sudo()[key.field]]

    def _export_record(self, record, key):
        return next(iter(self._export_records(record, key)), None)

    def _export_codes(self, record, key):
        return record[key.field].sorted().mapped("code")

    def _export_code(self, record, key):
        named = record[key.field]
        return self.keys.get(named) if key.of == CRITERION else named.code or None

    def _export_currency(self, record, key):
        return record[key.field].name or None

    def _export_level(self, record, key):
        return record[key.field].with_context(lang="en_US").level or None

    def _export_option(self, record, key):
        """Return what names a choice: of a question, its name; else as any record."""
        if not record[key.field]:
            return None
        model_name = record.criterion_id._get_choice_model()
        choice = self.env[model_name].with_context(lang="en_US").browse(record[key.field])
        if model_name == GRADE:
            return choice.code
        return choice.name if model_name.endswith("question.choice") else self._get_name(choice)

    def _export_answer(self, record, key):
        if record.operator in ("yes", "no"):
            return record.operator == "yes"
        return self._export_option(record, key) or record.text_value or None

    def _export_object(self, record, key):
        return self.export(record, key.of) or None

    def _export_list(self, record, key):
        return self._export_all(record[key.field], key.of)

    _export_lines = _export_list

    # ------------------------------------------------------------------ names of records

    def _get_name(self, record):
        """Return what finds ``record`` in any database: its external id, else its only name."""
        return find_external_id(record) or self._get_only_name(record, "display_name")

    def _get_only_name(self, record, field):
        """Return what ``record`` is called.

        :raise UserError: where another record goes by that name
        """
        record = record.with_context(lang="en_US")
        if not record.search([(field, "=", record[field])]) - record:
            return record[field]
        raise UserError(
            self.env._(
                "Two records are called “%(name)s” (%(model)s), so a file could not tell them "
                "apart. Rename one of them, then export.",
                name=record[field],
                model=record._description,
            )
        )

    def _name_records(self, path, operator, value, target):
        """Return a condition on records by their names, where it has them by their numbers."""
        if target is None or not get_ids(value):
            return path, operator, value
        records = target.browse(get_ids(value))
        if missing := records - records.exists():
            raise UserError(
                self.env._(
                    "The filter on “%(path)s” names a record that is gone (%(model)s %(number)s). "
                    "Set the filter again, then export.",
                    path=path,
                    model=target._description,
                    number=missing[0].id,
                )
            )
        field = target._rec_name
        if operator in IN_TREE or target._name.startswith(REFUSED_MODELS) or not field:
            names = [{"record": self._get_name(record)} for record in records]
        else:
            path = field if path == "id" else f"{path.removesuffix('.id')}.{field}"
            names = [self._get_only_name(record, field) for record in records]
        return path, operator, names if isinstance(value, (list, tuple)) else names[0]

    # ------------------------------------------------------------------ what is named, and where

    def _make_keys(self, criteria):
        """Return ``{criterion: key}``: the keys they have, else ones made of their names."""
        keys = {}
        for criterion in criteria:
            key = criterion.key
            if not KEY_PATTERN.fullmatch(key or "") or key in keys.values():
                name = criterion.with_context(lang="en_US").name
                key = make_key(name, {*keys.values(), *criteria.mapped("key")}, "criterion")
            keys[criterion] = key
        return keys

    def _find_said(self, model_name, items):
        """Return the records that the file said something of, in its order."""
        order = {item["code"]: position for position, item in enumerate(items)}
        found = self.env[model_name].search([("code", "in", list(order))])
        return found.sorted(lambda record: order[record.code])

    def _export_dimension(self, policy, said):
        """Return the dimension with the grades that the policy gives, or its file named."""
        dimension, codes = policy.dimension_id, {grade["code"] for grade in said.get("grades", ())}
        grades = policy.rule_ids.grade_id
        grades |= dimension.grade_ids.filtered(
            lambda grade: policy.decide_by == "hand" or grade.code in codes
        )
        given = {"name": None} if find_external_id(dimension) else {}
        grades = self._export_all(grades.sorted(), "grade")
        return self.export(dimension, "dimension", grades=grades, **given)

    def _get_questions(self, criteria, said):
        """Return the questions, and behind them those that they are decided on or outdated by."""
        found = self._find_said(QUESTION, said) | criteria._get_question()
        questions = found.browse()
        while found:
            questions |= found
            found = (found.basis_ids | found.contrary_ids) - questions
        return questions

    def _get_measures(self, criteria, said):
        """Return the measures that people made, those that others are made of first."""
        listed = self._find_said(MEASURE, said)
        measures = self._with_parts(listed | criteria.measure_id)
        return measures.filtered(lambda m: m in listed or not find_external_id(m))

    def _with_parts(self, measures):
        found = measures.browse()
        for measure in measures:
            parts = measure.numerator_id | measure.denominator_id | measure.base_measure_id
            found |= self._with_parts(parts) | measure
        return found

    # ------------------------------------------------------------------ criteria and rules

    def _get_policy_keys(self, policy):
        """Leave out what is of the life of one in force: its first day, and whose it went on from."""
        own = set() if policy.state in PLANNED_STATES else {"in_force_from"}
        own |= {"records_from"} if policy.previous_id else set()
        return self.shapes["policy"].keys() - own

    def _get_changes_keys(self, policy):
        usual = policy.regrades_changed == (policy.subject == "lead")
        return self.shapes["changes"].keys() - ({"regrades_changed"} if usual else ())

    def _get_criterion_keys(self, criterion):
        keys = self.shapes["criterion"].keys() - OF_COMBINATIONS - OF_MEASURES
        if criterion.kind != "measure":
            return keys | OF_COMBINATIONS
        keys |= {"measure"} | criterion.measure_id._get_criterion_keys()
        return keys if criterion.unit in AGE_UNITS else keys - {"counted", "counted_in"}

    def _export_tree(self, criterion):
        """Return a criterion with its parts."""
        parts = criterion.child_ids.sorted(lambda part: (part.sequence, part.id))
        parts = [self._export_tree(part) for part in parts]
        return self.export(criterion, "criterion", key=self.keys[criterion], parts=parts)

    def _get_band_keys(self, band):
        criterion = band.criterion_id
        start = get_band_start(band.unit, criterion._is_ranked() and criterion.band_by)
        unfit = {*BAND_STARTS, "strict"} - {start, "strict" if start in STRICT_STARTS else start}
        return self.shapes["band"].keys() - unfit

    def _export_rule(self, rule):
        """Return the requirement: its grade, and its conditions where it has any."""
        children = rule._get_children()
        asked = rule._get_asked_lines(children)
        group = {} if rule.kind == "all" and not asked else self._export_group(rule, children)
        leaving = rule._get_exit()
        if leaving:
            group[UNTIL] = self._export_group(leaving, children)[UNTIL]
        return self.export(rule, "rule") | group

    def _export_group(self, group, children):
        lines = [
            self.export(line, "condition")
            if line.kind == "condition"
            else self._export_group(line, children)
            for line in group._get_asked_lines(children)
        ]
        if group.kind in COUNTED_GROUPS:
            return {group.kind: group.count, "of": lines}
        return {group.kind: lines}


def find_external_id(record):
    """Return the external id that an addon gave to ``record``, or nothing."""
    for external_id in record._get_external_ids()[record.id]:
        if not external_id.startswith("__"):
            return external_id
    return None
