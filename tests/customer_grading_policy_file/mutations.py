"""Policy files as people, editors and other programs spoil them: one thing or a few made wrong.

From the same seed comes the same file, so that one that did harm can be made again.
"""

import json
from copy import deepcopy
from random import Random

LANGUAGES = ("en", "zh_CN", "fr_FR", "en_US", "xx", "")
# fmt: off
TYPES = (None, True, False, 0, 1, -1, 1.5, "", "x", "1", [], {}, [[]], [None], [{}], {"en": "x"})
NUMBERS = (
    *(0, -0.0, -1, 1, 2, 0.5, 1e-5, 1e-320, 99.99999, 100, 101, 366, 1201, 3661, 999_999),
    *(2**31 - 1, 2**31, 2**63, -(2**63), 1e12, 999_999_999_999, -999_999_999_999, 1e300, 10**400),
)
TEXTS = (
    *("", " ", "\t", "\n", "\x00", "\ud800", "\udc00\ud800", "\u202e", "\ufeff", "甲", "😀", "é" * 300),
    *("x" * 10_000, "%s", "%(name)s", "{0}", "${x}", "'; DROP TABLE res_partner; --", '"', "\\"),
    *("<script>alert(1)</script>", "../../etc/passwd", "None", "null", "true", "NaN", "1", "base.cn"),
    *("base.user_admin", "base.nothing", "id", "name", "create_date", "__class__", "a.b.c.d", "."),
)
DAYS = ("2026-02-30", "2026-1-1", "0001-01-01", "9999-12-31", "20261120", "2026-W47-5", "today")
# fmt: on
FILTERS = (
    [],
    [[]],
    ["&"],
    ["!", "!"],
    ["|", ["id", "=", 1]],
    [["id", "=", 1]],
    [["name", "=", "x"], ["name", "=", "y"], "|"],
    [["name", "=", None]],
    [["name", "in", "x"]],
    [["name", "in", [[1]]]],
    [["name", "like", 5]],
    [["name", "no operator", "x"]],
    [["name", ">", {"record": "x"}]],
    [["nothing.at.all", "=", "x"]],
    [["create_date", ">", "today -7d"]],
    [["create_date", ">", "no day"]],
    [["create_uid.password", "=", "x"]],
    [["category_id", "any", 5]],
    [["category_id", "any", [["name", "=", "x"]]]],
    [["category_id", "child_of", "x"]],
    [["category_id", "=", {"record": 5}]],
    [[1, "=", 1]],
    [["name", "=", "x"]] * 400,
    ["!"] * 400 + [["name", "=", "x"]],
    "[('name', '=', 'x')]",
    "[(name, '=', uid)]",
    "__import__('os').system('true')",
    "(" * 300,
    "9" * 5_000,
)


def mutate(contents, seed):
    """Return ``(kinds, text)``: what was done to one of the files, and the text that came of it.

    :param contents: files as JSON has them, to spoil and to take pieces from
    """
    random = Random(seed)  # noqa: S311
    spoiler = _Spoiler(random, contents)
    kinds = random.choices(list(KINDS), k=random.choice((1, 1, 1, 2, 3)))
    for kind in kinds:
        KINDS[kind](spoiler)
    text = json.dumps(spoiler.content, ensure_ascii=random.random() < 0.5)
    if random.random() < 0.12:
        kind = random.choice(list(TEXT_KINDS))
        return [*kinds, kind], TEXT_KINDS[kind](random, text)
    return kinds, text


class _Spoiler:
    """A file that is being spoilt; its places are ``(list or object, position or key)``."""

    def __init__(self, random, contents):
        self.random = random
        self.pool = contents
        self.content = deepcopy(random.choice(contents))

    def any(self, *values):
        return deepcopy(self.random.choice(values))

    def find(self, fits=lambda value: True, content=None):
        """Return a place whose value fits; else any."""
        places = list(walk(self.content if content is None else content))
        fitting = [place for place in places if fits(place[0][place[1]])]
        return self.random.choice(fitting or places or [({"": None}, "")])

    def put(self, value, fits=lambda value: True):
        holder, place = self.find(fits)
        holder[place] = value

    def take(self):
        """Return ``(key, value)`` of an object of any file."""
        holders = [
            holder
            for holder, place in walk(self.random.choice(self.pool))
            if isinstance(holder, dict)
        ]
        return deepcopy(self.random.choice(list(self.random.choice(holders).items())))

    # ------------------------------------------------------------------ what is done

    def drop(self):
        holder, place = self.find()
        del holder[place]

    def drop_needed(self):
        """Take out what others may name: a criterion, a grade, a question, a measure, a band."""
        holder, place = self.find(lambda value: isinstance(value, dict) and value.keys() & NAMED)
        del holder[place]

    def twice(self):
        holder, place = self.find(lambda value: isinstance(value, list) and value)
        if isinstance(holder[place], list):
            holder[place].append(self.any(*holder[place]))

    def many(self):
        holder, place = self.find(lambda value: isinstance(value, list) and value)
        if isinstance(holder[place], list):
            holder[place] *= self.any(2, 50, 1_001)

    def order(self):
        holder, place = self.find(lambda value: isinstance(value, list) and len(value) > 1)
        if isinstance(holder[place], list):
            self.random.shuffle(holder[place])

    def empty(self):
        holder, place = self.find(lambda value: isinstance(value, (list, dict, str)) and value)
        holder[place] = type(holder[place])()

    def other_type(self):
        self.put(self.any(*TYPES))

    def number(self):
        self.put(self.any(*NUMBERS), _is_number)

    def nearby_number(self):
        holder, place = self.find(_is_number)
        if _is_number(holder[place]):
            holder[place] += self.any(-1, 1, 0.5, -100, 100)

    def text(self):
        self.put(self.any(*TEXTS, *DAYS), _is_text)

    def misspelt(self):
        holder, place = self.find(_is_text)
        if _is_text(holder[place]) and holder[place]:
            at = self.random.randrange(len(holder[place]))
            holder[place] = holder[place][:at] + self.any("x", "", "_") + holder[place][at + 1 :]

    def other_text(self):
        """Name something that stands elsewhere: an operator for a unit, a grade for a level."""
        source, place = self.find(_is_text, self.random.choice(self.pool))
        self.put(source[place], _is_text)

    def other_flag(self):
        holder, place = self.find(lambda value: isinstance(value, bool))
        holder[place] = not holder[place]

    def unknown_key(self):
        holder, _place = self.find(lambda value: isinstance(value, dict))
        if isinstance(holder, dict):
            holder[self.any("extra", "Name", "codes", "id", "", "x" * 500)] = self.any(*TYPES)

    def other_key(self):
        """Put what belongs to one kind of object, or of option, into another one."""
        key, value = self.take()
        holder, place = self.find(lambda value: isinstance(value, dict))
        if isinstance(holder[place], dict):
            holder[place][key] = value

    def renamed_key(self):
        key, _value = self.take()
        holder, place = self.find()
        if isinstance(holder, dict):
            holder[key] = holder.pop(place)

    def transplanted(self):
        """Replace what stands behind a key by what stands behind the same one elsewhere."""
        key, value = self.take()
        places = [(h, p) for h, p in walk(self.content) if p == key]
        if places:
            holder, place = self.random.choice(places)
            holder[place] = value

    def swapped(self):
        holder, place = self.find()
        other, there = self.find()
        if not (_holds(holder[place], other) or _holds(other[there], holder)):
            holder[place], other[there] = other[there], holder[place]

    def languages(self):
        chosen = self.random.sample(LANGUAGES, self.random.randint(0, 3))
        texts = {language: self.any("x", "甲", "", None, ["p"], 5) for language in chosen}
        self.put(self.any(texts, {"en": "Same", "zh_CN": "同"}), _is_text)

    def one_name(self):
        """Give two things one code, key or name."""
        holder, place = self.find(_is_text)
        others = [h for h, p in walk(self.content) if p == place and h is not holder]
        if others:
            self.random.choice(others)[place] = holder[place]

    def deep(self):
        holder, place = self.find()
        for _depth in range(self.any(1, 3, 60)):
            inner = [holder[place]]
            holder[place] = {"all": inner} if self.any(True, False) else inner

    def deep_parts(self):
        """Put a criterion into a combination of a combination..."""
        criteria = self.content.get("criteria")
        if isinstance(criteria, list) and criteria and isinstance(criteria[-1], dict):
            for depth in range(self.any(1, 4, 30)):
                names = {"key": f"deep_{depth}", "name": f"Deep {depth}"}
                combine = self.any("sum", "best", "count", "first", "quotient")
                criteria[-1] = {**names, "combine": combine, "parts": [criteria[-1]]}

    def filter(self):
        holder, place = self.find(lambda value: isinstance(value, dict))
        if isinstance(holder[place], dict):
            key = self.any("applies_to", "only", "filter", "for", "domain")
            holder[place][key] = self.any(*FILTERS)

    def condition(self):
        """Ask something else of a criterion."""
        holder, place = self.find(lambda value: isinstance(value, dict) and "criterion" in value)
        if isinstance(holder[place], dict):
            holder[place] = {
                "criterion": holder[place].get("criterion"),
                self.any(*OPERATORS): self.any(
                    5, -1, True, "A", "High", "base.cn", "2026-01-01", [1, 2], [2, 1], [], None
                ),
                **self.any({}, {"if_unknown": "met"}, {"suggest_percent": 10}),
            }


NAMED = {"code", "key", "level", "grade", "criterion", "measure", "from"}
# fmt: off
OPERATORS = (
    *("at_least", "more_than", "at_most", "less_than", "between", "within", "before", "after", "is"),
    *("level", "level_at_least", "points_at_least", "points_less_than", "known", "equals"),
)
# fmt: on
KINDS = {
    name: method
    for name, method in vars(_Spoiler).items()
    if callable(method) and name not in ("any", "find", "put", "take") and name[0] != "_"
}


def _cut(random, text):
    return text[: random.randrange(len(text))]


def _without_a_character(random, text):
    at = random.randrange(len(text))
    return text[:at] + text[at + 1 :]


def _with_a_character(random, text):
    at = random.randrange(len(text))
    return text[:at] + random.choice('"{}[],:\\ \x00\ufeff甲-1e') + text[at:]


def _key_twice(random, text):
    at = random.choice([at for at, letter in enumerate(text) if letter == "{"])
    return text[: at + 1] + '"key": "twice", "key": "twice", ' + text[at + 1 :]


TEXT_KINDS = {
    "cut": _cut,
    "without_a_character": _without_a_character,
    "with_a_character": _with_a_character,
    "key_twice": _key_twice,
    "byte_order_mark": lambda random, text: "\ufeff" + text,
    "not_a_number": lambda random, text: text.replace(": 1", f": {random.choice(CONSTANTS)}", 1),
    "comma": lambda random, text: text[:-1] + ",}",
    "comment": lambda random, text: "// mine\n" + text,
    "quotes": lambda random, text: text.replace('"', "'"),
    "two_files": lambda random, text: text * 2,
    "very_deep": lambda random, text: text.replace(": [", f": {'[' * 50_000}", 1),
    "spaces": lambda random, text: "\u00a0" + text,
    "nothing": lambda random, text: "",
}
CONSTANTS = ("NaN", "Infinity", "-Infinity", "1e999", "-0", "01", "1.", "+1", "0x1")


def walk(content):
    """Yield each place of ``content``."""
    places = content.items() if isinstance(content, dict) else enumerate(content)
    for place, value in list(places):
        yield content, place
        if isinstance(value, (dict, list)):
            yield from walk(value)


def _holds(value, holder):
    """Whether ``holder`` is, or stands within, ``value``."""
    if value is holder:
        return True
    return isinstance(value, (dict, list)) and any(
        child is holder for h, p in walk(value) for child in [h[p], h]
    )


def _is_number(value):
    return isinstance(value, (int, float)) and not isinstance(value, bool)


def _is_text(value):
    return isinstance(value, str)
