"""Which records are of one person, and the names to show where names were asked for."""

import json
import sqlite3
from collections.abc import Iterable, Sequence

from ccu import dates
from ccu.records import audit

_CANONICAL = """
SELECT human.id, canonical_id FROM json_each(:ids) AS ids CROSS JOIN human ON human.id = ids.value
"""
# Every record that a merge ties to these, up or down.
_SAME = """
WITH RECURSIVE same (id) AS (
  SELECT value FROM json_each(:ids)
  UNION
  SELECT person.merged_into FROM same JOIN person ON person.id = same.id
  WHERE person.merged_into IS NOT NULL
  UNION
  SELECT person.id FROM same JOIN person ON person.merged_into = same.id)
SELECT id FROM same ORDER BY id
"""


def canonical(connection: sqlite3.Connection, ids: Iterable[int]) -> dict[int, int]:
    """Return each id -> the record it was merged into, or itself."""
    wanted = sorted(set(ids))
    found = connection.execute(_CANONICAL, {"ids": json.dumps(wanted)})
    return {each: each for each in wanted} | {row[0]: row[1] for row in found}


def same(connection: sqlite3.Connection, ids: Iterable[int]) -> list[int]:
    """Return these records and every other record of the same people."""
    wanted = json.dumps(sorted(set(ids)))
    return [row[0] for row in connection.execute(_SAME, {"ids": wanted})]


def subjects(connection: sqlite3.Connection, call_id: int) -> list[int]:
    """Return the people a call was about, each by the record merged into."""
    found = connection.execute(
        "SELECT DISTINCT canonical_id FROM call_person JOIN human ON human.id = person_id"
        " WHERE call_id = :id AND role = 'subject' ORDER BY canonical_id",
        {"id": call_id},
    )
    return [row["canonical_id"] for row in found]


def names(connection: sqlite3.Connection, ids: Iterable[int]) -> dict[int, str]:
    """Return each id -> name, `not identified` or `unknown`. Audit what is shown (`shown`)."""
    found = connection.execute(
        "SELECT id, trim(given_name || ' ' || family_name) AS name, description FROM person"
        " WHERE id IN (SELECT value FROM json_each(:ids))",
        {"ids": json.dumps(sorted(set(ids)))},
    )
    return {
        row["id"]: row["name"] or ("not identified" if row["description"] else "unknown")
        for row in found
    }


def phones(connection: sqlite3.Connection, ids: Iterable[int]) -> dict[int, str]:
    """Return id -> phone of those who have one. Audit what is shown (`shown`)."""
    found = connection.execute(
        "SELECT id, phone FROM person WHERE id IN (SELECT value FROM json_each(:ids))"
        " AND phone <> ''",
        {"ids": json.dumps(sorted(set(ids)))},
    )
    return {row["id"]: row["phone"] for row in found}


MOST_OF_A_NAME = 9  # as many as can be chosen from

_OF_A_NAME = """
SELECT DISTINCT canonical_id FROM
  (SELECT id, given_name || ' ' || family_name AS name FROM person
   UNION ALL
   SELECT person_id, given_name || ' ' || family_name FROM person_alias) AS named
JOIN human ON human.id = named.id
WHERE NOT EXISTS
  (SELECT 1 FROM json_each(:words) AS word
   WHERE instr(' ' || lower(replace(replace(named.name, '-', ' '), char(39), '')),
               ' ' || lower(word.value)) = 0)
ORDER BY canonical_id LIMIT :most
"""


def of_a_name(connection: sqlite3.Connection, typed: str) -> dict[int, str]:
    """Return each person who has names that begin with these words -> name and birth date.

    One more than MOST_OF_A_NAME when there are more. Audit what is shown (`shown`).
    """
    plain = typed.replace(",", " ").replace("-", " ").replace("'", "")
    words = json.dumps(plain.split())
    found = connection.execute(_OF_A_NAME, {"words": words, "most": MOST_OF_A_NAME + 1})
    ids = [row["canonical_id"] for row in found]
    born = connection.execute(
        "SELECT id, birth_date FROM person WHERE birth_date IS NOT NULL"
        " AND id IN (SELECT value FROM json_each(:ids))",
        {"ids": json.dumps(ids)},
    )
    births = {row["id"]: f", born {dates.said(row['birth_date'])}" for row in born}
    return {each: name + births.get(each, "") for each, name in names(connection, ids).items()}


def shown(connection: sqlite3.Connection, staff_id: int, action: str, ids: Sequence[int]) -> None:
    """Record that these people's names were shown, one event for each, inside a write."""
    for person_id in sorted(set(ids)):
        audit.record(connection, staff_id, action, "person", person_id)
