"""Overrides of which people and places count as frequent.

An override puts a person or a place on the list or off it whatever the count. Each has one active
override at most; after a merge of two, the later one counts. An override is active until it is
ended, even after its review is due.
"""

import sqlite3
from typing import Any

from ccu.records import person_ids, table

_OVERRIDES = """
SELECT frequent_override.id, place_id AS place,
       (SELECT canonical_id FROM human WHERE id = person_id) AS person,
       coalesce((SELECT line FROM place_plain WHERE id = place_id), '') AS address,
       frequent AS listed, reason, substr(recorded_at, 1, 10) AS since, staff.login AS by,
       review_on
FROM frequent_override JOIN staff ON staff.id = recorded_by
WHERE ended_at IS NULL AND {where}
ORDER BY frequent_override.id
"""


# What an override is for: ("person", 12), by any record of theirs, or ("place", 3).
Subject = tuple[str, int]


def active_overrides(
    connection: sqlite3.Connection, subject: Subject | None = None
) -> list[dict[str, Any]]:
    """Return the active overrides, of a subject where given, oldest first.

    Keys: id, person (the canonical record), place, address, listed (True: on the list), reason,
    since, by, review_on. Reading reasons must be audited.
    """
    record, number = subject or ("", 0)
    conditions = {
        "person_id IN ?": person_ids.same(connection, [number]) if record == "person" else None,
        "place_id = ?": number if record == "place" else None,
    }
    found = table.select(connection, _OVERRIDES, conditions)
    return [{**dict(row), "listed": bool(row["listed"])} for row in found]


def override_of(connection: sqlite3.Connection, subject: Subject) -> dict[str, Any] | None:
    """Return the override of a subject, the later of two, or None; keys as `active_overrides`."""
    return next(reversed(active_overrides(connection, subject)), None)
