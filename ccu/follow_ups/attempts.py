"""What was tried of a follow-up, and what becomes of it: done, signed, moved.

An intern's closing waits for a signature.
"""

import sqlite3
from dataclasses import dataclass

from ccu import access
from ccu.consent import store as consents
from ccu.errors import InvalidInput, NotAllowed
from ccu.follow_ups import store as follow_ups
from ccu.records import staff, table
from ccu.work import Work


@dataclass(frozen=True, kw_only=True)
class Attempt:
    """One try: codes already checked, times in stored form. `next_*`: what is due after it."""

    result: str
    occurred_at: str
    minutes: int | None = None
    note: str | None = None
    next_due: str | None = None
    next_kind: str | None = None


@dataclass(frozen=True, kw_only=True)
class Done:
    """What it came to: open, to_sign or closed; and the follow-up that was made to come next."""

    state: str
    number: int = 0  # of the attempt
    next_id: int | None = None
    next_due: str | None = None


def ends(connection: sqlite3.Connection, result: str) -> bool:
    """Whether a follow-up is over after this result."""
    row = connection.execute(
        "SELECT ends FROM follow_up_result WHERE code = :code", {"code": result}
    ).fetchone()
    return bool(row["ends"])


def done(work: Work, follow_up_id: int, attempt: Attempt) -> Done:
    """Record a try, and close the follow-up or give it its next due.

    Raises NotFound; InvalidInput when it is closed already, saying by whom and when, and when the
    result leaves it open and no next due is given.
    """
    connection = work.connection
    row = follow_ups.read_open(connection, follow_up_id)
    provider_id = consents.provider_of_referral(connection, row["referral_id"])
    consents.refuse_part2_note(connection, attempt.note, provider_id)
    is_over = ends(connection, attempt.result)
    if not is_over and attempt.next_due is None:
        raise InvalidInput("--next is missing: after that result the follow-up stays open")
    number = _record(work, follow_up_id, attempt)
    work.audit("follow-up-done", "follow_up", follow_up_id, attempt=number, result=attempt.result)
    if not is_over:
        new = {"due_at": attempt.next_due, "kind": attempt.next_kind or row["kind"]}
        table.change(work, "follow_up", row, new)
        return Done(state="open", number=number, next_due=attempt.next_due)
    state = _close(work, follow_up_id)
    next_id, next_due = follow_ups.make_next(work, row, attempt.next_due, attempt.next_kind)
    return Done(state=state, number=number, next_id=next_id, next_due=next_due)


def _record(work: Work, follow_up_id: int, attempt: Attempt) -> int:
    """Add the attempt and return its number among those of this follow-up."""
    columns = {
        "follow_up_id": follow_up_id,
        "occurred_at": attempt.occurred_at,
        "result": attempt.result,
        "minutes": attempt.minutes,
        "note": attempt.note,
    }
    table.insert(work, "attempt", columns)
    found = work.connection.execute(
        "SELECT count(*) FROM attempt WHERE follow_up_id = :id", {"id": follow_up_id}
    ).fetchone()
    return int(found[0])


def _close(work: Work, follow_up_id: int) -> str:
    """Close it; an intern's closing waits for a signature."""
    to_sign = staff.role_of(work.connection, work.staff_id) == "intern"
    closed = {"closing_at" if to_sign else "closed_at": work.at, "closed_by": work.staff_id}
    table.update(work.connection, "follow_up", follow_up_id, closed)
    return "to_sign" if to_sign else "closed"


# ---------------------------------------------------------------- signing and moving


def sign(work: Work, follow_up_id: int) -> Done:
    """Sign the closing by an intern, which closes it. Raises NotFound, NotAllowed, InvalidInput."""
    row = follow_ups.read(work.connection, follow_up_id)
    if row["closed_at"] or not row["closing_at"]:
        follow_ups.read_open(work.connection, follow_up_id)  # raises when it is closed already
        raise InvalidInput(f"follow-up {follow_up_id} does not wait to be signed")
    _may_sign(work, row)
    signed = {"closed_at": work.at, "signed_by": work.staff_id}
    table.update(work.connection, "follow_up", follow_up_id, signed)
    work.audit("follow-up-sign", "follow_up", follow_up_id)
    next_id, next_due = follow_ups.make_next(work, row)
    return Done(state="closed", next_id=next_id, next_due=next_due)


def _may_sign(work: Work, row: sqlite3.Row) -> None:
    """The intern's own supervisor or an admin; any supervisor for an intern who has none."""
    role = staff.role_of(work.connection, work.staff_id)
    intern = work.connection.execute(
        "SELECT intern.id, boss.id AS boss_id, boss.login FROM staff AS intern"
        " LEFT JOIN staff AS boss ON boss.id = intern.supervisor_id WHERE intern.id = :id",
        {"id": row["closed_by"]},
    ).fetchone()
    boss = intern["boss_id"] == work.staff_id and role in access.SUPERVISE
    own = boss or role == "admin"
    spare = intern["boss_id"] is None and access.may(role, "follow-up sign --any")
    if intern["id"] == work.staff_id or not (own or spare):
        who = intern["login"] or "a supervisor"
        raise NotAllowed(f"only {who} or an admin signs follow-up {row['id']}")


def move(work: Work, follow_up_id: int, new: dict[str, object], reason: str | None) -> list[str]:
    """Give it a new due_at or owner_id, keeping the old; returns what did change.

    One that waits for a signature is so sent back to be done again, by who may sign it. Raises
    NotFound, InvalidInput for a closed one, NotAllowed.
    """
    row = follow_ups.read(work.connection, follow_up_id)
    if row["closed_at"]:
        follow_ups.read_open(work.connection, follow_up_id)
    if row["closing_at"]:
        _may_sign(work, row)
        new = {**new, "closing_at": None, "closed_by": None}
    changed = table.change(work, "follow_up", row, new, reason)
    if changed:
        work.audit("follow-up-move", "follow_up", follow_up_id, fields=changed)
    return changed
