"""Reads the text of a policy file."""

import json
from difflib import get_close_matches
from math import isfinite

from .policy_format import (
    ALTERNATIVES,
    COUNTED_GROUPS,
    GROUPS,
    KEY_PATTERN,
    MAX_DEPTH,
    SHAPES,
    Key,
)


class PolicyParser:
    """Sorts the content of a policy file into what can be read and what is wrong.

    What stands behind a key (is there such a measure, may the author read the field) is
    asked by the reader, which has the database.

    :param translate: takes a message and its values, as ``env._`` does
    :param get_options: gives the values of a ``model.field``
    :param languages: codes of the languages that names may be written in
    :param shapes: the keys of each object, as in policy_format

    >>> parser = PolicyParser(lambda text, **values: text % values, lambda field: ["now"])
    >>> parser.read_object({"upgrades": "never", "stop_percents": 1}, "changes", "changes")
    {}
    >>> for problem in parser.problems: print(problem)
    ('changes.stop_percents', 'there is no such key. The nearest one is “stop_percent”.')
    ('changes.upgrades', '“never” is not possible. Write one of: now.')
    """

    def __init__(self, translate, get_options, languages=("zh_CN",), shapes=SHAPES):
        self._ = translate
        self.get_options = get_options
        self.languages = languages
        self.shapes = shapes
        self.problems = []

    def refuse(self, path, message):
        """Note what is wrong at ``path``; reading goes on."""
        self.problems.append((path or "-", message))

    def parse(self, text):
        """Return the object that ``text`` holds, or ``None`` after noting why there is none."""
        try:
            data = json.loads(
                text.removeprefix("\ufeff"),
                object_pairs_hook=self._get_object,
                parse_constant=self._refuse_constant,
            )
        except (ValueError, RecursionError) as error:
            self.refuse(
                "",
                self._(
                    "this is no JSON: %(error)s. Mend it there, or export the policy again.",
                    error=error,
                ),
            )
            return None
        if "\x00" in text or "\\u0000" in text:
            self.refuse(
                "", self._("it holds the character \\u0000, which no text has. Take it out.")
            )
            return None
        if isinstance(data, dict):
            return data
        self.refuse("", self._("a policy file is one object. Write it as {...}."))
        return None

    def _get_object(self, pairs):
        data = dict(pairs)
        if len(data) < len(pairs):
            keys = [key for key, _value in pairs]
            twice = next(key for key in keys if keys.count(key) > 1)
            self.refuse(twice, self._("the key stands twice in one object. Take one of them out."))
        return data

    def _refuse_constant(self, constant):
        raise ValueError(constant)

    def read_object(self, data, shape, path=""):
        """Return what can be read of the object ``data``, in the order of its shape."""
        if not isinstance(data, dict):
            self.refuse(path, self._("this must be an object. Write it as {...}."))
            return {}
        keys = self.shapes[shape]
        self._refuse_unknown(data, keys, path)
        content = {}
        for name, key in keys.items():
            where = f"{path}.{name}" if path else name
            if name in data:
                value = getattr(self, f"_read_{key.kind}")(data[name], key, where)
                if value is not None:
                    content[name] = value
            elif key.required:
                self.refuse(where, self._("this key is needed. Add it."))
        self._refuse_alternatives(data, shape, path)
        return content

    def _refuse_unknown(self, data, keys, path):
        for name in data:
            if name in keys:
                continue
            near = get_close_matches(name, keys, n=1)
            if near:
                message = self._("there is no such key. The nearest one is “%(key)s”.", key=near[0])
            else:
                message = self._(
                    "there is no such key. Take it out, or write one of: %(keys)s. If another "
                    "database wrote it, install its addons of Customer Grading.",
                    keys=", ".join(keys),
                )
            self.refuse(f"{path}.{name}" if path else name, message)

    def _refuse_alternatives(self, data, shape, path):
        alternatives = ALTERNATIVES.get(shape, ())
        if alternatives and sum(name in data for name in alternatives) != 1:
            self.refuse(
                path,
                self._(
                    "exactly one of these keys is needed: %(keys)s.", keys=", ".join(alternatives)
                ),
            )

    # What stands behind a key: each returns the value, or None after noting what is wrong.

    def _read_text(self, value, key, path):
        if not isinstance(value, str) or not value.strip():
            return self.refuse(path, self._("this must be a text. Write it in quotes."))
        if key.most and len(value) > key.most:
            return self.refuse(
                path,
                self._(
                    "“%(text)s” is too long. Write %(most)s characters at most.",
                    text=value,
                    most=key.most,
                ),
            )
        return value

    def _read_key(self, value, key, path):
        if isinstance(value, str) and KEY_PATTERN.fullmatch(value):
            return value
        return self.refuse(
            path,
            self._(
                "“%(key)s” is no key. Write small letters, digits and underscores, a letter first.",
                key=value,
            ),
        )

    def _read_name(self, value, key, path):
        """A text, or a text by language, English first: ``{"en": ..., "zh_CN": ...}``."""
        return self._read_translated(value, path, lambda text: isinstance(text, str) and text)

    def _read_note(self, value, key, path):
        """As a name, each text being HTML, or a list of plain paragraphs."""
        return self._read_translated(
            value,
            path,
            lambda text: (
                isinstance(text, str)
                or (isinstance(text, list) and all(isinstance(line, str) for line in text))
            ),
        )

    def _read_translated(self, value, path, is_text):
        if not isinstance(value, dict):
            value = {"en": value}
        if "en" not in value:
            self.refuse(f"{path}.en", self._("the English text is needed. Add it."))
        for language in value.keys() - {"en", *self.languages}:
            self.refuse(
                f"{path}.{language}",
                self._(
                    "“%(code)s” is no language of Odoo. Write a code such as zh_CN or fr_FR.",
                    code=language,
                ),
            )
        for language, text in value.items():
            if not is_text(text):
                self.refuse(
                    f"{path}.{language}", self._("this must be a text. Write it in quotes.")
                )
                return None
        if "en" not in value:
            return None
        return {"en": value["en"], **value}

    def _read_integer(self, value, key, path):
        if isinstance(value, bool) or not isinstance(value, int):
            return self.refuse(path, self._("this must be a whole number. Write no quotes."))
        return self._read_number(value, key, path)

    def _read_number(self, value, key, path):
        if isinstance(value, bool) or not isinstance(value, (int, float)):
            return self.refuse(path, self._("this must be a number. Write no quotes."))
        # An integer is compared first: one of hundreds of digits fits into no float.
        if not abs(value) < 1e12 or not isfinite(value) or round(value, 4) != value:
            return self.refuse(
                path,
                self._("write a number below a million million, with 4 decimals at most."),
            )
        if key.least is not None and value < key.least:
            return self.refuse(
                path,
                self._(
                    "%(value)s is too little. Write %(least)s or more.",
                    value=value,
                    least=key.least,
                ),
            )
        if key.most is not None and value > key.most:
            return self.refuse(
                path,
                self._(
                    "%(value)s is too much. Write %(most)s or less.", value=value, most=key.most
                ),
            )
        return value

    def _read_flag(self, value, key, path):
        if isinstance(value, bool):
            return value
        return self.refuse(path, self._("write true or false, without quotes."))

    def _read_flag_or_text(self, value, key, path):
        if isinstance(value, bool) or (isinstance(value, str) and value):
            return value
        return self.refuse(path, self._("write true, false or a text in quotes."))

    def _read_choice(self, value, key, path):
        options = self.get_options(key.options)
        if value in options:
            return value
        return self.refuse(
            path,
            self._(
                "“%(value)s” is not possible. Write one of: %(options)s.",
                value=value,
                options=", ".join(options),
            ),
        )

    def _read_domain(self, value, key, path):
        """A list as in Odoo, or the same as text; told apart and checked by the reader."""
        if isinstance(value, (list, str)):
            return value
        return self.refuse(
            path, self._('a filter is a list, such as [["category_id.name", "=", "OEM"]].')
        )

    def _read_texts(self, value, key, path):
        if isinstance(value, list) and all(isinstance(text, str) for text in value):
            return value
        return self.refuse(path, self._("this must be a list of texts. Write it as [...]."))

    def _read_bounds(self, value, key, path):
        if not isinstance(value, list) or len(value) != 2:
            return self.refuse(path, self._("write two numbers, such as [10, 20]."))
        bounds = [self._read_number(bound, key, f"{path}[{i}]") for i, bound in enumerate(value)]
        if None in bounds:
            return None
        if bounds[0] > bounds[1]:
            return self.refuse(
                path,
                self._(
                    "%(least)s is more than %(most)s. Write the smaller number first.",
                    least=bounds[0],
                    most=bounds[1],
                ),
            )
        return bounds

    def _read_object(self, value, key, path):
        return self.read_object(value, key.of, path)

    def _read_list(self, value, key, path):
        """Return as many items as there are, so that their places can be named later."""
        if not isinstance(value, list):
            return self.refuse(path, self._("this must be a list. Write it as [...]."))
        return [self.read_object(item, key.of, f"{path}[{i}]") for i, item in enumerate(value)]

    # Rules

    def _read_rules(self, value, key, path):
        if not isinstance(value, list):
            return self.refuse(path, self._("this must be a list. Write it as [...]."))
        return [self._read_rule(rule, f"{path}[{i}]") for i, rule in enumerate(value)]

    def _read_rule(self, data, path):
        """Return ``{"grade", "limit", "terms", "kind", "count", "lines"}`` of a requirement.

        Its lines are flat, in the order of the file, each with its ``depth`` and ``path``.
        """
        if not isinstance(data, dict):
            self.refuse(path, self._("this must be an object. Write it as {...}."))
            return {}
        grade = data.get("grade")
        if not isinstance(grade, str) or not grade:
            self.refuse(f"{path}.grade", self._("say which grade it gives, by its code."))
            grade = None
        lines = []
        rule = {"grade": grade, "lines": lines}
        for name in ("limit", "terms"):
            if name in data:
                rule[name] = self.read_object(data[name], name, f"{path}.{name}")
        said = ("grade", "limit", "terms")
        group = {name: value for name, value in data.items() if name not in said}
        if not group:
            return {**rule, "kind": "all", "count": 1}
        return {**rule, **self._read_group(group, path, lines, 0)}

    def _read_group(self, data, path, lines, depth):
        """Return ``{"kind", "count"}`` of a group, and add its lines to ``lines``."""
        kind, name = self._get_group_kind(data)
        if not kind:
            self.refuse(
                path,
                self._(
                    "write one of: all, any, none, or at_least or at_most with “of”, and "
                    "nothing beside it."
                ),
            )
            return {"kind": "all", "count": 1}
        count = 1
        if kind in COUNTED_GROUPS:
            count = self._read_integer(
                data[kind], Key("integer", least=0, most=1000), f"{path}.{kind}"
            )
        if depth == MAX_DEPTH:
            self.refuse(
                path,
                self._(
                    "groups can stand three deep at most. Split the requirement: write a "
                    "second one for the same grade."
                ),
            )
        elif not isinstance(data[name], list):
            self.refuse(f"{path}.{name}", self._("this must be a list. Write it as [...]."))
        else:
            for position, line in enumerate(data[name]):
                self._read_line(line, f"{path}.{name}[{position}]", lines, depth)
        return {"kind": kind, "count": count or 0}

    @staticmethod
    def _get_group_kind(data):
        """Return the kind of a group and the key of its list, or two times ``None``."""
        for kind in GROUPS:
            if data.keys() == {kind}:
                return kind, kind
        for kind in COUNTED_GROUPS:
            if data.keys() == {kind, "of"}:
                return kind, "of"
        return None, None

    def _read_line(self, data, path, lines, depth):
        if isinstance(data, dict) and "criterion" not in data:
            line = {"path": path, "depth": depth}
            lines.append(line)
            line.update(self._read_group(data, path, lines, depth + 1))
        else:
            content = self.read_object(data, "condition", path)
            lines.append({"path": path, "depth": depth, "kind": "condition", **content})
