"""Where the unit decided otherwise than the count: on the frequent lists, or off them.

At most one override is in force (not ended) for a human being or a place; where a merge brought two
together, the later one stands. One is in force until it is ended, also after its review was due.
"""

import json
import sqlite3
from collections.abc import Iterable
from typing import Any

from ccu.errors import InvalidInput, NotFound
from ccu.records import audit, person_ids
from ccu.records.table import write_changes

_ROWS = """
SELECT frequent_override.id, place_id AS place,
       (SELECT canonical_id FROM human WHERE id = person_id) AS person,
       coalesce((SELECT line FROM place_plain WHERE id = place_id), '') AS address,
       frequent AS listed, reason, substr(recorded_at, 1, 10) AS since, staff.login AS by,
       review_on
FROM frequent_override JOIN staff ON staff.id = recorded_by
WHERE ended_at IS NULL AND {which}
ORDER BY frequent_override.id
"""


def in_force(connection: sqlite3.Connection) -> list[dict[str, Any]]:
    """Every override in force, oldest first; `person` is the canonical one.

    Keys: id, person, place, address, listed (True: on the list), reason, since, by, review_on.
    Reading reasons must be audited.
    """
    return _rows(connection, "1")


def of_place(connection: sqlite3.Connection, place_id: int | None) -> dict[str, Any] | None:
    """The override of a place, or None; keys as `in_force`."""
    found = _rows(connection, "place_id = :id", id=place_id)
    return found[-1] if found else None


def of_person(connection: sqlite3.Connection, records: Iterable[int]) -> dict[str, Any] | None:
    """The override of the human being who has these records, or None."""
    which = "person_id IN (SELECT value FROM json_each(:ids))"
    found = _rows(connection, which, ids=json.dumps(list(records)))
    return found[-1] if found else None


def add(
    connection: sqlite3.Connection,
    staff_id: int,
    *,
    person_id: int | None = None,
    place_id: int | None = None,
    listed: bool,
    reason: str,
    at: str,
    review_on: str,
) -> tuple[int, list[int]]:
    """Decide, inside the caller's transaction; its number, and those it took the place of."""
    before = _same_subject(connection, person_id, place_id)
    _end(connection, staff_id, before, at, None)
    cursor = connection.execute(
        "INSERT INTO frequent_override"
        " (person_id, place_id, frequent, reason, review_on, recorded_at, recorded_by)"
        " VALUES (:person_id, :place_id, :listed, :reason, :review_on, :at, :by)",
        {
            "person_id": person_id,
            "place_id": place_id,
            "listed": int(listed),
            "reason": reason,
            "review_on": review_on,
            "at": at,
            "by": staff_id,
        },
    )
    override_id = int(cursor.lastrowid or 0)
    _audit(connection, staff_id, "frequent-override", person_id, place_id, override_id)
    return override_id, before


def keep(
    connection: sqlite3.Connection,
    staff_id: int,
    override_id: int,
    *,
    review_on: str,
    reason: str,
    at: str,
) -> None:
    """Let it stand until a later review, inside the caller's transaction. Raises as `read`."""
    row = read(connection, override_id)
    others = [
        each
        for each in _same_subject(connection, row["person_id"], row["place_id"])
        if each != override_id
    ]
    _end(connection, staff_id, others, at, reason)
    connection.execute(
        "UPDATE frequent_override SET review_on = :review_on WHERE id = :id",
        {"review_on": review_on, "id": override_id},
    )
    write_changes(
        connection,
        staff_id,
        "frequent_override",
        override_id,
        {"review_on": (row["review_on"], review_on)},
        at=at,
        reason=reason,
    )
    _audit(connection, staff_id, "frequent-keep", row["person_id"], row["place_id"], override_id)


def end(
    connection: sqlite3.Connection, staff_id: int, override_id: int, *, reason: str, at: str
) -> None:
    """Let the count decide again, inside the caller's transaction. Raises as `read`."""
    row = read(connection, override_id)
    _end(connection, staff_id, [override_id], at, reason)
    _audit(connection, staff_id, "frequent-end", row["person_id"], row["place_id"], override_id)


def read(connection: sqlite3.Connection, override_id: int) -> sqlite3.Row:
    """The record of an override in force. Raises NotFound, InvalidInput for an ended one."""
    row: sqlite3.Row | None = connection.execute(
        "SELECT * FROM frequent_override WHERE id = :id", {"id": override_id}
    ).fetchone()
    if row is None:
        raise NotFound(f"no override {override_id}")
    if row["ended_at"] is not None:
        raise InvalidInput(f"override {override_id} has ended, on {row['ended_at'][:10]}")
    return row


def _rows(connection: sqlite3.Connection, which: str, **asked: object) -> list[dict[str, Any]]:
    found = connection.execute(_ROWS.format(which=which), asked)
    return [{**dict(row), "listed": bool(row["listed"])} for row in found]


def _same_subject(
    connection: sqlite3.Connection, person_id: int | None, place_id: int | None
) -> list[int]:
    """Those in force of the same human being, by any record, or of the same place."""
    records = person_ids.same(connection, [person_id]) if person_id is not None else []
    found = connection.execute(
        "SELECT id FROM frequent_override WHERE ended_at IS NULL AND (place_id = :place_id"
        " OR person_id IN (SELECT value FROM json_each(:records))) ORDER BY id",
        {"place_id": place_id, "records": json.dumps(records)},
    )
    return [row["id"] for row in found]


def _end(
    connection: sqlite3.Connection, staff_id: int, ids: Iterable[int], at: str, reason: str | None
) -> None:
    for override_id in ids:
        connection.execute(
            "UPDATE frequent_override SET ended_at = :at, ended_by = :by WHERE id = :id",
            {"at": at, "by": staff_id, "id": override_id},
        )
        write_changes(
            connection,
            staff_id,
            "frequent_override",
            override_id,
            {"ended_at": (None, at)},
            at=at,
            reason=reason,
        )


def _audit(
    connection: sqlite3.Connection,
    staff_id: int,
    action: str,
    person_id: int | None,
    place_id: int | None,
    override_id: int,
) -> None:
    record, number = ("person", person_id) if place_id is None else ("place", place_id)
    audit.record(connection, staff_id, action, record, number, override=override_id)
