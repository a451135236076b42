"""Safety notes (flags) on places, and what is at a place: read the options, ask, write; the rows.

A flag expires after flag_years unless it is verified by a second person or ended before. Reading
one must be audited by the caller.
"""

import re
import sqlite3
from collections.abc import Iterable
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from ccu import dates
from ccu.errors import InvalidInput, NotAllowed
from ccu.options import OptionType, asked, line, questions, typed_text
from ccu.options.lookups import code
from ccu.output import Table, say
from ccu.places import finding
from ccu.places import store as places
from ccu.records import codes, stigmatizing_terms, table, writes
from ccu.session import Session
from ccu.work import Work

LONGEST_NOTE = 160
LONGEST_SOURCE = 60
SOON = timedelta(days=30)  # a flag that expires within them is listed for checking
CHECK_COLUMNS = ("id", "place", "address", "why", "note", "source", "by", "written", "until")

# Why a flag is taken off. Codes: free text would be about people.
ENDS = {
    "outdated": "it is no longer true",
    "wrong": "it was wrong",
    "moved": "the person it was about is no longer there",
    "replaced": "another flag replaces it",
}


def _source(session: Session, text: str, option: str) -> str:
    """Check where a note comes from; a call must exist."""
    source = typed_text.line(text, option, LONGEST_SOURCE)
    if source is None:
        raise InvalidInput(f"{option} is empty")
    if call := re.fullmatch(r"call ([0-9]+)", source, re.IGNORECASE):
        table.require(session.db, "call", typed_text.record_id(call[1], "call"))
    return source


def _end(session: Session, text: str, option: str) -> str:
    why = text.strip().lower()
    if why not in ENDS:
        raise InvalidInput(f"{option} must be one of {', '.join(ENDS)}")
    return why


def _until(session: Session, text: str, option: str) -> date:
    """Read the day a flag expires, at most flag_years from today."""
    years, latest = _latest(session, session.today)
    day = typed_text.day(session, text, option)
    if not session.today < day <= latest:
        raise InvalidInput(
            f"{option} must be after today and at most {dates.say_date(latest)}, in {years} years"
        )
    return day


CATEGORY = code("place_category")
END = OptionType(read=_end)
REASON = line(LONGEST_NOTE, needed=True)
SOURCE = OptionType(read=_source)
UNTIL = OptionType(read=_until, metavar="DAY")


# ---------------------------------------------------------------- the rows of safety notes


_FLAGS = """
SELECT place_flag.id, place_flag.place_id AS place,
       coalesce((SELECT line FROM place_plain WHERE id = place_flag.place_id), '') AS address,
       CASE WHEN ended_at IS NOT NULL THEN 'ended'
            WHEN expires_on < :today THEN 'expired' ELSE 'active' END AS state,
       note, source, recorded_at, writer.login AS recorded_by, verifier.login AS verified_by,
       verified_at, expires_on, ended_at, ender.login AS ended_by, ended_why
FROM place_flag JOIN staff AS writer ON writer.id = place_flag.recorded_by
LEFT JOIN staff AS verifier ON verifier.id = verified_by
LEFT JOIN staff AS ender ON ender.id = ended_by
WHERE {where} ORDER BY ended_at IS NOT NULL, expires_on < :today, place_flag.id DESC
"""


def of_places(
    connection: sqlite3.Connection, place_ids: Iterable[int | None], today: str
) -> list[dict[str, Any]]:
    """Return every flag ever on these places: those active, then expired, then ended ones.

    Keys: id, place, address, state, note, source, recorded_at, recorded_by, verified_by,
    verified_at, expires_on, ended_at, ended_by, ended_why. Reading them must be audited.
    """
    there = {each for each in place_ids if each is not None}
    return _flags(connection, today, {"place_flag.place_id IN ?": there})


def active_count(connection: sqlite3.Connection, place_id: int, today: str) -> int:
    """Return how many flags are on a place now; no note is read."""
    sql = (
        "SELECT count(*) FROM place_flag"
        " WHERE place_id = :place AND ended_at IS NULL AND expires_on >= :today"
    )
    return int(table.value(connection, sql, place=place_id, today=today))


def unverified_or_expiring(
    connection: sqlite3.Connection, today: str, soon: str
) -> list[dict[str, Any]]:
    """Return active flags that nobody verified yet or that expire by `soon`, as `of_places`."""
    active = {"ended_at IS NULL AND expires_on >= ?": today}
    return _flags(connection, today, {**active, "(verified_at IS NULL OR expires_on <= ?)": soon})


def expiring(
    connection: sqlite3.Connection, today: str, since: str, soon: str
) -> list[dict[str, Any]]:
    """Return flags that nobody ended, whose last day is from `since` to `soon`, as `of_places`."""
    not_ended = {"ended_at IS NULL AND expires_on >= ?": since}
    return _flags(connection, today, {**not_ended, "expires_on <= ?": soon})


def _flags(
    connection: sqlite3.Connection, today: str, conditions: dict[str, object]
) -> list[dict[str, Any]]:
    return [dict(row) for row in table.select(connection, _FLAGS, conditions, today=today)]


# ---------------------------------------------------------------- safety notes, as asked for


def add_flag(
    session: Session,
    given: finding.PlaceOptions,
    source: str | None,
    file: Path | None,
    until: date | None,
    asking: bool,
) -> str:
    """Put a safety note on a place; return what was written. Raises NotFound, InvalidInput."""
    found = finding.exact_or_new(session, given, asking)
    expires_on = (until or _latest(session, session.today)[1]).isoformat()
    source = asked(session, source, SOURCE, "Source of the note", "--source")
    note = questions.private_text(session, "Safety note", file, "the note", LONGEST_NOTE, asking)
    with session.work() as work:
        place_id = finding.made(work, found)
        active = of_places(work.connection, [place_id], work.today.isoformat())
        for each in active:
            if each["state"] == "active" and each["note"] == note:
                raise InvalidInput(f"flag {each['id']} of this place has the same text")
        new = {"place_id": place_id, "note": note, "source": source, "expires_on": expires_on}
        flag_id = writes.insert(work, "place_flag", new)
        work.audit("flag-add", "place_flag", flag_id, place=place_id)
        text = places.place_line(work.connection, place_id)
        names = stigmatizing_terms.names_met_at(work.connection, place_id)
    _advise("the note", note, names)
    _advise("--source", source, names)
    last = dates.said(expires_on)
    return f"Flag {flag_id} on place {place_id}, {text}, until {last}; not verified yet."


def _advise(what: str, text: str, names: stigmatizing_terms.Names) -> None:
    """Print what to write instead. A flag is needed at once, so it is not refused."""
    for word, instead in stigmatizing_terms.words(text):
        say(f'{what}: "{word}"; {instead}.')
    if names.in_text(text):
        say(f"{what}: the name of somebody met there; a card is read aloud: ccu place unflag.")


def verify_flag(session: Session, flag_id: int) -> str:
    """Record that a second person confirms a flag; return what that did.

    It is renewed for flag_years, but a day that its writer set is kept. Raises NotFound,
    InvalidInput for a flag that has ended, NotAllowed for the account that wrote it.
    """
    with session.work() as work:
        old = _open_flag(work, flag_id)
        _years, full = _latest(session, date.fromisoformat(old["recorded_at"][:10]))
        limited = old["expires_on"] < full.isoformat()
        expires_on = (
            old["expires_on"] if limited else _latest(session, session.today)[1].isoformat()
        )
        if expires_on < session.today.isoformat():
            raise InvalidInput(
                f"flag {flag_id} expired on {dates.said(expires_on)}, the day its writer set; write"
                " a new one"
            )
        if old["recorded_by"] == work.staff_id:
            raise NotAllowed(
                f"flag {flag_id} was written by this account; someone else must verify it"
            )
        new = {"verified_by": work.staff_id, "verified_at": work.at, "expires_on": expires_on}
        changed = writes.change(work, "place_flag", old, new)
        work.audit("flag-verify", "place_flag", flag_id, place=old["place_id"], fields=changed)
    until = dates.said(expires_on)
    if limited:
        return f"Flag {flag_id} is verified; it is kept until {until}, as its writer set."
    return f"Flag {flag_id} is verified and renewed: it is kept until {until}."


def _latest(session: Session, day: date) -> tuple[int, date]:
    """Return flag_years, and the day that is so many years after another."""
    years = session.settings.number("flag_years")
    return years, dates.parse_day(f"in {years} years", day)


def flags_to_check(session: Session) -> Table:
    """Return flags that nobody verified yet or that expire soon, each recorded as shown."""
    with session.work() as work:
        soon = (session.today + SOON).isoformat()
        rows = unverified_or_expiring(work.connection, session.today.isoformat(), soon)
        for row in rows:
            work.audit("flag-show", "place_flag", row["id"])
            row["why"] = "expires soon" if row["verified_at"] else "unverified"
            row["by"], row["written"] = row["recorded_by"], row["recorded_at"][:10]
            row["until"] = row["expires_on"]
    return Table(CHECK_COLUMNS, rows, title="Flags to check")


def end_flag(session: Session, flag_id: int, why: str | None) -> str:
    """Take a flag off its place, which keeps it; return what that did. Raises NotFound."""
    table.require(session.db, "place_flag", flag_id)  # report a wrong number before any question
    why = asked(session, why, END, f"Why ({', '.join(ENDS)})", "--why")
    with session.work() as work:
        end(work, flag_id, why)
    return f"Flag {flag_id} has ended: {ENDS[why]}."


def end(work: Work, flag_id: int, why: str) -> None:
    """Take a flag off its place, for a reason of ENDS. Raises NotFound, InvalidInput if ended."""
    old = _open_flag(work, flag_id)
    ended = {"ended_at": work.at, "ended_by": work.staff_id, "ended_why": why}
    writes.update(work.connection, "place_flag", flag_id, ended)
    work.audit("flag-end", "place_flag", flag_id, place=old["place_id"])


def reopen(work: Work, flag_id: int, reason: str) -> None:
    """Put a flag that has ended on its place again; its history keeps the end. Raises NotFound."""
    row = table.require(work.connection, "place_flag", flag_id)
    ended = dict.fromkeys(("ended_at", "ended_by", "ended_why"))
    writes.change(work, "place_flag", row, ended, reason)


def _open_flag(work: Work, flag_id: int) -> sqlite3.Row:
    row = table.require(work.connection, "place_flag", flag_id)
    if row["ended_at"] is not None:
        ended = dates.said(row["ended_at"][:10])
        raise InvalidInput(f"flag {flag_id} has ended, on {ended}; write a new one")
    return row


# ---------------------------------------------------------------- what is at a place


def exempt(
    session: Session,
    given: finding.PlaceOptions,
    category: str | None,
    reason: str | None,
    asking: bool,
    again: bool,
) -> str:
    """Leave a place out of the repeat counts, or count it `again`; return what was done."""
    if again and category is not None:
        raise InvalidInput("--category is not for --no-exempt; ccu place edit changes it")
    found = finding.exact_or_new(session, given, asking)
    why = asked(session, reason, REASON, "Why", "--reason")
    with session.work() as work:
        place_id = finding.made(work, found)
        now = places.place_record(work.connection, place_id)
        category = category or now["category"]
        if again and now["exempt_reason"] is None:
            of = f", but its building is, place {now['building']}" if now["exempt"] else ""
            raise InvalidInput(f"place {place_id} is not exempt{of}")
        if not again and category is None:
            raise InvalidInput("--category is missing: what is there")
        if not again:
            _refuse_home(category)
        _set_category(work, place_id, category, None if again else why, why)
    done = "counted again" if again else "exempt and no longer in the repeat counts"
    return f"Place {place_id} is {done}."


def record_category(
    session: Session, given: finding.PlaceOptions, category: str, asking: bool
) -> str:
    """Record what is at a place; return what was done."""
    found = finding.exact_or_new(session, given, asking)
    with session.work() as work:
        place_id = finding.made(work, found)
        now = places.place_record(work.connection, place_id)
        if now["exempt_reason"] is not None:
            _refuse_home(category)
        changed = _set_category(work, place_id, category, now["exempt_reason"])
        label = codes.labels(work.connection, "place_category")[category]
    if not changed:
        return f"Place {place_id} already has this category; nothing was changed."
    exempt = "; it is still exempt" if now["exempt_reason"] is not None else ""
    return f"Place {place_id}: {label}{exempt}."


def _refuse_home(category: str | None) -> None:
    """Raise InvalidInput for a home, which is left off the lists only by a reviewed override."""
    if category == "residence":
        raise InvalidInput("a residence cannot be exempt; ccu frequent override --off is for that")


def _set_category(
    work: Work,
    place_id: int,
    category: str | None,
    exempt_reason: str | None,
    reason: str | None = None,
) -> list[str]:
    """Set what is at a place and why it is exempt; return the fields that changed."""
    row = table.require(work.connection, "place", place_id)
    new = {"category": category, "exempt_reason": exempt_reason}
    changed = writes.change(work, "place", row, new, reason)
    work.audit("place-category", "place", place_id, fields=changed)
    return changed


def place_history(
    connection: sqlite3.Connection, place_id: int, flag_ids: list[int]
) -> list[dict[str, Any]]:
    """Return changes of a place and its flags, oldest first: what, and as writes.changes_of."""
    found = [
        {"what": what, **each}
        for what, name, number in (
            ("place", "place", place_id),
            *((f"flag {flag_id}", "place_flag", flag_id) for flag_id in flag_ids),
        )
        for each in writes.changes_of(connection, name, number)
    ]
    logins = dict(connection.execute("SELECT id, login FROM staff").fetchall()) if found else {}
    for each in found:
        if each["field"] == "verified_by":
            each["old"], each["new"] = logins.get(each["old"]), logins.get(each["new"])
    return sorted(found, key=lambda each: str(each["at"]))
