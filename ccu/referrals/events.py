"""The events of a referral: they only grow, and the last one's status is the referral's."""

import sqlite3
from dataclasses import dataclass
from typing import Any

from ccu.errors import InvalidInput
from ccu.records import table
from ccu.work import Work

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


def add(work: Work, referral_id: int, event: Event) -> None:
    """Add an event after the others, and set the referral's status and owner by it."""
    table.insert(work, "referral_event", event, referral_id=referral_id)
    new: dict[str, object] = {"status": event.status}
    if event.owner_id is not None:
        new["owner_id"] = event.owner_id
    table.update(work.connection, "referral", referral_id, new)


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
    """Return the row of a call. Raises NotFound."""
    return table.require(connection, "call", call_id)


def call_not_void(connection: sqlite3.Connection, call_id: int) -> sqlite3.Row:
    """Return `call` of one that counts. Raises NotFound, InvalidInput for a void one."""
    row = call(connection, call_id)
    if row["voided_at"]:
        raise InvalidInput(f"call {call_id} is void")
    return row


def referral(connection: sqlite3.Connection, referral_id: int) -> sqlite3.Row:
    """Return the row of a referral. Raises NotFound."""
    return table.require(connection, "referral", referral_id)
