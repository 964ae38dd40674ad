"""The format of policy files as a JSON Schema, by which editors complete and check them."""

from .policy_format import COUNTED_GROUPS, FORMAT, GROUPS, KEY_PATTERN, UNTIL

DIALECT = "https://json-schema.org/draft/2020-12/schema"
STRINGS = {"type": "array", "items": {"type": "string"}}
TEXT = {"type": "string", "minLength": 1}
PLAIN = {
    "key": {"type": "string", "pattern": f"^{KEY_PATTERN.pattern}$"},
    "flag": {"type": "boolean"},
    "words": {"type": "boolean"},
    "date": {"type": "string", "pattern": "^[0-9]{4}-[0-9]{2}-[0-9]{2}$"},
    "bounds": {"type": "array", "items": {"type": "number"}, "minItems": 2, "maxItems": 2},
    "domain": {"type": ["array", "string"]},
    "answer": {"type": ["string", "boolean"]},
    "name": {"$ref": "#/$defs/texts"},
    "note": {"$ref": "#/$defs/notes"},
    **dict.fromkeys(("record", "code", "currency", "level", "option"), TEXT),
    **dict.fromkeys(("records", "codes"), STRINGS),
}


def make_schema(shapes, get_options):
    """Return the schema of a policy file, as JSON has it.

    :param shapes: the table of keys, ``{name: Shape}``
    :param get_options: gives the values of a choice, by the shape's model and the key

    >>> from .policy_format import Key, Shape
    >>> table = {"policy": Shape("p", {"name": Key("name", required=True)}),
    ...          "rule": Shape("r", {}), "condition": Shape("r", {})}
    >>> schema = make_schema(table, lambda model, key: [])
    >>> schema["$ref"], schema["$defs"]["policy"]["required"]
    ('#/$defs/policy', ['name'])
    """
    defs = {name: _get_object(shape, get_options) for name, shape in shapes.items()}
    lines = {"type": "array", "items": {"$ref": "#/$defs/line"}}
    groups = {
        **dict.fromkeys((*GROUPS, "of"), lines),
        **dict.fromkeys(COUNTED_GROUPS, _at_least(0)),
    }
    whole = {kind: ["of"] for kind in COUNTED_GROUPS}
    defs["rule"]["properties"] |= {**groups, UNTIL: lines}
    defs["rule"]["dependentRequired"] = whole
    defs |= {
        "group": {
            "type": "object",
            "properties": groups,
            "additionalProperties": False,
            "minProperties": 1,
            "dependentRequired": whole,
        },
        "line": {"anyOf": [{"$ref": "#/$defs/condition"}, {"$ref": "#/$defs/group"}]},
        "texts": _get_translated(TEXT),
        "notes": _get_translated({"anyOf": [{"type": "string"}, STRINGS]}),
    }
    return {
        "$schema": DIALECT,
        "title": "Grading policy",
        "description": f"A policy file of the addon Customer Grading, format {FORMAT}.",
        "$ref": "#/$defs/policy",
        "$defs": dict(sorted(defs.items())),
    }


def _get_object(shape, get_options):
    """Return the schema of one kind of object: its keys, and which of them it must have."""
    schema = {
        "type": "object",
        "properties": {
            name: _get_value(key, shape.model, get_options) for name, key in shape.items()
        },
        "additionalProperties": False,
    }
    if required := [name for name, key in shape.items() if key.required]:
        schema["required"] = required
    if shape.one_of:
        schema["oneOf"] = [{"required": [name]} for name in shape.one_of]
    for name, key in shape.items():
        if key.was:
            schema["properties"][key.was] = schema["properties"][name]
    return schema


def _get_value(key, model, get_options):
    """Return the schema of what stands behind a key."""
    if key.kind == "choice":
        return {"enum": list(get_options(model, key) if key.field else key.words)}
    if key.kind == "object":
        return {"$ref": f"#/$defs/{key.of}"}
    if key.kind in ("list", "lines", "rules"):
        return {"type": "array", "items": {"$ref": f"#/$defs/{key.of}"}}
    if key.kind in ("integer", "month"):
        return {"type": "integer", **_get_limits(key)}
    if key.kind == "number":
        return {"type": "number", **_get_limits(key)}
    if key.kind == "text":
        return {**TEXT, "maxLength": key.most} if key.most else TEXT
    return PLAIN[key.kind]


def _get_limits(key):
    limits = {"minimum": key.least, "maximum": key.most}
    return {name: limit for name, limit in limits.items() if limit is not None}


def _at_least(number):
    return {"type": "integer", "minimum": number}


def _get_translated(text):
    """Return the schema of a text, or of texts by language, English among them."""
    by_language = {"type": "object", "required": ["en"], "additionalProperties": text}
    return {"anyOf": [text, by_language]}
