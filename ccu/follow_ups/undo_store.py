"""Undo what was recorded in error: a follow-up, its last attempt, its closing.

Nothing is lost: `change` keeps the earlier values, and a voided attempt, which leaves its table so
that no list or figure counts it.
"""

import json
import sqlite3
from dataclasses import dataclass
from typing import Any

from ccu.errors import InvalidInput
from ccu.follow_ups import store as follow_ups
from ccu.records import staff_list, table, writes
from ccu.work import Work

ATTEMPT = "attempt"  # the field of `change` that holds a voided attempt
_OPEN = dict.fromkeys(("closed_at", "closing_at", "closed_by", "signed_by"))

_LAST_ATTEMPT = """
SELECT attempt.*, ends FROM main.attempt
JOIN follow_up_result ON follow_up_result.code = attempt.result
WHERE follow_up_id = :id ORDER BY attempt.id DESC LIMIT 1
"""
# What an attempt that closes nothing changed: the last change of each field, if it was recorded
# with the attempt. What took an earlier one back in the same second has a reason.
_MOVED = """
SELECT field, old_value, new_value FROM change
WHERE field IN ('due_at', 'kind') AND recorded_at = :recorded_at AND recorded_by = :recorded_by
  AND NOT :ends AND reason IS NULL AND id IN (SELECT max(id) FROM change
             WHERE record = 'follow_up' AND record_id = :id GROUP BY field)
"""
# The follow-up that was added because this one closed, if it has no attempt.
_NEXT = """
SELECT * FROM main.follow_up AS next
WHERE id IN (SELECT id FROM open_follow_up WHERE closing_at IS NULL AND id > :id)
  AND NOT EXISTS (SELECT 1 FROM main.attempt WHERE follow_up_id = next.id)
  AND EXISTS (SELECT 1 FROM audit WHERE record = 'follow_up' AND record_id = next.id
              AND action = 'follow-up-add' AND json_extract(detail, '$.after') = :id)
ORDER BY id DESC LIMIT 1
"""


@dataclass(frozen=True)
class Voided:
    """What voiding an attempt did: the attempt's result and the follow-up that was cancelled."""

    result: str
    is_open: bool
    cancelled: int | None = None


def void(work: Work, follow_up_id: int, reason: str | None, *, alone: bool = False) -> None:
    """Cancel a follow-up that was scheduled in error.

    Raises NotFound, NotAllowed; InvalidInput if it is closed or has an attempt, or, without
    `alone`, if it is the only one due for an open referral or a person with a worker.
    """
    _cancel(work, may_void(work, follow_up_id, alone=alone), reason, part=False)


def may_void(work: Work, follow_up_id: int, *, alone: bool = False) -> sqlite3.Row:
    """Return the follow-up if `void` may cancel it; raises as that does."""
    row = follow_ups.read_open(work.connection, follow_up_id)
    staff_list.refuse_others(work.connection, work.staff_id, row["recorded_by"])
    if last_attempt(work.connection, follow_up_id) is not None:
        raise InvalidInput(
            f"follow-up {follow_up_id} was tried; to void its last attempt:"
            f" ccu follow-up void {follow_up_id} --attempt"
        )
    if not alone and follow_ups.next_needed(work.connection, row, work.today):
        about = f"referral {row['referral_id']}" if row["referral_id"] else "the person"
        option = "referral" if row["referral_id"] else "person"
        raise InvalidInput(
            f"follow-up {follow_up_id} is the only one due for {about}; add another first:"
            f" ccu follow-up add --{option} {row[f'{option}_id']}"
        )
    return row


def _cancel(work: Work, row: sqlite3.Row, reason: str | None, *, part: bool) -> None:
    new = {"cancelled": 1, "closed_at": work.at, "closed_by": work.staff_id}
    fields = writes.change(work, "follow_up", row, new, reason)
    work.audit("follow-up-void", "follow_up", row["id"], fields=fields, part=part)


def void_attempt(work: Work, follow_up_id: int, reason: str | None) -> Voided:
    """Void the last attempt and restore the follow-up as it was before.

    It is open again with its earlier due, unless its referral has ended; the next follow-up that
    the attempt added is cancelled, unless somebody tried it. Raises NotFound, NotAllowed,
    InvalidInput without an attempt.
    """
    connection = work.connection
    row = follow_ups.read(connection, follow_up_id)
    attempt = attempt_to_void(work, follow_up_id)
    kept = {key: attempt[key] for key in attempt.keys() if key not in ("follow_up_id", "ends")}  # noqa: SIM118
    connection.execute("DELETE FROM main.attempt WHERE id = :id", {"id": attempt["id"]})
    writes.record_changes(work, "follow_up", follow_up_id, {ATTEMPT: (kept, None)}, reason)
    new = _moved_back(connection, row, attempt)
    cancelled = None
    is_closed = row["closed_at"] or row["closing_at"]
    if is_closed and attempt["ends"] and follow_ups.is_workable(connection, row["referral_id"]):
        new |= _OPEN
        cancelled = connection.execute(_NEXT, {"id": follow_up_id}).fetchone()
    writes.change(work, "follow_up", row, new, reason)
    staff_list.adopt(connection, work.staff_id)
    work.audit("attempt-void", "follow_up", follow_up_id, result=attempt["result"])
    if cancelled is not None:
        _cancel(work, cancelled, reason, part=True)
    is_open = not is_closed or "closed_at" in new
    return Voided(attempt["result"], is_open, cancelled and int(cancelled["id"]))


def attempt_to_void(work: Work, follow_up_id: int) -> sqlite3.Row:
    """Return the last attempt if `void_attempt` may take it back; raises as that does."""
    attempt = last_attempt(work.connection, follow_up_id)
    if attempt is None:
        raise InvalidInput(f"follow-up {follow_up_id} has no attempt to void")
    staff_list.refuse_others(work.connection, work.staff_id, attempt["recorded_by"])
    return attempt


def last_attempt(connection: sqlite3.Connection, follow_up_id: int) -> sqlite3.Row | None:
    """Return the last attempt at a follow-up, with `ends`: whether its result closes one."""
    return next(iter(table.select(connection, _LAST_ATTEMPT, {}, id=follow_up_id)), None)


def _moved_back(
    connection: sqlite3.Connection, row: sqlite3.Row, attempt: sqlite3.Row
) -> dict[str, Any]:
    """Return the due and type before the attempt, where they are still what it set."""
    return {
        each["field"]: json.loads(each["old_value"])
        for each in connection.execute(_MOVED, {**dict(attempt), "id": row["id"]})
        if json.loads(each["new_value"]) == row[each["field"]]
    }


def reopen(work: Work, follow_up_id: int, due_at: str | None, reason: str | None) -> str:
    """Open a closed or cancelled follow-up again, its attempts kept; return when it is due.

    Raises NotFound; InvalidInput for one that is open, awaits a signature, or is for a referral
    that has ended.
    """
    row = follow_ups.read(work.connection, follow_up_id)
    if not row["closed_at"]:
        if row["closing_at"]:
            follow_ups.read_open(work.connection, follow_up_id)
        raise InvalidInput(f"follow-up {follow_up_id} is open")
    if not follow_ups.is_workable(work.connection, row["referral_id"]):
        number = row["referral_id"]
        raise InvalidInput(
            f"referral {number} has ended; to reopen it: ccu referral reopen {number}"
        )
    owner = staff_list.heir(work.connection, row["owner_id"], work.staff_id)
    new = {**_OPEN, "cancelled": 0, "due_at": due_at or row["due_at"], "owner_id": owner}
    fields = writes.change(work, "follow_up", row, new, reason)
    work.audit("follow-up-reopen", "follow_up", follow_up_id, fields=fields)
    return str(new["due_at"])
