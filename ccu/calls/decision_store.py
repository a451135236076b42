"""The decision that a care call needs no further action."""

import sqlite3

from ccu.calls import triage_store
from ccu.errors import InvalidInput
from ccu.people.open_work_store import AsOf
from ccu.records import codes, table, writes
from ccu.work import Work


def decide(work: Work, call_id: int, reason: str | None, why: str | None = None) -> bool:
    """Record that a care call needs no further action, or with None undo it. Return if it changed.

    The earlier reason stays in the call's changes, with `why`. Raises NotFound, and InvalidInput
    for a call that is void, no care call, or decided by a referral or a follow-up.
    """
    must_be_open(work.connection, call_id, AsOf.of(work.now))
    before = reason_of(work.connection, call_id)
    if before == reason:
        return False
    kept = {"reason": reason, "recorded_at": work.at, "recorded_by": work.staff_id}
    writes.replace(work.connection, "call_decision", {"call_id": call_id}, [kept] if reason else [])
    writes.record_changes(work, "call", call_id, {"no_action": (before, reason)}, why)
    work.audit("call-decide", "call", call_id, no_action=reason)
    return True


def must_be_open(connection: sqlite3.Connection, call_id: int, as_of: AsOf) -> None:
    """Raise NotFound, or InvalidInput for a call that needs no decision, as `decide` does."""
    row = table.require_call(connection, call_id)
    if not row["care"]:
        raise InvalidInput(f"call {call_id} is not a care call and needs no decision")
    found = triage_store.of_calls(connection, [call_id], as_of)[call_id]
    if found["decision"] == triage_store.DECIDED:
        raise InvalidInput(
            f"call {call_id} is decided by a referral or a follow-up; to see it:"
            f" ccu call show {call_id}"
        )


def must_be_as_seen(connection: sqlite3.Connection, call_id: int, seen: str | None) -> None:
    """Raise InvalidInput, naming the reason on file, if it is no longer the one that was seen."""
    if (now := reason_of(connection, call_id)) != seen:
        raise InvalidInput(
            f"call {call_id} was decided by somebody else meanwhile; on file now:"
            f" {label_of(connection, now)}; to change it: ccu call decide {call_id}"
        )


def label_of(connection: sqlite3.Connection, reason: str | None) -> str:
    """Return the town's words for a reason."""
    return codes.labels(connection, "no_action_reason")[reason] if reason else "no decision"


def reason_of(connection: sqlite3.Connection, call_id: int) -> str | None:
    """Return the code of the reason that a call needs no further action; None if there is none."""
    sql = "SELECT reason FROM call_decision WHERE call_id = :id"
    found: str | None = table.value(connection, sql, id=call_id)
    return found
