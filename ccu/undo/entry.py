"""What `ccu undo` shows and asks: the last change in words, and what was done."""

import contextlib
import sqlite3
import time
from dataclasses import dataclass
from datetime import datetime

from ccu import dates
from ccu.care import actions
from ccu.errors import AfterSaving, DatabaseUnusable, Declined, InvalidInput, SavedAndStopped
from ccu.options import questions
from ccu.output.text import counted, listed
from ccu.people import undo_store as person_undo
from ccu.places import store as places
from ccu.records import field_words, staff_list, table, visibility
from ccu.session import Session
from ccu.undo import import_store, last_store, steps
from ccu.undo.last_store import Last

MOST_SKIPPED = 5  # the most newer changes to skip in search of one to offer
MOST_NAMED = 5  # records in one line
PAUSE = 0.05  # seconds between two parts, so that a waiting command gets the lock


@dataclass(frozen=True)
class Found:
    """A change that can be undone: in words, with the question, and the newer changes.

    `newest` is the account's last change of all; `skipped` has a sentence for each newer one that
    is not undone automatically.
    """

    last: Last
    newest: Last
    skipped: list[str]
    shown: str
    ask: str


def last_change(session: Session, *, past: bool) -> Found:
    """Return the account's last change; with `past` the last one that can be undone.

    Raises InvalidInput, with the command to use, for a change that is not undone automatically or
    that something newer depends on; NotAllowed for the role.
    """
    skipped: list[str] = []
    left: set[tuple[str, int]] = set()  # records with a newer change that is not undone
    newest = None
    for last in last_store.changes(session.db, session.staff_id):
        newest = newest or last
        try:
            if last.action in steps.STEPS and (last.record, last.record_id) in left:
                raise _refusal(session.db, last, "a newer change to it has not been undone")
            step = _step_of(session, last)
        except InvalidInput as error:
            if not past:
                raise
            skipped.append(str(error))
            left.add((last.record, last.record_id))
            if len(skipped) == MOST_SKIPPED:
                break
        else:
            shown = _described(session.db, last, session.machine_now) + _import(session, last)
            return Found(last, newest, skipped, shown, step.ask)
    if skipped:
        raise InvalidInput(skipped[0])
    raise InvalidInput("you have no change to undo")


def _step_of(session: Session, last: Last) -> steps.Step:
    """Return how a change is taken back. Raises as `last_change`."""
    step = steps.STEPS.get(last.action)
    if last.action in steps.STAYS:
        raise InvalidInput(f"your last change cannot be undone: {steps.STAYS[last.action]}")
    if step is None:
        name = last.action.replace("-", " ")
        which = last.detail.get("code") or last.detail.get("name")
        named = f"{name}: {which}" if last.action in steps.NAMED else name
        raise InvalidInput(
            f"your change ({named}) cannot be undone automatically; to change it:"
            f" {steps.instead(session.db, last)}"
        )
    session.require_may(step.right, last.record, last.record_id)
    _refuse_hidden(session, last)
    _refuse_newer(session.db, last, session.staff_id)
    if last.action == "person-add":  # before the question, as well as in the write
        actions.must_have_none(session, last.record_id)
        person_undo.require_voidable(session.reading, last.record_id)
    return step


def saved(session: Session) -> str:
    """Return what this run has saved so far: `call 12 (log call)`; empty for nothing."""
    found = []
    for before, last in session.written:
        for each in last_store.written(session.db, before, last):
            if each.record == "audit":
                continue
            action = each.action.replace("-", " ")
            number = f" {each.record_id}" if each.record_id else ""
            named = f"{_name(each)}{number} ({action})" if each.record else action
            found.append(named.replace("_", " "))
    names = list(dict.fromkeys(found))
    more = [f"{len(names) - MOST_NAMED} more"] if len(names) > MOST_NAMED else []
    return ", ".join(names[:MOST_NAMED] + more)


def tell_unsaved(session: Session, error: BaseException) -> None:
    """Give back what was typed and not saved; raise AfterSaving if something else was saved."""
    done = str(error) if isinstance(error, SavedAndStopped) else ""
    with contextlib.suppress(DatabaseUnusable):  # a demo that was stopped has removed its own file
        done = saved(session) or done
    if not isinstance(error, Declined):
        questions.give_back(session, since_saved=bool(done))
    if done:
        raise AfterSaving(done) from error


def take_back(session: Session, found: Found) -> str:
    """Take the change back and return what was done; raises InvalidInput as above."""
    staff_id, last = session.staff_id, found.last
    if last.action == "person-add":
        actions.must_have_none(session, last.record_id)
    while True:
        with session.work() as work:
            if last_store.find(work.connection, staff_id) != found.newest:
                raise InvalidInput("you just changed something else; nothing was undone: try again")
            _refuse_newer(work.connection, last, staff_id)
            first = last_store.last_event(work.connection) + 1
            try:
                done = steps.STEPS[last.action].take_back(work, last)
            except InvalidInput as error:
                raise _refusal(work.connection, last, str(error)) from None
            if done != steps.MORE:
                staff_list.adopt(work.connection, staff_id)
                work.audit("undo", last.record, last.record_id, event=last.id, first=first)
                return done
        time.sleep(PAUSE)


def _refuse_hidden(session: Session, last: Last) -> None:
    view = session.view
    asked = {"referral": view.referrals, "follow_up": view.follow_ups, "consult": view.consults}
    if last.record in asked:
        visibility.refuse(_name(last), asked[last.record]([last.record_id]))


def _refuse_newer(connection: sqlite3.Connection, last: Last, staff_id: int) -> None:
    if who := last_store.changed_since(connection, last, staff_id):
        raise _refusal(connection, last, f"{who} changed it since")
    try:
        steps.refuse_dependents(connection, last)
    except InvalidInput as error:
        raise _refusal(connection, last, str(error)) from None


def _refusal(connection: sqlite3.Connection, last: Last, why: str) -> InvalidInput:
    return InvalidInput(
        f"{_name(last)} {last.record_id} cannot be undone automatically: {why}; to change it:"
        f" {steps.instead(connection, last)}"
    )


def _name(last: Last) -> str:
    return table.NAMES.get(last.record, last.record)


def _described(connection: sqlite3.Connection, last: Last, now: datetime) -> str:
    """Return `Call 12, 27 IMPERIAL AVE, logged 2 minutes ago by you.`, without names and notes."""
    parts = [f"{_name(last).capitalize()} {last.record_id}"]
    if last.record == "call":
        row = table.require(connection, "call", last.record_id)
        if row["place_id"] is not None:
            parts.append(places.place_line(connection, row["place_id"]))
    if last.action in ("person-merge", "place-merge"):
        parts[0] += f" into {last.detail['into']}"
    if last.action == "person-link":
        parts[0] += f" and person {last.detail['other']}"
    elif last.action in ("household-join", "household-leave"):
        parts[0] += f", {listed(last.detail.get('people') or [last.detail['person']], 'person')}"
    fields = last.detail.get("fields", ()) if last.action in steps.EDITS else ()
    what = steps.STEPS[last.action].past + (f" ({field_words.names(fields)})" if fields else "")
    return f"{', '.join(parts)}, {what} {_ago(last.at, now)} by you."


def _import(session: Session, last: Last) -> str:
    """Return what an import did; if it changed nothing, that, and the import before it."""
    if last.action == "import":
        taken = import_store.found(session.db, last.record_id)
        if taken.gone or taken.changed or taken.stay:
            return f" {taken}"
    elif last.action != "provider-import" or any(map(last.detail.get, ("new", "changed", "gone"))):
        return ""
    mine = last_store.changes(session.db, session.staff_id)
    same = (each.record_id for each in mine if each.action == last.action and each.id < last.id)
    before = next(same, None)
    more = f" To take back import {before}, before it, run ccu undo again." if before else ""
    return f" It changed nothing.{more}"


def _ago(at: str, now: datetime) -> str:
    moment = dates.from_iso(at)
    minutes = int((now - moment).total_seconds() // 60)
    if minutes < 1:
        return "just now"
    for count, unit in ((minutes, "minute"), (minutes // 60, "hour")):
        if count < (60 if unit == "minute" else 24):
            return f"{counted(count, unit)} ago"
    return f"on {dates.say_moment(moment, now)}"
