"""The audit: who read or wrote what, by ids, field names and counts; never a name or a note.

Each row carries a keyed hash that binds it to the row before it (database/key_chain.py),
and audit/verify_store.py checks them all. Without the key nothing can be recorded, and an action
that cannot be recorded is refused.
"""

import json
import os
import sqlite3
from datetime import UTC, datetime
from pathlib import Path

from ccu import files
from ccu.database import key_chain as chain
from ccu.errors import AskAgain, DatabaseUnusable

REKEY = "audit-rekey"
PURGED = "reasons-purged"  # its detail names the rows whose text was removed from audit_reason
DIGEST = "reason_digest"
LOOKED_AT = 20  # rows to check, to tell a wrong key from a last row that was altered

CHAIN = chain.Chain("audit", ("at", "staff_id", "action", "record", "record_id", "detail"))
NEWEST = """
SELECT id, at, staff_id, action, record, record_id, detail, previous, hash
FROM audit ORDER BY id DESC LIMIT :most
"""
# Whether audit_written is in use, and whether rows were written since the last event.
_WROTE = """
SELECT (SELECT record FROM main.audit_written ORDER BY audit_id, part LIMIT 1) IS '',
       EXISTS (SELECT 1 FROM main.audit_written WHERE audit_id > :last)
"""


def clock() -> datetime:
    """Return the machine's own time; --today would backdate the audit."""
    return datetime.now(UTC)


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

    `reason`, the user's text for opening a narrative, is stored in its own table and bound to the
    row by a digest. Raises DatabaseUnusable if the key is missing or a different one.
    """
    if not connection.in_transaction:
        raise RuntimeError("an audit event belongs in the transaction of what it tells of")
    event = (staff_id, action, record, record_id)
    return add_event(connection, None, event, detail, reason)


# The last row that this process wrote. While it is the file's last row, the key is the same, so
# that an import does not read the key file for each row.
_own: tuple[sqlite3.Connection, bytes, chain.Key] | None = None


def add_event(
    connection: sqlite3.Connection,
    key: chain.Key | None,
    event: tuple[int | None, str, str, int | None],
    detail: dict[str, object],
    reason: str | None = None,
) -> int:
    """Add a row after the last; `event` is staff_id, action, record, record_id."""
    global _own
    last, before = CHAIN.last(connection)
    if key is None and _own is not None and _own[0] is connection and _own[1] == before:
        key = _own[2]
    key = key or key_of(connection)
    event_id = last + 1
    if reason is not None:
        detail = {**detail, DIGEST: key.of_reason(event_id, reason)}
    begun, unbound = connection.execute(_WROTE, {"last": last}).fetchone()
    if unbound or not begun:
        from ccu.database import written

        AskAgain.lines.clear()  # `<` does not go back past a change
        if not begun:  # the first event of a new file or after a migration
            written.keep_all(connection, key)
        detail[written.WRITTEN], _all = written.written_by(connection, event_id, key)
    at = clock().isoformat(timespec="seconds")
    row = (event_id, at, *event, json.dumps(detail, sort_keys=True))
    done = CHAIN.add(connection, key, before, row)
    if reason is not None:
        from ccu.records import writes

        writes.insert_row(connection, "audit_reason", {"audit_id": event_id, "reason": reason})
    _own = connection, done, key
    return event_id


def forget_unbound(connection: sqlite3.Connection, last: int) -> None:
    """Delete digests that another program inserted after the last event, before a transaction."""
    connection.execute("DELETE FROM main.audit_written WHERE audit_id > :last", {"last": last})


def is_unbound(connection: sqlite3.Connection, last: int) -> bool:
    """Return whether rows were written since the last event; they belong to the next one."""
    return bool(connection.execute(_WROTE, {"last": last}).fetchone()[1])


# ---------------------------------------------------------------- the key


def key_of(connection: sqlite3.Connection) -> chain.Key:
    """Return the key of this file's chain. Raises DatabaseUnusable if it is missing or wrong.

    A key that wrote none of the last rows is refused: rows of two alternating keys can never be
    verified again.
    """
    key = stored_key(connection)
    if not fits(connection, key):
        raise DatabaseUnusable(
            f"the audit key {chain.key_path(connection)} is not the one that the last rows of the"
            " audit were written with; put that one back"
        )
    return key


def fits(connection: sqlite3.Connection, key: chain.Key) -> bool:
    """Return whether the key wrote one of the newest rows, or there are none."""
    newest = connection.execute(NEWEST, {"most": LOOKED_AT}).fetchall()
    for row in newest:
        if key.of_row(row[7], tuple(row)[:7]) == row[8]:
            return True
        if row[3] == REKEY:
            break
    return not newest


def stored_key(connection: sqlite3.Connection) -> chain.Key:
    """Return the key in the key file, after completing an interrupted `rekey`.

    Raises DatabaseUnusable if it is missing, damaged or cannot be read.
    """
    path = chain.key_path(connection)
    complete_rekey(connection, path)
    return chain.read(path)


def complete_rekey(connection: sqlite3.Connection, path: Path) -> bool:
    """Rename the new key to its final name if its first row is committed; return whether it was.

    A rename leaves no second copy of the key.
    """
    new = chain.waiting(path)
    if os.path.lexists(path) or not os.path.lexists(new):
        return False
    from ccu.files import private

    try:
        if not fits(connection, chain.read(new)):
            return False
    except DatabaseUnusable:  # not a key: `rekey` makes another
        return False
    try:
        new.rename(path)
        private.sync(path.parent)
    except FileNotFoundError:  # another process was faster
        return os.path.lexists(path)
    except OSError as error:
        raise DatabaseUnusable(
            f"the audit key {new} cannot be renamed to {path}: {files.reason(error)}"
        ) from None
    return True
