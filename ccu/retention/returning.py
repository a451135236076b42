"""Somebody who comes back after their records were de-identified, where the town recognises them.

Kept of them is a keyed hash of name and birth date, in the file; the key is the audit's, beside it.
"""

import sqlite3
from collections.abc import Iterable, Mapping
from typing import Any

from ccu.records import audit, person_ids

_LABEL = b"ccu returning person"


def digests(connection: sqlite3.Connection, ids: Iterable[int]) -> dict[int, str]:
    """Canonical person -> the hash of who it is; of those with a name and a birth date."""
    found = {}
    for person_id in ids:
        row = connection.execute("SELECT * FROM person WHERE id = ?", (person_id,)).fetchone()
        digest = _digest(connection, dict(row))
        if digest is not None:
            found[person_id] = digest
    return found


def person_of(connection: sqlite3.Connection, fields: Mapping[str, Any]) -> int | None:
    """Whose de-identified records these fields of a new person lead back to; canonical."""
    kept = "SELECT 1 FROM deidentified WHERE digest IS NOT NULL LIMIT 1"
    if not connection.execute(kept).fetchone():
        return None
    digest = _digest(connection, fields)
    row = connection.execute(
        "SELECT person_id FROM deidentified WHERE digest = :digest ORDER BY person_id",
        {"digest": digest},
    ).fetchone()
    return None if row is None else person_ids.canonical(connection, [row[0]])[row[0]]


def reopen(connection: sqlite3.Connection, staff_id: int, person_id: int) -> dict[str, Any]:
    """The number is somebody's again, inside the caller's transaction; fields to clear first."""
    for each in person_ids.same(connection, [person_id]):
        connection.execute("DELETE FROM deidentified WHERE person_id = ?", (each,))
    audit.record(connection, staff_id, "person-returned", "person", person_id)
    return dict.fromkeys(("age_estimate", "age_estimated_on", "phone", "language"))


def mark(connection: sqlite3.Connection) -> int:
    """Where the audit ends now; for `told`."""
    return int(connection.execute("SELECT coalesce(max(id), 0) FROM audit").fetchone()[0])


def told(connection: sqlite3.Connection, since: int) -> list[str]:
    """A line for each person who was recognised after that mark."""
    found = connection.execute(
        "SELECT record_id FROM audit WHERE action = 'person-returned' AND id > :since ORDER BY id",
        {"since": since},
    )
    return [f"seen before: person {row[0]}, whose records were de-identified" for row in found]


def _digest(connection: sqlite3.Connection, fields: Mapping[str, Any]) -> str | None:
    from ccu.identity import plain

    name = [plain(fields.get(each) or "") for each in ("given_name", "family_name")]
    if not all(name) or not fields.get("birth_date"):
        return None  # a name alone is many people's
    message = "\0".join((*name, str(fields["birth_date"]))).encode()
    return audit.key_of(connection).mac(_LABEL + b"\0" + message).hex()
