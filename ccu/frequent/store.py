"""Who and where is met often: care calls in a window of days, by human being and by place.

A call counts for the place it was at, its unit apart from the building, and for those it was about
(role subject; who called or looked on is not who the calls are about). Void calls are not counted,
nor what lies ahead of `now`, the local wall clock, nor what is before `day`, the window's first
local day: the same edges as the card's.
"""

import json
import sqlite3
from collections.abc import Collection, Iterable, Mapping
from typing import Any

from ccu.errors import InvalidInput, NotFound
from ccu.records import audit, person_ids
from ccu.records import history as changes

# The window's calls come by the index on time: by the one on place the whole file would be read.
_IN_WINDOW = """
  call.occurred_at >= :day AND call.voided_at IS NULL AND substr(call.occurred_at, 1, 19) <= :now
"""
_PLACES = f"""
SELECT call.place_id AS place, count(*) FILTER (WHERE call.care) AS care_calls, count(*) AS calls,
       max(substr(call.occurred_at, 1, 10)) AS last
FROM call INDEXED BY call_occurred
WHERE {_IN_WINDOW} AND call.place_id IS NOT NULL
GROUP BY call.place_id
HAVING count(*) FILTER (WHERE call.care) >= :k
    OR call.place_id IN (SELECT value FROM json_each(:marked))
"""  # noqa: S608 - no user's text in it
_SUBJECTS = f"""
SELECT call_person.person_id, call.id AS call_id, call.place_id,
       substr(call.occurred_at, 1, 10) AS day
FROM call INDEXED BY call_occurred
CROSS JOIN call_person ON call_person.call_id = call.id AND call_person.role = 'subject'
WHERE call.care AND {_IN_WINDOW}
"""  # noqa: S608
_SUBJECTS_AT = f"""
SELECT call.place_id, call.id AS call_id, call_person.person_id
FROM json_each(:places) AS places
CROSS JOIN call ON call.place_id = places.value
CROSS JOIN call_person ON call_person.call_id = call.id AND call_person.role = 'subject'
WHERE call.care AND {_IN_WINDOW}
"""  # noqa: S608
_LAST_AT = """
SELECT substr(max(occurred_at), 1, 10) FROM call
WHERE place_id = :place AND voided_at IS NULL AND substr(occurred_at, 1, 19) <= :now
"""
_LAST_ABOUT = """
SELECT substr(max(call.occurred_at), 1, 10)
FROM json_each(:records) AS records CROSS JOIN call_person ON call_person.person_id = records.value
CROSS JOIN call ON call.id = call_person.call_id
WHERE call_person.role = 'subject' AND call.care AND call.voided_at IS NULL
  AND substr(call.occurred_at, 1, 19) <= :now
"""
_ABOUT_PLACES = """
SELECT place.id, (SELECT line FROM place_plain WHERE id = place.id) AS address,
       coalesce(place.exempt_reason, building.exempt_reason) AS exempt
FROM json_each(:places) AS places CROSS JOIN place ON place.id = places.value
LEFT JOIN place AS building
  ON building.unit_key = place.building_key AND building.city = place.city
"""


def places(
    connection: sqlite3.Connection,
    window: Mapping[str, object],
    k: int,
    marked: Collection[int] = (),
) -> list[dict[str, Any]]:
    """Places with at least k care calls in the window (day, now), and the `marked` ones anyway.

    Keys: place, address, care_calls, calls (of any kind), people (with a name, different ones),
    unknown (care calls about nobody with a name), last (day of the last call), exempt (why, of the
    place or of its building). Most care calls first.
    """
    asked = {**window, "k": k, "marked": json.dumps(sorted(marked))}
    rows = {row["place"]: dict(row) for row in connection.execute(_PLACES, asked)}
    for place in marked:
        if place not in rows:
            last = connection.execute(_LAST_AT, {**window, "place": place}).fetchone()[0]
            rows[place] = {"place": place, "care_calls": 0, "calls": 0, "last": last}
    asked["places"] = json.dumps(list(rows))
    for place in connection.execute(_ABOUT_PLACES, asked):
        rows[place["id"]] |= {"address": place["address"], "exempt": place["exempt"]}
    met = connection.execute(_SUBJECTS_AT, asked).fetchall()
    stands_for = person_ids.canonical(connection, (row["person_id"] for row in met))
    named = _named(connection, stands_for.values())
    about = [row for row in met if stands_for[row["person_id"]] in named]
    there: dict[int, set[int]] = {}
    told: dict[int, set[int]] = {}
    for row in about:
        there.setdefault(row["place_id"], set()).add(stands_for[row["person_id"]])
        told.setdefault(row["place_id"], set()).add(row["call_id"])
    for place, found in rows.items():
        found["people"] = len(there.get(place, ()))
        found["unknown"] = found["care_calls"] - len(told.get(place, ()))
    return sorted(rows.values(), key=lambda row: (-row["care_calls"], -row["calls"], row["place"]))


def people(
    connection: sqlite3.Connection,
    window: Mapping[str, object],
    k: int,
    marked: Collection[int] = (),
) -> list[dict[str, Any]]:
    """Human beings whom at least k care calls in the window were about, and the `marked` ones.

    Keys: person (the canonical record), care_calls, places (different ones), last (day of the last
    care call about them). Most care calls first.
    """
    met = connection.execute(_SUBJECTS, window).fetchall()
    stands_for = person_ids.canonical(connection, (row["person_id"] for row in met))
    calls: dict[int, dict[int, sqlite3.Row]] = {}
    for row in met:
        calls.setdefault(stands_for[row["person_id"]], {})[row["call_id"]] = row
    rows = [
        {
            "person": person,
            "care_calls": len(own),
            "places": len({row["place_id"] for row in own.values()} - {None}),
            "last": max(row["day"] for row in own.values()),
        }
        for person, own in calls.items()
        if len(own) >= k or person in marked
    ]
    for person in set(marked) - calls.keys():
        records = json.dumps(person_ids.same(connection, [person]))
        last = connection.execute(_LAST_ABOUT, {**window, "records": records}).fetchone()[0]
        rows.append({"person": person, "care_calls": 0, "places": 0, "last": last})
    return sorted(rows, key=lambda row: (-row["care_calls"], row["person"]))


def exempt_of(connection: sqlite3.Connection, place_id: int) -> str | None:
    """Why a place is left out of the repeat counts, itself or by its building; or None."""
    row = connection.execute(_ABOUT_PLACES, {"places": json.dumps([place_id])}).fetchone()
    return row["exempt"] if row else None


def _named(connection: sqlite3.Connection, ids: Iterable[int]) -> set[int]:
    found = connection.execute(
        "SELECT id FROM person WHERE id IN (SELECT value FROM json_each(:ids))"
        " AND trim(given_name || family_name) <> ''",
        {"ids": json.dumps(sorted(set(ids)))},
    )
    return {row["id"] for row in found}


# ---------------------------------------------------------------- overrides


_ROWS = """
SELECT frequent_override.id, person_id AS person, place_id AS place,
       coalesce((SELECT line FROM place_plain WHERE id = place_id), '') AS address,
       frequent AS listed, reason, substr(recorded_at, 1, 10) AS since, staff.login AS by,
       review_on
FROM frequent_override JOIN staff ON staff.id = recorded_by
WHERE ended_at IS NULL AND {which}
ORDER BY frequent_override.id
"""


def overrides_in_force(connection: sqlite3.Connection) -> list[dict[str, Any]]:
    """Every override in force, oldest first; `person` is the canonical one.

    Keys: id, person, place, address, listed (True: on the list), reason, since, by, review_on.
    Reading reasons must be audited.
    """
    return _rows(connection, "1")


def override_of_place(
    connection: sqlite3.Connection, place_id: int | None
) -> dict[str, Any] | None:
    """The override of a place, or None; keys as `overrides_in_force`."""
    found = _rows(connection, "place_id = :id", id=place_id)
    return found[-1] if found else None


def override_of_person(
    connection: sqlite3.Connection, records: Iterable[int]
) -> dict[str, Any] | None:
    """The override of the human being who has these records, or None."""
    which = "person_id IN (SELECT value FROM json_each(:ids))"
    found = _rows(connection, which, ids=json.dumps(list(records)))
    return found[-1] if found else None


def add_override(
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


def keep_override(
    connection: sqlite3.Connection,
    staff_id: int,
    override_id: int,
    *,
    review_on: str,
    reason: str,
    at: str,
) -> None:
    """Keep it until a later review, inside a write. Raises as `require_override`."""
    row = require_override(connection, override_id)
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
    changes.record(
        connection,
        staff_id,
        "frequent_override",
        override_id,
        {"review_on": (row["review_on"], review_on)},
        at=at,
        reason=reason,
    )
    _audit(connection, staff_id, "frequent-keep", row["person_id"], row["place_id"], override_id)


def end_override(
    connection: sqlite3.Connection, staff_id: int, override_id: int, *, reason: str, at: str
) -> None:
    """Let the count decide again, inside the caller's transaction. Raises as `require_override`."""
    row = require_override(connection, override_id)
    _end(connection, staff_id, [override_id], at, reason)
    _audit(connection, staff_id, "frequent-end", row["person_id"], row["place_id"], override_id)


def require_override(connection: sqlite3.Connection, override_id: int) -> sqlite3.Row:
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
    found = [dict(row) for row in connection.execute(_ROWS.format(which=which), asked)]
    people = [row["person"] for row in found if row["person"] is not None]
    stands_for = person_ids.canonical(connection, people) if people else {}
    for row in found:
        row["person"] = stands_for.get(row["person"])
        row["listed"] = bool(row["listed"])
    return found


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
        changes.record(
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
