"""The rows of the card of a place or a person, from a few indexed statements.

Void calls are never counted.
"""

import json
import sqlite3
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Any

from ccu.records import table

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
# local time: a call at a time after --today is not counted yet.
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
       iif(call.clock_known, substr(replace(call.occurred_at, 'T', ' '), 1, 16),
           substr(call.occurred_at, 1, 10)) AS occurred,
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
       EXISTS (SELECT 1 FROM call_danger WHERE call_id = call.id) AS hazards_recorded,
       call.narrative
FROM call
JOIN nature ON nature.code = coalesce(call.nature_cleared, call.nature)
LEFT JOIN cad_text AS dispatched ON dispatched.id = call.cad_nature_id
LEFT JOIN cad_text AS cleared ON cleared.id = call.cad_cleared_id
LEFT JOIN cad_text AS ended ON ended.id = call.cad_disposition_id
WHERE {which} AND call.voided_at IS NULL
  AND substr(call.occurred_at, 1, 19) <= :now
ORDER BY call.occurred_at DESC, call.id DESC
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

# Calls within a year: at places, or about a person.
_RECENT = """
SELECT call.id, {place} AS place_id, call.occurred_at,
       coalesce(call.nature_cleared, call.nature) AS nature
FROM {which}
WHERE call.voided_at IS NULL AND call.occurred_at >= :day_365
  AND substr(call.occurred_at, 1, 19) <= :now
"""
_AT_PLACES = _RECENT.format(
    place="call.place_id",
    which="json_each(:places) AS places CROSS JOIN call ON call.place_id = places.value",
)
_ABOUT = _RECENT.format(
    place="0",
    which="json_each(:people) AS people CROSS JOIN call_person"
    " ON call_person.person_id = people.value AND call_person.role = 'subject'"
    " CROSS JOIN call ON call.id = call_person.call_id",
)
# The latest of each: suicide attempts and threats, emergency examinations, hazards; a lower rank is
# worse.
_HAPPENED = """
WITH recent AS ({recent})
SELECT place_id, type, text, rank, max(occurred_at) AS at, id AS call_id FROM (
  SELECT recent.*, 'suicide' AS type, nature.label AS text, 0 AS rank
  FROM recent JOIN nature ON nature.code = recent.nature WHERE recent.nature = 'suicide'
  UNION ALL
  SELECT recent.*, 'emergency_exam', substr(label, 1, instr(label || ' (', ' (') - 1), 1
  FROM recent CROSS JOIN hospital_call ON hospital_call.call_id = recent.id AND exam
  JOIN disposition ON disposition.code = hospital_call.disposition
  UNION ALL
  SELECT recent.*, 'hazard', danger.label, 1 + danger.sort
  FROM recent CROSS JOIN call_danger ON call_danger.call_id = recent.id
  JOIN danger ON danger.code = call_danger.danger WHERE danger.code <> 'none')
GROUP BY place_id, type, text
"""
_FLAGS = """
SELECT place_id, note, source, expires_on, verified_at,
       max(recorded_at, coalesce(verified_at, '')) AS at
FROM json_each(:places) AS places CROSS JOIN place_flag ON place_flag.place_id = places.value
WHERE ended_at IS NULL AND expires_on >= :today ORDER BY place_flag.id DESC
"""
_BUILDINGS = """
SELECT unit.id, building.id FROM place AS unit JOIN place AS building
  ON building.unit_key = unit.building_key AND building.city = unit.city AND building.id <> unit.id
WHERE unit.id IN (SELECT value FROM json_each(:places))
"""
_FLAG_RANK = 99  # after what happened on the same day

# The subjects of calls within a year, by their current record.
_YEARS = "(substr(:today, 1, 4) - substr({0}, 1, 4) - (substr(:today, 6) < substr({0}, 6)))"
_SUBJECTS = f"""
SELECT canonical_id AS person, count(DISTINCT call.id) AS calls, given_name, family_name,
       description, sex, birth_date IS NULL AND age_estimate IS NOT NULL AS age_estimated,
       iif(birth_date IS NULL, age_estimate + {_YEARS.format("age_estimated_on")},
           {_YEARS.format("birth_date")}) AS age
FROM call CROSS JOIN call_person ON call_person.call_id = call.id
JOIN human ON human.id = call_person.person_id
JOIN person ON person.id = human.canonical_id
WHERE call.place_id = :place_id AND call_person.role = 'subject' AND call.voided_at IS NULL
  AND call.occurred_at >= :day_365 AND substr(call.occurred_at, 1, 19) <= :now
GROUP BY canonical_id ORDER BY calls DESC, max(call.occurred_at) DESC, person
"""  # noqa: S608 - no user's text in it
_CHILD = f"""
SELECT EXISTS (SELECT 1 FROM json_each(:people) AS people
               CROSS JOIN person ON person.id = people.value
               WHERE CASE WHEN birth_date IS NOT NULL THEN {_YEARS.format("birth_date")} < 18
                          WHEN minor IS NOT NULL THEN minor
                          ELSE age_estimate + {_YEARS.format("age_estimated_on")} < 18 END)
"""  # noqa: S608

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


def calls(connection: sqlite3.Connection, window: Mapping[str, object]) -> list[sqlite3.Row]:
    """Return id, occurred, care, nature, outcome, hazards_recorded, narrative; newest first.

    hazards_recorded: whether a hazard, or that there was none, is recorded. With `people` in the
    window, their calls, and also place and role.
    """
    of_person = "people" in window
    sql = _CALLS.format(
        which=_OF_PERSON if of_person else _AT_PLACE, more=_PLACE_AND_ROLE if of_person else ""
    )
    return connection.execute(sql, window).fetchall()


def warnings_at(
    connection: sqlite3.Connection, window: Mapping[str, object], places: Iterable[int | None]
) -> dict[int, list[dict[str, Any]]]:
    """Return place -> its active flags and its incidents within a year, newest and worst first.

    Each has text, source, type; incidents also the day; flags also written, until, verified. Every
    place asked for has a list.
    """
    found: dict[int, list[tuple[str, int, dict[str, Any]]]] = {
        each: [] for each in places if each is not None
    }
    asked = {**window, "places": json.dumps(sorted(found))}
    for row in connection.execute(_HAPPENED.format(recent=_AT_PLACES), asked):
        found[row["place_id"]].append((row["at"], row["rank"], _happened(row)))
    for row in connection.execute(_FLAGS, asked):
        flag = {
            "text": row["note"],
            "source": row["source"],
            "type": "flag",
            "written": row["at"][:10],
            "until": row["expires_on"],
            "verified": row["verified_at"] is not None,
        }
        found[row["place_id"]].append((row["at"], _FLAG_RANK, flag))
    return {place: _newest_and_worst(items) for place, items in found.items()}


def warnings_near(
    connection: sqlite3.Connection, window: Mapping[str, object], near: Sequence[int]
) -> dict[int, list[dict[str, Any]]]:
    """As `warnings_at`, of a unit also what its building warns of, with `at`."""
    asked = {"places": json.dumps(near)}
    building: dict[int, int] = dict(connection.execute(_BUILDINGS, asked).fetchall())
    found = warnings_at(connection, window, [*near, *building.values()])
    for unit, whole in building.items():
        found[unit] = [*found[unit], *({**each, "at": "building"} for each in found[whole])]
    return found


def warnings_about(
    connection: sqlite3.Connection, window: Mapping[str, object]
) -> list[dict[str, Any]]:
    """Return the incidents within a year on calls about a person, as in `warnings_at`."""
    rows = connection.execute(_HAPPENED.format(recent=_ABOUT), window)
    return _newest_and_worst([(row["at"], row["rank"], _happened(row)) for row in rows])


def _happened(row: sqlite3.Row) -> dict[str, Any]:
    source = f"call {row['call_id']}"
    return {"text": row["text"], "source": source, "type": row["type"], "day": row["at"][:10]}


def _newest_and_worst(found: list[tuple[str, int, dict[str, Any]]]) -> list[dict[str, Any]]:
    found.sort(key=lambda each: each[1])
    found.sort(key=lambda each: each[0][:10], reverse=True)
    return [item for _at, _rank, item in found]


def subjects(
    connection: sqlite3.Connection, window: Mapping[str, object], place_id: int
) -> list[sqlite3.Row]:
    """Return the subjects of calls here within a year, most calls first; audit each one shown."""
    return connection.execute(_SUBJECTS, {**window, "place_id": place_id}).fetchall()


def has_child(connection: sqlite3.Connection, people: Iterable[int], today: date) -> bool:
    """Return whether one of these people is under 18, by birth date or as recorded."""
    return bool(table.value(connection, _CHILD, people=set(people), today=today.isoformat()))


def plans(
    connection: sqlite3.Connection,
    window: Mapping[str, object],
    people: Sequence[int],
    met: Iterable[int] | None = None,
) -> list[sqlite3.Row]:
    """Return the active plans of these people, and of the place and its building.

    Columns: id, person_id, body, review_on, of_building (whether it is the building's plan).

    On the card of a place, `people` are all members of its households, but only the plans of people
    `met` here are returned. Plans of the place come first, then the latest approved.
    """
    asked = {"place_id": None, "building_id": None, **window, "people": json.dumps(people)}
    found = connection.execute(_PLANS, asked).fetchall()
    if met is None:
        return found
    here = set(met)
    return [row for row in found if row["person_id"] is None or row["person_id"] in here]


def person(connection: sqlite3.Connection, person_id: int) -> sqlite3.Row:
    """Return id, given_name, family_name, description, birth_date; audited. Raises NotFound."""
    sql = "SELECT id, given_name, family_name, description, birth_date FROM person WHERE {where}"
    return table.require(connection, "person", person_id, sql)
