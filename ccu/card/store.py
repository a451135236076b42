"""The rows of the card of a place or a person, from a few indexed statements.

Void calls are never counted.
"""

import json
import sqlite3
from collections.abc import Mapping, Sequence

from ccu.people import open_work

# Which calls: those at a place, or those of a person, by any of their records.
_AT_PLACE = "call.place_id = :place_id"
_OF_PERSON = """call.id IN (
  SELECT call_id FROM json_each(:people) AS people
  CROSS JOIN call_person ON call_person.person_id = people.value)"""

# Only calls about a person count as repeats; the frequent lists count the same.
_ABOUT_PERSON = """
  AND EXISTS (SELECT 1 FROM json_each(:people) AS people CROSS JOIN call_person
              ON call_person.call_id = call.id AND call_person.person_id = people.value
              AND call_person.role = 'subject')"""

# One pass over the calls of a place in the index call_place, except for the care mark. `now` is
# local time: a call logged for a time after --today is not counted yet.
_COUNTS = """
SELECT
  count(*) FILTER (WHERE care AND occurred_at >= :day_30)  AS care_30,
  count(*) FILTER (WHERE care AND occurred_at >= :day_90)  AS care_90,
  count(*) FILTER (WHERE care AND occurred_at >= :day_365) AS care_365,
  count(*) FILTER (WHERE care)                             AS care_ever,
  count(*) FILTER (WHERE occurred_at >= :day_30)           AS all_30,
  count(*) FILTER (WHERE occurred_at >= :day_90)           AS all_90,
  count(*) FILTER (WHERE occurred_at >= :day_365)          AS all_365,
  count(*)                                                 AS all_ever,
  count(*) FILTER (WHERE care AND occurred_at >= :day_repeat{repeat}) AS care_repeat,
  min(substr(occurred_at, 1, 10))                          AS first_day
FROM call
WHERE {which} AND voided_at IS NULL AND substr(occurred_at, 1, 19) <= :now
"""

# Newest first. If the nature is `other`, the source's own text is shown.
_CALLS = """
SELECT call.id,
       substr(replace(call.occurred_at, 'T', ' '), 1, 16) AS occurred,
       call.care,
       CASE WHEN nature.code = 'other' THEN coalesce(cleared.text, dispatched.text, nature.label)
            ELSE nature.label END AS nature,
       coalesce(
         (SELECT group_concat(label, '; ') FROM
            (SELECT substr(label, 1, instr(label || ' (', ' (') - 1) AS label
             FROM call_disposition
             JOIN disposition ON disposition.code = call_disposition.disposition
             WHERE call_disposition.call_id = call.id ORDER BY disposition.sort)),
         ended.text, '') AS outcome{more},
       call.narrative
FROM call
JOIN nature ON nature.code = coalesce(call.nature_cleared, call.nature)
LEFT JOIN cad_text AS dispatched ON dispatched.id = call.cad_nature_id
LEFT JOIN cad_text AS cleared ON cleared.id = call.cad_cleared_id
LEFT JOIN cad_text AS ended ON ended.id = call.cad_disposition_id
WHERE {which} AND call.voided_at IS NULL
  AND substr(call.occurred_at, 1, 19) <= :now
ORDER BY call.occurred_at DESC, call.id DESC
LIMIT :limit
"""

# For the calls of a person also the place and their role.
_PLACE_AND_ROLE = """,
       coalesce((SELECT line FROM place_plain WHERE id = call.place_id), '') AS place,
       (SELECT group_concat(label, ', ') FROM
          (SELECT DISTINCT call_role.label FROM call_person
           JOIN call_role ON call_role.code = call_person.role
           WHERE call_person.call_id = call.id
             AND call_person.person_id IN (SELECT value FROM json_each(:people))
           ORDER BY call_role.sort)) AS role"""

_FLAGS = """
SELECT note, source, expires_on, verified_at FROM place_flag
WHERE place_id IN (:place_id, :building_id) AND ended_at IS NULL AND expires_on >= :today
ORDER BY id DESC
"""

# The last time of each hazard here within a year.
_DANGERS = """
SELECT danger.label, max(substr(call.occurred_at, 1, 10)) AS day, call.id AS call_id
FROM call JOIN call_danger ON call_danger.call_id = call.id
JOIN danger ON danger.code = call_danger.danger
WHERE call.place_id = :place_id AND call.voided_at IS NULL AND danger.code <> 'none'
  AND call.occurred_at >= :day_365 AND substr(call.occurred_at, 1, 19) <= :now
GROUP BY danger.code ORDER BY day DESC, danger.sort
"""

_PLANS = """
SELECT plan.id, plan.person_id, plan.body, plan.review_on,
       plan.place_id = :building_id AND :building_id IS NOT :place_id AS of_building
FROM (SELECT id FROM plan WHERE place_id IN (:place_id, :building_id)
      UNION
      SELECT plan.id FROM json_each(:people) AS people
      CROSS JOIN plan ON plan.person_id = people.value) AS found
CROSS JOIN plan ON plan.id = found.id
WHERE plan.status = 'approved' AND plan.approved_on <= :today AND plan.expires_on >= :today
ORDER BY plan.person_id IS NOT NULL, plan.approved_on DESC, plan.id DESC
"""

_UNITS = """
SELECT place.unit, count(*) AS calls, sum(call.care) AS care
FROM place JOIN call ON call.place_id = place.id
WHERE place.building_key = :building_key AND place.city = :city AND place.unit_key <> :unit_key
  AND call.voided_at IS NULL AND substr(call.occurred_at, 1, 19) <= :now
GROUP BY place.id ORDER BY calls DESC, place.unit
"""


def counts(connection: sqlite3.Connection, window: Mapping[str, object]) -> sqlite3.Row:
    """Return care_30 .. care_ever, all_30 .. all_ever, care_repeat, first_day (None without calls).

    The window has place_id, or `people`, a JSON list of ids.
    """
    of_person = "people" in window
    sql = _COUNTS.format(
        which=_OF_PERSON if of_person else _AT_PLACE, repeat=_ABOUT_PERSON if of_person else ""
    )
    row: sqlite3.Row = connection.execute(sql, window).fetchone()
    return row


def calls(
    connection: sqlite3.Connection, window: Mapping[str, object], limit: int
) -> list[sqlite3.Row]:
    """Return id, occurred, care, nature, outcome, narrative; newest first; limit -1 for all calls.

    With `people` in the window, their calls, and also place and role.
    """
    of_person = "people" in window
    sql = _CALLS.format(
        which=_OF_PERSON if of_person else _AT_PLACE, more=_PLACE_AND_ROLE if of_person else ""
    )
    return connection.execute(sql, {**window, "limit": limit}).fetchall()


def warnings(
    connection: sqlite3.Connection, window: Mapping[str, object]
) -> list[dict[str, object]]:
    """Return active flags and hazards within a year, as text, source and day or expiry."""
    flags = [
        {
            "text": row["note"],
            "source": row["source"],
            "until": row["expires_on"],
            "verified": row["verified_at"] is not None,
        }
        for row in connection.execute(_FLAGS, window)
    ]
    dangers = [
        {"text": row["label"], "source": f"call {row['call_id']}", "day": row["day"]}
        for row in connection.execute(_DANGERS, window)
    ]
    return flags + dangers


def plans(
    connection: sqlite3.Connection, window: Mapping[str, object], people: Sequence[int]
) -> list[sqlite3.Row]:
    """Return the active plans of these people, and of the place and its building.

    Columns: id, person_id, body, review_on, of_building (whether it is the building's plan).

    On the card of a place, `people` are all members of its households, but only plans of people who
    were met here are returned. Plans of the place come first, then the latest approved.
    """
    asked = {"place_id": None, "building_id": None, **window, "people": json.dumps(people)}
    found = connection.execute(_PLANS, asked).fetchall()
    if asked["place_id"] is None or not any(row["person_id"] for row in found):
        return found
    met = open_work.met_here(connection, window)
    return [row for row in found if row["person_id"] is None or row["person_id"] in met]


def units(connection: sqlite3.Connection, window: Mapping[str, object]) -> list[sqlite3.Row]:
    """Return unit, calls, care of the building's other units with a call, most calls first."""
    return connection.execute(_UNITS, window).fetchall()


def person(connection: sqlite3.Connection, person_id: int) -> sqlite3.Row | None:
    """Return id, given_name, family_name, description, birth_date. The caller records the read."""
    row: sqlite3.Row | None = connection.execute(
        "SELECT id, given_name, family_name, description, birth_date FROM person WHERE id = :id",
        {"id": person_id},
    ).fetchone()
    return row
