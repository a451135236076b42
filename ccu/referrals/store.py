"""Referrals: making one, each step of its life, an end for the silent ones.

Every write leaves an event; the statuses and what may follow
which are in referral_steps. An open referral always has an owner and an open follow-up: its next
action is the one that is due first.
"""

import sqlite3
from dataclasses import dataclass
from datetime import datetime

from ccu import dates
from ccu.consent import store as consents
from ccu.errors import InvalidInput
from ccu.follow_ups import store as follow_ups
from ccu.records import table
from ccu.referrals import checks as referral_checks
from ccu.referrals import events as referral_events
from ccu.referrals import life as referral_steps
from ccu.referrals.events import Event
from ccu.work import Work


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


def make(work: Work, new: NewReferral) -> int:
    """Add a referral with its first event and its follow-ups; returns its id.

    Raises NotFound for a call, person or referral that is not there, InvalidInput for a void call,
    a merged person, a retired provider, a time before the call's.
    """
    referral_checks.check_new(work.connection, new)
    consents.refuse_part2_note(work.connection, new.note, new.provider_id)
    made_at = dates.to_iso(new.made_at)
    columns = {name: value for name, value in vars(new).items() if name != "note"}
    referral_id = table.insert(work, "referral", columns, made_at=made_at)
    referral_events.add(work, referral_id, Event(new.status, made_at, note=new.note))
    if new.again_of is not None:
        old = referral_events.referral(work.connection, new.again_of)
        again = Event(old["status"], work.at, again_id=referral_id)
        referral_events.add(work, new.again_of, again)
    follow_ups.schedule(work, referral_id, new.made_at)
    work.audit(
        "refer",
        "referral",
        referral_id,
        call=new.call_id,
        person=new.person_id,
        again_of=new.again_of,
    )
    return referral_id


def update(work: Work, referral_id: int, change: Update, *, sure: bool = False) -> Done:
    """Take a step, hand over, add a note: one event. Returns what it did.

    Raises NotFound, NotAllowed, and InvalidInput for a step that is not allowed and for a referral
    that somebody changed meanwhile, with what changed; `sure` leaves out the guess that a change
    of the last minutes was not seen, where the person saw the state just now.
    """
    old = referral_events.referral(work.connection, referral_id)
    consents.refuse_part2_note(work.connection, change.note, old["provider_id"])
    event = _event(work, old, change, sure)
    if event is None:
        return Done(old["status"], old["status"], [], [])
    referral_events.add(work, referral_id, event)
    work.audit(
        "referral-update",
        "referral",
        referral_id,
        status=event.status,
        reason=event.reason,
        owner=event.owner_id,
        note=event.note is not None,
    )
    if event.owner_id:
        _hand_over(work, referral_id, old["owner_id"], event.owner_id)
    if event.status in referral_steps.OPEN:
        made = _keep_next_action(work, referral_id, change.at)
        return Done(old["status"], event.status, made, [])
    return Done(old["status"], event.status, [], follow_ups.close_for_referral(work, referral_id))


def _event(work: Work, old: sqlite3.Row, change: Update, sure: bool) -> Event | None:
    """The event that a change is, when it may be; None when it says nothing new."""
    events = referral_events.of(work.connection, old["id"])
    referral_checks.refuse_unseen(old["id"], events, change.seen)
    referral_checks.check_step(work, old["id"], events, change.status)
    steps = change.status is not None or change.owner_id is not None  # a note is in nobody's way
    if steps and change.seen is None and not sure:
        referral_checks.refuse_fresh(work, old["id"], events)
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


def _hand_over(work: Work, referral_id: int, old: int, new: int) -> None:
    """The referral's own follow-ups go with it; those that somebody else has stay theirs."""
    work.connection.execute(
        "UPDATE follow_up SET owner_id = :new"
        " WHERE referral_id = :id AND closed_at IS NULL AND owner_id = :old",
        {"new": new, "old": old, "id": referral_id},
    )


def _keep_next_action(work: Work, referral_id: int, since: datetime) -> list[int]:
    """An open referral with nothing due gets its schedule again, from this step on.

    What waits for a signature is done, and no next action.
    """
    row = work.connection.execute(
        "SELECT 1 FROM follow_up"
        " WHERE referral_id = :id AND closed_at IS NULL AND closing_at IS NULL",
        {"id": referral_id},
    ).fetchone()
    return [] if row else follow_ups.schedule(work, referral_id, since)
