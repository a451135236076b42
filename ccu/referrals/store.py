"""Referrals: making one, each step of its life, an end for the silent ones.

Every write is inside the caller's transaction and leaves an event; the statuses and what may follow
which are in referral_steps. An open referral always has an owner and an open follow-up: its next
action is the one that is due first.
"""

import sqlite3
from dataclasses import dataclass
from datetime import datetime

from ccu import dates
from ccu.consent import part2
from ccu.errors import InvalidInput
from ccu.follow_ups import store as follow_ups
from ccu.records import audit
from ccu.records.settings import Settings
from ccu.referrals import (
    checks as referral_checks,
)
from ccu.referrals import (
    events as referral_events,
)
from ccu.referrals import (
    life as referral_steps,
)
from ccu.referrals.events import Event

_INSERT = """
INSERT INTO referral (
  call_id, person_id, need, provider_id, handoff, handoff_parties, handoff_minutes, owner_id,
  status, again_of, made_at, recorded_at, recorded_by)
VALUES (
  :call_id, :person_id, :need, :provider_id, :handoff, :handoff_parties, :handoff_minutes,
  :owner_id, :status, :again_of, :made_at, :recorded_at, :recorded_by)
"""


@dataclass(frozen=True, kw_only=True)
class NewReferral:
    """What is known of a new referral. Codes are checked, texts clean, times in the town's zone."""

    call_id: int | None
    person_id: int | None
    need: str
    provider_id: int
    owner_id: int
    made_at: datetime
    handoff: str = "none"
    handoff_parties: str = ""
    handoff_minutes: int | None = None
    again_of: int | None = None
    status: str = "requested"
    note: str | None = None


@dataclass(frozen=True, kw_only=True)
class Update:
    """What is to change of a referral. `seen` is how many events the person saw."""

    at: datetime
    status: str | None = None
    reason: str | None = None
    note: str | None = None
    owner_id: int | None = None
    seen: int | None = None


@dataclass(frozen=True)
class Done:
    """What an update did."""

    before: str
    after: str
    made: list[int]  # follow-ups
    closed: list[int]


def make(
    connection: sqlite3.Connection,
    staff_id: int,
    new: NewReferral,
    *,
    now: datetime,
    settings: Settings,
) -> int:
    """Add a referral with its first event and its follow-ups; returns its id.

    Raises NotFound for a call, person or referral that is not there, InvalidInput for a void call,
    a merged person, a retired provider, a time before the call's.
    """
    referral_checks.check_new(connection, new)
    part2.refuse_note(connection, new.note, new.provider_id)
    values = {field: getattr(new, field) for field in NewReferral.__dataclass_fields__}
    at = dates.to_iso(now)
    values |= {"made_at": dates.to_iso(new.made_at), "recorded_at": at, "recorded_by": staff_id}
    cursor = connection.execute(_INSERT, values)
    referral_id = int(cursor.lastrowid or 0)
    first = Event(new.status, values["made_at"], note=new.note)
    referral_events.add(connection, staff_id, referral_id, first, at=at)
    if new.again_of is not None:
        old = referral_events.referral(connection, new.again_of)
        again = Event(old["status"], at, again_id=referral_id)
        referral_events.add(connection, staff_id, new.again_of, again, at=at)
    _schedule(connection, staff_id, referral_id, new.made_at, settings)
    audit.record(
        connection,
        staff_id,
        "refer",
        "referral",
        referral_id,
        call=new.call_id,
        person=new.person_id,
        again_of=new.again_of,
    )
    return referral_id


def update(
    connection: sqlite3.Connection,
    staff_id: int,
    referral_id: int,
    change: Update,
    *,
    now: datetime,
    settings: Settings,
    sure: bool = False,
) -> Done:
    """Take a step, hand over, add a note: one event. Returns what it did.

    Raises NotFound, NotAllowed, and InvalidInput for a step that is not allowed and for a referral
    that somebody changed meanwhile, with what changed; `sure` leaves out the guess that a change
    of the last minutes was not seen, where the person saw the state just now.
    """
    old = referral_events.referral(connection, referral_id)
    part2.refuse_note(connection, change.note, old["provider_id"])
    event = _event(connection, staff_id, old, change, None if sure else now)
    if event is None:
        return Done(old["status"], old["status"], [], [])
    at = dates.to_iso(now)
    referral_events.add(connection, staff_id, referral_id, event, at=at)
    audit.record(
        connection,
        staff_id,
        "referral-update",
        "referral",
        referral_id,
        status=event.status,
        reason=event.reason,
        owner=event.owner_id,
        note=event.note is not None,
    )
    if event.owner_id:
        _hand_over(connection, referral_id, old["owner_id"], event.owner_id)
    if event.status in referral_steps.OPEN:
        made = _keep_next_action(connection, staff_id, referral_id, change.at, settings)
        return Done(old["status"], event.status, made, [])
    closed = follow_ups.close_for_referral(connection, staff_id, referral_id, at)
    return Done(old["status"], event.status, [], closed)


def _event(
    connection: sqlite3.Connection,
    staff_id: int,
    old: sqlite3.Row,
    change: Update,
    now: datetime | None,
) -> Event | None:
    """The event that a change is, when it may be; None when it says nothing new."""
    events = referral_events.of(connection, old["id"])
    referral_checks.refuse_unseen(old["id"], events, change.seen)
    referral_checks.check_step(connection, staff_id, old["id"], events, change.status)
    steps = change.status is not None or change.owner_id is not None  # a note is in nobody's way
    if steps and change.seen is None and now is not None:
        referral_checks.refuse_fresh(staff_id, old["id"], events, now)
    if change.reason and not change.status:
        raise InvalidInput("--reason goes with --status")
    owner_id = change.owner_id if change.owner_id != old["owner_id"] else None
    if not (change.status or change.note or owner_id):
        return None
    return Event(
        change.status or old["status"],
        referral_checks.step_time(old["id"], events, change.at),
        reason=referral_steps.reason_of(change.status, change.reason) if change.status else None,
        note=change.note,
        owner_id=owner_id,
    )


# ---------------------------------------------------------------- owner and next action


def _hand_over(connection: sqlite3.Connection, referral_id: int, old: int, new: int) -> None:
    """The referral's own follow-ups go with it; those that somebody else has stay theirs."""
    connection.execute(
        "UPDATE follow_up SET owner_id = :new"
        " WHERE referral_id = :id AND closed_at IS NULL AND owner_id = :old",
        {"new": new, "old": old, "id": referral_id},
    )


def _keep_next_action(
    connection: sqlite3.Connection,
    staff_id: int,
    referral_id: int,
    since: datetime,
    settings: Settings,
) -> list[int]:
    """An open referral with nothing due gets its schedule again, from this step on.

    What waits for a signature is done, and no next action.
    """
    row = connection.execute(
        "SELECT 1 FROM follow_up"
        " WHERE referral_id = :id AND closed_at IS NULL AND closing_at IS NULL",
        {"id": referral_id},
    ).fetchone()
    return [] if row else _schedule(connection, staff_id, referral_id, since, settings)


def _schedule(
    connection: sqlite3.Connection,
    staff_id: int,
    referral_id: int,
    since: datetime,
    settings: Settings,
) -> list[int]:
    row = referral_events.referral(connection, referral_id)
    return follow_ups.schedule(
        connection,
        staff_id,
        referral_id=referral_id,
        person_id=row["person_id"],
        call_id=row["call_id"],
        owner_id=row["owner_id"],
        made_at=since,
        settings=settings,
    )
