"""One follow-up as a page: its subject, attempts and changes; a list of them as a calendar."""

import sqlite3
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ccu import dates
from ccu.errors import InvalidInput
from ccu.follow_ups import listing_store
from ccu.follow_ups import store as follow_ups
from ccu.follow_ups.undo_store import ATTEMPT
from ccu.output import Document, Section, Table, opened, say
from ccu.output.text import for_person
from ccu.people.open_work_store import AsOf
from ccu.records import codes, field_words
from ccu.session import Session

if TYPE_CHECKING:
    from icalendar import Event

    from ccu.follow_ups.options import ListOptions

ATTEMPT_COLUMNS = ("number", "when", "by", "result", "minutes", "note")
CHANGE_COLUMNS = ("When", "By", "Field", "Old", "New", "Reason")


def read(session: Session, follow_up_id: int, reason: str | None) -> Document:
    """Return the page and record the read; notes only with a reason. Raises NotFound."""
    with session.work() as work:
        follow_ups.read(work.connection, follow_up_id)
        data = listing_store.record(work.connection, follow_up_id, AsOf.of(session.now))
        hidden = session.view.follow_ups([follow_up_id]).get(follow_up_id)
        session.view.keep()
        full = reason is not None
        work.audit("follow-up-show", "follow_up", follow_up_id, full=full, reason=reason)
        if (person := data["person"]) is not None:
            work.audit("follow-up-show", "person", person, follow_up=follow_up_id)
    if hidden is not None:
        kept = {key: data[key] for key in ("id", "for", "person")}
        empty = dict.fromkeys(data) | {
            key: [] for key, value in data.items() if isinstance(value, list)
        }
        told = {"what": hidden.words, "state": hidden.state, "owner": hidden.agency}
        return _document(session.db, {**empty, **kept, **told})
    if reason is None:
        data["note"] = None
        voided = [each["old"] for each in data["changes"] if each["field"] == ATTEMPT]
        for each in [*data["attempts"], *voided]:
            each["note"] = None
    return session.view.with_notice(_document(session.db, data))


def _document(connection: sqlite3.Connection, data: dict[str, Any]) -> Document:
    labels = {
        "what": "what", "for": "for", "due": "due", "state": "state", "owner": "owner",
        "note": "note", "closed": "closed", "closed_by": "by", "signed_by": "signed by",
    }  # fmt: skip
    pairs = [(label, data[key]) for key, label in labels.items() if data[key]]
    results = codes.labels(connection, "follow_up_result")
    told = [{**each, "old": _in_words(each, results)} for each in data["changes"]]
    changes = field_words.changes(connection, "follow_up", told)
    return Document(
        f"Follow-up {data['id']}",
        [
            Section(pairs=pairs, main=True),
            Section("Attempts", table=Table(ATTEMPT_COLUMNS, data["attempts"]), empty="none yet"),
            *([Section("Changes", table=Table(CHANGE_COLUMNS, changes))] if changes else []),
        ],
        data,
    )


def _in_words(change: dict[str, Any], results: dict[str, str]) -> Any:
    """Return the old value in words; of a voided attempt its time, result and note."""
    old = change["old"]
    if change["field"] != ATTEMPT:
        return old
    parts = [for_person(old["occurred_at"]), results[old["result"]].lower(), old["note"]]
    return ", ".join(part for part in parts if part)


# ---------------------------------------------------------------- as a calendar

LASTS = timedelta(minutes=30)


def write_calendar(
    session: Session, given: "ListOptions", names: bool | None, output: Path | None
) -> None:
    """Write the follow-ups of a list as a calendar (RFC 5545), without names and addresses.

    Calendars are copied to phones. The entry of a follow-up always has the same UID, and a higher
    SEQUENCE after a change. A future follow-up that was closed, or has another owner now, is
    written as cancelled, so that a calendar removes it. Raises InvalidInput.
    """
    from icalendar import Calendar

    if names:
        raise InvalidInput("a calendar has no names; leave out --names")
    if output is None and sys.stdout is not None and sys.stdout.isatty():
        raise InvalidInput("a calendar is for a program: name a file, as --output mine.ics")
    rows = listing_store.calendar_rows(session, given)
    session.view.notice_column(rows, (), "follow_up")
    calendar = Calendar()
    calendar.add("prodid", "-//ccu//follow-ups//EN")
    calendar.add("version", "2.0")
    calendar.add("method", "PUBLISH")
    for row in rows:
        calendar.add_component(_event(session, row))
    with opened(output) as sink:
        sink.write_binary(calendar.to_ical())
    if not rows:
        say("The calendar is empty: no follow-up fits these options.")


def _event(session: Session, row: dict[str, Any]) -> "Event":
    """Return one entry: all day if it is due by the end of a day, else half an hour."""
    from hashlib import sha256

    from icalendar import Event

    town = sha256(f"{session.settings['town']}/{session.settings['state']}".encode()).hexdigest()
    event = Event()
    event.add("uid", f"follow-up-{row['id']}.{town[:16]}@ccu")
    event.add("sequence", row["changes"])
    event.add("dtstamp", session.now)
    due = datetime.fromisoformat(row["due_at"])
    if (due.hour, due.minute) == (23, 59):
        event.add("dtstart", due.date())
        event.add("dtend", due.date() + timedelta(days=1))
    else:
        utc = dates.from_iso(row["due_at"]).astimezone(UTC)
        event.add("dtstart", utc)
        event.add("dtend", utc + LASTS)
    event.add("summary", f"{row['what']}: follow-up {row['id']}")
    about = [row["about"], f"ccu follow-up show {row['id']}", row.get("notice")]
    event.add("description", "\n".join(filter(None, about)))
    event.add("status", "CANCELLED" if row["gone"] else "CONFIRMED")
    event.add("transp", "TRANSPARENT")  # no meeting, so the time stays free
    event.add("class", "PRIVATE")
    return event
