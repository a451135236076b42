"""Undo the import of a dispatch export: remove its calls, restore those that it changed.

A call that somebody has worked on since stays, and so does each field that was changed since. It is
done in parts, each in a short transaction, as an import is. Until the last one `ccu check` reports
the import as unfinished, and another `ccu undo` continues.
"""

import json
import sqlite3
from dataclasses import dataclass
from itertools import groupby
from operator import itemgetter

from ccu.calls import change_store
from ccu.output.text import counted, listed
from ccu.records import ownership, table, writes
from ccu.retention import due_store, purge_store
from ccu.work import Work

PART = 20_000  # calls of one transaction
PART_CHANGED = 20_000  # values that it restores
MOST_NAMED = 5  # calls in a sentence
# Written by an import or by ccu itself. A row of another table for a call is work on that call.
_NO_WORK = ("call_danger", "call_disposition", "call_responder", "undecided_event")

_WORKED = """
SELECT id FROM main.call WHERE import_batch_id = :batch AND id IN (
  SELECT record_id FROM main.change WHERE record = 'call' AND import_batch_id IS NOT :batch
  UNION ALL SELECT record_id FROM main.legal_hold WHERE record = 'call'{more})
ORDER BY id
"""
_COUNT = "SELECT count(*) FROM main.call WHERE import_batch_id = :batch"
_TAKE = """
INSERT INTO temp.due (record, id, class, day)
SELECT 'call', id, '', '' FROM main.call
WHERE import_batch_id = :batch AND id NOT IN (SELECT value FROM json_each(:stay)) LIMIT :most
"""
_LEFT = "UPDATE main.import_batch SET new_rows = new_rows - :gone WHERE id = :batch"
# What it changed and nothing has changed since; the fields of a nature change together.
_CHANGED = """
SELECT id, record_id, field, old_value FROM main.change
WHERE import_batch_id = :batch AND record = 'call'
  AND (SELECT import_batch_id IS NOT :batch FROM main.call WHERE id = record_id)
  AND NOT EXISTS (
    SELECT 1 FROM main.change AS later
    WHERE later.record = 'call' AND later.record_id = change.record_id AND later.id > change.id
      AND later.import_batch_id IS NOT :batch
      AND (later.field = change.field
        OR later.field IN ('nature', 'nature_cleared', 'care')
          AND change.field IN ('nature', 'nature_cleared', 'care')))
ORDER BY record_id, id DESC LIMIT :most
"""
_IS_NEEDED = """
SELECT 1 FROM main.call WHERE import_batch_id = :batch
UNION ALL SELECT 1 FROM main.change WHERE import_batch_id = :batch
UNION ALL SELECT 1 FROM temp.needed WHERE record = 'import_batch' AND id = :batch
"""
_COMPLETE = """
UPDATE main.import_batch SET read_rows = new_rows + changed_rows + same_rows + rejected_rows
WHERE id = :batch
"""


@dataclass(frozen=True)
class Taken:
    """What undoing an import does: how many calls are removed, which are restored, which stay."""

    file_name: str
    gone: int
    changed: int
    stay: list[int]

    def __str__(self) -> str:
        """Return `calls.csv: 2498 calls added, 3 changed`, and which calls stay, and why."""
        added = counted(self.gone + len(self.stay), "call")
        return f"{self.file_name}: {added} added, {self.changed} changed. {self.staying}".strip()

    @property
    def staying(self) -> str:
        """A sentence about the calls that stay; empty for none."""
        if not self.stay:
            return ""
        more = [f"{len(self.stay) - MOST_NAMED} more"] if len(self.stay) > MOST_NAMED else []
        named = listed([*(f"call {each}" for each in self.stay[:MOST_NAMED]), *more])
        why = "because somebody has worked on it since; to take it out of the counts: ccu call void"
        return f"Not taken back, {why}: {named}."


def found(connection: sqlite3.Connection, batch: int) -> Taken:
    """Return what taking back an import would do now."""
    named = [
        f" UNION ALL SELECT {each.column} FROM main.{each.table} WHERE {each.column} IS NOT NULL"  # noqa: S608
        for each in ownership.references(connection)
        if each.parent == "call" and each.table not in _NO_WORK
    ]
    stay = table.column(connection, _WORKED.format(more="".join(named)), batch=batch)
    added = table.value(connection, _COUNT, batch=batch)
    row = table.require(connection, "import_batch", batch)
    return Taken(row["file_name"], added - len(stay), row["changed_rows"], stay)


def take_part(work: Work, batch: int) -> bool:
    """Undo the next part of an import in the caller's transaction; return whether any is left.

    The last part also removes what nothing refers to now: addresses, words, the import.
    """
    connection = work.connection
    rows = connection.execute(_CHANGED, {"batch": batch, "most": PART_CHANGED}).fetchall()
    for call_id, of_call in groupby(rows, itemgetter("record_id")):
        changes = [*of_call]  # newest first: the oldest has the original value
        before = {each["field"]: json.loads(each["old_value"]) for each in changes}
        change_store.set_values(work, table.require(connection, "call", call_id), before)
        writes.update(connection, "call", call_id, dict.fromkeys(("digest", "cells_digest")))
        ownership.delete_rows(connection, "change", [(each["id"],) for each in changes])
    purge_store.begin(connection)
    stay = json.dumps(found(connection, batch).stay)
    asked = {"batch": batch, "stay": stay, "most": 0 if rows else PART}
    gone = connection.execute(_TAKE, asked).rowcount
    purge_store.delete_going(connection)
    connection.execute(_LEFT, {"batch": batch, "gone": gone})
    left = bool(rows) or gone == PART
    if not left:
        due_store.find_kept(connection)
        purge_store.delete_orphans(connection)
        connection.execute(_COMPLETE, {"batch": batch})
        if connection.execute(_IS_NEEDED, {"batch": batch}).fetchone() is None:
            ownership.delete_rows(connection, "import_batch", [(batch,)])
    purge_store.forget(connection)
    work.audit("import-undo", "import_batch", batch, removed=gone, values=len(rows))
    return left
