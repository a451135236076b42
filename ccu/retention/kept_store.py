"""What is old enough and kept all the same: held, still worked on, or needed by what stays.

Marked in the temporary table `due`. What stays keeps what it needs, over any number of steps.
"""

import sqlite3
from collections.abc import Iterable

from ccu.records import ownership
from ccu.retention import hold_store, sealed_store
from ccu.retention.needs import Need, needs

_HELD = """
UPDATE temp.due SET why = 'held'
WHERE EXISTS (SELECT 1 FROM temp.held WHERE held.record = due.record AND held.id = due.id)
   OR record = 'audit_reason' AND EXISTS (
      SELECT 1 FROM audit JOIN temp.held ON held.record = audit.record AND held.id = record_id
      WHERE audit.id = due.id)
"""
# Somebody works with them, by themselves or by their household, or something is still to be done.
_OPEN = """
UPDATE temp.due SET why = 'open'
WHERE record = 'person' AND why IS NULL AND id IN (
  SELECT other.id FROM (
    SELECT person_id FROM worker WHERE until IS NULL
    UNION ALL SELECT household_member.person_id FROM worker
    JOIN household_member ON household_member.household_id = worker.household_id
    WHERE worker.until IS NULL
    UNION ALL SELECT person_id FROM referral
    JOIN referral_status ON referral_status.code = status WHERE open
    UNION ALL SELECT person_id FROM follow_up WHERE closed_at IS NULL) AS found
  JOIN temp.human ON human.id = found.person_id
  JOIN temp.human AS other ON other.canonical_id = human.canonical_id)
"""
# A household goes with the last of its people.
_HOUSEHOLDS = """
INSERT INTO temp.due (record, id, class, day, why)
SELECT 'household', household.id, 'people', max(due.day), NULL
FROM household JOIN household_member ON household_id = household.id
LEFT JOIN temp.due ON due.record = 'person' AND due.id = person_id AND due.why IS NULL
GROUP BY household.id HAVING count(due.id) = count(*)
"""
_SEALED = """
UPDATE temp.due SET why = 'linked' WHERE why IS NULL AND EXISTS (
  SELECT 1 FROM temp.needed WHERE needed.record = due.record AND needed.id = due.id)
"""
_LINKED = """
UPDATE temp.due SET why = 'linked'
WHERE record = '{need.parent}' AND why IS NULL AND id IN (
  SELECT {need.parent_id} FROM {need.rows}
  WHERE {need.child_id} NOT IN (SELECT id FROM temp.going WHERE record = '{need.child}'))
"""
_GOING_SEALS = "SELECT id FROM temp.due WHERE record = 'sealed' AND why IS NULL"
# An imported file is also kept for the changes that it made.
_CHANGED = """
UPDATE temp.due SET why = 'linked'
WHERE record = 'import_batch' AND why IS NULL AND id IN (
  SELECT import_batch_id FROM change
  WHERE import_batch_id IS NOT NULL AND NOT EXISTS (
    SELECT 1 FROM temp.due AS gone WHERE gone.record = change.record
      AND gone.id = change.record_id AND gone.why IS NULL))
"""


def mark(connection: sqlite3.Connection) -> None:
    """Mark in `due` all that stays, and add the households that go with their people."""
    connection.executemany(
        "INSERT INTO temp.held (record, id) VALUES (?, ?)",
        [(record, each) for record, ids in hold_store.all_held(connection).items() for each in ids],
    )
    connection.execute(_HELD)
    _find_needed(connection)
    for statement in (_OPEN, _HOUSEHOLDS, _SEALED):
        connection.execute(statement)
    steps = needs(connection)
    while _mark_linked(connection, steps):
        pass
    connection.execute(_CHANGED)


def _mark_linked(connection: sqlite3.Connection, steps: Iterable[Need]) -> int:
    """Mark what a record that stays needs; returns how many were marked."""
    due = {row[0] for row in connection.execute("SELECT DISTINCT record FROM temp.going")}
    return sum(
        connection.execute(_LINKED.format(need=step)).rowcount
        for step in steps
        if step.parent in due
    )


# ---------------------------------------------------------------- what a seal needs


_OF_FOLLOW_UPS = """
INSERT OR IGNORE INTO temp.needed (record, id)
SELECT 'referral', referral_id FROM follow_up
WHERE referral_id IS NOT NULL
  AND id IN (SELECT needed.id FROM temp.needed WHERE record = 'follow_up')
"""
_NEEDED = "INSERT OR IGNORE INTO temp.needed (record, id) VALUES (?, ?)"


def _find_needed(connection: sqlite3.Connection) -> None:
    """Fill the temporary table `needed` from the seals that are not to be destroyed themselves.

    Needed are the rows without their words, and what the sealed rows and those point to.
    """
    going = {row[0] for row in connection.execute(_GOING_SEALS)}
    pointers = [each for each in ownership.references(connection) if each.parent_column == "id"]
    for seal, content in sealed_store.every(connection):
        if seal["id"] in going:
            continue
        rows = [(table, row) for table, moved in content.rows.items() for row in moved.values()]
        for table, key in content.blanked:
            if len(key) == 1:
                connection.execute(_NEEDED, (table, key[0]))
            rows.append((table, ownership.row_of(connection, table, key) or {}))
        for table, row in rows:
            connection.executemany(
                _NEEDED,
                [
                    (each.parent, row[each.column])
                    for each in pointers
                    if each.table == table and row.get(each.column) is not None
                ],
            )
            if table == "change" and row:  # which names its record by number
                connection.execute(_NEEDED, (row["record"], row["record_id"]))
    connection.execute(_OF_FOLLOW_UPS)
