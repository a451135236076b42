"""What a field held before it was amended, by hand or by a later import."""

import json
import sqlite3
from collections.abc import Mapping
from typing import Any

INSERT = """
INSERT INTO change (
  record, record_id, field, old_value, new_value, reason, recorded_at, recorded_by, import_batch_id)
VALUES (
  :record, :record_id, :field, :old_value, :new_value, :reason, :recorded_at, :recorded_by,
  :import_batch_id)
"""


def record(
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
    """Keep field -> (old, new) inside the caller's transaction; any value that JSON can hold."""
    connection.executemany(
        INSERT,
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


def of(connection: sqlite3.Connection, table: str, record_id: int) -> list[dict[str, Any]]:
    """The changes of a record, oldest first: at, by, field, old, new, reason."""
    found = connection.execute(
        "SELECT change.recorded_at, staff.login, field, old_value, new_value, reason"
        " FROM change JOIN staff ON staff.id = change.recorded_by"
        " WHERE record = :record AND record_id = :record_id ORDER BY change.id",
        {"record": table, "record_id": record_id},
    )
    return [
        {
            "at": row["recorded_at"],
            "by": row["login"],
            "field": row["field"],
            "old": json.loads(row["old_value"]),
            "new": json.loads(row["new_value"]),
            "reason": row["reason"],
        }
        for row in found
    ]
