"""Reads the text of a policy file."""

import json
from difflib import get_close_matches
from math import isfinite

from .policy_format import COUNTED_GROUPS, GROUPS, KEY_PATTERN, MAX_DEPTH, Key, Shape  # noqa: F401

# Kinds of keys that are written as another one is: what they name is found by the loader.
WRITTEN_AS = {
    **dict.fromkeys(
        ("record", "code", "currency", "criterion", "level", "grade", "option"), "text"
    ),
    **dict.fromkeys(("records", "codes"), "texts"),
    "month": "integer",
    "regrading": "flag",
    "lines": "list",
}


class Wrong(ValueError):
    """Says what is wrong with a value, and what to do."""


class PolicyParser:
    """Sorts the content of a policy file into what can be read and what is wrong.

    What stands behind a key (is there such a measure, may the author read the field) is
    asked by the loader, which has the database.

    :param translate: takes a message and its values, as ``env._`` does
    :param shapes: the table of keys, ``{name: Shape}``
    :param get_options: gives the values of a choice, by the shape's model and the key
    :param languages: codes of the languages that names may be written in
    :param find_addon: gives the addon, not installed, that knows a key of a shape

    >>> table = {"changes": Shape("p", {"upgrades": Key("choice"), "stop_percent": Key("number")})}
    >>> parser = PolicyParser(lambda text, **values: text % values, table, lambda m, key: ["now"])
    >>> parser.read_object({"upgrades": "never", "stop_percents": 1}, "changes", "changes")
    {}
    >>> for problem in parser.problems: print(problem)
    ('changes.stop_percents', 'there is no such key. The nearest one is “stop_percent”.')
    ('changes.upgrades', '“never” is not possible. Write one of: now.')
    """

    def __init__(
        self,
        translate,
        shapes,
        get_options,
        languages=("zh_CN",),
        find_addon=lambda shape, name: None,
    ):
        self._ = translate
        self.shapes = shapes
        self.get_options = get_options
        self.languages = languages
        self.find_addon = find_addon
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
            message = self._(
                "this is no JSON: %(error)s. Mend it there, or export the policy again.",
                error=error,
            )
            return self.refuse("", message)
        if "\x00" in text or "\\u0000" in text:
            message = self._("it holds the character \\u0000, which no text has. Take it out.")
        elif not isinstance(data, dict):
            message = self._("a policy file is one object. Write it as {...}.")
        else:
            return data
        return self.refuse("", message)

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
        for name, key in keys.items():
            if key.was in data and name not in data:
                data[name] = data.pop(key.was)
        for name in [name for name in data if name not in keys]:
            self.refuse(f"{path}.{name}".strip("."), self._get_unknown_message(name, shape))
        content = {}
        for name, key in keys.items():
            where = f"{path}.{name}".strip(".")
            if name in data:
                value = self._read(data[name], key, where, keys.model)
                if value is not None:
                    content[name] = value
            elif key.required:
                self.refuse(where, self._("this key is needed. Add it."))
        if keys.one_of and sum(name in data for name in keys.one_of) != 1:
            names = ", ".join(keys.one_of)
            self.refuse(path, self._("exactly one of these keys is needed: %(keys)s.", keys=names))
        return content

    def _get_unknown_message(self, name, shape):
        keys = self.shapes[shape]
        if addon := self.find_addon(shape, name):
            return self._(
                "this key belongs to the addon “%(addon)s”, which is not installed. Install it, "
                "or take the key out.",
                addon=addon,
            )
        if near := get_close_matches(name, keys, n=1):
            return self._("there is no such key. The nearest one is “%(key)s”.", key=near[0])
        return self._(
            "there is no such key. Take it out, or write one of: %(keys)s.", keys=", ".join(keys)
        )

    # ------------------------------------------------------------------ kinds of values

    def _read(self, value, key, path, model=""):
        """Return what stands behind a key, or ``None`` after noting what is wrong."""
        if key.kind == "choice":
            key = key._replace(words=self.get_options(model, key))
        try:
            kind = WRITTEN_AS.get(key.kind, key.kind)
            return getattr(self, f"_read_{kind}")(value, key, path)
        except Wrong as wrong:
            return self.refuse(path, str(wrong))

    def _read_text(self, value, key, path):
        if not isinstance(value, str) or not value.strip():
            raise Wrong(self._("this must be a text. Write it in quotes."))
        if key.most and len(value) > key.most:
            message = self._(
                "“%(text)s” is too long. Write %(most)s characters at most.",
                text=value,
                most=key.most,
            )
            raise Wrong(message)
        return value

    def _read_key(self, value, key, path):
        if isinstance(value, str) and KEY_PATTERN.fullmatch(value):
            return value
        message = self._(
            "“%(key)s” is no key. Write small letters, digits and underscores, a letter first.",
            key=value,
        )
        raise Wrong(message)

    def _read_name(self, value, key, path):
        """A text, or a text by language, English first: ``{"en": ..., "zh_CN": ...}``."""
        return self._read_translated(value, path, lambda text: isinstance(text, str) and text)

    def _read_note(self, value, key, path):
        """As a name, each text being HTML, or a list of plain paragraphs."""
        return self._read_translated(
            value,
            path,
            lambda text: all(
                isinstance(line, str) for line in (text if isinstance(text, list) else [text])
            ),
        )

    def _read_translated(self, value, path, is_text):
        texts = value if isinstance(value, dict) else {"en": value}
        if "en" not in texts:
            self.refuse(f"{path}.en", self._("the English text is needed. Add it."))
        for language, text in texts.items():
            if language not in ("en", *self.languages):
                message = self._(
                    "“%(code)s” is no language of Odoo. Write a code such as zh_CN or fr_FR.",
                    code=language,
                )
                self.refuse(f"{path}.{language}", message)
            if not is_text(text):
                message = self._("this must be a text. Write it in quotes.")
                return self.refuse(f"{path}.{language}", message)
        return {"en": texts["en"], **texts} if "en" in texts else None

    def _read_integer(self, value, key, path):
        if isinstance(value, bool) or not isinstance(value, int):
            raise Wrong(self._("this must be a whole number. Write no quotes."))
        return self._read_number(value, key, path)

    def _read_number(self, value, key, path):
        if isinstance(value, bool) or not isinstance(value, (int, float)):
            raise Wrong(self._("this must be a number. Write no quotes."))
        # An integer is compared first: one of hundreds of digits fits into no float.
        if not abs(value) < 1e12 or not isfinite(value) or round(value, 4) != value:
            raise Wrong(self._("write a number below a million million, with 4 decimals at most."))
        if key.least is not None and value < key.least:
            message = self._("%(value)s is too little. Write %(least)s or more.")
        elif key.most is not None and value > key.most:
            message = self._("%(value)s is too much. Write %(most)s or less.")
        else:
            return value
        raise Wrong(message % {"value": value, "least": key.least, "most": key.most})

    def _read_flag(self, value, key, path):
        if not isinstance(value, bool):
            raise Wrong(self._("write true or false, without quotes."))
        return value

    def _read_words(self, value, key, path):
        """One of a few words that stand for values of the field."""
        if set(key.words) == {True, False}:
            return self._read_flag(value, key, path)
        return self._read_choice(value, key, path)

    def _read_answer(self, value, key, path):
        """Yes or no, or the name of a choice."""
        if isinstance(value, bool) or (isinstance(value, str) and value):
            return value
        raise Wrong(self._("write true, false or a text in quotes."))

    def _read_choice(self, value, key, path):
        if value in key.words:
            return value
        options = ", ".join(key.words)
        message = self._(
            "“%(value)s” is not possible. Write one of: %(options)s.", value=value, options=options
        )
        raise Wrong(message)

    def _read_domain(self, value, key, path):
        """A list as in Odoo, or the same as text; told apart and checked by the loader."""
        if not isinstance(value, (list, str)):
            raise Wrong(self._('a filter is a list, such as [["category_id.name", "=", "OEM"]].'))
        return value

    def _read_texts(self, value, key, path):
        if not isinstance(value, list) or not all(isinstance(text, str) for text in value):
            raise Wrong(self._("this must be a list of texts. Write it as [...]."))
        return value

    def _read_bounds(self, value, key, path):
        if not isinstance(value, list) or len(value) != 2:
            raise Wrong(self._("write two numbers, such as [10, 20]."))
        number = Key("number")
        bounds = [self._read(bound, number, f"{path}[{i}]") for i, bound in enumerate(value)]
        if None in bounds:
            return None
        if bounds[0] > bounds[1]:
            message = self._("%(least)s is more than %(most)s. Write the smaller number first.")
            raise Wrong(message % {"least": bounds[0], "most": bounds[1]})
        return bounds

    def _read_object(self, value, key, path):
        return self.read_object(value, key.of, path)

    def _read_list(self, value, key, path):
        """Return as many items as there are, so that their places can be named later."""
        return [self.read_object(item, key.of, where) for where, item in self._walk(value, path)]

    def _walk(self, value, path):
        if not isinstance(value, list):
            raise Wrong(self._("this must be a list. Write it as [...]."))
        return [(f"{path}[{position}]", item) for position, item in enumerate(value)]

    # ------------------------------------------------------------------ rules

    def _read_rules(self, value, key, path):
        return [self._read_rule(rule, where) for where, rule in self._walk(value, path)]

    def _read_rule(self, data, path):
        """Return what a requirement says, and ``{"kind", "count", "lines"}`` of its group.

        Its lines are flat, in the order of the file, each with its ``depth`` and ``path``.
        """
        own = self.shapes["rule"]
        group, lines = {}, []
        if isinstance(data, dict):
            group = {name: value for name, value in data.items() if name not in own}
            data = {name: value for name, value in data.items() if name in own}
        rule = {**self.read_object(data, "rule", path), "kind": "all", "count": 1, "lines": lines}
        return {**rule, **self._read_group(group, path, lines, 0)} if group else rule

    def _read_group(self, data, path, lines, depth):
        """Return ``{"kind", "count"}`` of a group, and add its lines to ``lines``."""
        kind, name = self._get_group_kind(data)
        if not kind:
            message = self._(
                "write one of: all, any, none, or at_least or at_most with “of”, and nothing "
                "beside it."
            )
            self.refuse(path, message)
            return {"kind": "all", "count": 1}
        count = 1
        if kind in COUNTED_GROUPS:
            least = Key("integer", least=0, most=1000)
            count = self._read(data[kind], least, f"{path}.{kind}") or 0
        if depth == MAX_DEPTH:
            message = self._(
                "groups can stand three deep at most. Split the requirement: write a second one "
                "for the same grade."
            )
            self.refuse(path, message)
        else:
            lined = Key("group_lines", sets={"lines": lines, "depth": depth})
            self._read(data[name], lined, f"{path}.{name}")
        return {"kind": kind, "count": count}

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

    def _read_group_lines(self, value, key, path):
        for where, line in self._walk(value, path):
            self._read_line(line, where, **key.sets)

    def _read_line(self, data, path, lines, depth):
        if isinstance(data, dict) and "criterion" not in data:
            line = {"path": path, "depth": depth}
            lines.append(line)
            line.update(self._read_group(data, path, lines, depth + 1))
        else:
            content = self.read_object(data, "condition", path)
            lines.append({"path": path, "depth": depth, "kind": "condition", **content})
