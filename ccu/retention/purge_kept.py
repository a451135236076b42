"""What is old enough and kept all the same: held, still worked on, or needed by what stays.

Marked in the temporary table `due`, in the order in which one thing's staying keeps another.
"""

import sqlite3
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from ccu.records.ownership import References
from ccu.retention import holds, sealed_content

Pointers = dict[str, list[tuple[str, str]]]  # table -> column, and the record it points to

_GOES = "(SELECT id FROM temp.due AS gone WHERE gone.record = '{}' AND gone.why IS NULL)"


def _goes(record: str) -> str:
    """The ids of a record that are to be destroyed, as far as is known by now."""
    return _GOES.format(record)


_HELD = """
UPDATE temp.due SET why = 'held'
WHERE EXISTS (SELECT 1 FROM temp.held WHERE held.record = due.record AND held.id = due.id)
   OR record = 'audit_reason' AND EXISTS (
      SELECT 1 FROM audit JOIN temp.held ON held.record = audit.record AND held.id = record_id
      WHERE audit.id = due.id)
   OR record = 'person' AND id IN (
      SELECT other.id FROM temp.held JOIN temp.human ON human.id = held.id
      JOIN temp.human AS other ON other.canonical_id = human.canonical_id
      WHERE held.record = 'person')
"""
_SEALED = """
UPDATE temp.due SET why = 'linked' WHERE why IS NULL AND EXISTS (
  SELECT 1 FROM temp.needed WHERE needed.record = due.record AND needed.id = due.id)
"""
# A referral made again, and what a needs assessment was turned into, stay together.
_REFERRALS = f"""
UPDATE temp.due SET why = 'linked'
WHERE record = 'referral' AND why IS NULL AND id IN (
  SELECT referral_id FROM need_answer WHERE assessment_id NOT IN {_goes("need_assessment")}
  UNION ALL SELECT again_of FROM referral
  WHERE again_of IS NOT NULL AND id NOT IN {_goes("referral")}
  UNION ALL SELECT id FROM referral
  WHERE again_of IS NOT NULL AND again_of NOT IN {_goes("referral")}
  UNION ALL SELECT again_id FROM referral_event
  WHERE again_id IS NOT NULL AND referral_id NOT IN {_goes("referral")}
  UNION ALL SELECT referral_id FROM referral_event
  WHERE again_id IS NOT NULL AND again_id NOT IN {_goes("referral")})
"""  # noqa: S608 - no user's text in any of these
_CALLS = f"""
UPDATE temp.due SET why = 'linked'
WHERE record = 'call' AND why IS NULL AND id IN (
  SELECT call_id FROM referral WHERE id NOT IN {_goes("referral")}
  UNION ALL SELECT call_id FROM follow_up
  WHERE NOT (id IN {_goes("follow_up")} OR coalesce(referral_id, 0) IN {_goes("referral")})
  UNION ALL SELECT call_id FROM need_assessment WHERE id NOT IN {_goes("need_assessment")}
  UNION ALL SELECT call_id FROM consult WHERE id NOT IN {_goes("consult")})
"""  # noqa: S608
_CONSENTS = f"""
UPDATE temp.due SET why = 'linked'
WHERE record = 'consent' AND why IS NULL AND id IN (
  SELECT consent_id FROM disclosure WHERE id NOT IN {_goes("disclosure")})
"""  # noqa: S608
# Somebody works with them, by themselves or by their household, or something is still to be done.
_WORKED_WITH = """
SELECT person_id FROM worker WHERE until IS NULL
UNION ALL SELECT household_member.person_id FROM worker
JOIN household_member ON household_member.household_id = worker.household_id
WHERE worker.until IS NULL
UNION ALL SELECT person_id FROM referral
JOIN referral_status ON referral_status.code = status WHERE open
UNION ALL SELECT person_id FROM follow_up WHERE closed_at IS NULL
"""
_IN_WHAT_STAYS = f"""
SELECT person_id FROM call_person WHERE call_id NOT IN {_goes("call")}
UNION ALL SELECT person_id FROM referral WHERE id NOT IN {_goes("referral")}
UNION ALL SELECT household_member.person_id FROM referral
JOIN household_member ON household_member.household_id = referral.household_id
WHERE referral.id NOT IN {_goes("referral")}
UNION ALL SELECT person_id FROM follow_up
WHERE NOT (id IN {_goes("follow_up")} OR coalesce(referral_id, 0) IN {_goes("referral")})
UNION ALL SELECT person_id FROM need_assessment WHERE id NOT IN {_goes("need_assessment")}
UNION ALL SELECT person_id FROM consult WHERE id NOT IN {_goes("consult")}
UNION ALL SELECT person_id FROM plan WHERE id NOT IN {_goes("plan")}
UNION ALL SELECT person_id FROM frequent_override WHERE id NOT IN {_goes("frequent_override")}
UNION ALL SELECT person_id FROM consent WHERE id NOT IN {_goes("consent")}
UNION ALL SELECT person_id FROM disclosure WHERE id NOT IN {_goes("disclosure")}
UNION ALL SELECT id FROM temp.needed WHERE record = 'person'
"""  # noqa: S608
_PEOPLE = """
UPDATE temp.due SET why = '{why}'
WHERE record = 'person' AND why IS NULL AND id IN (
  SELECT other.id FROM ({which}) AS found JOIN temp.human ON human.id = found.person_id
  JOIN temp.human AS other ON other.canonical_id = human.canonical_id)
"""
# A household goes with the last of its people.
_HOUSEHOLDS = f"""
INSERT INTO temp.due (record, id, class, day, why)
SELECT 'household', household.id, 'people', max(due.day), NULL
FROM household JOIN household_member ON household_id = household.id
LEFT JOIN temp.due ON due.record = 'person' AND due.id = person_id AND due.why IS NULL
GROUP BY household.id
HAVING count(due.id) = count(*) AND household.id NOT IN (
  SELECT household_id FROM referral
  WHERE household_id IS NOT NULL AND id NOT IN {_goes("referral")}
  UNION ALL SELECT id FROM temp.needed WHERE record = 'household')
"""  # noqa: S608
_IMPORTS = f"""
UPDATE temp.due SET why = 'linked'
WHERE record = 'import_batch' AND why IS NULL AND id IN (
  SELECT import_batch_id FROM call
  WHERE import_batch_id IS NOT NULL AND id NOT IN {_goes("call")}
  UNION ALL SELECT import_batch_id FROM worker
  WHERE import_batch_id IS NOT NULL
    AND NOT (coalesce(person_id, 0) IN {_goes("person")}
             OR coalesce(household_id, 0) IN {_goes("household")})
  UNION ALL SELECT import_batch_id FROM change
  WHERE import_batch_id IS NOT NULL AND NOT EXISTS (
    SELECT 1 FROM temp.due AS gone WHERE gone.record = change.record
      AND gone.id = change.record_id AND gone.why IS NULL))
"""  # noqa: S608


def mark(connection: sqlite3.Connection) -> None:
    """Mark in `due` all that stays, and add the households that go with their people."""
    connection.execute(f"INSERT INTO temp.held (record, id) {holds.HELD}")
    connection.execute(_HELD)
    _find_needed(connection)
    connection.execute(_SEALED)
    while connection.execute(_REFERRALS).rowcount:
        pass  # a chain of referrals made again: the whole of it stays with one
    for statement in (_CALLS, _CONSENTS):
        connection.execute(statement)
    connection.execute(_PEOPLE.format(why="open", which=_WORKED_WITH))
    connection.execute(_PEOPLE.format(why="linked", which=_IN_WHAT_STAYS))
    connection.execute(_HOUSEHOLDS)
    connection.execute(_IMPORTS)


# ---------------------------------------------------------------- what a seal needs


_OF_FOLLOW_UPS = """
INSERT OR IGNORE INTO temp.needed (record, id)
SELECT 'referral', referral_id FROM follow_up
WHERE referral_id IS NOT NULL
  AND id IN (SELECT needed.id FROM temp.needed WHERE record = 'follow_up')
"""


def _find_needed(connection: sqlite3.Connection) -> None:
    """Fill the temporary table `needed` from the seals that are not to be destroyed themselves."""
    going = {
        row[0]
        for row in connection.execute(
            "SELECT id FROM temp.due WHERE record = 'sealed' AND why IS NULL"
        )
    }
    pointers = _pointers(connection)
    for seal, content in sealed_content.every(connection):
        if seal["id"] not in going:
            connection.executemany(
                "INSERT OR IGNORE INTO temp.needed (record, id) VALUES (?, ?)",
                list(_needed(connection, content, pointers)),
            )
    connection.execute(_OF_FOLLOW_UPS)


def _pointers(connection: sqlite3.Connection) -> Pointers:
    """Return, of every table, the columns that hold a record's number, each with the record."""
    found: Pointers = {"audit_reason": [("audit_id", "audit_reason")]}
    for each in References(connection).every:
        if each.parent_column == "id":
            found.setdefault(each.table, []).append((each.column, each.parent))
    return found


def _needed(
    connection: sqlite3.Connection, content: sealed_content.Content, pointers: Pointers
) -> Iterator[tuple[str, int]]:
    for table, rows in content.rows.items():
        for row in rows.values():
            yield from _pointed_to(row, pointers.get(table, ()))
    for table, key in content.blanked:
        if len(key) == 1:
            yield table, key[0]
        stays = sealed_content.find(connection, table, key)
        yield from _pointed_to(stays or {}, pointers.get(table, ()))


def _pointed_to(
    row: Mapping[str, Any], columns: Iterable[tuple[str, str]]
) -> Iterator[tuple[str, int]]:
    for column, record in columns:
        if row.get(column) is not None:
            yield record, row[column]
    if "old_value" in row:  # a change names its record
        yield row["record"], row["record_id"]
