"""How a statement names what it holds, and what its columns come to, as ``SQL``."""

from typing import NamedTuple

from odoo.tools import SQL

VALUES = "raw"  # the relation that holds a policy's values, one row a subject
LIMITS = "limits"  # key of the cut-offs of limited grades, beside those of ranked criteria


class CriterionColumns(NamedTuple):
    """What a criterion comes to for a subject, as ``SQL`` expressions.

    :param waits: whether it hangs on a ranking that only the next full run finds; nothing
        where all rankings are known
    :param raw: what is stored, a date where the value is an age; nothing of a combination
    :param level_waits: the same of its level, which may hang on a ranking of its own
    """

    value: SQL
    level: SQL
    points: SQL
    waits: SQL | None = None
    level_waits: SQL | None = None
    raw: SQL | None = None


class SubjectColumns(NamedTuple):
    """Where a subject stands beside its value, as ``SQL`` expressions.

    :param group: those it is ranked with, as text
    :param band_set: the number of the set of bands that is for it, 0 being everybody else's
    """

    group: SQL
    band_set: SQL
