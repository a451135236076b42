"""Overrides of who and where counts as met often.

An override lists a person or a place whatever the count, or leaves it off. A person or a place has
one active override at most; where a merge brought two together, the later one counts. An override
is active until it is ended, also after its review was due.
"""

import sqlite3
from collections.abc import Iterable
from datetime import date
from typing import Any

from ccu import dates
from ccu.errors import InvalidInput
from ccu.records import person_ids, table
from ccu.work import Work

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


# A subject is what an override is of: ("person", 12), by any record of theirs, or ("place", 3).
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


def due_for_review(
    connection: sqlite3.Connection, today: date, every: bool = False
) -> list[dict[str, Any]]:
    """Return the active overrides due by today, or `every`: listed is on or off, with days_late."""
    found = active_overrides(connection)
    found = [row for row in found if every or row["review_on"] <= today.isoformat()]
    for row in found:
        row["days_late"] = max((today - date.fromisoformat(row["review_on"])).days, 0)
        row["listed"] = "on" if row["listed"] else "off"
    return found


def override_of(connection: sqlite3.Connection, subject: Subject) -> dict[str, Any] | None:
    """Return the override of a subject, the later of two, or None; keys as `active_overrides`."""
    return next(reversed(active_overrides(connection, subject)), None)


def merge_warnings(connection: sqlite3.Connection, kept_id: int, merged_id: int) -> list[str]:
    """Return a warning where one is on the list by override and the other off it."""
    ours, theirs = (override_of(connection, ("person", each)) for each in (kept_id, merged_id))
    if ours is None or theirs is None or ours["listed"] == theirs["listed"]:
        return []
    kept, merged = ("on" if each["listed"] else "off" for each in (ours, theirs))
    return [
        f"person {kept_id} is {kept} the frequent list by override, person {merged_id} {merged} it;"
        " the later decision counts"
    ]


def add_override(
    work: Work, subject: Subject, *, listed: bool, reason: str, review_on: str
) -> tuple[int, list[int]]:
    """Override the count; return the override's number and those of the ones that it replaces."""
    replaced = [each["id"] for each in active_overrides(work.connection, subject)]
    _end(work, replaced, None)
    record, number = subject
    new = {f"{record}_id": number, "frequent": int(listed)}
    override_id = table.insert(work, "frequent_override", new, reason=reason, review_on=review_on)
    work.audit("frequent-override", record, number, override=override_id)
    return override_id, replaced


def keep_override(work: Work, override_id: int, review_on: str, reason: str) -> None:
    """Keep an override until a later review. Raises as `require_override`."""
    row = require_override(work.connection, override_id)
    same = active_overrides(work.connection, _subject(row))
    _end(work, [each["id"] for each in same if each["id"] != override_id], reason)
    table.update(work.connection, "frequent_override", override_id, {"review_on": review_on})
    # Recorded also where the day stays as it was: the reason is new.
    fields = {"review_on": (row["review_on"], review_on)}
    table.record_changes(work, "frequent_override", override_id, fields, reason)
    work.audit("frequent-keep", *_subject(row), override=override_id)


def end_override(work: Work, override_id: int, reason: str) -> None:
    """End an override: the count decides again. Raises as `require_override`."""
    row = require_override(work.connection, override_id)
    _end(work, [override_id], reason)
    work.audit("frequent-end", *_subject(row), override=override_id)


def require_override(connection: sqlite3.Connection, override_id: int) -> sqlite3.Row:
    """Return an active override. Raises NotFound, and InvalidInput for one that has ended."""
    row = table.require(connection, "frequent_override", override_id)
    if row["ended_at"] is not None:
        raise InvalidInput(
            f"override {override_id} has ended, on {dates.said(row['ended_at'][:10])}"
        )
    return row


def _subject(row: sqlite3.Row) -> Subject:
    if row["person_id"] is not None:
        return "person", row["person_id"]
    return "place", row["place_id"]


def _end(work: Work, ids: Iterable[int], reason: str | None) -> None:
    for override_id in ids:
        ended = {"ended_at": work.at, "ended_by": work.staff_id}
        table.update(work.connection, "frequent_override", override_id, ended)
        fields = {"ended_at": (None, work.at)}
        table.record_changes(work, "frequent_override", override_id, fields, reason)
