"""Bring the Chinese catalogues up to their templates: renew_catalogues.py ADDON...

A term that is gone goes; one that moved to another addon takes its Chinese along; one that is
new waits for its translation, and makes this fail.
"""

import sys
from pathlib import Path

import polib


def get_path(addon):
    return Path(addon) / "i18n" / "zh_CN.po"


def read(addon):
    """Return ``{term: its Chinese}`` of an addon's catalogue, which may not be there yet."""
    path = get_path(addon)
    entries = polib.pofile(str(path)) if path.exists() else ()
    return {entry.msgid: entry.msgstr for entry in entries if entry.msgstr}


def renew(addon, elsewhere):
    """Rewrite ``zh_CN.po`` of an addon after its template; return how many terms wait."""
    path = get_path(addon)
    template = polib.pofile(str(path.with_name(f"{addon}.pot")))
    known = elsewhere | read(addon)
    catalogue = polib.POFile(wrapwidth=78)
    catalogue.header = template.header
    catalogue.metadata = template.metadata | {
        "Language": "zh_CN",
        "Language-Team": "Chinese (Simplified)",
        "Plural-Forms": "nplurals=1; plural=0;",
    }
    for entry in template:
        entry.msgstr = known.get(entry.msgid, "")
        catalogue.append(entry)
    catalogue.save(str(path))
    missing = catalogue.untranslated_entries()
    for entry in missing:
        print(f"{path}: not translated: {entry.msgid!r}")
    print(f"{path}: {len(catalogue) - len(missing)} translated, {len(missing)} missing")
    return len(missing)


addons = sys.argv[1:]
everywhere = {term: chinese for addon in addons for term, chinese in read(addon).items()}
sys.exit(bool(sum([renew(addon, everywhere) for addon in addons])))
