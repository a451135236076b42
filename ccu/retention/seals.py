"""Erasure orders: the rows of a person or a call are moved out of the tables they stood in.

A sealed row is in `sealed.content` and nowhere else, so no list, search or card can show it, and a
number that is sealed is a number never given. Lifting puts every row and every word back as it was.
"""

import json
import sqlite3
from dataclasses import dataclass

from ccu.errors import NotFound
from ccu.records import audit, ownership
from ccu.retention import sealed_content
from ccu.retention.sealed_content import Content, Row

_LIST = """
SELECT sealed.id AS seal, record, record_id AS number, authority, ordered_on, sealed_at,
       sealer.login AS sealed_by, lifted_at, lifter.login AS lifted_by, lift_reason
FROM sealed JOIN staff AS sealer ON sealer.id = sealed_by
LEFT JOIN staff AS lifter ON lifter.id = lifted_by
WHERE sealed.id = :id OR :id IS NULL ORDER BY sealed.id
"""
# What stays, and may hold words about them that nobody can tell apart: notes on a place.
_PLACES = """
SELECT DISTINCT place_id FROM call
WHERE id IN (SELECT value FROM json_each(:calls)) AND (
  EXISTS (SELECT 1 FROM place_flag WHERE place_flag.place_id = call.place_id)
  OR EXISTS (SELECT 1 FROM plan WHERE plan.place_id = call.place_id))
ORDER BY place_id
"""


@dataclass(frozen=True)
class Sealed:
    """What was done. `ended` is (what, number, login of who had it); `calls` stay, and `places`."""

    id: int
    rows: int
    blanked: int
    ended: list[tuple[str, int, str]]
    calls: list[int]
    places: list[int]


# ---------------------------------------------------------------- sealing


def seal(
    connection: sqlite3.Connection,
    staff_id: int,
    record: str,
    record_id: int,
    *,
    authority: str,
    ordered_on: str,
    at: str,
) -> Sealed:
    """Move a person or a call out, inside the caller's transaction. Raises as `gather` does."""
    content = sealed_content.gather(connection, record, record_id)
    held = sealed_content.dump(content)
    ended, calls = open_work(connection, content), _calls(content)
    numbers = _numbers(connection, content)
    connection.execute("PRAGMA defer_foreign_keys = ON")
    audit.purge_reasons(
        connection, staff_id, [key[0] for key in content.rows.get("audit_reason", ())]
    )
    for table, rows in content.rows.items():
        which = " AND ".join(f"{name} = ?" for name in ownership.key_of(connection, table))
        connection.executemany(f"DELETE FROM main.{table} WHERE {which}", list(rows))  # noqa: S608
    for (table, key), was in content.blanked.items():
        sealed_content.update(connection, table, key, ownership.blanks(connection, table, was))
    cursor = connection.execute(
        "INSERT INTO sealed (record, record_id, authority, ordered_on, sealed_at, sealed_by,"
        " content) VALUES (:record, :record_id, :authority, :ordered_on, :at, :by, :content)",
        {
            "record": record, "record_id": record_id, "authority": authority,
            "ordered_on": ordered_on, "at": at, "by": staff_id, "content": held,
        },
    )  # fmt: skip
    seal_id = int(cursor.lastrowid or 0)
    connection.executemany(
        "INSERT INTO sealed_number (digest, sealed_id) VALUES (?, ?) ON CONFLICT DO NOTHING",
        [(each, seal_id) for each in numbers],
    )
    audit.record(
        connection, staff_id, "seal", record, record_id,
        seal=seal_id, records=content.records, rows=content.count(), ended=len(ended),
    )  # fmt: skip
    asked = {"calls": json.dumps(calls)}
    places = [row[0] for row in connection.execute(_PLACES, asked) if row[0] is not None]
    return Sealed(seal_id, content.count(), len(content.blanked), ended, calls, places)


def open_work(connection: sqlite3.Connection, content: Content) -> list[tuple[str, int, str]]:
    """What is open of the rows that go: nothing of it is due any more."""
    logins = dict(connection.execute("SELECT id, login FROM staff").fetchall())
    still = {row[0] for row in connection.execute("SELECT code FROM referral_status WHERE open")}
    found = [
        ("referral", row["id"], row["owner_id"])
        for row in content.rows.get("referral", {}).values()
        if row["status"] in still
    ]
    found += [
        ("follow-up", row["id"], row["owner_id"])
        for row in content.rows.get("follow_up", {}).values()
        if row["closed_at"] is None
    ]
    found += [
        ("worker of person", row["person_id"], row["staff_id"])
        for row in content.rows.get("worker", {}).values()
        if row["until"] is None and row["person_id"] is not None
    ]
    return [(what, number, str(logins.get(owner) or owner)) for what, number, owner in found]


def _calls(content: Content) -> list[int]:
    """The calls on which a sealed person was met, and which stay."""
    met = {row["call_id"] for row in content.rows.get("call_person", {}).values()}
    gone = {row["id"] for row in content.rows.get("call", {}).values()}
    return sorted(met - gone)


def _numbers(connection: sqlite3.Connection, content: Content) -> list[str]:
    """Digests of the numbers that another system knows these rows by."""
    systems = dict(connection.execute("SELECT id, name FROM source_system").fetchall())
    found = [
        digest("call", systems[row["source_system_id"]], row["incident"])
        for row in content.rows.get("call", {}).values()
        if row["incident"] is not None
    ]
    return found + [
        digest("person", row["source"], row["number"])
        for row in content.rows.get("person_source", {}).values()
    ]


# ---------------------------------------------------------------- numbers of other systems


def digest(record: str, source: str, number: str) -> str:
    """How `sealed_number` knows a number of another system."""
    from hashlib import sha256

    return sha256("\0".join((record, source, number)).encode()).hexdigest()


def sealed_numbers(connection: sqlite3.Connection) -> set[str]:
    """The digests of all numbers that are sealed now."""
    return {row[0] for row in connection.execute("SELECT digest FROM sealed_number")}


# ---------------------------------------------------------------- reading


def rows(connection: sqlite3.Connection, seal_id: int | None = None) -> list[Row]:
    """Every seal, or one, without its content. Raises NotFound for a number there is not."""
    found = [dict(row) for row in connection.execute(_LIST, {"id": seal_id})]
    if seal_id is not None and not found:
        raise NotFound(f"no seal {seal_id}")
    return found


def read(connection: sqlite3.Connection, seal_id: int) -> Content | None:
    """What a seal holds, None when it was lifted: a read to be audited. Raises NotFound."""
    row = connection.execute("SELECT content FROM sealed WHERE id = ?", (seal_id,)).fetchone()
    if row is None:
        raise NotFound(f"no seal {seal_id}")
    return None if row["content"] is None else sealed_content.load(connection, row["content"])
