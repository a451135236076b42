"""An office's list of clients: what of it is known, and what an import of it writes.

Workers are listed by canonical people: a turn may belong to any record of a person.
"""

import json
import sqlite3
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from ccu.imports.store import table

_NUMBERS = """
SELECT number, canonical_id FROM person_source JOIN human ON human.id = person_id
WHERE source = :source
"""
# Current turns; a link without a batch was made by hand.
_TURNS = """
SELECT human.canonical_id AS person, worker.staff_id, staff.login, worker.since,
       import_batch.source
FROM worker JOIN staff ON staff.id = worker.staff_id JOIN human ON human.id = worker.person_id
LEFT JOIN import_batch ON import_batch.id = worker.import_batch_id
WHERE worker.owner = 1 AND worker.until IS NULL AND worker.person_id IS NOT NULL
"""
_FOLLOW_UPS = """
SELECT human.canonical_id AS person_id, open_work.id
FROM open_work JOIN human ON human.id = open_work.person_id
WHERE record = 'follow-up' AND human.canonical_id IN (SELECT value FROM json_each(:ids))
ORDER BY open_work.id
"""


@dataclass(frozen=True)
class Turn:
    """A person's current worker; `source` is the roster that set it, None: a user did."""

    staff_id: int
    login: str
    since: str
    source: str | None


def numbers(connection: sqlite3.Connection, source: str) -> dict[str, int]:
    """Return the office's client numbers that are known -> the canonical person."""
    return dict(connection.execute(_NUMBERS, {"source": source}).fetchall())


def turns(connection: sqlite3.Connection) -> dict[int, Turn]:
    """Return canonical person -> the current turn of their worker."""
    return {
        row["person"]: Turn(row["staff_id"], row["login"], row["since"], row["source"])
        for row in connection.execute(_TURNS)
    }


def staff(connection: sqlite3.Connection) -> list[dict[str, Any]]:
    """Return id, login, name, active of everyone who is or was on the staff list."""
    return [dict(row) for row in connection.execute("SELECT id, login, name, active FROM staff")]


def open_follow_ups(connection: sqlite3.Connection, ids: Iterable[int]) -> dict[int, list[int]]:
    """Return canonical person -> the numbers of their open follow-ups."""
    found: dict[int, list[int]] = {}
    for row in connection.execute(_FOLLOW_UPS, {"ids": json.dumps(sorted(set(ids)))}):
        found.setdefault(row["person_id"], []).append(row["id"])
    return found


# ---------------------------------------------------------------- what an import writes


def add_numbers(
    connection: sqlite3.Connection, source: str, numbers: Iterable[tuple[str, int]]
) -> None:
    """Record the office's numbers of people inside the caller's transaction."""
    table(connection, "person_source").insert_all(
        {"source": source, "number": number, "person_id": person_id}
        for number, person_id in numbers
    )


def mark_turn(connection: sqlite3.Connection, person_id: int, batch_id: int) -> None:
    """Record that the person's current turn comes from this roster."""
    connection.execute(
        "UPDATE worker SET import_batch_id = :batch_id"
        " WHERE person_id = :person_id AND owner = 1 AND until IS NULL",
        {"batch_id": batch_id, "person_id": person_id},
    )
