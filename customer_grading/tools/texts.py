"""Phrases put together to sentences, as the reader's language does it."""

from functools import reduce

from odoo.tools import LazyTranslate

_lt = LazyTranslate(__name__)

# What those are called that have no grade, where records are grouped by grade.
NOT_GRADED = _lt("Not graded")


def join_all(env, texts):
    """Return phrases that hold together as one: “a, and b, and c”."""
    return _join(texts, env._("%(first)s, and %(second)s"))


def join_list(env, texts):
    """Return phrases one after another: “a; b; c”."""
    return _join(texts, env._("%(first)s; %(second)s"))


def join_words(env, texts):
    """Return words one after another: “a, b, c”."""
    return _join(texts, env._("%(first)s, %(second)s"))


def join_sentences(env, sentences):
    """Return sentences one after another, as the language spaces them."""
    return _join(sentences, env._("%(first)s %(second)s"))


def _join(texts, template):
    def join(first, second):
        return template % {"first": first, "second": second}

    texts = [text for text in texts if text]
    return reduce(join, texts) if texts else ""
