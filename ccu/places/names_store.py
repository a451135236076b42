"""Names to look for in a text, never to be shown: of a person, of the people met at a place."""

import json
import sqlite3

from ccu.records import person_ids

_CALLED = """
SELECT given_name, family_name FROM person WHERE id IN (SELECT value FROM json_each(:people))
UNION
SELECT given_name, family_name FROM person_alias
WHERE person_id IN (SELECT value FROM json_each(:people))
"""
# A unit and its building; of a building its units too.
_MET = """
SELECT DISTINCT call_person.person_id
FROM place AS here
CROSS JOIN place AS there ON there.city = here.city AND here.building_key <> ''
  AND (there.unit_key = here.building_key
       OR (here.unit_key = here.building_key AND there.building_key = here.building_key))
CROSS JOIN call ON call.place_id = there.id AND call.voided_at IS NULL
CROSS JOIN call_person ON call_person.call_id = call.id
WHERE here.id = :place_id
UNION
SELECT call_person.person_id
FROM call CROSS JOIN call_person ON call_person.call_id = call.id
WHERE call.place_id = :place_id AND call.voided_at IS NULL
"""


def person(connection: sqlite3.Connection, person_id: int) -> set[tuple[str, str]]:
    """Return every (given name, family name) of this person, by every record."""
    return _of(connection, [person_id])


def met_at(connection: sqlite3.Connection, place_id: int) -> set[tuple[str, str]]:
    """Return the names of everybody who was ever met on a call at a place or its building."""
    rows = connection.execute(_MET, {"place_id": place_id}).fetchall()
    return _of(connection, [row["person_id"] for row in rows])


def _of(connection: sqlite3.Connection, ids: list[int]) -> set[tuple[str, str]]:
    people = json.dumps(person_ids.same(connection, ids))
    found = connection.execute(_CALLED, {"people": people})
    return {(row["given_name"], row["family_name"]) for row in found}
