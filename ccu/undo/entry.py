"""`ccu undo` as a person meets it: the last change in words, and what was done."""

import sqlite3
from datetime import datetime

from ccu import dates
from ccu.errors import InvalidInput
from ccu.places import store as places
from ccu.records import table, visibility
from ccu.session import Session
from ccu.undo import last_store, steps
from ccu.undo.last_store import Last

_NAMES = {"follow_up": "follow-up", "need_assessment": "needs assessment"}


def last_change(session: Session) -> tuple[Last, str, str]:
    """Return the account's last change, the change in words, and the question.

    Raises InvalidInput, with the command to use, for a change that is not undone automatically or
    that something newer depends on; NotAllowed for the role.
    """
    last = last_store.find(session.db, session.staff_id)
    if last is None:
        raise InvalidInput("there is no change of yours to undo")
    step = steps.STEPS.get(last.action)
    if step is None:
        name = last.action.replace("-", " ")
        raise InvalidInput(
            f"your last change ({name}) cannot be undone automatically; to change it:"
            f" {steps.instead(last.action, last.record_id)}"
        )
    session.require_may(step.right, last.record, last.record_id)
    _refuse_hidden(session, last)
    _refuse_newer(session.db, last, session.staff_id)
    return last, _described(session.db, last, session.machine_now), step.ask


def take_back(session: Session, last: Last) -> str:
    """Take the change back and return what was done; raises InvalidInput as above."""
    staff_id = session.staff_id
    with session.work() as work:
        if last_store.find(work.connection, staff_id) != last:
            raise InvalidInput("you changed something meanwhile; nothing was undone")
        _refuse_newer(work.connection, last, staff_id)
        first = last_store.last_event(work.connection) + 1
        try:
            done = steps.STEPS[last.action].take_back(work, last)
        except InvalidInput as error:
            raise _refusal(last, str(error)) from None
        work.audit("undo", last.record, last.record_id, event=last.id, first=first)
    return done


def _refuse_hidden(session: Session, last: Last) -> None:
    view = session.view
    asked = {"referral": view.referrals, "follow_up": view.follow_ups, "consult": view.consults}
    if last.record in asked:
        visibility.refuse(_name(last), asked[last.record]([last.record_id]))


def _refuse_newer(connection: sqlite3.Connection, last: Last, staff_id: int) -> None:
    if who := last_store.changed_since(connection, last, staff_id):
        raise _refusal(last, f"{who} changed it since")
    try:
        steps.refuse_dependents(connection, last)
    except InvalidInput as error:
        raise _refusal(last, str(error)) from None


def _refusal(last: Last, why: str) -> InvalidInput:
    return InvalidInput(
        f"{_name(last)} {last.record_id} cannot be undone automatically: {why}; to change it:"
        f" {steps.instead(last.action, last.record_id)}"
    )


def _name(last: Last) -> str:
    return _NAMES.get(last.record, last.record)


def _described(connection: sqlite3.Connection, last: Last, now: datetime) -> str:
    """Return `Call 12, 27 IMPERIAL AVE, logged 2 minutes ago by you.`, without names and notes."""
    parts = [f"{_name(last).capitalize()} {last.record_id}"]
    if last.record == "call":
        row = table.require(connection, "call", last.record_id)
        if row["place_id"] is not None:
            parts.append(places.place_line(connection, row["place_id"]))
    if last.action in ("person-merge", "place-merge"):
        parts[0] += f" into {last.detail['into']}"
    fields = [str(field).replace("_", " ") for field in last.detail.get("fields", ())]
    what = steps.STEPS[last.action].past + (f" ({', '.join(fields)})" if fields else "")
    return f"{', '.join(parts)}, {what} {_ago(last.at, now)} by you."


def _ago(at: str, now: datetime) -> str:
    moment = dates.from_iso(at)
    minutes = int((now - moment).total_seconds() // 60)
    if minutes < 1:
        return "just now"
    for count, unit in ((minutes, "minute"), (minutes // 60, "hour")):
        if count < (60 if unit == "minute" else 24):
            return f"{count} {unit}{'' if count == 1 else 's'} ago"
    return f"on {dates.say_moment(moment, now)}"
