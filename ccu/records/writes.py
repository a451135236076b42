"""Write rows of any table: insert, change with history, update, replace.

A record's store names its table and gives its columns as a dataclass or a mapping:

    consult_id = writes.insert(work, "consult", new)  # with recorded_at and recorded_by
    changed = writes.change(work, "plan", row, {"status": "withdrawn"}, reason=reason)

Table and column names come from our own source, never from what somebody typed; values are always
parameters. Every write is inside the caller's transaction, and the caller records it in the audit.
Writes name the file's own table (`main`): what is read may be a TEMP view of it (withheld.py).
"""

import json
import sqlite3
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

from ccu import dates
from ccu.errors import InvalidInput
from ccu.records import table

if TYPE_CHECKING:
    from ccu.work import Work


_INSERT_CHANGE = """
INSERT INTO change (
  record, record_id, field, old_value, new_value, reason, recorded_at, recorded_by, import_batch_id)
VALUES (
  :record, :record_id, :field, :old_value, :new_value, :reason, :recorded_at, :recorded_by,
  :import_batch_id)
"""


def changes_of(connection: sqlite3.Connection, table: str, record_id: int) -> list[dict[str, Any]]:
    """Return the changes of a record, oldest first: at, by, field, old, new, reason."""
    found = connection.execute(
        "SELECT change.recorded_at AS at, staff.login AS by, field, old_value AS old,"
        " new_value AS new, reason FROM change JOIN staff ON staff.id = change.recorded_by"
        " WHERE record = :record AND record_id = :record_id ORDER BY change.id",
        {"record": table, "record_id": record_id},
    )
    return [
        {**dict(row), **{name: json.loads(row[name]) for name in ("old", "new")}} for row in found
    ]


def insert(work: "Work", table: str, new: object, **more: object) -> int:
    """Add a row with recorded_by and recorded_at; return its id.

    `new` is a dataclass whose fields are columns, or a mapping; `more` are further columns.
    """
    own = new if isinstance(new, Mapping) else vars(new)
    columns = {"recorded_at": work.at, "recorded_by": work.staff_id, **own, **more}
    return insert_row(work.connection, table, columns)


def insert_row(
    connection: sqlite3.Connection, table: str, columns: Mapping[str, object], otherwise: str = ""
) -> int:
    """Add a row of just these columns; return its id. `otherwise`: an ON CONFLICT clause."""
    values = ", ".join(f":{name}" for name in columns)
    cursor = connection.execute(
        f"INSERT INTO main.{table} ({', '.join(columns)}) VALUES ({values}) {otherwise}",  # noqa: S608
        dict(columns),
    )
    return int(cursor.lastrowid or 0)


def change(
    work: "Work",
    table: str,
    row: sqlite3.Row | Mapping[str, Any],
    new: Mapping[str, object],
    reason: str | None = None,
) -> list[str]:
    """Set new values, record the old ones; return the columns that changed, sorted."""
    changed = {name: (row[name], value) for name, value in new.items() if row[name] != value}
    if changed:
        update(work.connection, table, row["id"], {name: new[name] for name in changed})
        record_changes(work, table, row["id"], changed, reason)
    return sorted(changed)


def record_changes(
    work: "Work",
    table: str,
    record_id: int,
    fields: Mapping[str, tuple[Any, Any]],
    reason: str | None = None,
) -> None:
    """Record field -> (old, new) in the history of a record whose row is already written."""
    write_changes(
        work.connection, work.staff_id, table, record_id, fields, at=work.at, reason=reason
    )


def write_changes(
    connection: sqlite3.Connection,
    staff_id: int,
    table: str,
    record_id: int,
    fields: Mapping[str, tuple[Any, Any]],
    *,
    at: str,
    reason: str | None = None,
    import_batch_id: int | None = None,
) -> None:
    """Record field -> (old, new) of JSON values; `record_changes` does so for a Work."""
    connection.executemany(
        _INSERT_CHANGE,
        [
            {
                "record": table,
                "record_id": record_id,
                "field": field,
                "old_value": json.dumps(old, ensure_ascii=False),
                "new_value": json.dumps(new, ensure_ascii=False),
                "reason": reason,
                "recorded_at": at,
                "recorded_by": staff_id,
                "import_batch_id": import_batch_id,
            }
            for field, (old, new) in fields.items()
        ],
    )


def insert_missing(
    connection: sqlite3.Connection, table: str, rows: Iterable[Mapping[str, object]]
) -> int:
    """Add the rows, with just these columns, that do not exist; return how many were added."""
    before = connection.total_changes
    for row in rows:
        insert_row(connection, table, row, "ON CONFLICT DO NOTHING")
    return connection.total_changes - before


def update(
    connection: sqlite3.Connection, table: str, record_id: int, columns: Mapping[str, object]
) -> None:
    """Set columns of a row without history, for rows that have who and when themselves."""
    if not columns:
        return
    sets = ", ".join(f"{name} = :{name}" for name in columns)
    connection.execute(
        f"UPDATE main.{table} SET {sets} WHERE id = :id",  # noqa: S608
        {**columns, "id": record_id},
    )


def replace(
    connection: sqlite3.Connection,
    table: str,
    owner: Mapping[str, int],
    rows: Iterable[Mapping[str, object]],
) -> None:
    """Replace the rows of a list that belongs to a record: `owner` is the column and its number."""
    ((column, number),) = owner.items()
    sql = f"DELETE FROM main.{table} WHERE {column} = :number"  # noqa: S608
    connection.execute(sql, {"number": number})
    for row in rows:
        insert_row(connection, table, {column: number, **row})


def refuse_before_call(
    connection: sqlite3.Connection, call_id: int | None, moment: str, option: str
) -> None:
    """Raise InvalidInput for a moment before the minute in which a call began.

    Typed times have no seconds, those of a dispatch system do.
    """
    if call_id is None:
        return
    began = dates.from_iso(table.require(connection, "call", call_id)["occurred_at"])
    if dates.is_after(began.replace(second=0), dates.from_iso(moment)):
        raise InvalidInput(f"{option} is before call {call_id} began")
