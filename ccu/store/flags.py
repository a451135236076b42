"""What is known of a place beyond its address: what stands there, and safety notes on it."""

import sqlite3

from ccu.store import audit


def categorise(
    connection: sqlite3.Connection,
    staff_id: int,
    place_id: int,
    category: str,
    exempt_reason: str | None,
) -> None:
    """Say what stands at a place; with a reason, leave it out of repeat counts. Inside a write."""
    connection.execute(
        "UPDATE place SET category = :category, exempt_reason = :exempt_reason WHERE id = :id",
        {"category": category, "exempt_reason": exempt_reason, "id": place_id},
    )
    audit.record(connection, staff_id, "place-category", "place", place_id)


def add(
    connection: sqlite3.Connection,
    staff_id: int,
    place_id: int,
    note: str,
    source: str,
    *,
    at: str,
    expires_on: str,
) -> int:
    """Put a safety note on a place until a day, inside the caller's transaction; returns its id."""
    cursor = connection.execute(
        "INSERT INTO place_flag (place_id, note, source, recorded_at, recorded_by, expires_on)"
        " VALUES (:place_id, :note, :source, :at, :by, :expires_on)",
        {
            "place_id": place_id,
            "note": note,
            "source": source,
            "at": at,
            "by": staff_id,
            "expires_on": expires_on,
        },
    )
    flag_id = int(cursor.lastrowid or 0)
    audit.record(connection, staff_id, "flag-add", "place_flag", flag_id)
    return flag_id
