"""The care file's own audit: who read or wrote which notes, chained by a key of its own.

The key stands beside the file, so that whoever may write a note may record it, and nobody else can.
"""

import json
import sqlite3
from datetime import UTC, datetime
from pathlib import Path

from ccu.database import key_chain as chain
from ccu.errors import DatabaseUnusable

_LAST = """
SELECT max(coalesce((SELECT seq FROM sqlite_sequence WHERE name = 'care_audit'), 0),
           coalesce((SELECT max(id) FROM care_audit), 0)),
       (SELECT hash FROM care_audit ORDER BY id DESC LIMIT 1)
"""
_INSERT = """
INSERT INTO care_audit (id, at, login, action, person_id, detail, previous, hash)
VALUES (:id, :at, :login, :action, :person_id, :detail, :previous, :hash)
"""
_ROWS = """
SELECT id, at, login, action, person_id, detail, previous, hash FROM care_audit ORDER BY id
"""
_FIELDS = ("id", "at", "login", "action", "person_id", "detail")


def record(
    connection: sqlite3.Connection,
    login: str,
    action: str,
    person_id: int | None = None,
    **detail: object,
) -> None:
    """Add an event inside the write of what it tells of: ids only. Raises DatabaseUnusable."""
    if not connection.in_transaction:
        raise RuntimeError("an audit event belongs in the transaction of what it tells of")
    last, before = connection.execute(_LAST).fetchone()
    previous = before or chain.BEGIN
    row = {
        "id": last + 1,
        "at": datetime.now(UTC).isoformat(timespec="seconds"),  # whatever --today says
        "login": login,
        "action": action,
        "person_id": person_id,
        "detail": json.dumps(detail, sort_keys=True),
    }
    made = key_of(connection).of_row(previous, tuple(row.values()))
    connection.execute(_INSERT, {**row, "previous": previous, "hash": made})


def first_bad(connection: sqlite3.Connection) -> int | None:
    """The number of the first event that was changed or does not follow the one before, or None.

    One after the last stands for events cut off the end, where SQLite still counts them.
    """
    key, number, previous = key_of(connection), 0, chain.BEGIN
    for row in connection.execute(_ROWS):
        number += 1
        sound = row["hash"] == key.of_row(previous, [row[name] for name in _FIELDS])
        if row["id"] != number or row["previous"] != previous or not sound:
            return number
        previous = row["hash"]
    counted = connection.execute(_LAST).fetchone()[0]
    return number + 1 if counted > number else None


def key_path(file: Path) -> Path:
    """Where the key of a care file is."""
    return file.with_name(file.name + ".audit-key")


def key_of(connection: sqlite3.Connection) -> chain.Key:
    """The key of an open care file. Raises DatabaseUnusable."""
    path = key_path(Path(chain.database(connection)))
    try:
        return chain.read(path)
    except DatabaseUnusable:
        raise DatabaseUnusable(
            f"the audit key {path} is missing or damaged, and nothing is done that can not be"
            " recorded: put it back"
        ) from None
