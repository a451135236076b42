"""Referrals: make one, take its next step, change its owner, close unanswered ones.

Every write adds an event. Events are never changed, and the last one's status is the referral's;
rules.py lists the steps. An open referral always has an owner and an open follow-up; its next
action is the one due first.
"""

import sqlite3
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from ccu import dates
from ccu.consent import store as consents
from ccu.errors import InvalidInput
from ccu.follow_ups import store as follow_ups
from ccu.people import store as people
from ccu.providers import store as providers
from ccu.records import codes, person_ids, staff, table, writes
from ccu.referrals import rules
from ccu.work import Work

JUST_NOW = timedelta(minutes=10)  # a change by somebody else within this may be unseen

# The events of a referral, oldest first.
_EVENTS = """
SELECT event.id, event.status, event.reason, event.note, event.occurred_at AS at,
       event.recorded_at, event.recorded_by AS by_id, recorder.login AS by, owner.login AS owner,
       event.again_id AS again, event.undone
FROM referral_event AS event
JOIN staff AS recorder ON recorder.id = event.recorded_by
LEFT JOIN staff AS owner ON owner.id = event.owner_id
WHERE event.referral_id = :id ORDER BY event.id
"""


@dataclass(frozen=True, kw_only=True)
class NewReferral:
    """The values of a new referral: codes checked, texts cleaned, times in the town's zone."""

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
    """The changes to a referral. `seen` is how many events the user had seen."""

    at: datetime
    status: str | None = None
    reason: str | None = None
    note: str | None = None
    owner_id: int | None = None
    seen: int | None = None


@dataclass(frozen=True)
class Event:
    """What happened to a referral, and its status from then on."""

    status: str
    occurred_at: str
    reason: str | None = None
    note: str | None = None
    owner_id: int | None = None  # the new owner
    again_id: int | None = None  # the referral by which the person was referred again
    undone: int = 0  # 1: taken back; 2: takes back the events before it that are


@dataclass(frozen=True)
class Done:
    """What an update did."""

    before: str
    after: str
    made: list[int]  # follow-ups
    closed: list[int]


def make(work: Work, new: NewReferral) -> int:
    """Add a referral with its first event and its follow-ups; returns its id.

    Raises NotFound for a missing call, person or referral; InvalidInput for a void call, a merged
    person, a retired provider, or a time before the call's.
    """
    check_new(work.connection, new)
    made_at = dates.to_iso(new.made_at)
    columns = {name: value for name, value in vars(new).items() if name != "note"}
    referral_id = writes.insert(work, "referral", columns, made_at=made_at)
    add_event(work, referral_id, Event(new.status, made_at, note=new.note))
    if new.again_of is not None:
        old = table.require(work.connection, "referral", new.again_of)
        again = Event(old["status"], work.at, again_id=referral_id)
        add_event(work, new.again_of, again)
    ended = follow_ups.contact_end(work.connection, new.call_id)
    follow_ups.schedule(work, referral_id, new.made_at, ended)
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
    """Take a step, change the owner or add a note, as one event; return what it did.

    Raises NotFound, NotAllowed; InvalidInput for a step that is not allowed, or if somebody changed
    the referral meanwhile, with what changed. `sure`: the user has just seen the state, so a change
    in the last minutes is not taken as unseen.
    """
    old = table.require(work.connection, "referral", referral_id)
    consents.refuse_part2_note(work.connection, change.note, old["provider_id"])
    event = _event(work, old, change, sure)
    if event is None:
        return Done(old["status"], old["status"], [], [])
    add_event(work, referral_id, event)
    if event.owner_id:
        hand_over(work, referral_id, old["owner_id"], event.owner_id)
    work.audit(
        "referral-update",
        "referral",
        referral_id,
        status=event.status,
        reason=event.reason,
        owner=event.owner_id,
        owner_before=old["owner_id"] if event.owner_id else None,
        note=event.note is not None,
    )
    if event.status in rules.OPEN:
        made = keep_next_action(work, referral_id, change.at)
        return Done(old["status"], event.status, made, [])
    in_error = event.status == "entered_in_error"
    closed = follow_ups.close_for_referral(work, referral_id, in_error=in_error)
    return Done(old["status"], event.status, [], closed)


def _event(work: Work, old: sqlite3.Row, change: Update, sure: bool) -> Event | None:
    """Return the event of an allowed change; None when nothing would change."""
    events = events_of(work.connection, old["id"])
    _refuse_unseen(old["id"], events, change.seen)
    _check_step(work, old["id"], events, change.status)
    steps = change.status is not None or change.owner_id is not None  # a note never conflicts
    if steps and change.seen is None and not sure:
        _refuse_fresh(work, old["id"], events)
    if change.reason and not change.status:
        raise InvalidInput("--reason goes with --status")
    owner_id = change.owner_id if change.owner_id != old["owner_id"] else None
    if not (change.status or change.note or owner_id):
        return None
    return Event(
        change.status or old["status"],
        _step_time(old["id"], events, change.at),
        reason=rules.reason_of(change.status, change.reason) if change.status else None,
        note=change.note,
        owner_id=owner_id,
    )


def name_person(work: Work, referral_id: int, person_id: int) -> None:
    """Set the person of a referral without one, and of its follow-ups; recorded in the history.

    Raises NotFound; InvalidInput for a merged person, or if the referral has a person.
    """
    connection = work.connection
    row = table.require(connection, "referral", referral_id)
    people.must_exist(connection, person_id)
    if row["person_id"] is not None:
        raise InvalidInput(
            f"referral {referral_id} is for person {row['person_id']}; if that is wrong, refer"
            " again and close this one:"
            f" ccu referral edit {referral_id} --status entered_in_error"
        )
    writes.change(work, "referral", row, {"person_id": person_id})
    for each in follow_ups.of_referral(connection, referral_id):
        if each["person_id"] is None:
            writes.change(work, "follow_up", each, {"person_id": person_id})
    work.audit("referral-name", "referral", referral_id, fields=["person_id"], person=person_id)


# ---------------------------------------------------------------- owner and next action


def hand_over(work: Work, referral_id: int, old: int, new: int) -> None:
    """Give the old owner's open follow-ups of a referral to the new owner; others' stay theirs."""
    work.connection.execute(
        "UPDATE follow_up SET owner_id = :new WHERE id IN"
        " (SELECT id FROM open_follow_up WHERE referral_id = :id AND owner_id = :old)",
        {"new": new, "old": old, "id": referral_id},
    )


def keep_next_action(work: Work, referral_id: int, since: datetime) -> list[int]:
    """Schedule follow-ups again, from this step on, if an open referral has nothing due.

    A follow-up that awaits a signature is done, so it is no next action.
    """
    if follow_ups.is_due(work.connection, {"referral_id = ?": referral_id}):
        return []
    return follow_ups.schedule(work, referral_id, since)


# ---------------------------------------------------------------- events


def add_event(work: Work, referral_id: int, event: Event) -> None:
    """Add an event after the others, and set the referral's status and owner from it."""
    writes.insert(work, "referral_event", event, referral_id=referral_id)
    new: dict[str, object] = {"status": event.status}
    if event.owner_id is not None:
        new["owner_id"] = event.owner_id
    writes.update(work.connection, "referral", referral_id, new)


def events_of(connection: sqlite3.Connection, referral_id: int) -> list[dict[str, Any]]:
    """Return the events, oldest first.

    Keys: id, status, reason, note, at, recorded_at, by_id, by, owner, again, undone.
    """
    return [dict(row) for row in connection.execute(_EVENTS, {"id": referral_id})]


def event_of_status(events: list[dict[str, Any]]) -> dict[str, Any]:
    """The event by which a referral came to the status that it has now."""
    counted = [event for event in events if not event["undone"]]
    status = counted[-1]["status"]
    first = counted[-1]
    for event in reversed(counted):
        if event["status"] != status:
            break
        first = event
    return first


def status_words(connection: sqlite3.Connection, status: str) -> str:
    """Return a status for a message: its label in lower case."""
    return codes.labels(connection, "referral_status")[status].lower()


def require_open(connection: sqlite3.Connection, referral_id: int) -> str:
    """Return the status of an open referral. Raises NotFound; InvalidInput for one that ended."""
    status = str(table.require(connection, "referral", referral_id)["status"])
    if status not in rules.OPEN:
        raise InvalidInput(
            f"{_now(connection, referral_id)}: it has ended; to refer again: ccu refer"
            f" CALL --again-of {referral_id}; to reopen it: ccu referral reopen {referral_id}"
        )
    return status


def _now(connection: sqlite3.Connection, referral_id: int) -> str:
    """Return `referral 7 is accepted (dlee, Sat Jan 31, 2026 14:02)`."""
    since = event_of_status(events_of(connection, referral_id))
    words = status_words(connection, since["status"])
    return f"referral {referral_id} is {words} ({_who_and_when(since)})"


def _event_in_words(event: dict[str, Any]) -> str:
    """Return an event in words for a message, without note or name."""
    what = event["status"].replace("_", " ")
    if event["again"]:
        what = f"referred again as {event['again']}"
    elif event["owner"]:
        what += f", handed to {event['owner']}"
    return f"{what} ({_who_and_when(event)})"


def _who_and_when(event: dict[str, Any]) -> str:
    """Return `dlee, Sat Jan 31, 2026 14:02`."""
    return f"{event['by']}, {dates.said(event['at'])}"


# ---------------------------------------------------------------- checks before a write
# Each raises InvalidInput, with who changed what and when.


def check_new(connection: sqlite3.Connection, new: NewReferral) -> None:
    """Check call, person, provider and earlier referral of a new one. Also raises NotFound."""
    consents.refuse_part2_note(connection, new.note, new.provider_id)
    if new.call_id is not None:
        table.require_call(connection, new.call_id)
        writes.refuse_before_call(connection, new.call_id, dates.to_iso(new.made_at), "--made")
    if new.person_id is not None:
        people.must_exist(connection, new.person_id)
    provider = providers.read(connection, new.provider_id)
    if not provider["active"]:
        raise InvalidInput(
            f"--to: provider {provider['id']} ({provider['name']}) is retired; choose another"
        )
    if new.again_of is not None:
        old = table.require(connection, "referral", new.again_of)
        same = person_ids.same(connection, [old["person_id"]] if old["person_id"] else [])
        if same and new.person_id is not None and new.person_id not in same:
            raise InvalidInput(f"--again-of: referral {new.again_of} is for somebody else")
        if dates.is_after(dates.from_iso(old["made_at"]), new.made_at):
            raise InvalidInput(f"--made is before referral {new.again_of} was made")


def _check_step(
    work: Work, referral_id: int, events: list[dict[str, Any]], status: str | None
) -> None:
    """Check the step to `status`, or for None a note or new owner. Also raises NotAllowed."""
    before = events[-1]["status"]
    allowed = rules.STEPS[before]
    if status in allowed:
        role = staff.role_of(work.connection, work.staff_id)
        rules.check_role(before, status, role)
        return
    require_open(work.connection, referral_id)
    if status is not None:
        already = " already" if status == before else ""
        labels = codes.labels(work.connection, "referral_status")
        steps = ", ".join(labels[each].lower() for each in allowed)
        raise InvalidInput(
            f"{_now(work.connection, referral_id)}{already}; from there it can become {steps}"
        )


def _refuse_unseen(referral_id: int, events: list[dict[str, Any]], seen: int | None) -> None:
    """Refuse a change if somebody added events after the user saw `seen` of them."""
    if seen is None or seen == len(events):
        return
    if seen > len(events):
        raise InvalidInput(f"--seen: referral {referral_id} has {len(events)} events")
    what = "; ".join(_event_in_words(each) for each in events[seen:][-3:])
    raise InvalidInput(
        f"referral {referral_id} was changed since you looked: {what}; nothing was written,"
        f" ccu referral show {referral_id} shows it"
    )


def _refuse_fresh(work: Work, referral_id: int, events: list[dict[str, Any]]) -> None:
    """Refuse a change if somebody else changed it minutes ago, perhaps after the user looked."""
    last = events[-1]
    age = work.now - dates.from_iso(last["recorded_at"])
    if len(events) > 1 and last["by_id"] != work.staff_id and timedelta() <= age < JUST_NOW:
        raise InvalidInput(
            f"referral {referral_id} was changed just now: {_event_in_words(last)}; nothing was"
            f" written; if you still mean it, add --seen {len(events)}"
        )


def _step_time(referral_id: int, events: list[dict[str, Any]], at: datetime) -> str:
    """Return the time of a step as stored. Raises InvalidInput if it is before the last step."""
    last = events[-1]
    if dates.is_after(dates.from_iso(last["at"]), at):
        raise InvalidInput(
            f"--when is before the last event of referral {referral_id} ({dates.said(last['at'])})"
        )
    return dates.to_iso(at)
