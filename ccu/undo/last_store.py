"""The last change of an account: its event in the audit, and what the record held before.

There is no other journal. An event `undo` names the event that it undid and the first of its own,
so that the next undo continues with the change before. A row of `change` that an undo wrote has
REASON as its reason: it and the row that it reverses are skipped.
"""

import json
import sqlite3
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from ccu.audit.review import KINDS, OVERRIDE, WRITE
from ccu.errors import InvalidInput
from ccu.records import table
from ccu.records.ownership import RECORDS

REASON = "ccu undo"
# Events that are part of another event of the same command, on the same or another record.
_BESIDE = frozenset({"follow-up-close", "follow-up-schedule"})
_PARTS = _BESIDE | {"needs-refer", "write"}
WRITES = frozenset(action for action, kind in KINDS.items() if kind in (WRITE, OVERRIDE)) - _PARTS

_MINE = """
SELECT id, at, action, record, record_id, detail FROM audit
WHERE staff_id = :staff_id ORDER BY id DESC
"""
_BETWEEN = """
SELECT id, at, action, record, record_id, detail FROM audit
WHERE id > :before AND id <= :last ORDER BY id
"""
_OTHERS = """
SELECT audit.id, staff.login, action, detail FROM audit LEFT JOIN staff ON staff.id = staff_id
WHERE record = :record AND record_id = :record_id AND audit.id > :id
  AND staff_id IS NOT :staff_id
ORDER BY audit.id DESC
"""
_IMPORTED = """
SELECT 1 FROM change
WHERE record = :record AND record_id = :record_id AND import_batch_id IS NOT NULL
  AND unixepoch(recorded_at) >= unixepoch(:at)
LIMIT 1
"""
_CHANGES = """
SELECT old_value, recorded_by, import_batch_id, coalesce(reason, '') AS reason FROM change
WHERE record = :record AND record_id = :record_id AND field = :field ORDER BY id DESC
"""


@dataclass(frozen=True)
class Last:
    """An event of the audit: `at` by the machine's clock, `detail` as recorded."""

    id: int
    at: str
    action: str
    record: str
    record_id: int
    detail: dict[str, Any]


def find(connection: sqlite3.Connection, staff_id: int) -> Last | None:
    """Return the last change of an account that it has not undone; None without one."""
    return next(changes(connection, staff_id), None)


def changes(connection: sqlite3.Connection, staff_id: int) -> Iterator[Last]:
    """Yield the changes of an account that it has not undone, the last one first."""
    for last in _changes(_not_undone(connection.execute(_MINE, {"staff_id": staff_id}))):
        # What was purged, sealed or removed is no different from a record never made.
        gone = last.action not in ("person-void", "seal") and _is_gone(connection, last)
        if not gone and last.action != "import-undo":  # a part of an undo that was stopped
            yield last


def written(connection: sqlite3.Connection, before: int, last: int) -> Iterator[Last]:
    """Yield the events after `before`, up to `last`, that made or changed a record."""
    yield from _changes(connection.execute(_BETWEEN, {"before": before, "last": last}))


def _changes(events: Iterable[sqlite3.Row]) -> Iterator[Last]:
    """Yield the events that made or changed a record, without parts of another one's change."""
    for row in events:
        detail = json.loads(row["detail"])
        is_part = detail.get("after") is not None or bool(detail.get("part"))
        if row["action"] in WRITES and not is_part:
            yield Last(**{**dict(row), "record_id": row["record_id"] or 0, "detail": detail})


def _not_undone(events: Iterable[sqlite3.Row]) -> Iterator[sqlite3.Row]:
    """Yield events, the last one first, without undo events and those that they undid."""
    done: set[int] = set()
    first = None  # the events of an undo seen above
    for row in events:
        if row["action"] == "undo":
            detail = json.loads(row["detail"])
            done.add(detail["event"])
            first = detail["first"]
        elif row["id"] not in done and (first is None or row["id"] < first):
            yield row


def _is_gone(connection: sqlite3.Connection, last: Last) -> bool:
    """Return whether the record of an event, one of RECORDS, is no longer on file."""
    if last.record not in RECORDS:
        return False
    sql = f"SELECT 1 FROM main.{last.record} WHERE id = :id"  # noqa: S608 - our own names
    return table.value(connection, sql, id=last.record_id) is None


def changed_since(connection: sqlite3.Connection, last: Last, staff_id: int) -> str | None:
    """Return who changed the record after this event: another account, or an import; or None.

    Changes that the other account has undone do not count.
    """
    asked = {**vars(last), "staff_id": staff_id}
    for row in _not_undone(connection.execute(_OTHERS, asked)):
        if row["action"] not in _BESIDE and KINDS.get(row["action"]) in (WRITE, OVERRIDE):
            return str(row["login"])
    return "an import" if connection.execute(_IMPORTED, asked).fetchone() else None


def before(
    connection: sqlite3.Connection, last: Last, fields: Iterable[str], staff_id: int
) -> dict[str, Any]:
    """Return the earlier values of these fields of the record.

    Raises InvalidInput if another account or an import has changed one since.
    """
    found = {}
    for field in fields:
        reversed_rows = 0
        for row in connection.execute(_CHANGES, {**vars(last), "field": field}):
            if row["reason"] == REASON:
                reversed_rows += 1
            elif reversed_rows:
                reversed_rows -= 1
            elif row["recorded_by"] == staff_id and row["import_batch_id"] is None:
                found[field] = json.loads(row["old_value"])
                break
            else:
                break
        if field not in found:
            raise InvalidInput("something newer depends on it")
    return found


def last_event(connection: sqlite3.Connection) -> int:
    """Return the number of the newest event of the audit."""
    return int(table.value(connection, "SELECT coalesce(max(id), 0) FROM audit"))
