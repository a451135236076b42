"""What is recorded of a person over every record merged into one, each value by its source."""

import json
import sqlite3
from typing import Any

from ccu.people import store as people
from ccu.people.open_work import IN_FORCE
from ccu.records import person_ids

_NAMES = """
SELECT * FROM (
  SELECT id AS person, NULL AS alias, given_name, family_name FROM person
  WHERE id IN (SELECT value FROM json_each(:records)) AND id <> :id
  UNION ALL
  SELECT person_id, id, given_name, family_name FROM person_alias
  WHERE person_id IN (SELECT value FROM json_each(:records)))
ORDER BY person <> :id, person, alias
"""
_OWN_NAMES = """
SELECT person_id, field, value FROM person_own
WHERE person_id IN (SELECT value FROM json_each(:records))
  AND field IN ('given_name', 'family_name')
"""
_HOUSEHOLDS = f"""
SELECT DISTINCT household_id FROM membership AS member
WHERE person_id IN (SELECT value FROM json_each(:records)) AND {IN_FORCE.format("member")}
ORDER BY household_id
"""  # noqa: S608 - no user's text in it
_SOURCES = """
SELECT source, number FROM person_source
WHERE person_id IN (SELECT value FROM json_each(:records)) ORDER BY source, number
"""
_RECORDED = """
SELECT person.recorded_at, staff.login AS recorded_by
FROM person JOIN staff ON staff.id = person.recorded_by WHERE person.id = :id
"""


def merged_record(connection: sqlite3.Connection, person_id: int, today: str) -> dict[str, Any]:
    """Return the fields of people.read, then names, records, households, sources: an audited read.

    `person_id` is a canonical record. `names` are the other names: given_name, family_name, the
    record (person) and alias number (None: the name of a record merged in).
    """
    records = person_ids.same(connection, [person_id])
    asked = {"id": person_id, "records": json.dumps(records), "today": today}
    found = people.read(connection, person_id)
    del found["aliases"]
    # A merge may fill what the record itself has a reason not to say; the reason stays with it.
    why = {name: each for name, each in found["missing"].items() if found[name] in (None, "")}
    return {
        "id": person_id,
        "records": records,
        **found,
        "missing": why,
        "names": _names(connection, asked, (found["given_name"], found["family_name"])),
        "households": [row[0] for row in connection.execute(_HOUSEHOLDS, asked)],
        "sources": [dict(row) for row in connection.execute(_SOURCES, asked)],
        **dict(connection.execute(_RECORDED, asked).fetchone()),
    }


def _names(
    connection: sqlite3.Connection, asked: dict[str, Any], shown: tuple[str, str]
) -> list[dict[str, Any]]:
    """Other names than the one shown, each record's own; no name twice but for its aliases."""
    rows = [dict(row) for row in connection.execute(_NAMES, asked)]
    own: dict[int, dict[str, Any]] = {}
    for row in connection.execute(_OWN_NAMES, asked):
        own.setdefault(row["person_id"], {})[row["field"]] = json.loads(row["value"])
    if asked["id"] in own:  # it shows a merged record's name, and has one of its own
        given, family = shown
        mine = {"given_name": given, "family_name": family, **own.pop(asked["id"])}
        rows.insert(0, {"person": asked["id"], "alias": None, **mine})
    seen = {shown, ("", "")}
    kept = []
    for row in rows:
        if row["alias"] is None:
            row |= own.get(row["person"], {})
        name = (row["given_name"], row["family_name"])
        if row["alias"] is not None or name not in seen:
            kept.append(row)
        seen.add(name)
    return kept
