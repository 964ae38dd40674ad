"""The format of policy files: which keys there are, in their order, and what they hold.

docs/policy-format.md says it for people.
"""

import json
import re
from typing import Any, NamedTuple

FORMAT = 1
MAX_DEPTH = 3  # groups within groups, the requirement itself included
WIDTH = 96
KEY_PATTERN = re.compile(r"[a-z][a-z0-9_]*")

# Comparison in a file -> operator of a condition. “is” and “known” are told by their value.
COMPARISONS = {
    "at_least": "ge",
    "more_than": "gt",
    "at_most": "le",
    "less_than": "lt",
    "level": "level_is",
    "level_at_least": "level_ge",
    "level_at_most": "level_le",
    "points_at_least": "points_ge",
    "points_more_than": "points_gt",
    "points_at_most": "points_le",
    "points_less_than": "points_lt",
}
GROUPS = ("all", "any", "none")
BAND_STARTS = ("from", "first_percent", "own_percent")  # keys of a number where a band begins
COUNTED_GROUPS = ("at_least", "at_most")


class Key(NamedTuple):
    """What stands behind a key of an object in a policy file.

    :param kind: text, key, name, note, integer, number, flag, choice, domain, texts,
        bounds, object, list or rules
    :param default: what a missing key stands for; such a value is not exported
    :param options: of a choice, ``model.field`` whose values may be chosen
    :param of: name of the shape of an object, or of a list's items
    """

    kind: str
    required: bool = False
    default: Any = None
    options: str = ""
    of: str = ""
    least: float | None = None
    most: float | None = None


POLICY = "customer.grading.policy"
CRITERION = "customer.grading.criterion"
RULE = "customer.grading.rule"
MEASURE = "customer.grading.measure"
QUESTION = "customer.grading.question"
DIMENSION = "customer.grading.dimension"

SHAPES = {
    "policy": {
        "format": Key("integer", required=True),
        "key": Key("key", required=True),
        "name": Key("name", required=True),
        "note": Key("note"),
        "dimension": Key("object", required=True, of="dimension"),
        "questions": Key("list", default=[], of="question"),
        "measures": Key("list", default=[], of="measure"),
        "decide_by": Key("choice", required=True, options=f"{POLICY}.decide_by"),
        "applies_to": Key("domain"),
        "population": Key("choice", options=f"{POLICY}.population"),
        "opportunities": Key("choice", default="open", options=f"{POLICY}.lead_population"),
        "criteria": Key("list", default=[], of="criterion"),
        "rules": Key("rules", default=[]),
        "changes": Key("object", default={}, of="changes"),
    },
    "dimension": {
        "code": Key("text", required=True),
        "name": Key("name"),
        "subject": Key("choice", default="partner", options=f"{DIMENSION}.subject"),
        "company_scope": Key("choice", default="company", options=f"{DIMENSION}.company_scope"),
        "currency": Key("text"),
        "grades": Key("list", required=True, of="grade"),
    },
    "grade": {
        "code": Key("text", required=True, most=4),
        "name": Key("name", required=True),
        "color": Key("integer", default=0, least=0, most=11),
        "meaning": Key("name"),
    },
    "question": {
        "code": Key("text", required=True),
        "name": Key("name", required=True),
        "subject": Key("choice", default="partner", options=f"{QUESTION}.subject"),
        "kind": Key("choice", required=True, options=f"{QUESTION}.kind"),
        "choices": Key("list", default=[], of="choice"),
        "points_max": Key("number", default=10, least=0),
        "unit": Key("name"),
        "asked_of": Key("choice", default="salesperson", options=f"{QUESTION}.asked_of"),
        "groups": Key("texts", default=[]),
        "validity_months": Key("integer", default=12, least=0, most=1200),
        "proof_required": Key("flag", default=False),
        "basis": Key("texts", default=[]),
        "outdated_by": Key("texts", default=[]),
        "description": Key("name"),
    },
    "choice": {
        "name": Key("name", required=True),
        "points": Key("number", default=0),
    },
    "measure": {
        "code": Key("text", required=True),
        "name": Key("name", required=True),
        "kind": Key("choice", required=True, options=f"{MEASURE}.kind"),
        "category": Key("choice", default="6_about", options=f"{MEASURE}.category"),
        "unit": Key("choice", required=True, options=f"{MEASURE}.unit"),
        "description": Key("name"),
        "model_name": Key("text"),
        "domain": Key("domain", default=[]),
        "subject_path": Key("text"),
        "company_field": Key("text"),
        "date_field": Key("text"),
        "value_field": Key("text"),
        "tax_value_field": Key("text"),
        "rate_field": Key("text"),
        "uom_field": Key("text"),
        "aggregate": Key("choice", default="sum", options=f"{MEASURE}.aggregate"),
        "empty_is": Key("choice", default="zero", options=f"{MEASURE}.empty_is"),
        "age": Key("choice", default="since", options=f"{MEASURE}.age"),
        "field_name": Key("text"),
        "numerator": Key("text"),
        "denominator": Key("text"),
        "base_measure": Key("text"),
        "code_key": Key("choice", options=f"{MEASURE}.code_key"),
        "subject": Key("choice", default="partner", options=f"{MEASURE}.subject"),
        "known_for_past": Key("flag", default=True),
        "groups": Key("texts", default=[]),
    },
    "criterion": {
        "key": Key("key", required=True),
        "name": Key("name", required=True),
        "measure": Key("text"),
        "combine": Key("choice", options=f"{CRITERION}.kind"),
        "question": Key("text"),
        "dimension": Key("text"),
        "roll_up": Key("choice", default="best", options=f"{CRITERION}.roll_up"),
        "filter": Key("domain"),
        "period": Key("object", of="period"),
        "only": Key("domain", default=[]),
        "with_tax": Key("flag", default=False),
        "whole_group": Key("flag", default=False),
        "unit_of_measure": Key("text"),
        "weight": Key("number", default=1),
        "cap": Key("number", default=0, least=0),
        "normalize_to": Key("number", default=0, least=0),
        "unknown_lowers_maximum": Key("flag", default=False),
        "rank": Key("object", of="rank"),
        "bands": Key("list", default=[], of="band"),
        "parts": Key("list", default=[], of="criterion"),
    },
    "period": {
        "last_months": Key("integer", least=1, most=1200),
        "last_days": Key("integer", least=1, most=36500),
        "best_of_years": Key("integer", least=1, most=20),
        "month_ends": Key("integer", least=1, most=36),
        "since": Key("text"),
        "span": Key("choice", options=f"{CRITERION}.period"),
        "up_to": Key("choice", default="day", options=f"{CRITERION}.up_to"),
    },
    "rank": {
        "by": Key("choice", required=True, options=f"{CRITERION}.band_by"),
        "among": Key("choice", default="positive", options=f"{CRITERION}.rank_among"),
        "within": Key("choice", default="all", options=f"{CRITERION}.rank_within"),
        "field": Key("text"),
        "crossing": Key("choice", default="in", options=f"{CRITERION}.crossing"),
    },
    "band": {
        "from": Key("number"),
        "strict": Key("flag", default=False),
        "to": Key("number"),
        "first_percent": Key("number", least=0, most=100),
        "own_percent": Key("number", least=0, most=100),
        "choice": Key("text"),
        "for": Key("domain", default=[]),
        "level": Key("name"),
        "points": Key("number", default=0),
    },
    "changes": {
        "upgrades": Key("choice", options=f"{POLICY}.upgrade_timing"),
        "downgrades": Key("choice", options=f"{POLICY}.downgrade_timing"),
        "upgrade_days": Key("integer", default=0, least=0, most=3660),
        "downgrade_days": Key("integer", least=0, most=3660),
        "grace_days": Key("integer", default=0, least=0, most=3660),
        "working_days": Key("flag", default=False),
        "one_step": Key("flag", default=False),
        "probation_months": Key("integer", default=0, least=0, most=1200),
        "windows": Key("list", default=[], of="window"),
        "regrades_changed": Key("flag"),
        "stop_percent": Key("number", least=0, most=100),
        "manual_months": Key("integer", least=0, most=1200),
    },
    "window": {
        "first_day": Key("integer", required=True, least=1, most=31),
        "first_month": Key("integer", required=True, least=1, most=12),
        "last_day": Key("integer", required=True, least=1, most=31),
        "last_month": Key("integer", required=True, least=1, most=12),
    },
    "terms": {
        "timing": Key("choice", options=f"{RULE}.change_timing"),
        "days": Key("integer", default=0, least=0, most=3660),
        "review_months": Key("integer", default=0, least=0, most=1200),
        "expiry_months": Key("integer", default=0, least=0, most=1200),
    },
    "limit": {
        "count": Key("integer", required=True, least=1),
        "by": Key("text", required=True),
        "within": Key("choice", default="all", options=f"{RULE}.limit_within"),
    },
    "condition": {
        "criterion": Key("text", required=True),
        **{name: Key("number") for name in COMPARISONS if not name.startswith("level")},
        **{name: Key("text") for name in COMPARISONS if name.startswith("level")},
        "between": Key("bounds"),
        "is": Key("flag_or_text"),
        "known": Key("flag"),
    },
}

# One of these says what a period is, how a criterion comes to a value, what a condition asks.
ALTERNATIVES = {
    "period": ("last_months", "last_days", "best_of_years", "month_ends", "since", "span"),
    "criterion": ("measure", "combine"),
    "condition": (*COMPARISONS, "between", "is", "known"),
}


def omit_defaults(content, shape, shapes=SHAPES):
    """Return ``content`` in the order of its shape, without what goes without saying.

    >>> omit_defaults({"points": 0.0, "level": "High", "from": 95.0, "strict": False}, "band")
    {'from': 95, 'level': 'High'}
    """
    kept = {}
    for name, key in shapes[shape].items():
        value = content.get(name)
        if value is not None and value != key.default:
            kept[name] = simplify(value)
    return kept


def simplify(value):
    """Return a whole number as an integer, anything else as it is."""
    return int(value) if isinstance(value, float) and value.is_integer() else value


def make_key(name, taken, fallback):
    """Return a key made of ``name`` that is not among ``taken``.

    >>> make_key("Invoiced revenue, 12 months", set(), "criterion")
    'invoiced_revenue_12_months'
    >>> make_key("开票收入", {"criterion"}, "criterion")
    'criterion_2'
    """
    stem = re.sub(r"[^a-z0-9]+", "_", (name or "").lower()).strip("_")
    stem = re.sub(r"^[0-9_]+", "", stem)[:40].strip("_") or fallback
    key, number = stem, 1
    while key in taken:
        number += 1
        key = f"{stem}_{number}"
    return key


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
    inner = indent + "  "
    if isinstance(value, dict):
        labels = [json.dumps(key, ensure_ascii=False) + ": " for key in value]
        items = [
            label + _write(item, inner, label)
            for label, item in zip(labels, value.values(), strict=True)
        ]
        opening, closing = "{", "}"
    else:
        items = [_write(item, inner, "") for item in value]
        opening, closing = "[", "]"
    body = ",\n".join(inner + item for item in items)
    return f"{opening}\n{body}\n{indent}{closing}"
