"""Makes keys: short names of small letters, digits and underscores."""

import re


def make_key(name, taken, fallback):
    """Return a key made of ``name`` that is not among ``taken``.

    >>> make_key("Invoiced revenue, 12 months", set(), "criterion")
    'invoiced_revenue_12_months'
    >>> make_key("开票收入", {"criterion"}, "criterion")
    'criterion_2'
    """
    stem = re.sub(r"[^a-z0-9]+", "_", (name or "").lower()).strip("_")
    stem = re.sub(r"^[0-9_]+", "", stem)[:40].strip("_") or fallback
    key, number = stem, 1
    while key in taken:
        number += 1
        key = f"{stem}_{number}"
    return key
