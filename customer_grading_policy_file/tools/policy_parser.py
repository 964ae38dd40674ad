"""Reads the text of a policy file."""

import json
from datetime import date
from difflib import get_close_matches

from .policy_format import (
    COUNTED_GROUPS,
    FORMAT,
    GROUPS,
    KEY_PATTERN,
    MAX_DEPTH,
    UNTIL,
    Key,
    simplify,
)
from .policy_problems import PROBLEMS

# Kinds of keys that are written as another one is: what they name is found by the loader.
WRITTEN_AS = {
    **dict.fromkeys(("record", "code", "currency", "level", "option"), "text"),
    **dict.fromkeys(("records", "codes"), "texts"),
    "month": "integer",
    "words": "flag",
    "lines": "list",
}
# The types of a value, as JSON has them, and what is said where it has another one.
TYPES = {
    "text": ([str], "no_text"),
    "texts": ([list], "no_texts"),
    "integer": ([int], "no_integer"),
    "number": ([int, float], "no_number"),
    "flag": ([bool], "no_flag"),
    "answer": ([str, bool], "no_answer"),
    "date": ([str], "no_day"),
    "domain": ([list, str], "no_filter"),
    "bounds": ([list], "no_bounds"),
    **dict.fromkeys(("list", "rules"), ([list], "no_list")),
}
# What a person writes stays far below: a policy of 200 requirements is no regulation.
MOST_CHARACTERS = 1_000_000
MOST_ITEMS = {"rules": 200, "criteria": 200, "measures": 200, "questions": 200}
MOST_IN_A_LIST = 1_000
TOLD_PROBLEMS = 50
TOLD_CHARACTERS = 120
EVERYBODY = {"kind": "all", "count": 1}  # the group of a requirement without conditions


class PolicyParser:
    """Sorts the content of a policy file into what can be read and what is wrong.

    What stands behind a key (is there such a measure, may the author read the field) is
    asked by the loader, which has the database.

    :param translate: takes a text of :data:`PROBLEMS`, as ``env._`` does
    :param shapes: the table of keys, ``{name: Shape}``
    :param get_options: gives the values of a choice, by the shape's model and the key
    :param languages: codes of the languages that names may be written in
    :param find_addon: gives the addon, not installed, that knows a key of a shape

    >>> from odoo.addons.customer_grading_policy_file.tools.policy_format import Shape
    >>> table = {"changes": Shape("p", {"upgrades": Key("choice"), "stop_percent": Key("number")})}
    >>> parser = PolicyParser(lambda text: text._source, table, lambda model, key: ["now"])
    >>> parser.read_object({"upgrades": "never", "stop_percents": 1}, "changes", "changes")
    {}
    >>> for problem in parser.problems: print(problem)
    ('changes.stop_percents', 'there is no such key. The nearest one is “stop_percent”.')
    ('changes.upgrades', '“never” is not possible. Write one of: now.')
    """

    def __init__(self, translate, shapes, get_options, languages=(), find_addon=lambda *key: None):
        self.translate = translate
        self.shapes = shapes
        self.get_options = get_options
        self.languages = ("en", *languages)
        self.find_addon = find_addon
        self.problems = []

    def get_text(self, problem, **values):
        """Return the text of a key of :data:`PROBLEMS`."""
        return self.translate(PROBLEMS[problem]) % values

    def refuse(self, path, problem, **values):
        """Note what is wrong at ``path``; reading goes on."""
        values = {name: shorten(value) for name, value in values.items()}
        self.problems.append((shorten(path) or "-", self.get_text(problem, **values)))

    def parse(self, text):
        """Return the object that ``text`` holds, or ``None`` after noting why there is none."""
        if len(text) > MOST_CHARACTERS:
            return self.refuse("", "file_too_long", most=MOST_CHARACTERS)
        try:
            data = json.loads(
                text.removeprefix("\ufeff"),
                object_pairs_hook=self._get_object,
                parse_constant=self._refuse_constant,
            )
        except (ValueError, RecursionError) as error:
            return self.refuse("", "no_json", error=error)
        if "\x00" in text or "\\u0000" in text:
            return self.refuse("", "null_character")
        if not _is_written(data):
            return self.refuse("", "half_character")
        if not isinstance(data, dict):
            return self.refuse("", "no_object_file")
        if data.get("format") != FORMAT or isinstance(data["format"], bool):
            return self.refuse("format", "other_format", known=FORMAT, found=data.get("format"))
        return data

    def _get_object(self, pairs):
        data = {}
        for key, value in pairs:
            if key in data:
                self.refuse(key, "key_twice")
            data[key] = value
            if len(data) > MOST_IN_A_LIST:
                raise ValueError(self.get_text("too_many", count=len(pairs), most=MOST_IN_A_LIST))
        return data

    def _refuse_constant(self, constant):
        raise ValueError(constant)

    def read_object(self, data, shape, path=""):
        """Return what can be read of the object ``data``, in the order of its shape."""
        if not isinstance(data, dict):
            return self.refuse(path, "no_object") or {}
        keys = self.shapes[shape]
        for name, key in keys.items():
            if key.was and key.was in data and name not in data:
                data[name] = data.pop(key.was)
        for name in [name for name in data if name not in keys]:
            self._refuse_unknown(f"{path}.{name}".strip("."), name, shape)
        content = {}
        for name, key in keys.items():
            where = f"{path}.{name}".strip(".")
            if name in data:
                value = self._read(data[name], key, where, keys.model)
                if value is not None:
                    content[name] = value
            elif key.required:
                self.refuse(where, "key_needed")
        if keys.one_of and sum(name in data for name in keys.one_of) != 1:
            self.refuse(path, "one_key_needed", keys=", ".join(keys.one_of))
        return content

    def _refuse_unknown(self, path, name, shape):
        keys = self.shapes[shape]
        if len(self.problems) > TOLD_PROBLEMS:
            self.refuse(path, "key_unknown", keys="...")  # it is only counted
        elif addon := self.find_addon(shape, name):
            self.refuse(path, "key_of_addon", addon=addon)
        elif near := get_close_matches(name, keys, n=1):
            self.refuse(path, "key_misspelt", key=near[0])
        else:
            self.refuse(path, "key_unknown", keys=", ".join(keys))

    # ------------------------------------------------------------------ kinds of values

    def _read(self, value, key, path, model=""):
        """Return what stands behind a key, or ``None`` after noting what is wrong."""
        kind = WRITTEN_AS.get(key.kind, key.kind)
        types, problem = TYPES.get(kind, (None, None))
        if types and type(value) not in types:
            return self.refuse(path, problem)
        most = MOST_ITEMS.get(path, MOST_IN_A_LIST)
        if isinstance(value, list) and len(value) > most:
            return self.refuse(path, "too_many", count=len(value), most=most)
        if kind == "choice":
            options = self.get_options(model, key) if key.field else key.words
            return self._read_choice(value, options, path)
        read = getattr(self, f"_read_{kind}", None)
        return read(value, key, path) if read else value

    def _read_choice(self, value, options, path):
        if value in options:
            return value
        return self.refuse(path, "no_choice", value=value, options=", ".join(options))

    def _read_text(self, value, key, path):
        if not value.strip():
            return self.refuse(path, "no_text")
        if key.most and len(value) > key.most:
            return self.refuse(path, "too_long", text=value, most=key.most)
        return value

    def _read_key(self, value, key, path):
        if isinstance(value, str) and KEY_PATTERN.fullmatch(value):
            return value
        return self.refuse(path, "no_key", key=value)

    def _read_name(self, value, key, path):
        """A text, or a text by language, English first: ``{"en": ..., "zh_CN": ...}``."""
        return self._read_translated(value, path, lambda text: isinstance(text, str) and text)

    def _read_note(self, value, key, path):
        """As a name, each text being HTML, or a list of plain paragraphs."""

        def is_note(text):
            lines = text if isinstance(text, list) else [text]
            return all(isinstance(line, str) for line in lines)

        return self._read_translated(value, path, is_note)

    def _read_translated(self, value, path, is_text):
        texts = value if isinstance(value, dict) else {"en": value}
        if "en" not in texts:
            self.refuse(f"{path}.en", "no_english")
        for language, text in texts.items():
            if language not in self.languages:
                self.refuse(f"{path}.{language}", "no_language", code=language)
            if not is_text(text):
                return self.refuse(f"{path}.{language}", "no_text")
        return {"en": texts["en"], **texts} if "en" in texts else None

    def _read_number(self, value, key, path):
        # An integer is compared first: one of hundreds of digits fits into no float.
        if not abs(value) < 1e12 or simplify(round(value, 4)) != value:
            return self.refuse(path, "number_too_fine")
        if key.least is not None and value < key.least:
            return self.refuse(path, "too_little", value=value, least=key.least)
        if key.most is not None and value > key.most:
            return self.refuse(path, "too_much", value=value, most=key.most)
        return value

    _read_integer = _read_number

    def _read_answer(self, value, key, path):
        """Yes or no, or the name of a choice."""
        return self.refuse(path, "no_answer") if value == "" else value

    def _read_date(self, value, key, path):
        try:
            day = date.fromisoformat(value).isoformat()
        except ValueError:
            day = None
        return value if day == value else self.refuse(path, "no_day")

    def _read_texts(self, value, key, path):
        if all(isinstance(text, str) for text in value):
            return value
        return self.refuse(path, "no_texts")

    def _read_bounds(self, value, key, path):
        if len(value) != 2:
            return self.refuse(path, "no_bounds")
        bounds = [self._read(bound, Key("number"), where) for where, bound in _walk(value, path)]
        if None not in bounds and bounds[0] > bounds[1]:
            return self.refuse(path, "bounds_reversed", least=bounds[0], most=bounds[1])
        return None if None in bounds else bounds

    def _read_object(self, value, key, path):
        return self.read_object(value, key.of, path)

    def _read_list(self, value, key, path):
        """Return as many items as there are, so that their places can be named later."""
        return [self.read_object(item, key.of, where) for where, item in _walk(value, path)]

    # ------------------------------------------------------------------ rules

    def _read_rules(self, value, key, path):
        """Return what requirements say, and ``{"kind", "count", "lines"}`` of their groups.

        Lines are flat, in the order of the file, each with its ``depth`` and ``path``.
        """
        own, rules = self.shapes[key.of], []
        for where, data in _walk(value, path):
            group, leaving, lines = {}, None, []
            if isinstance(data, dict):
                group = {name: value for name, value in data.items() if name not in (*own, UNTIL)}
                leaving = data.get(UNTIL)
                data = {name: value for name, value in data.items() if name in own}
            rule = self.read_object(data, key.of, where)
            kind = self._read_group(group, where, lines, 0) if group else EVERYBODY
            if leaving is not None:
                place = f"{where}.{UNTIL}"
                lines.append({"path": place, "depth": 0, "kind": UNTIL, "count": 1})
                self._read_lines(leaving, place, lines, 1)
            rules.append({**rule, **kind, "lines": lines})
        return rules

    def _read_group(self, data, path, lines, depth):
        """Return ``{"kind", "count"}`` of a group, and add its lines to ``lines``."""
        kind = next((kind for kind in (*GROUPS, *COUNTED_GROUPS) if kind in data), None)
        name = "of" if kind in COUNTED_GROUPS else kind
        if data.keys() != {kind, name}:
            return self.refuse(path, "no_grouping") or EVERYBODY
        limits = Key("integer", least=0, most=1000)
        count = 1 if name == kind else self._read(data[kind], limits, f"{path}.{kind}") or 0
        if depth == MAX_DEPTH:
            self.refuse(path, "too_deep")
        else:
            self._read_lines(data[name], f"{path}.{name}", lines, depth)
        return {"kind": kind, "count": count}

    def _read_lines(self, data, path, lines, depth):
        if not isinstance(data, list):
            self.refuse(path, "no_list")
        elif len(data) > MOST_IN_A_LIST:
            self.refuse(path, "too_many", count=len(data), most=MOST_IN_A_LIST)
        else:
            for where, line in _walk(data, path):
                self._read_line(line, where, lines, depth)

    def _read_line(self, data, path, lines, depth):
        line = {"path": path, "depth": depth}
        lines.append(line)
        if isinstance(data, dict) and "criterion" not in data:
            line.update(self._read_group(data, path, lines, depth + 1))
        else:
            line.update(self.read_object(data, "condition", path), kind="condition", count=1)


def shorten(value):
    """Return a value as it is told: a text no longer than people read.

    >>> shorten("x" * 200) == "x" * TOLD_CHARACTERS + "…", shorten(5)
    (True, 5)
    """
    if isinstance(value, (int, float)) and abs(value) < 1e15:
        return value
    text = str(value)
    return text if len(text) <= TOLD_CHARACTERS else f"{text[:TOLD_CHARACTERS]}…"


def _is_written(data):
    r"""Whether what JSON holds can be kept: half of a character, as \ud800, cannot."""
    try:
        json.dumps(data, ensure_ascii=False).encode()
    except UnicodeEncodeError:
        return False
    return True


def _walk(items, path):
    return [(f"{path}[{position}]", item) for position, item in enumerate(items)]
