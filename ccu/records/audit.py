"""The audit: who read or wrote what, by ids, field names and counts; never a name or a note.

Each row carries a keyed hash that binds it to the row before it (database/key_chain.py),
and audit/verify_store.py checks them all. Nothing is recorded without the key, and what cannot be
recorded is refused.
"""

import contextlib
import json
import os
import sqlite3
from datetime import UTC, datetime
from pathlib import Path

from ccu import files
from ccu.database import key_chain as chain
from ccu.errors import DatabaseUnusable, InvalidInput
from ccu.records import table

REKEY = "audit-rekey"
PURGED = "reasons-purged"  # its detail names the rows whose words of audit_reason were taken out
DIGEST = "reason_digest"
LOOKED_AT = 20  # rows, to tell a wrong key from a last row that was changed by hand

CHAIN = chain.Chain("audit", ("at", "staff_id", "action", "record", "record_id", "detail"))
_NEWEST = """
SELECT id, at, staff_id, action, record, record_id, detail, previous, hash
FROM audit ORDER BY id DESC LIMIT :most
"""
# Whether audit_written was begun, and whether rows were written since the last event.
_WROTE = """
SELECT (SELECT record FROM main.audit_written ORDER BY audit_id, part LIMIT 1) IS '',
       EXISTS (SELECT 1 FROM main.audit_written WHERE audit_id > :last)
"""


def clock() -> datetime:
    """Return the machine's own time, not that of --today, which would backdate the audit."""
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

    `reason`, a person's own words for why a narrative was opened, is stored in a table of its own,
    and bound to the row by a digest. Raises DatabaseUnusable when the key is missing or another.
    """
    if not connection.in_transaction:
        raise RuntimeError("an audit event belongs in the transaction of what it tells of")
    event = (staff_id, action, record, record_id)
    return _add(connection, None, event, detail, reason)


# The row written last by this process. While it is the file's last, nobody has written since and
# the key is the same: an import need not look at the key's file for each of its rows.
_own: tuple[sqlite3.Connection, bytes, chain.Key] | None = None


def _add(
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

        if not begun:  # the first event of a new file, or since a migration
            written.keep_all(connection, key)
        detail[written.WRITTEN], _all = written.written_by(connection, event_id, key)
    at = clock().isoformat(timespec="seconds")
    row = (event_id, at, *event, json.dumps(detail, sort_keys=True))
    done = CHAIN.add(connection, key, before, row)
    if reason is not None:
        table.insert_row(connection, "audit_reason", {"audit_id": event_id, "reason": reason})
    _own = connection, done, key
    return event_id


def forget_unbound(connection: sqlite3.Connection, last: int) -> None:
    """Delete what another program put in after the last event, at the start of a transaction."""
    connection.execute("DELETE FROM main.audit_written WHERE audit_id > :last", {"last": last})


def is_unbound(connection: sqlite3.Connection, last: int) -> bool:
    """Whether rows were written since the last event: they belong to the next."""
    return bool(connection.execute(_WROTE, {"last": last}).fetchone()[1])


# ---------------------------------------------------------------- the key


def key_of(connection: sqlite3.Connection) -> chain.Key:
    """Return the key of this file's chain. Raises DatabaseUnusable when it is missing or another.

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
    """Whether the key wrote any of the newest rows under the newest key, or there are none."""
    newest = connection.execute(_NEWEST, {"most": LOOKED_AT}).fetchall()
    for row in newest:
        if key.of_row(row[7], tuple(row)[:7]) == row[8]:
            return True
        if row[3] == REKEY:
            break
    return not newest


def stored_key(connection: sqlite3.Connection) -> chain.Key:
    """Return the key in the key's file, after completing a `rekey` that was cut short.

    Raises DatabaseUnusable when it is missing, damaged or cannot be read.
    """
    path = chain.key_path(connection)
    _complete_rekey(connection, path)
    return chain.read(path)


def rekey(connection: sqlite3.Connection, staff_id: int) -> tuple[Path, bool]:
    """Make a new key in place of a lost one, inside the caller's transaction.

    Return its file, and whether it was in place already.

    The key waits under a name of its own until the row that it begins with is committed: call
    `stored_key` then. Stopped at any point, either there is still no key, or the next command that
    needs it completes this. Earlier rows can then be checked by their numbers and links alone.
    Raises InvalidInput while there is a key, so that none is replaced by mistake.
    """
    path = chain.key_path(connection)
    if _complete_rekey(connection, path):
        return path, False
    if _is_just_made(connection, path):
        return path, True
    if os.path.lexists(path):  # exists() raises for a folder that may not be entered
        raise InvalidInput(
            f"there is an audit key, {path}; a new one is made only in place of a lost one. If this"
            " one became known to others, move it away first"
        )
    new = chain.waiting(path)
    with contextlib.suppress(OSError):  # of one that was never committed
        new.unlink()
    key = chain.make(new)
    try:
        from ccu.database import written

        written.keep_all(connection, key)
        _add(connection, key, (staff_id, REKEY, "audit", None), {"key": key.fingerprint})
    except BaseException:
        new.unlink(missing_ok=True)
        raise
    return path, False


def _is_just_made(connection: sqlite3.Connection, path: Path) -> bool:
    """Whether nothing was recorded since the key was made: `rekey` may not have reported it."""
    newest = connection.execute(_NEWEST, {"most": 1}).fetchone()
    if newest is None or newest[3] != REKEY or not os.path.lexists(path):
        return False
    return bool(chain.read(path).of_row(newest[7], tuple(newest)[:7]) == newest[8])


def _complete_rekey(connection: sqlite3.Connection, path: Path) -> bool:
    """Give the waiting key its name if its first row is committed; return whether it was.

    By rename, which leaves no second copy of the key.
    """
    new = chain.waiting(path)
    if os.path.lexists(path) or not os.path.lexists(new):
        return False
    try:
        if not fits(connection, chain.read(new)):
            return False
    except DatabaseUnusable:  # it is no key: `rekey` makes another
        return False
    try:
        new.rename(path)
        files.sync(path.parent)
    except FileNotFoundError:  # another process was faster
        return os.path.lexists(path)
    except OSError as error:
        raise DatabaseUnusable(
            f"the audit key {new} cannot be renamed to {path}: {files.reason(error)}"
        ) from None
    return True
