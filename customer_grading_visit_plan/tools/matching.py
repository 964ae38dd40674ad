"""Which contact counts for which planned visit."""

from datetime import date
from typing import NamedTuple


class Planned(NamedTuple):
    """A visit that waits for its contact.

    :param day: the day it is planned for
    :param key: whose it is
    :param kind: ``call``, ``visit``, ``message``, or ``any`` of them
    :param since: the day on which it was planned: what was before was not done by plan
    :param author: the contact of who planned it
    """

    day: date
    key: int
    kind: str
    since: date
    author: int


class Contact(NamedTuple):
    """What there was on one day, in one way; ``authors`` are contacts."""

    day: date
    kind: str
    authors: frozenset


def match(planned, contacts):
    """Return ``{key: contact}``: each contact counts for one visit, of one subject and week.

    Who planned a visit comes before a colleague who stood in; a visit that asks for one kind of
    contact before one that any contact will do for.

    >>> first = Planned(date(2026, 11, 3), 1, "any", date(2026, 11, 1), 7)
    >>> second = Planned(date(2026, 11, 5), 2, "call", date(2026, 11, 1), 7)
    >>> call = Contact(date(2026, 11, 4), "call", frozenset([7]))
    >>> list(match([first, second], [call]))
    [2]
    """
    left, found = sorted(contacts, key=lambda contact: contact[:2]), {}
    for is_own in (True, False):
        for visit in sorted(planned, key=lambda visit: (visit.kind == "any", visit[:2])):
            fitting = (contact for contact in left if _fits(visit, contact, is_own))
            if visit.key not in found and (contact := next(fitting, None)):
                found[visit.key] = contact
                left.remove(contact)
    return found


def _fits(visit, contact, is_own):
    if is_own and visit.author not in contact.authors:
        return False
    return visit.kind in ("any", contact.kind) and contact.day >= visit.since
