import re
from ast import literal_eval
from html import unescape

from odoo import models
from odoo.exceptions import UserError

from ..tools.domains import get_ids, map_conditions, to_lists
from ..tools.policy_format import (
    COMPARISONS,
    COUNTED_GROUPS,
    FORMAT,
    KEY_PATTERN,
    make_key,
    omit_defaults,
    simplify,
)
from .policy.customer_grading_measure import REFUSED_MODELS

IN_TREE = ("child_of", "parent_of")
OPERATORS = {operator: name for name, operator in COMPARISONS.items()}
PARAGRAPHS = re.compile(r"(?:<p>[^<>]*</p>)+")


def export_text(record, field):
    """Return a translated field: its text, or the texts by language where they differ."""
    source = record.with_context(lang="en_US")[field]
    texts = {"en": source}
    for language, _name in record.env["res.lang"].get_installed():
        text = record.with_context(lang=language)[field]
        if language != "en_US" and text and text != source:
            texts[language] = text
    return texts if len(texts) > 1 else source or None


def find_external_id(record):
    """Return the external id that an addon gave to ``record``, or nothing."""
    for external_id in record._get_external_ids()[record.id]:
        if not external_id.startswith("__"):
            return external_id
    return None


def export_record(record):
    """Return what finds ``record`` in any database: its external id, else its only name.

    :raise UserError: where another record goes by that name
    """
    return find_external_id(record) or _get_only_name(record, "display_name")


def _get_only_name(record, field):
    record = record.with_context(lang="en_US")
    name = record[field]
    others = record.search([(field, "=", name)]) - record
    if others:
        raise UserError(
            record.env._(
                "Two records are called “%(name)s” (%(model)s), so a file could not tell them "
                "apart. Rename one of them, then export.",
                name=name,
                model=record._description,
            )
        )
    return name


def export_domain(env, domain, model_name):
    """Return a domain, given as text, as a list that names records instead of numbering them.

    :raise UserError: where a record is gone, or its name would mean others too
    """
    conditions = literal_eval(domain or "[]")
    return to_lists(map_conditions(conditions, env[model_name], _name_records))


def _name_records(path, operator, value, target):
    """Return a condition on records by their names, where it has them by their numbers."""
    if target is None or not get_ids(value):
        return path, operator, value
    records = target.browse(get_ids(value))
    if missing := records - records.exists():
        raise UserError(
            target.env._(
                "The filter on “%(path)s” names a record that is gone (%(model)s %(number)s). "
                "Set the filter again, then export.",
                path=path,
                model=target._description,
                number=missing[0].id,
            )
        )
    field = target._rec_name
    if operator in IN_TREE or target._name.startswith(REFUSED_MODELS) or not field:
        names = [{"record": export_record(record)} for record in records]
    else:
        path = field if path == "id" else f"{path.removesuffix('.id')}.{field}"
        names = [_get_only_name(record, field) for record in records]
    return path, operator, names if isinstance(value, (list, tuple)) else names[0]


class CustomerGradingPolicy(models.Model):
    _inherit = "customer.grading.policy"

    def _export_policy(self):
        """Return the content of the policy's file, keys in the order of the format.

        Loaded again it decides the same. What an addon ships is named only.
        """
        self.ensure_one()
        criteria = self.criterion_ids.sorted(lambda criterion: (criterion.sequence, criterion.id))
        keys = criteria._make_file_keys()
        grades = self.rule_ids.grade_id
        if self.decide_by == "hand":
            grades |= self.dimension_id.grade_ids
        content = {
            "format": FORMAT,
            "key": self._get_file_key(),
            "name": export_text(self, "name"),
            "note": self._export_note(),
            "dimension": self.dimension_id._export_dimension(grades.sorted()),
            "questions": [
                question._export_question() for question in criteria._get_question()._with_related()
            ],
            "measures": [
                measure._export_measure() for measure in criteria.measure_id._get_unshipped()
            ],
            "decide_by": self.decide_by,
            "applies_to": export_domain(self.env, self.domain, self.subject_model),
            "population": self.population if self.subject == "partner" else None,
            "opportunities": self.lead_population if self.subject == "lead" else None,
            "criteria": [
                criterion._export_criterion(keys)
                for criterion in criteria
                if not criterion.parent_id
            ],
            "rules": [rule._export_rule(keys) for rule in self.rule_ids],
            "changes": self._export_changes(),
        }
        return omit_defaults(content, "policy")

    def _export_changes(self):
        """Hook: return how grades change; an addon adds its keys."""
        usual = self.subject == "lead"
        content = {
            "upgrades": self.upgrade_timing,
            "upgrade_days": self.upgrade_days,
            "downgrades": self.downgrade_timing,
            "downgrade_days": self.downgrade_days,
            "grace_days": self.grace_days,
            "working_days": self.counts_working_days,
            "one_step": self.one_step,
            "probation_months": self.probation_months,
            "windows": [window._export_window() for window in self.window_ids],
            "stop_percent": simplify(self.stop_percent),
            "manual_months": self.manual_months,
        }
        if self.regrades_changed != usual:
            content["regrades_changed"] = self.regrades_changed
        return omit_defaults(content, "changes")

    def _get_file_key(self):
        """Return the name of the policy's file, without its ending."""
        self.ensure_one()
        if KEY_PATTERN.fullmatch(self.key or ""):
            return self.key
        return make_key(self.with_context(lang="en_US").name, (), "policy")

    def _export_note(self):
        """Return the note by language: paragraphs, or HTML where it has more than those."""
        note = export_text(self, "note")
        if isinstance(note, dict):
            return {language: self._split_paragraphs(text) for language, text in note.items()}
        return self._split_paragraphs(note)

    @staticmethod
    def _split_paragraphs(html):
        if html and PARAGRAPHS.fullmatch(html):
            return [unescape(text) for text in re.findall("<p>([^<>]*)</p>", html)]
        return html and str(html)


class CustomerGradingDimension(models.Model):
    _inherit = "customer.grading.dimension"

    def _export_dimension(self, grades):
        """Return the dimension with ``grades`` of it, best first."""
        self.ensure_one()
        content = {
            "code": self.code,
            "name": None if find_external_id(self) else export_text(self, "name"),
            "subject": self.subject,
            "company_scope": self.company_scope,
            "currency": self.currency_id.name if self.company_scope == "group" else None,
            "grades": [
                omit_defaults(
                    {
                        "code": grade.code,
                        "name": export_text(grade, "name"),
                        "color": grade.color,
                        "meaning": export_text(grade, "meaning"),
                    },
                    "grade",
                )
                for grade in grades
            ],
        }
        return omit_defaults(content, "dimension")


class CustomerGradingQuestion(models.Model):
    _inherit = "customer.grading.question"

    def _with_related(self):
        """Return the questions, and behind them those that they are decided on or outdated by."""
        questions, found = self, self
        while found:
            found = (found.basis_ids | found.contrary_ids) - questions
            questions |= found
        return questions

    def _export_question(self):
        """Return the question with its choices, best first."""
        self.ensure_one()
        content = {
            **{
                name: self[name]
                for name in ("code", "subject", "kind", "asked_of", "validity_months")
            },
            "name": export_text(self, "name"),
            "choices": [
                omit_defaults(
                    {"name": export_text(choice, "name"), "points": choice.points}, "choice"
                )
                for choice in self.choice_ids
            ],
            "points_max": self.points_max if self.kind == "points" else None,
            "unit": export_text(self, "unit_text") if self.kind == "number" else None,
            "groups": [export_record(group) for group in self.sudo().group_ids]
            if self.asked_of == "group"
            else [],
            "proof_required": self.proof_required,
            "basis": self.basis_ids.mapped("code"),
            "outdated_by": self.contrary_ids.mapped("code"),
            "description": export_text(self, "description"),
        }
        return omit_defaults(content, "question")


class CustomerGradingMeasure(models.Model):
    _inherit = "customer.grading.measure"

    def _get_unshipped(self):
        """Return the measures that people made, those that others are made of first."""
        measures = self.browse()
        for measure in self:
            parts = measure.numerator_id | measure.denominator_id | measure.base_measure_id
            measures |= parts._get_unshipped()
            if not find_external_id(measure):
                measures |= measure
        return measures

    def _export_measure(self):
        """Return the definition of a measure that people made."""
        self.ensure_one()
        content = {
            **{
                name: self[name] or None
                for name in (
                    "code",
                    "kind",
                    "category",
                    "unit",
                    "model_name",
                    "subject_path",
                    "company_field",
                    "date_field",
                    "value_field",
                    "tax_value_field",
                    "rate_field",
                    "uom_field",
                    "aggregate",
                    "empty_is",
                    "age",
                    "field_name",
                    "code_key",
                    "subject",
                )
            },
            "name": export_text(self, "name"),
            "description": export_text(self, "description"),
            "domain": self._export_documents_domain(),
            "numerator": self.numerator_id.code or None,
            "denominator": self.denominator_id.code or None,
            "base_measure": self.base_measure_id.code or None,
            "known_for_past": self.known_for_past,
            "groups": [export_record(group) for group in self.sudo().group_ids],
        }
        return omit_defaults(content, "measure")

    def _export_documents_domain(self):
        if self.kind != "documents" or self.model_name not in self.env:
            return None
        return export_domain(self.env, self.domain, self.model_name)


class CustomerGradingCriterion(models.Model):
    _inherit = "customer.grading.criterion"

    def _make_file_keys(self):
        """Return ``{criterion: key}``: the keys they have, else ones made of their names."""
        keys = {}
        for criterion in self:
            key = criterion.key
            if not KEY_PATTERN.fullmatch(key or "") or key in keys.values():
                name = criterion.with_context(lang="en_US").name
                taken = {*keys.values(), *self.mapped("key")}
                key = make_key(name, taken, "criterion")
            keys[criterion] = key
        return keys

    def _export_criterion(self, keys):
        """Return the criterion, with its parts where it combines some."""
        self.ensure_one()
        parts = self.child_ids.sorted(lambda part: (part.sequence, part.id))
        content = {
            "key": keys[self],
            "name": export_text(self, "name"),
            "weight": self.weight,
            "cap": self.cap,
            "bands": [band._export_band() for band in self.band_ids],
        }
        if self.kind == "measure":
            content.update(self._export_measuring())
        else:
            content.update(
                combine=self.kind,
                normalize_to=self.normalize_to,
                unknown_lowers_maximum=self.unknown_lowers_maximum,
                parts=[part._export_criterion(keys) for part in parts],
            )
        return omit_defaults(content, "criterion")

    def _export_measuring(self):
        """Return what a criterion on a measure looks at."""
        domains = {model: text for text, model in self._get_domains()}
        is_filter = self.measure_id.kind == "filter"
        only = None
        if not is_filter and self.model_name in domains:
            only = export_domain(self.env, domains[self.model_name], self.model_name)
        return {
            "measure": self.measure_id.code or None,
            "question": self.question_id.code if self.measure_id.kind == "question" else None,
            "dimension": self.dimension_id.code if self.measure_id.kind == "grade" else None,
            "roll_up": self.roll_up if self.is_rolled_up else None,
            "filter": export_domain(self.env, self.subject_domain, self.subject_model)
            if is_filter
            else None,
            "period": self._export_period() if self.has_period else None,
            "only": only,
            "with_tax": self.with_tax and self.has_tax,
            "whole_group": self._counts_whole_group(),
            "unit_of_measure": export_record(self.uom_id) if self.uom_id and self.has_uom else None,
            "rank": omit_defaults(
                {
                    "by": self.band_by,
                    "among": self.rank_among,
                    "within": self.rank_within,
                    "field": self.rank_field if self.rank_within == "field" else None,
                    "crossing": self.crossing,
                },
                "rank",
            )
            if self._is_ranked()
            else None,
        }

    def _export_choice(self, choice_id):
        """Return what names a choice: of a question, its name; else as any record."""
        choice = self.env[self._get_choice_model()].browse(choice_id)
        if choice._name == "customer.grade":
            return choice.code
        if choice._name == "customer.grading.question.choice":
            return choice.with_context(lang="en_US").name
        return export_record(choice)

    def _export_period(self):
        stretches = {
            "trailing": f"last_{self.period_unit}",
            "best_year": "best_of_years",
            "month_ends": "month_ends",
        }
        stretch = stretches.get(self.period)
        said = {stretch: self.period_count} if stretch else {"span": self.period}
        if self.period == "since_start":
            said = {"since": self.start_field}
        return omit_defaults({**said, "up_to": self.up_to}, "period")


class CustomerGradingBand(models.Model):
    _inherit = "customer.grading.band"

    def _export_band(self):
        """Return the level, from where it holds, and its points."""
        self.ensure_one()
        content = {"level": export_text(self, "level"), "points": self.points}
        content["for"] = export_domain(self.env, self.subject_domain, self.subject_model)
        if self.criterion_id._is_ranked():
            by_own = self.criterion_id.band_by == "own_share"
            content["own_percent" if by_own else "first_percent"] = self.lower
        elif self.unit == "choice":
            content["choice"] = self.criterion_id._export_choice(self.choice_id)
        else:
            content.update({"from": self.lower, "strict": self.strict})
        return omit_defaults(content, "band")


class CustomerGradingRule(models.Model):
    _inherit = "customer.grading.rule"

    def _export_rule(self, keys):
        """Return the requirement: its grade, and its conditions where it has any."""
        self.ensure_one()
        children = self._get_children()
        content = {"grade": self.grade_id.code}
        if self.limit_count:
            content["limit"] = omit_defaults(
                {
                    "count": self.limit_count,
                    "by": keys[self.limit_criterion_id],
                    "within": self.limit_within,
                },
                "limit",
            )
        if terms := self._export_terms():
            content["terms"] = terms
        if self.kind == "all" and not children:
            return content
        return {**content, **self._export_group(children, keys)}

    def _export_terms(self):
        """Return how the grade comes into effect where it differs from the policy."""
        return omit_defaults(
            {
                "timing": self.change_timing or None,
                "days": self.change_days,
                "review_months": self.review_months,
                "expiry_months": self.expiry_months,
            },
            "terms",
        )

    def _export_group(self, children, keys):
        lines = [
            line._export_condition(keys)
            if line.kind == "condition"
            else line._export_group(children, keys)
            for line in children.get(self, ())
        ]
        if self.kind in COUNTED_GROUPS:
            return {self.kind: self.count, "of": lines}
        return {self.kind: lines}

    def _export_condition(self, keys):
        """Return a condition: the criterion's key and what is asked of it."""
        asked = {"criterion": keys.get(self.criterion_id)}
        operator = self.operator
        if operator in ("known", "unknown"):
            return {**asked, "known": operator == "known"}
        if operator in ("yes", "no"):
            return {**asked, "is": operator == "yes"}
        if operator == "between":
            return {**asked, "between": [simplify(self.value), simplify(self.value_max)]}
        if operator == "is":
            choice = self.choice_id and self.criterion_id._export_choice(self.choice_id)
            return {**asked, "is": choice or self.text_value}
        if (operator or "").startswith("level_"):
            level = self.level_id.with_context(lang="en_US").level
            return {**asked, OPERATORS[operator]: level}
        return {**asked, OPERATORS.get(operator, "at_least"): simplify(self.value)}
