"""Which records belong to one person, and the names to show if names were requested."""

import sqlite3
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from ccu import dates
from ccu.records import audit, table

_CANONICAL = """
SELECT human.id, canonical_id FROM json_each(:ids) AS ids CROSS JOIN human ON human.id = ids.value
"""
# Every record linked to these by merges, up or down.
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

NAMELESS = ("", "not identified", "unknown")  # shown in lists for a person without a name


def canonical(connection: sqlite3.Connection, ids: Iterable[int]) -> dict[int, int]:
    """Return each id -> the record it was merged into, or itself."""
    wanted = set(ids)
    found = table.select(connection, _CANONICAL, {}, ids=wanted)
    return {each: each for each in sorted(wanted)} | dict(map(tuple, found))


def same(connection: sqlite3.Connection, ids: Iterable[int]) -> list[int]:
    """Return these records and every other record of the same people."""
    return table.column(connection, _SAME, ids=set(ids))


def subjects(connection: sqlite3.Connection, call_id: int) -> list[int]:
    """Return the subjects of a call, by canonical record."""
    sql = (
        "SELECT DISTINCT canonical_id FROM call_person JOIN human ON human.id = person_id"
        " WHERE call_id = :id AND role = 'subject' ORDER BY canonical_id"
    )
    return table.column(connection, sql, id=call_id)


def name(row: sqlite3.Row | Mapping[str, Any]) -> str:
    """Return the name of a person, or what is known instead: `not identified` or `unknown`."""
    full = f"{row['given_name']} {row['family_name']}".strip()
    return full or NAMELESS[1 if row["description"] else 2]


def names(connection: sqlite3.Connection, ids: Iterable[int]) -> dict[int, str]:
    """Return each id -> its `name`. Audit what is shown (`shown`)."""
    sql = "SELECT id, given_name, family_name, description FROM person WHERE {where}"
    return {row["id"]: name(row) for row in table.select(connection, sql, {"id IN ?": set(ids)})}


def phones(connection: sqlite3.Connection, ids: Iterable[int]) -> dict[int, str]:
    """Return id -> phone of those who have one. Audit what is shown (`shown`)."""
    sql = "SELECT id, phone FROM person WHERE phone <> '' AND {where}"
    return dict(map(tuple, table.select(connection, sql, {"id IN ?": set(ids)})))


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
    """Return person -> name and birth date, of people with names that begin with these words.

    At most MOST_OF_A_NAME and one. Audit what is shown (`shown`).
    """
    plain = typed.replace(",", " ").replace("-", " ").replace("'", "")
    words, most = plain.split(), MOST_OF_A_NAME + 1
    ids = table.column(connection, _OF_A_NAME, words=words, most=most)
    sql = "SELECT id, birth_date FROM person WHERE birth_date IS NOT NULL AND {where}"
    born = table.select(connection, sql, {"id IN ?": ids})
    births = {row["id"]: f", born {dates.said(row['birth_date'])}" for row in born}
    return {each: called + births.get(each, "") for each, called in names(connection, ids).items()}


def shown(connection: sqlite3.Connection, staff_id: int, action: str, ids: Sequence[int]) -> None:
    """Record that these people's names were shown, one event for each, inside a write."""
    for person_id in sorted(set(ids)):
        audit.record(connection, staff_id, action, "person", person_id)
