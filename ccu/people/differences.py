"""Pairs of people that somebody looked at and found to be two, however alike their records."""

import json
import sqlite3

from ccu.errors import InvalidInput, NotFound
from ccu.people import merge_store as merges
from ccu.records import audit, person_ids


def record(
    connection: sqlite3.Connection, staff_id: int, a: int, b: int, reason: str, at: str
) -> None:
    """Keep that two people are two, inside the caller's transaction.

    Raises NotFound; InvalidInput when they are one by a merge, or this is kept already.
    """
    if a == b:
        raise InvalidInput("a record can not be distinct from itself")
    ours, theirs = (merges.canonical(connection, number) for number in (a, b))
    if ours == theirs:
        raise InvalidInput(
            f"person {a} and person {b} are one, person {ours}; ccu person unmerge undoes it"
        )
    if found := of(connection, ours, theirs):
        raise InvalidInput(
            f"that person {found[0]} and person {found[1]} are two is recorded already"
        )
    connection.execute(
        "INSERT INTO person_different (person_id, other_id, reason, recorded_at, recorded_by)"
        " VALUES (:low, :high, :reason, :at, :by)",
        {"low": min(a, b), "high": max(a, b), "reason": reason, "at": at, "by": staff_id},
    )
    audit.record(connection, staff_id, "person-distinct", "person", a, other=b)


def take_back(connection: sqlite3.Connection, staff_id: int, a: int, b: int) -> None:
    """Say no longer that two people are two, inside the caller's transaction. Raises NotFound."""
    for number in (a, b):
        merges.canonical(connection, number)
    found = of(connection, a, b)
    if found is None:
        raise NotFound(f"nobody recorded that person {a} and person {b} are two")
    while found is not None:
        connection.execute(
            "DELETE FROM person_different WHERE person_id = :low AND other_id = :high",
            {"low": found[0], "high": found[1]},
        )
        found = of(connection, a, b)
    audit.record(connection, staff_id, "person-distinct-undo", "person", a, other=b)


def of(connection: sqlite3.Connection, a: int, b: int) -> tuple[int, int] | None:
    """The records by which two people were said to be two, or None."""
    ours, theirs = (json.dumps(person_ids.same(connection, [number])) for number in (a, b))
    row = connection.execute(
        "WITH ours AS (SELECT value AS id FROM json_each(:ours)),"
        " theirs AS (SELECT value AS id FROM json_each(:theirs))"
        " SELECT person_id, other_id FROM person_different"
        " WHERE (person_id IN (SELECT id FROM ours) AND other_id IN (SELECT id FROM theirs))"
        " OR (person_id IN (SELECT id FROM theirs) AND other_id IN (SELECT id FROM ours))",
        {"ours": ours, "theirs": theirs},
    ).fetchone()
    return (row["person_id"], row["other_id"]) if row else None


def every(connection: sqlite3.Connection) -> set[tuple[int, int]]:
    """All such pairs as the people they are now, the lower number first."""
    pairs = connection.execute(
        "SELECT one.canonical_id, other.canonical_id FROM person_different"
        " JOIN human AS one ON one.id = person_id JOIN human AS other ON other.id = other_id"
    )
    return {(min(pair), max(pair)) for pair in map(tuple, pairs)}
