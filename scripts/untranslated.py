"""Fail when a term of a catalogue has no translation: python scripts/untranslated.py FILE.po"""

import sys

import polib

catalogue = polib.pofile(sys.argv[1])
missing = catalogue.untranslated_entries() + catalogue.fuzzy_entries()
for entry in missing:
    print(f"{sys.argv[1]}:{entry.linenum}: not translated: {entry.msgid!r}")
print(f"{len(catalogue.translated_entries())} terms translated, {len(missing)} missing")
sys.exit(bool(missing))
