"""The audit: who read or wrote what. Ids, field names and counts only; never a name or a note."""

import json
import sqlite3
from datetime import UTC, datetime


def record(
    connection: sqlite3.Connection,
    staff_id: int | None,
    action: str,
    record: str = "",
    record_id: int | None = None,
    *,
    reason: str | None = None,
    **detail: object,
) -> int:
    """Add one event inside the caller's transaction; `detail` holds ids, field names and counts.

    `reason`, a person's own words for why a narrative was opened, is kept in a table apart.

    The time is the machine's own clock, whatever --today says, so that the audit can not be
    backdated by a flag.
    """
    if not connection.in_transaction:
        raise RuntimeError("an audit event belongs in the transaction of what it tells of")
    at = datetime.now(UTC).isoformat(timespec="seconds")
    cursor = connection.execute(
        "INSERT INTO audit (at, staff_id, action, record, record_id, detail)"
        " VALUES (:at, :staff_id, :action, :record, :record_id, :detail)",
        {
            "at": at,
            "staff_id": staff_id,
            "action": action,
            "record": record,
            "record_id": record_id,
            "detail": json.dumps(detail, sort_keys=True),
        },
    )
    event_id = int(cursor.lastrowid or 0)
    if reason is not None:
        connection.execute(
            "INSERT INTO audit_reason (audit_id, reason) VALUES (:audit_id, :reason)",
            {"audit_id": event_id, "reason": reason},
        )
    return event_id
