"""Bring a Chinese catalogue up to its template: renew_catalogues.py ADDON...

A term that is gone goes; one that is new waits for its translation, and makes this fail.
"""

import sys
from pathlib import Path

import polib


def renew(addon):
    """Rewrite ``zh_CN.po`` of an addon after its template; return how many terms wait."""
    folder = Path(addon) / "i18n"
    template = polib.pofile(str(folder / f"{addon}.pot"))
    path = folder / "zh_CN.po"
    known = {entry.msgid: entry.msgstr for entry in polib.pofile(str(path))}
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


sys.exit(bool(sum([renew(addon) for addon in sys.argv[1:]])))
