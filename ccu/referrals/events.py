"""The events of a referral: they only grow, and the last one's status is the referral's."""

import sqlite3
from dataclasses import dataclass
from typing import Any

from ccu.errors import NotFound

_INSERT = """
INSERT INTO referral_event (
  referral_id, status, reason, note, owner_id, again_id, occurred_at, recorded_at, recorded_by)
VALUES (
  :referral_id, :status, :reason, :note, :owner_id, :again_id, :occurred_at, :at, :by)
"""
_OF = """
SELECT event.status, event.reason, event.note, event.occurred_at AS at, event.recorded_at,
       event.recorded_by AS by_id, recorder.login AS by, owner.login AS owner,
       event.again_id AS again
FROM referral_event AS event
JOIN staff AS recorder ON recorder.id = event.recorded_by
LEFT JOIN staff AS owner ON owner.id = event.owner_id
WHERE event.referral_id = :id ORDER BY event.id
"""


@dataclass(frozen=True)
class Event:
    """What happened to a referral, and its status from then on."""

    status: str
    occurred_at: str
    reason: str | None = None
    note: str | None = None
    owner_id: int | None = None  # handed over to
    again_id: int | None = None  # the person was referred again, as this one


def add(
    connection: sqlite3.Connection, staff_id: int, referral_id: int, event: Event, *, at: str
) -> None:
    """Put an event behind the others, and what it says into the referral. Inside a write."""
    connection.execute(
        _INSERT, {**event.__dict__, "referral_id": referral_id, "at": at, "by": staff_id}
    )
    connection.execute(
        "UPDATE referral SET status = :status, owner_id = coalesce(:owner_id, owner_id)"
        " WHERE id = :id",
        {"status": event.status, "owner_id": event.owner_id, "id": referral_id},
    )


def of(connection: sqlite3.Connection, referral_id: int) -> list[dict[str, Any]]:
    """The events, oldest first: status, reason, note, at, recorded_at, by_id, by, owner, again."""
    return [dict(row) for row in connection.execute(_OF, {"id": referral_id})]


def of_status(events: list[dict[str, Any]]) -> dict[str, Any]:
    """The event by which a referral came to the status that it has now."""
    status = events[-1]["status"]
    found = events[-1]
    for each in reversed(events):
        if each["status"] != status:
            break
        found = each
    return found


def say(event: dict[str, Any]) -> str:
    """An event in words, for a message: no note, no name."""
    what = event["status"]
    if event["again"]:
        what = f"referred again as {event['again']}"
    elif event["owner"]:
        what += f", handed to {event['owner']}"
    return f"{what} ({who_and_when(event)})"


def who_and_when(event: dict[str, Any]) -> str:
    """`dlee, 2026-01-31 14:02`."""
    return f"{event['by']}, {minute(event['at'])}"


def minute(stored: str) -> str:
    """A stored time to the minute, as the clock in the town showed it."""
    return stored[:16].replace("T", " ")


def call(connection: sqlite3.Connection, call_id: int) -> sqlite3.Row:
    """When a call began, and whether it is void. Raises NotFound."""
    row: sqlite3.Row | None = connection.execute(
        "SELECT occurred_at, voided_at FROM call WHERE id = :id", {"id": call_id}
    ).fetchone()
    if row is None:
        raise NotFound(f"no call {call_id}")
    return row


def referral(connection: sqlite3.Connection, referral_id: int) -> sqlite3.Row:
    """The row of a referral. Raises NotFound."""
    row: sqlite3.Row | None = connection.execute(
        "SELECT * FROM referral WHERE id = :id", {"id": referral_id}
    ).fetchone()
    if row is None:
        raise NotFound(f"no referral {referral_id}")
    return row
