"""What the core says of customers, said of a kind of record that an addon brings."""

import re
from functools import cache

from odoo.tools.translate import code_translations

CORE = "customer_grading"
PLACEHOLDER = re.compile(r"(%%|%\(\w+\)s|%s)")
FILLED = {"%%": "%", "%s": "(.*?)"}


class Wording:
    """The sentences of the core about customers, and what they are of another kind of record.

    The core says a whole sentence for each kind that it knows, filled in already; of one that
    it does not know it is found here by what it says of customers.

    :param said: ``{English template of the core: translatable template}``
    """

    def __init__(self, said):
        self.said = said
        self._get_patterns = cache(self._make_patterns)

    def say(self, env, text):
        """Return what ``text``, said of customers in the language of ``env``, is of these."""
        for pattern, said in self._get_patterns(env.lang or "en_US"):
            if found := pattern.fullmatch(text):
                return env._(said) % (found.groupdict() or found.groups())
        return text

    def _make_patterns(self, lang):
        translations = code_translations.get_python_translations(CORE, lang)
        return [
            (re.compile(_get_pattern(translations.get(source) or source), re.DOTALL), said)
            for source, said in self.said.items()
        ]


def _get_pattern(template):
    """Return the pattern of what ``template`` may be filled in to.

    >>> re.fullmatch(_get_pattern("%(count)s of 5 %%"), "3 of 5 %")["count"]
    '3'
    """
    return "".join(
        FILLED.get(part) or (f"(?P<{part[2:-2]}>.*?)" if odd % 2 else re.escape(part))
        for odd, part in enumerate(PLACEHOLDER.split(template))
    )
