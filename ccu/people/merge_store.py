"""Merging two records of one human being, and undoing it exactly.

Nothing is moved: `merged_into` says which record stands for another, and reads go by the canonical
one. What a record shows is worked out anew (person_values), who works with them too (merge_turns).
"""

import json
import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass

from ccu.errors import InvalidInput, NotFound
from ccu.people import merge_assignments as merge_turns
from ccu.people import values as person_values
from ccu.people.values import FIELDS, Value, is_empty
from ccu.records import audit, person_ids

WORKER = "worker"  # beside FIELDS: who goes on working with them


@dataclass(frozen=True)
class Choice:
    """A field of two records: `values` of the kept one and of the other, `newer` the later one's.

    Of the worker the values are logins.
    """

    name: str
    kept: Value
    merged: Value
    newer: bool  # the merged record's value was written later

    @property
    def differs(self) -> bool:
        """Both have a value, and not the same."""
        return not is_empty(self.kept) and not is_empty(self.merged) and self.kept != self.merged

    @property
    def is_only_merged(self) -> bool:
        """Only the merged record has a value: it survives without a question."""
        return is_empty(self.kept) and not is_empty(self.merged)


@dataclass(frozen=True)
class Undone:
    """What undoing a merge came to."""

    person_id: int
    was: int  # the canonical record until now
    merged_at: str
    workers: list[str]  # logins whose turns go on


def check(connection: sqlite3.Connection, kept_id: int, merged_id: int) -> None:
    """Raises NotFound, and InvalidInput for one record, or one that is merged already."""
    if kept_id == merged_id:
        raise InvalidInput("a record can not be merged with itself")
    stands_for = {number: canonical(connection, number) for number in (kept_id, merged_id)}
    if stands_for[kept_id] == stands_for[merged_id]:
        raise InvalidInput(
            f"person {kept_id} and person {merged_id} are one already, person {stands_for[kept_id]}"
        )
    for number, other in stands_for.items():
        if number != other:
            raise InvalidInput(
                f"person {number} was merged into person {other}; merge person {other}"
            )


def canonical(connection: sqlite3.Connection, person_id: int) -> int:
    """The number of the record that stands for this one. Raises NotFound."""
    if not connection.execute("SELECT 1 FROM person WHERE id = :id", {"id": person_id}).fetchone():
        raise NotFound(f"no person {person_id}")
    return person_ids.canonical(connection, [person_id])[person_id]


def choices(connection: sqlite3.Connection, kept_id: int, merged_id: int) -> list[Choice]:
    """Each field of two people as they are shown, in order, the worker last: an audited read."""
    records = person_values.load(connection, [kept_id, merged_id])
    found = []
    for name, columns in FIELDS.items():
        (ours, kept), (theirs, merged) = (records[n].shown(name) for n in (kept_id, merged_id))
        newer = is_empty(kept) or (
            person_values.last_written(connection, ours, columns)
            < person_values.last_written(connection, theirs, columns)
        )
        found.append(Choice(name, kept, merged, newer and not is_empty(merged)))
    turns = [merge_turns.current(connection, number) for number in (kept_id, merged_id)]
    logins = [(turn["login"] if turn else None,) for turn in turns]
    newer = all(turns) and turns[0]["since"] < turns[1]["since"]  # type: ignore[index]
    return [*found, Choice(WORKER, logins[0], logins[1], bool(newer))]


def merge(
    connection: sqlite3.Connection,
    staff_id: int,
    kept_id: int,
    merged_id: int,
    taken: Sequence[str],
    *,
    at: str,
) -> None:
    """Let one record stand for the other, inside the caller's transaction.

    `taken` are the names of `choices` whose value the merged record gives. Raises as `check`.
    """
    check(connection, kept_id, merged_id)
    ends, stays = merge_turns.end_one(connection, kept_id, merged_id, WORKER in taken, at[:10])
    connection.execute(
        "INSERT INTO person_merge (merged_id, taken, worker_id, stays_id, merged_at, merged_by)"
        " VALUES (:merged_id, :taken, :ends, :stays, :at, :by)",
        {
            "merged_id": merged_id,
            "taken": json.dumps([name for name in taken if name in FIELDS]),
            "ends": ends,
            "stays": stays,
            "at": at,
            "by": staff_id,
        },
    )
    connection.execute(
        "UPDATE person SET merged_into = :kept_id WHERE id = :merged_id",
        {"kept_id": kept_id, "merged_id": merged_id},
    )
    person_values.settle(connection, [kept_id])
    audit.record(
        connection, staff_id, "person-merge", "person", merged_id, into=kept_id, taken=list(taken)
    )


def unmerge(connection: sqlite3.Connection, staff_id: int, merged_id: int) -> Undone:
    """Let a record stand for itself again, with those merged into it; in the caller's transaction.

    Raises NotFound, and InvalidInput for a record that is not merged.
    """
    before = canonical(connection, merged_id)
    if before == merged_id:
        raise InvalidInput(f"person {merged_id} is not merged into another record")
    row = connection.execute(
        "SELECT * FROM person_merge WHERE merged_id = :id", {"id": merged_id}
    ).fetchone()
    connection.execute("DELETE FROM person_merge WHERE merged_id = :id", {"id": merged_id})
    connection.execute("UPDATE person SET merged_into = NULL WHERE id = :id", {"id": merged_id})
    person_values.settle(connection, [before, merged_id])
    turns = (row["worker_id"], row["stays_id"]) if row else (None, None)
    begun = merge_turns.begin_again(connection, [before, merged_id], turns)
    audit.record(connection, staff_id, "person-unmerge", "person", merged_id, out_of=before)
    return Undone(merged_id, before, row["merged_at"] if row else "", begun)


# ---------------------------------------------------------------- what speaks against it


def both_on(connection: sqlite3.Connection, a: int, b: int) -> list[int]:
    """The calls that both were on, as two people."""
    ours, theirs = (json.dumps(person_ids.same(connection, [number])) for number in (a, b))
    found = connection.execute(
        "SELECT DISTINCT call_id FROM call_person JOIN call ON call.id = call_id"
        " WHERE voided_at IS NULL AND person_id IN (SELECT value FROM json_each(:ours))"
        " AND call_id IN (SELECT call_id FROM call_person"
        "                 WHERE person_id IN (SELECT value FROM json_each(:theirs)))"
        " ORDER BY call_id",
        {"ours": ours, "theirs": theirs},
    )
    return [row["call_id"] for row in found]


def are_linked(connection: sqlite3.Connection, a: int, b: int) -> bool:
    """Whether one is recorded as a relation of the other."""
    ours, theirs = (json.dumps(person_ids.same(connection, [number])) for number in (a, b))
    found = connection.execute(
        "WITH ours AS (SELECT value AS id FROM json_each(:ours)),"
        " theirs AS (SELECT value AS id FROM json_each(:theirs))"
        " SELECT 1 FROM person_relation"
        " WHERE (person_id IN (SELECT id FROM ours) AND other_id IN (SELECT id FROM theirs))"
        " OR (person_id IN (SELECT id FROM theirs) AND other_id IN (SELECT id FROM ours))",
        {"ours": ours, "theirs": theirs},
    )
    return found.fetchone() is not None
