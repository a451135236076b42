"""What was tried of a follow-up, and what becomes of it: done, signed, moved.

An intern's closing waits for a signature. What comes after a follow-up is in next_action.py.
"""

import sqlite3
from dataclasses import dataclass
from datetime import datetime

from ccu import dates
from ccu.access import roles
from ccu.consent import part2
from ccu.errors import InvalidInput, NotAllowed
from ccu.follow_ups import next_action
from ccu.follow_ups import store as follow_ups
from ccu.records import audit
from ccu.records import history as changes
from ccu.records.settings import Settings


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


def done(
    connection: sqlite3.Connection,
    staff_id: int,
    follow_up_id: int,
    attempt: Attempt,
    *,
    now: datetime,
    settings: Settings,
) -> Done:
    """Record a try, and close the follow-up or give it its next due.

    Raises NotFound; InvalidInput when it is closed already, saying by whom and when, and when the
    result leaves it open and no next due is given.
    """
    row = follow_ups.read_open(connection, follow_up_id)
    provider_id = part2.provider_of(connection, row["referral_id"])
    part2.refuse_note(connection, attempt.note, provider_id)
    is_over = ends(connection, attempt.result)
    if not is_over and attempt.next_due is None:
        raise InvalidInput("--next is missing: after that result the follow-up stays open")
    number = _record(connection, staff_id, follow_up_id, attempt, dates.to_iso(now))
    audit.record(
        connection,
        staff_id,
        "follow-up-done",
        "follow_up",
        follow_up_id,
        attempt=number,
        result=attempt.result,
    )
    if not is_over:
        new = {"due_at": attempt.next_due, "kind": attempt.next_kind or row["kind"]}
        _change(connection, staff_id, row, new, at=dates.to_iso(now), reason=None)
        return Done(state="open", number=number, next_due=attempt.next_due)
    state = _close(connection, staff_id, row, dates.to_iso(now))
    next_id, next_due = next_action.make(
        connection,
        staff_id,
        row,
        due_at=attempt.next_due,
        kind=attempt.next_kind,
        now=now,
        settings=settings,
    )
    return Done(state=state, number=number, next_id=next_id, next_due=next_due)


def _record(
    connection: sqlite3.Connection, staff_id: int, follow_up_id: int, attempt: Attempt, at: str
) -> int:
    """Add the attempt and return its number among those of this follow-up."""
    connection.execute(
        "INSERT INTO attempt"
        " (follow_up_id, occurred_at, result, minutes, note, recorded_at, recorded_by)"
        " VALUES (:id, :occurred_at, :result, :minutes, :note, :at, :by)",
        {
            "id": follow_up_id,
            "occurred_at": attempt.occurred_at,
            "result": attempt.result,
            "minutes": attempt.minutes,
            "note": attempt.note,
            "at": at,
            "by": staff_id,
        },
    )
    found = connection.execute(
        "SELECT count(*) FROM attempt WHERE follow_up_id = :id", {"id": follow_up_id}
    ).fetchone()
    return int(found[0])


def _close(connection: sqlite3.Connection, staff_id: int, row: sqlite3.Row, at: str) -> str:
    """Close it; an intern's closing waits for a signature."""
    role = connection.execute("SELECT role FROM staff WHERE id = :id", {"id": staff_id}).fetchone()
    to_sign = role["role"] == "intern"
    column = "closing_at" if to_sign else "closed_at"
    connection.execute(
        f"UPDATE follow_up SET {column} = :at, closed_by = :by WHERE id = :id",  # noqa: S608
        {"at": at, "by": staff_id, "id": row["id"]},
    )
    return "to_sign" if to_sign else "closed"


# ---------------------------------------------------------------- signing and moving


def sign(
    connection: sqlite3.Connection,
    staff_id: int,
    follow_up_id: int,
    *,
    now: datetime,
    settings: Settings,
) -> Done:
    """Sign the closing by an intern, which closes it. Raises NotFound, NotAllowed, InvalidInput."""
    row = follow_ups.read(connection, follow_up_id)
    if row["closed_at"] or not row["closing_at"]:
        follow_ups.read_open(connection, follow_up_id)  # says so when it is closed already
        raise InvalidInput(f"follow-up {follow_up_id} does not wait to be signed")
    _may_sign(connection, staff_id, row)
    connection.execute(
        "UPDATE follow_up SET closed_at = :at, signed_by = :by WHERE id = :id",
        {"at": dates.to_iso(now), "by": staff_id, "id": follow_up_id},
    )
    audit.record(connection, staff_id, "follow-up-sign", "follow_up", follow_up_id)
    next_id, next_due = next_action.make(connection, staff_id, row, now=now, settings=settings)
    return Done(state="closed", next_id=next_id, next_due=next_due)


def _may_sign(connection: sqlite3.Connection, staff_id: int, row: sqlite3.Row) -> None:
    """The intern's own supervisor or an admin; any supervisor for an intern who has none."""
    asker = connection.execute("SELECT role FROM staff WHERE id = :id", {"id": staff_id}).fetchone()
    intern = connection.execute(
        "SELECT intern.id, boss.id AS boss_id, boss.login FROM staff AS intern"
        " LEFT JOIN staff AS boss ON boss.id = intern.supervisor_id WHERE intern.id = :id",
        {"id": row["closed_by"]},
    ).fetchone()
    boss = intern["boss_id"] == staff_id and asker["role"] in roles.SUPERVISE
    own = boss or asker["role"] == "admin"
    spare = intern["boss_id"] is None and roles.may(asker["role"], "follow-up sign --any")
    if intern["id"] == staff_id or not (own or spare):
        who = intern["login"] or "a supervisor"
        raise NotAllowed(f"only {who} or an admin signs follow-up {row['id']}")


def move(
    connection: sqlite3.Connection,
    staff_id: int,
    follow_up_id: int,
    new: dict[str, object],
    *,
    at: str,
    reason: str | None,
) -> list[str]:
    """Give it a new due_at or owner_id, keeping the old; returns what did change.

    One that waits for a signature is so sent back to be done again, by who may sign it. Raises
    NotFound, InvalidInput for a closed one, NotAllowed.
    """
    row = follow_ups.read(connection, follow_up_id)
    if row["closed_at"]:
        follow_ups.read_open(connection, follow_up_id)
    if row["closing_at"]:
        _may_sign(connection, staff_id, row)
        new = {**new, "closing_at": None, "closed_by": None}
    changed = _change(connection, staff_id, row, new, at=at, reason=reason)
    if changed:
        audit.record(
            connection, staff_id, "follow-up-move", "follow_up", follow_up_id, fields=changed
        )
    return changed


def _change(
    connection: sqlite3.Connection,
    staff_id: int,
    row: sqlite3.Row,
    new: dict[str, object],
    *,
    at: str,
    reason: str | None,
) -> list[str]:
    """Set columns, keep what they held; returns the names of those that did change."""
    changed = {name: (row[name], value) for name, value in new.items() if row[name] != value}
    if changed:
        sets = ", ".join(f"{name} = :{name}" for name in changed)  # names from our own source
        values = {name: value for name, (_, value) in changed.items()}
        connection.execute(
            f"UPDATE follow_up SET {sets} WHERE id = :id",  # noqa: S608
            {**values, "id": row["id"]},
        )
        changes.record(connection, staff_id, "follow_up", row["id"], changed, at=at, reason=reason)
    return sorted(changed)
