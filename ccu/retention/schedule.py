"""How long each class of record is kept. The department says; there are no years of our own."""

import sqlite3
from typing import Any

from ccu.errors import InvalidInput
from ccu.records import audit
from ccu.retention import holds

# What a class takes in, and the day that its years count from.
CLASSES = {
    "calls": "calls with all that was written of them, from the day of the call",
    "people": "people, from the last day they are in any record",
    "referrals": "referrals and follow-ups, from the last step or attempt",
    "needs": "needs assessments, from their day",
    "consults": "consults, from their day",
    "plans": "plans, place flags and list overrides, from the day they ended",
    "consents": "consents, from the day they ended",
    "disclosures": "disclosures, from their day",
    "reasons": "reasons given for opening narratives, from their day",
    "sealed": "what was sealed, from the day it was",
    "imports": "the list of imported files, from their day",
}
# What no years are for: (class, how long, what it is).
FIXED = (
    ("audit", "never destroyed", "the audit: numbers alone; its chain must stay whole"),
    ("destruction", "never destroyed", "the destruction log: counts and days alone"),
    ("changes", "with their record", "what a field held before it was changed"),
    ("care notes", "in their own file", "ccu care destroy, in that file"),
)
AT_LEAST_SIX = ("consents", "disclosures")
LONGEST_YEARS = 150

held = holds.held


def rows(connection: sqlite3.Connection) -> list[dict[str, Any]]:
    """Every class: class, keep, source, set_on, set_by, what; keep is empty when not filled in."""
    found = connection.execute(
        "SELECT class, years, never, source, substr(set_at, 1, 10) AS set_on, staff.login AS set_by"
        " FROM retention LEFT JOIN staff ON staff.id = set_by ORDER BY retention.sort"
    )
    listed = [
        {**dict(row), "keep": keep(row["years"], row["never"]), "what": CLASSES[row["class"]]}
        for row in found
    ]
    empty = {"years": None, "source": "", "set_on": None, "set_by": None}
    return listed + [{**empty, "class": a, "keep": b, "what": c} for a, b, c in FIXED]


def keep(years: int | None, never: int) -> str:
    """`7 years`, `never destroyed`, or empty: not filled in."""
    if never:
        return "never destroyed"
    return f"{years} year{'' if years == 1 else 's'}" if years else ""


def not_filled_in(connection: sqlite3.Connection) -> list[str]:
    """The classes for which the department has said nothing yet."""
    found = connection.execute(
        "SELECT class FROM retention WHERE years IS NULL AND never = 0 ORDER BY sort"
    )
    return [row["class"] for row in found]


def decided(connection: sqlite3.Connection) -> dict[str, sqlite3.Row]:
    """Class -> its row: years (None: never destroyed), source."""
    return {row["class"]: row for row in connection.execute("SELECT * FROM retention")}


def put(
    connection: sqlite3.Connection,
    staff_id: int,
    name: str,
    years: int | None,
    source: str,
    *,
    at: str,
) -> str:
    """Say how long a class is kept (None: never destroyed), inside a write; what it was before.

    Raises InvalidInput for a class that is none, and for fewer years than may be.
    """
    if name not in CLASSES:
        fixed = [each[0] for each in FIXED]
        why = "; ".join(f"{each[0]} is {each[1]}" for each in FIXED if each[0] == name)
        known = f"the classes are {', '.join(CLASSES)}"
        raise InvalidInput(why if name in fixed else f"there is no such class; {known}")
    if years is not None and name in AT_LEAST_SIX and years < 6:
        raise InvalidInput(
            f"{name} are kept at least 6 years: whoever is told of may ask for an accounting of"
            " six years (45 CFR 164.528), and a disclosure rests on its consent"
        )
    before = connection.execute(
        "SELECT years, never FROM retention WHERE class = :name", {"name": name}
    ).fetchone()
    connection.execute(
        "UPDATE retention SET years = :years, never = :never, source = :source, set_at = :at,"
        " set_by = :by WHERE class = :name",
        {
            "years": years,
            "never": int(years is None),
            "source": source,
            "at": at,
            "by": staff_id,
            "name": name,
        },
    )
    audit.record(
        connection, staff_id, "retention-set", what=name, years=years,
        was=before["years"], was_never=bool(before["never"]),
    )  # fmt: skip
    return keep(before["years"], before["never"])
