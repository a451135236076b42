"""Who may do what with places and the frequent lists. Issue 6's table of roles takes this over."""

import sqlite3

from ccu.errors import NotAllowed

_UNIT = ("ccu", "clinician", "supervisor", "admin")

# what -> the roles that may, and the sentence for those that may not
_MAY = {
    "place-flag": ((*_UNIT, "officer", "intern"), "flags are written by officers and the unit"),
    "place-verify": (_UNIT, "flags are verified by the unit"),
    "place-unflag": (_UNIT, "flags are taken off by the unit"),
    "place-exempt": (_UNIT, "the unit decides which places are counted"),
    "place-category": (
        (*_UNIT, "officer"),
        "what stands at a place is said by officers and the unit",
    ),
    "frequent-override": (_UNIT, "overrides of the frequent lists are made by the unit"),
    "frequent-review": (_UNIT, "overrides of the frequent lists are reviewed by the unit"),
    "frequent-names": (
        (*_UNIT, "officer", "intern", "records"),
        "names are not for an analyst's account; the list is by number without --names",
    ),
}


def check(connection: sqlite3.Connection, staff_id: int, what: str) -> None:
    """Raises NotAllowed unless the account has a role that may."""
    roles, sentence = _MAY[what]
    row = connection.execute("SELECT role FROM staff WHERE id = :id", {"id": staff_id}).fetchone()
    if row["role"] not in roles:
        raise NotAllowed(sentence)
