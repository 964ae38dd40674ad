"""Fail when a term of a catalogue has no translation: untranslated.py FILE.po..."""

import sys

import polib

missing = 0
for path in sys.argv[1:]:
    catalogue = polib.pofile(path)
    entries = catalogue.untranslated_entries() + catalogue.fuzzy_entries()
    for entry in entries:
        print(f"{path}:{entry.linenum}: not translated: {entry.msgid!r}")
    print(f"{path}: {len(catalogue.translated_entries())} translated, {len(entries)} missing")
    missing += len(entries)
sys.exit(bool(missing))
