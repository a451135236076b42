"""What is known of a place beyond its address: what stands there, and safety notes on it."""

import json
import sqlite3
from collections.abc import Iterable
from typing import Any

from ccu.errors import InvalidInput, NotAllowed, NotFound
from ccu.records import audit
from ccu.records import history as changes

_FLAGS = """
SELECT place_flag.id, place_flag.place_id AS place,
       coalesce((SELECT line FROM place_plain WHERE id = place_flag.place_id), '') AS address,
       CASE WHEN ended_at IS NOT NULL THEN 'ended'
            WHEN expires_on < :today THEN 'expired' ELSE 'in force' END AS state,
       note, source, recorded_at, writer.login AS recorded_by, verifier.login AS verified_by,
       verified_at, expires_on, ended_at, ender.login AS ended_by, ended_why
FROM place_flag JOIN staff AS writer ON writer.id = place_flag.recorded_by
LEFT JOIN staff AS verifier ON verifier.id = verified_by
LEFT JOIN staff AS ender ON ender.id = ended_by
WHERE {which} ORDER BY ended_at IS NOT NULL, expires_on < :today, place_flag.id DESC
"""
_TO_CHECK = """ended_at IS NULL AND expires_on >= :today
  AND (verified_at IS NULL OR expires_on <= :soon)"""


# ---------------------------------------------------------------- what stands there


def categorise(
    connection: sqlite3.Connection,
    staff_id: int,
    place_id: int,
    category: str | None,
    exempt_reason: str | None,
    *,
    at: str | None = None,
    reason: str | None = None,
) -> list[str]:
    """Say what stands at a place; with a reason, leave it out of repeat counts. Inside a write.

    Returns the fields that changed; with `at` their old values are kept, and `reason` with them.
    """
    row = connection.execute(
        "SELECT category, exempt_reason FROM place WHERE id = :id", {"id": place_id}
    ).fetchone()
    new = {"category": category, "exempt_reason": exempt_reason}
    changed = {field: (row[field], new[field]) for field in new if row[field] != new[field]}
    connection.execute(
        "UPDATE place SET category = :category, exempt_reason = :exempt_reason WHERE id = :id",
        {**new, "id": place_id},
    )
    if at is not None:
        changes.record(connection, staff_id, "place", place_id, changed, at=at, reason=reason)
    audit.record(connection, staff_id, "place-category", "place", place_id, fields=sorted(changed))
    return sorted(changed)


# ---------------------------------------------------------------- safety notes


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
    """Put a safety note on a place until a day, inside the caller's transaction; returns its id.

    Raises InvalidInput when the same words are there already.
    """
    same = connection.execute(
        "SELECT id FROM place_flag WHERE place_id = :place_id AND note = :note"
        " AND ended_at IS NULL AND expires_on >= substr(:at, 1, 10)",
        {"place_id": place_id, "note": note, "at": at},
    ).fetchone()
    if same:
        raise InvalidInput(f"flag {same['id']} says that of this place already")
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
    audit.record(connection, staff_id, "flag-add", "place_flag", flag_id, place=place_id)
    return flag_id


def verify(
    connection: sqlite3.Connection, staff_id: int, flag_id: int, *, at: str, expires_on: str
) -> None:
    """Say that a note was checked and is so, by a second pair of eyes; it holds until a new day.

    Inside the caller's transaction. Raises NotFound, InvalidInput for an ended flag, and NotAllowed
    for the account that wrote it.
    """
    old = _open(connection, flag_id)
    if old["recorded_by"] == staff_id:
        raise NotAllowed(f"flag {flag_id} was written by this account; somebody else verifies it")
    new = {"verified_by": staff_id, "verified_at": at, "expires_on": expires_on}
    connection.execute(
        "UPDATE place_flag SET verified_by = :verified_by, verified_at = :verified_at,"
        " expires_on = :expires_on WHERE id = :id",
        {**new, "id": flag_id},
    )
    changed = {field: (old[field], new[field]) for field in new if old[field] != new[field]}
    changes.record(connection, staff_id, "place_flag", flag_id, changed, at=at)
    audit.record(connection, staff_id, "flag-verify", "place_flag", flag_id, place=old["place_id"])


def end(connection: sqlite3.Connection, staff_id: int, flag_id: int, *, at: str, why: str) -> None:
    """Take a note off its place, inside the caller's transaction; it is kept, with who and why.

    Raises NotFound, InvalidInput for one that has ended.
    """
    old = _open(connection, flag_id)
    connection.execute(
        "UPDATE place_flag SET ended_at = :at, ended_by = :by, ended_why = :why WHERE id = :id",
        {"at": at, "by": staff_id, "why": why, "id": flag_id},
    )
    audit.record(connection, staff_id, "flag-end", "place_flag", flag_id, place=old["place_id"])


def of_places(
    connection: sqlite3.Connection, place_ids: Iterable[int | None], today: str
) -> list[dict[str, Any]]:
    """Every flag ever on these places: those in force, then expired, then ended ones.

    Keys: id, place, address, state, note, source, recorded_at, recorded_by, verified_by,
    verified_at, expires_on, ended_at, ended_by, ended_why. Reading them must be audited.
    """
    sql = _FLAGS.format(which="place_flag.place_id IN (SELECT value FROM json_each(:places))")
    places = json.dumps([each for each in place_ids if each is not None])
    return [dict(row) for row in connection.execute(sql, {"places": places, "today": today})]


def to_check(connection: sqlite3.Connection, today: str, soon: str) -> list[dict[str, Any]]:
    """Flags in force that nobody verified yet or that expire by `soon`: keys as `of_places`."""
    sql = _FLAGS.format(which=_TO_CHECK)
    return [dict(row) for row in connection.execute(sql, {"today": today, "soon": soon})]


def expiring(
    connection: sqlite3.Connection, today: str, since: str, soon: str
) -> list[dict[str, Any]]:
    """Flags whose last day is from `since` to `soon` and that nobody ended: keys as `of_places`."""
    sql = _FLAGS.format(which="ended_at IS NULL AND expires_on BETWEEN :since AND :soon")
    asked = {"today": today, "since": since, "soon": soon}
    return [dict(row) for row in connection.execute(sql, asked)]


def place_of(connection: sqlite3.Connection, flag_id: int) -> int:
    """The place that a flag is on. Raises NotFound."""
    return int(read(connection, flag_id)["place_id"])


def _open(connection: sqlite3.Connection, flag_id: int) -> sqlite3.Row:
    row = read(connection, flag_id)
    if row["ended_at"] is not None:
        raise InvalidInput(f"flag {flag_id} has ended, on {row['ended_at'][:10]}; write a new one")
    return row


def read(connection: sqlite3.Connection, flag_id: int) -> sqlite3.Row:
    """The row of a flag. Raises NotFound."""
    row: sqlite3.Row | None = connection.execute(
        "SELECT * FROM place_flag WHERE id = :id", {"id": flag_id}
    ).fetchone()
    if row is None:
        raise NotFound(f"no flag {flag_id}")
    return row
