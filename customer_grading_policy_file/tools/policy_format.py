"""The format of policy files: the table of their keys, and how they are written.

docs/policy-format.md says it for people. A new option is one line of the table.
"""

import json
import re
from typing import Any, NamedTuple

from odoo.addons.customer_grading.tools.period import LONGEST

FORMAT = 1
MAX_DEPTH = 3  # groups within groups, the requirement itself included
WIDTH = 96
WHOLE_FROM = 1e10  # numbers have no decimals from here on
KEY_PATTERN = re.compile(r"[a-z][a-z0-9_]*")
GROUPS = ("all", "any", "none")
COUNTED_GROUPS = ("at_least", "at_most")
UNTIL = "until"  # the lines on which who has the grade leaves it
# Where a band begins.
BAND_STARTS = ("from", "first_percent", "first", "own_percent", "from_percent", "choice")
# Comparison in a file -> operator of a condition.
LEVELS = {"level": "level_is", "level_at_least": "level_ge", "level_at_most": "level_le"}
DAY_WORDS = ("before", "after")
NUMBERS = {
    "at_least": "ge",
    "more_than": "gt",
    "at_most": "le",
    "less_than": "lt",
    "points_at_least": "points_ge",
    "points_more_than": "points_gt",
    "points_at_most": "points_le",
    "points_less_than": "points_lt",
    "within": "within",
}


class Key(NamedTuple):
    """What stands behind a key of an object in a policy file.

    :param kind: what it holds, which says how it is read, found, made and written:
        text, name (translated), note (translated HTML), key, integer, number, flag, date, bounds,
        choice (of a selection), words (a flag for values of a field), month, domain; record,
        records (by external id or name), code, codes, currency, level, option, answer (by what
        names them); object, list (made one by one), lines (made with their record), rules
    :param field: of the shape's model, named as the key where nothing is said; ``None``:
        named code makes it
    :param default: what a missing key stands for; such a value is not exported
    :param of: shape of an object or of a list's items, model of records, or the field that
        names a domain's model
    :param sets: values of other fields that the key stands for; it is exported only with them
    :param when: values that fields have wherever the key is exported
    :param words: the values of the field that true and false stand for; of a choice that is kept
        in the file alone, those that there are
    :param was: an older name under which it still loads
    """

    kind: str
    field: str | None = ""
    required: bool = False
    default: Any = None
    of: str = ""
    least: float | None = None
    most: float | None = None
    sets: Any = ()
    when: Any = ()
    words: Any = ()
    was: str = ""


class Shape(dict):
    """The keys of one kind of object, in their order.

    :ivar model: whose record, or part of a record, the object is
    :ivar one_of: keys of which exactly one stands in the object
    """

    def __init__(self, model, keys, one_of=()):
        super().__init__()
        self.model, self.one_of = model, one_of
        for name, key in keys.items():
            self[name] = key

    def __setitem__(self, name, key):
        """Add a key; its field is called as the key where nothing else is said."""
        return super().__setitem__(name, key._replace(field=name) if key.field == "" else key)

    def duplicate(self):
        """Return the same, to add keys to."""
        return Shape(self.model, self, self.one_of)


def read_shape(said):
    """Return the keys that an addon adds to a shape, said in JSON with the words of :class:`Key`.

    A shape of its own has a model, which is said beside its keys.

    >>> read_shape({"stars": {"kind": "integer", "most": 5}})["stars"].most
    5
    >>> read_shape({"model": "hotel.star", "keys": {"name": {"kind": "name"}}}).model
    'hotel.star'
    """
    keys = said.get("keys", said)
    own = said if keys is not said else {}
    shape = {name: Key(**key) for name, key in keys.items()}
    return Shape(own.get("model"), shape, tuple(own.get("one_of", ())))


POLICY = "customer.grading.policy"
DIMENSION = "customer.grading.dimension"
GRADE = "customer.grade"
QUESTION = "customer.grading.question"
MEASURE = "customer.grading.measure"
CRITERION = "customer.grading.criterion"
RULE = "customer.grading.rule"
GROUP = "res.groups"
DAYS = {"default": 0, "least": 0, "most": 3660}
MONTHS = {"default": 0, "least": 0, "most": 1200}
SPANS = ("this_year", "last_year", "this_fiscal_year", "last_fiscal_year", "all_time")
SHARE = Key("number", default=0, least=0, most=100)
LENGTHS = ("last_months", "last_days", "best_of_years", "month_ends")
COMBINED = ("sum", "best", "worst", "count", "first", "quotient")
RANKED = ("percentile", "share", "position", "own_share", "average", "median")

# fmt: off
SHAPES = {
    "policy": Shape(POLICY, {
        "format": Key("integer", None, required=True),
        "key": Key("key", required=True),
        "name": Key("name", required=True),
        "note": Key("note"),
        "dimension": Key("object", None, required=True, of="dimension"),
        "questions": Key("list", None, default=[], of="question"),
        "measures": Key("list", None, default=[], of="measure"),
        "decide_by": Key("choice", required=True),
        "applies_to": Key("domain", "domain", of="subject_model"),
        "in_force_from": Key("date", "date_from"),
        "records_from": Key("date"),
        "population": Key("choice", when={"subject": ("partner", "person", "group")}),
        "opportunities": Key("choice", "lead_population", default="open", when={"subject": "lead"}),
        "criteria": Key("list", None, default=[], of="criterion"),
        "rules": Key("rules", None, default=[], of="rule"),
        "changes": Key("object", default={}, of="changes"),
    }),
    "dimension": Shape(DIMENSION, {
        "code": Key("text", required=True),
        "name": Key("name"),
        "subject": Key("choice", default="partner"),
        "lead_types": Key("choice", default="opportunity", when={"subject": "lead"}),
        "company_scope": Key("choice", default="company"),
        "currency": Key("currency", "currency_id", when={"company_scope": "group"}),
        "rate_of": Key("choice", default="document", when={"company_scope": "group"}),
        "grades": Key("list", None, required=True, of="grade"),
    }),
    "grade": Shape(GRADE, {
        "code": Key("text", required=True, most=4),
        "name": Key("name", required=True),
        "color": Key("integer", default=0, least=0, most=11),
        "meaning": Key("name"),
        "follow_up": Key("list", None, default=[], of="cadence"),
        "deadlines": Key("list", None, default=[], of="deadline"),
        "benefits": Key("list", None, default=[], of="benefit"),
    }),
    # What follows from a grade is kept in the file for the addons that bring it about.
    "cadence": Shape("", one_of=("every", "times", "after", "yearly_on"), keys={
        "contact": Key("choice", None, default="any", words=("any", "call", "visit", "message")),
        "every": Key("object", None, of="span"),
        "times": Key("integer", None, least=1, most=366),
        "per": Key("choice", None, words=("week", "month", "quarter", "year")),
        "after": Key("list", None, of="step"),
        "anchor": Key("text", None),
        "yearly_on": Key("text", None),
        "working_days": Key("flag", None, default=False),
        "who": Key("choice", None, default="salesperson",
                   words=("salesperson", "team_leader", "officer")),
        "part_of_day": Key("choice", None, words=("morning", "afternoon", "evening")),
        "about": Key("name", None),
        "also_lower": Key("flag", None, default=False),
        "optional": Key("flag", None, default=False),
    }),
    "span": Shape("", one_of=("days", "weeks", "months"), keys={
        "days": Key("integer", None, least=0, most=3660),
        "weeks": Key("integer", None, least=0, most=520),
        "months": Key("integer", None, least=0, most=120),
    }),
    "step": Shape("", one_of=("days", "weeks", "months"), keys={
        "days": Key("integer", None, least=0, most=3660),
        "weeks": Key("integer", None, least=0, most=520),
        "months": Key("integer", None, least=0, most=120),
        "about": Key("name", None),
    }),
    "deadline": Shape("", {
        "kind": Key("choice", None, required=True, words=("first_response", "answer", "update")),
        "within": Key("object", None, required=True, of="deadline_span"),
        "while": Key("text", None),
        "remind": Key("flag", None, default=False),
    }),
    "deadline_span": Shape("", one_of=("minutes", "hours", "working_hours", "working_days"), keys={
        "minutes": Key("integer", None, least=1, most=10080),
        "hours": Key("integer", None, least=1, most=2160),
        "working_hours": Key("integer", None, least=1, most=720),
        "working_days": Key("integer", None, least=1, most=90),
    }),
    "benefit": Shape("", {
        "kind": Key("choice", None, required=True, words=(
            "promise", "payment_term", "pricelist", "credit_limit", "fiscal_position", "priority",
            "protection", "salesperson", "team", "tag", "lead_tag")),
        "text": Key("name", None),
        "value": Key("text", None),
        "amount": Key("number", None, least=0),
    }),
    "question": Shape(QUESTION, {
        "code": Key("text", required=True),
        "name": Key("name", required=True),
        "subject": Key("choice", default="partner"),
        "kind": Key("choice", required=True),
        "choices": Key("lines", "choice_ids", default=[], of="choice"),
        "points_max": Key("number", default=10, least=0, when={"kind": "points"}),
        "unit": Key("name", "unit_text", when={"kind": "number"}),
        "asked_of": Key("choice", default="salesperson"),
        "groups": Key("records", "group_ids", default=[], of=GROUP, when={"asked_of": "group"}),
        "validity_months": Key("integer", default=12, least=0, most=1200),
        "proof_required": Key("flag", default=False),
        "basis": Key("codes", "basis_ids", default=[], of=QUESTION),
        "outdated_by": Key("codes", "contrary_ids", default=[], of=QUESTION),
        "description": Key("name"),
    }),
    "choice": Shape("customer.grading.question.choice", {
        "name": Key("name", required=True),
        "points": Key("number", default=0),
    }),
    "measure": Shape(MEASURE, {
        "code": Key("text", required=True),
        "name": Key("name", required=True),
        "kind": Key("choice", required=True),
        "category": Key("choice", default="6_about"),
        "unit": Key("choice", required=True),
        "description": Key("name"),
        "model_name": Key("text"),
        "domain": Key("domain", default=[], of="model_name", when={"kind": "documents"}),
        "subject_path": Key("text"),
        "company_field": Key("text"),
        "date_field": Key("text"),
        "value_field": Key("text"),
        "tax_value_field": Key("text"),
        "rate_field": Key("text"),
        "uom_field": Key("text"),
        "aggregate": Key("choice", default="sum"),
        "empty_is": Key("choice", default="zero"),
        "age": Key("choice", default="since"),
        "field_name": Key("text"),
        "numerator": Key("code", "numerator_id", of=MEASURE),
        "denominator": Key("code", "denominator_id", of=MEASURE),
        "base_measure": Key("code", "base_measure_id", of=MEASURE),
        "code_key": Key("choice"),
        "subject": Key("choice", default="partner"),
        "known_for_past": Key("flag", default=True),
        "groups": Key("records", "group_ids", default=[], of=GROUP),
    }),
    "criterion": Shape(CRITERION, one_of=("measure", "combine"), keys={
        "key": Key("key", required=True),
        "name": Key("name", required=True),
        "measure": Key("code", "measure_id", of=MEASURE, sets={"kind": "measure"}),
        "combine": Key("choice", "kind", when={"kind": COMBINED}),
        "question": Key("code", "question_id", of=QUESTION),
        "dimension": Key("code", "dimension_id", of=DIMENSION),
        "roll_up": Key("choice", default="best", when={"is_rolled_up": True}),
        "filter": Key("domain", "subject_domain", of="subject_model"),
        "period": Key("object", of="period"),
        "only": Key("domain", "document_domain", default=[], of="model_name"),
        "with_tax": Key("flag", default=False),
        "whole_group": Key("flag", default=False),
        "group_field": Key("text", when={"whole_group": True}),
        "credit_notes": Key("choice"),
        "whose": Key("choice"),
        "least_base": Key("number", default=0, least=0),
        "counted_in": Key("choice", "age_unit"),
        "counted": Key("choice", "age", default="until"),
        "zero_is_unknown": Key("flag", default=False),
        "unit_of_measure": Key("record", "uom_id", of="uom.uom"),
        "tolerance": Key("object", default={}, of="tolerance"),
        "weight": Key("number", default=1),
        "cap": Key("number", default=0, least=0),
        "normalize_to": Key("number", default=0, least=0),
        "unknown_lowers_maximum": Key("flag", default=False),
        "rank": Key("object", of="rank", when={"band_by": RANKED}),
        "bands": Key("lines", "band_ids", default=[], of="band"),
        "linear": Key("flag", default=False),
        "parts": Key("list", None, default=[], of="criterion"),
    }),
    "period": Shape(CRITERION, one_of=(*LENGTHS, "since", "span"), keys={
        "last_months": Key("integer", "period_count", least=1, most=LONGEST["months"],
                           sets={"period": "trailing", "period_unit": "months"}),
        "last_days": Key("integer", "period_count", least=1, most=LONGEST["days"],
                         sets={"period": "trailing", "period_unit": "days"}),
        "best_of_years": Key("integer", "period_count", least=1, most=LONGEST["best_year"],
                             sets={"period": "best_year"}),
        "month_ends": Key("integer", "period_count", least=1, most=LONGEST["month_ends"],
                          sets={"period": "month_ends"}),
        "since": Key("text", "start_field", sets={"period": "since_start"}),
        "span": Key("choice", "period", when={"period": SPANS}),
        "up_to": Key("choice", default="day"),
    }),
    "tolerance": Shape(CRITERION, {
        "days": Key("integer", "tolerance_days", **DAYS),
        "working_days": Key("flag", "tolerance_working_days", default=False),
        "amount": Key("number", "tolerance_amount", default=0, least=0),
        "percent": Key("number", "tolerance_percent", default=0, least=0, most=100),
    }),
    "rank": Shape(CRITERION, {
        "by": Key("choice", "band_by", required=True, when={"band_by": RANKED}),
        "from": Key("choice", "rank_from", default="top"),
        "among": Key("choice", "rank_among", default="positive"),
        "within": Key("choice", "rank_within", default="all"),
        "field": Key("text", "rank_field", when={"rank_within": "field"}),
        "crossing": Key("choice", default="in"),
    }),
    "band": Shape("customer.grading.band", {
        "from": Key("number", "lower"),
        "strict": Key("flag", default=False),
        "to": Key("number", None),
        "first_percent": Key("number", "lower", least=0, most=100),
        "first": Key("number", "lower", least=1),
        "own_percent": Key("number", "lower", least=0, most=100),
        "from_percent": Key("number", "lower"),
        "choice": Key("option", "choice_id"),
        "for": Key("domain", "subject_domain", default=[], of="subject_model"),
        "level": Key("name"),
        "points": Key("number", default=0),
        "suggest_percent": SHARE,
    }),
    "changes": Shape(POLICY, {
        "upgrades": Key("choice", "upgrade_timing"),
        "downgrades": Key("choice", "downgrade_timing"),
        "upgrade_days": Key("integer", **DAYS),
        "downgrade_days": Key("integer", **{**DAYS, "default": None}),
        "grace_days": Key("integer", **DAYS),
        "working_days": Key("flag", "counts_working_days", default=False),
        "one_step": Key("flag", default=False),
        "probation_months": Key("integer", **MONTHS),
        "windows": Key("list", "window_ids", default=[], of="window"),
        "regrades_changed": Key("flag"),
        "stop_percent": Key("number", least=0, most=100),
        "manual_months": Key("integer", **{**MONTHS, "default": None}),
    }),
    "window": Shape("customer.grading.review.window", {
        "first_day": Key("integer", required=True, least=1, most=31),
        "first_month": Key("month", required=True, least=1, most=12),
        "last_day": Key("integer", required=True, least=1, most=31),
        "last_month": Key("month", required=True, least=1, most=12),
    }),
    "rule": Shape(RULE, {
        "grade": Key("code", "grade_id", required=True, of=GRADE),
        "limit": Key("object", of="limit", when={"limit_count": True}),
        "terms": Key("object", default={}, of="terms"),
    }),
    "limit": Shape(RULE, {
        "count": Key("integer", "limit_count", required=True, least=1),
        "by": Key("code", "limit_criterion_id", required=True, of=CRITERION),
        "within": Key("choice", "limit_within", default="all"),
        "field": Key("text", "limit_field", when={"limit_within": "field"}),
    }),
    "terms": Shape(RULE, {
        "timing": Key("choice", "change_timing"),
        "days": Key("integer", "change_days", **DAYS),
        "review_months": Key("integer", **MONTHS),
        "expiry_months": Key("integer", **MONTHS),
    }),
    "condition": Shape(RULE, one_of=(*NUMBERS, *LEVELS, *DAY_WORDS, "between", "is", "known"), keys={
        "criterion": Key("code", "criterion_id", required=True, of=CRITERION),
        **{name: Key("number", "value", sets={"operator": op}) for name, op in NUMBERS.items()},
        **{name: Key("level", "level_id", sets={"operator": op}) for name, op in LEVELS.items()},
        "between": Key("bounds", "value", sets={"operator": "between"}),
        **{name: Key("date", "date_value", sets={"operator": name}) for name in DAY_WORDS},
        "is": Key("answer", "choice_id", when={"operator": ("is", "yes", "no")}),
        "known": Key("words", "operator", words=("known", "unknown")),
        "if_unknown": Key("choice"),
        "suggest_percent": SHARE,
    }),
}
# fmt: on


def simplify(value):
    """Return a whole number as an integer, anything else as it is.

    So large a number as :data:`WHOLE_FROM` is one: what Odoo rounds to four decimals then ends
    in others than it began with.

    >>> simplify(3.0), simplify(2.5), simplify(500_000_000_000.0001)
    (3, 2.5, 500000000000)
    """
    if isinstance(value, float) and (value.is_integer() or abs(value) >= WHOLE_FROM):
        return round(value)
    return value


def walk_criteria(content):
    """Yield the criteria of a policy file, and the parts of each.

    >>> [c["key"] for c in walk_criteria({"criteria": [{"key": "a", "parts": [{"key": "b"}]}]})]
    ['a', 'b']
    """
    for criterion in content.get("criteria", content.get("parts", ())):
        yield criterion
        yield from walk_criteria({"parts": criterion.get("parts", ())})


LISTS = ("list", "lines", "rules")


def restore_wording(now, made, said, shapes, shape="policy"):
    """Return ``now`` as the file ``said`` it, wherever it is still what was ``made`` of the file.

    That is what means the same and cannot be told from the records: texts in one language, or
    in languages that are not active; what was said although it goes without saying; what was
    left out although it would be said. Anywhere else the records are right.

    >>> table = {"policy": Shape("p", {"name": Key("name"), "marks": Key("list", of="mark")}),
    ...          "mark": Shape("m", {"code": Key("text"), "color": Key("integer", default=0)})}
    >>> said = {"name": {"en": "A"}, "marks": [{"code": "a", "color": 0}]}
    >>> restore_wording({"name": "B", "marks": [{"code": "a"}]},
    ...                 {"name": "A", "marks": [{"code": "a"}]}, said, table)
    {'name': 'B', 'marks': [{'code': 'a', 'color': 0}]}
    """
    content = {}
    for name, key in shapes[shape].items():
        value, was, words = now.get(name), made.get(name), said.get(name)
        if value == was and _is_wording(was, words, key):
            value = words if key.field else _put_in_order(words, key, shapes)
        elif key.kind == "object":
            value = restore_wording(value or {}, was or {}, words or {}, shapes, key.of) or None
        elif key.kind in LISTS and value and words:
            was, words = _get_places(was or ()), _get_places(words)
            value = [
                restore_wording(item, was.get(place, {}), words[place], shapes, key.of)
                if place in words
                else item
                for place, item in _get_places(value).items()
            ]
        if value is not None:
            content[name] = value
    return {**content, **{name: now[name] for name in now if name not in shapes[shape]}}


def _put_in_order(said, key, shapes):
    """Return what the file alone keeps, with the keys of its objects in the order of the table."""
    if isinstance(said, list) and key.kind in LISTS:
        return [_put_in_order(item, key, shapes) for item in said]
    if not isinstance(said, dict) or key.of not in shapes:
        return said
    return {
        name: _put_in_order(said[name], own, shapes)
        for name, own in shapes[key.of].items()
        if name in said
    }


def _get_places(items):
    """Return items by their code, key or position."""
    return {
        item.get("code") or item.get("key") or position: item for position, item in enumerate(items)
    }


def _is_wording(made, said, key):
    if said is None:
        return not key.required
    if key.kind == "note" or made is None:
        return key.kind in ("name", "note") or said == key.default or key.field is None
    if key.kind == "name":
        return _get_english(made) == _get_english(said)
    if key.kind in ("domain", "record", "option", "answer"):
        return True  # a record goes by its external id and by its name
    return key.kind in ("records", "codes") and sorted(made) == sorted(said)


def _get_english(text):
    return text["en"] if isinstance(text, dict) else text


# ------------------------------------------------------------------ writing


def write(content):
    """Return ``content`` as the text of a file: short objects on one line.

    >>> print(write({"grades": [{"code": "A"}, {"code": "B"}]}), end="")
    {"grades": [{"code": "A"}, {"code": "B"}]}
    """
    return _write(content, "", "") + "\n"


def _write(value, indent, before):
    line = json.dumps(value, ensure_ascii=False)
    short = len(indent) + len(before) + len(line) <= WIDTH
    if short or not value or not isinstance(value, (dict, list)):
        return line
    inner, is_object = indent + "  ", isinstance(value, dict)
    items = value.items() if is_object else enumerate(value)
    lines = []
    for key, item in items:
        label = f"{json.dumps(key, ensure_ascii=False)}: " if is_object else ""
        lines.append(inner + label + _write(item, inner, label))
    opening, closing = "{}" if is_object else "[]"
    return "\n".join([opening, ",\n".join(lines), indent + closing])
