"""The frequent list: care calls in a window of days, and the overrides of the counts.

A call counts for its place (a unit is not its building) and for its subjects, not for callers or
bystanders. Void calls are not counted, nor those after `now`, the local wall clock, or before
`day`, the window's first local day: the same limits as the card's.
"""

import json
import sqlite3
from collections.abc import Collection, Iterable, Mapping
from datetime import date
from typing import Any

from ccu import dates
from ccu.errors import InvalidInput
from ccu.frequent import store
from ccu.records import person_ids, table, writes
from ccu.work import Work

# Read the window's calls by the index on time; the index on place would read the entire file.
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
SELECT human.canonical_id AS person, call.id AS call_id, call.place_id,
       substr(call.occurred_at, 1, 10) AS day
FROM call INDEXED BY call_occurred
CROSS JOIN call_person ON call_person.call_id = call.id AND call_person.role = 'subject'
CROSS JOIN human ON human.id = call_person.person_id
WHERE call.care AND {_IN_WINDOW}
"""  # noqa: S608


_SUBJECTS_AT = f"""
SELECT call.place_id, call.id AS call_id, person.id AS person
FROM json_each(:places) AS places
CROSS JOIN call ON call.place_id = places.value
CROSS JOIN call_person ON call_person.call_id = call.id AND call_person.role = 'subject'
CROSS JOIN human ON human.id = call_person.person_id
CROSS JOIN person ON person.id = human.canonical_id
WHERE call.care AND {_IN_WINDOW} AND trim(person.given_name || person.family_name) <> ''
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
    connection: sqlite3.Connection, window: Mapping[str, object], k: int, marked: Collection[int]
) -> list[dict[str, Any]]:
    """Return places with at least k care calls in the window (day, now), and all `marked` ones.

    Keys: place, address, care_calls, calls (of any type), people (with a name, different ones),
    unknown (care calls about nobody with a name), last (day of the last call), exempt (why, of the
    place or of its building). Most care calls first.
    """
    asked = {**window, "k": k, "marked": json.dumps(sorted(marked))}
    rows = {row["place"]: dict(row) for row in connection.execute(_PLACES, asked)}
    for place in marked:
        if place not in rows:
            last = table.value(connection, _LAST_AT, now=window["now"], place=place)
            rows[place] = {"place": place, "care_calls": 0, "calls": 0, "last": last}
    asked["places"] = json.dumps(list(rows))
    for place in connection.execute(_ABOUT_PLACES, asked):
        rows[place["id"]] |= {"address": place["address"], "exempt": place["exempt"]}
    there: dict[int, set[int]] = {}
    told: dict[int, set[int]] = {}
    for row in connection.execute(_SUBJECTS_AT, asked):
        there.setdefault(row["place_id"], set()).add(row["person"])
        told.setdefault(row["place_id"], set()).add(row["call_id"])
    for place, found in rows.items():
        found["people"] = len(there.get(place, ()))
        found["unknown"] = found["care_calls"] - len(told.get(place, ()))
    return sorted(rows.values(), key=lambda row: (-row["care_calls"], -row["calls"], row["place"]))


def people(
    connection: sqlite3.Connection, window: Mapping[str, object], k: int, marked: Collection[int]
) -> list[dict[str, Any]]:
    """Return people with at least k care calls about them in the window, and all `marked` ones.

    Keys: person (the canonical record), care_calls, places (different ones), last (day of the last
    care call about them). Most care calls first.
    """
    calls: dict[int, dict[int, sqlite3.Row]] = {}
    for row in connection.execute(_SUBJECTS, window).fetchall():
        calls.setdefault(row["person"], {})[row["call_id"]] = row
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
        records = person_ids.same(connection, [person])
        last = table.value(connection, _LAST_ABOUT, now=window["now"], records=records)
        rows.append({"person": person, "care_calls": 0, "places": 0, "last": last})
    return sorted(rows, key=lambda row: (-row["care_calls"], row["person"]))


def due_for_review(
    connection: sqlite3.Connection, today: date, every: bool = False
) -> list[dict[str, Any]]:
    """Return the active overrides due by today, or `every`: listed is on or off, with days_late."""
    found = store.active_overrides(connection)
    found = [row for row in found if every or row["review_on"] <= today.isoformat()]
    for row in found:
        row["days_late"] = max((today - date.fromisoformat(row["review_on"])).days, 0)
        row["listed"] = "on" if row["listed"] else "off"
    return found


def merge_warnings(connection: sqlite3.Connection, kept_id: int, merged_id: int) -> list[str]:
    """Return a warning if one is on the list by override and the other is off it."""
    ours, theirs = (
        store.override_of(connection, ("person", each)) for each in (kept_id, merged_id)
    )
    if ours is None or theirs is None or ours["listed"] == theirs["listed"]:
        return []
    kept, merged = ("on" if each["listed"] else "off" for each in (ours, theirs))
    return [
        f"person {kept_id} is {kept} the frequent list by override, person {merged_id} {merged} it;"
        " the later decision counts"
    ]


def add_override(
    work: Work, subject: store.Subject, *, listed: bool, reason: str, review_on: str
) -> tuple[int, list[int]]:
    """Override the count; return the override's number and the numbers of those it replaces."""
    replaced = [each["id"] for each in store.active_overrides(work.connection, subject)]
    _end(work, replaced, None)
    record, number = subject
    new = {f"{record}_id": number, "frequent": int(listed)}
    override_id = writes.insert(work, "frequent_override", new, reason=reason, review_on=review_on)
    work.audit("frequent-override", record, number, override=override_id)
    return override_id, replaced


def keep_override(work: Work, override_id: int, review_on: str, reason: str) -> None:
    """Keep an override until a later review. Raises as `require_override`."""
    row = require_override(work.connection, override_id)
    same = store.active_overrides(work.connection, _subject(row))
    _end(work, [each["id"] for each in same if each["id"] != override_id], reason)
    writes.update(work.connection, "frequent_override", override_id, {"review_on": review_on})
    # Recorded even if the day does not change, because the reason is new.
    fields = {"review_on": (row["review_on"], review_on)}
    writes.record_changes(work, "frequent_override", override_id, fields, reason)
    work.audit("frequent-keep", *_subject(row), override=override_id)


def end_override(work: Work, override_id: int, reason: str) -> None:
    """End an override, so that the count decides again. Raises as `require_override`."""
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


def _subject(row: sqlite3.Row) -> store.Subject:
    if row["person_id"] is not None:
        return "person", row["person_id"]
    return "place", row["place_id"]


def _end(work: Work, ids: Iterable[int], reason: str | None) -> None:
    for override_id in ids:
        ended = {"ended_at": work.at, "ended_by": work.staff_id}
        writes.update(work.connection, "frequent_override", override_id, ended)
        fields = {"ended_at": (None, work.at)}
        writes.record_changes(work, "frequent_override", override_id, fields, reason)
