"""Safety notes on places and what is there: read the options, ask for what is missing, write."""

import re
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from ccu import dates
from ccu.calls.store import call_record
from ccu.errors import InvalidInput
from ccu.options import OptionType, code, line, required, typed_text
from ccu.output import say
from ccu.people import private_line
from ccu.places import finding, flags
from ccu.places import names_in_text as called
from ccu.places import store as places
from ccu.records import codes, stigmatizing_terms
from ccu.session import Session

LONGEST_NOTE = 160
LONGEST_SOURCE = 60
SOON = timedelta(days=30)  # a flag that expires within them is listed for checking
CHECK_COLUMNS = ("id", "place", "address", "why", "note", "source", "by", "written", "until")

# Why a flag is taken off: codes, not words, for words would be about people.
ENDS = {
    "outdated": "it is no longer so",
    "wrong": "it never was so",
    "moved": "whom it was about is no longer there",
    "replaced": "another flag says it",
}


def _source(session: Session, text: str, option: str) -> str:
    """Check where a note comes from; a call must exist."""
    source = typed_text.line(text, option, LONGEST_SOURCE)
    if source is None:
        raise InvalidInput(f"{option} is empty")
    if call := re.fullmatch(r"call ([0-9]+)", source, re.IGNORECASE):
        call_record(session.db, typed_text.record_id(call[1], "call"))
    return source


def _end(session: Session, text: str, option: str) -> str:
    why = text.strip().lower()
    if why not in ENDS:
        raise InvalidInput(f"{option} must be one of {', '.join(ENDS)}")
    return why


def _until(session: Session, text: str, option: str) -> date:
    """Read the day a flag expires, at most flag_years from today."""
    years, latest = _latest(session, session.today)
    day = dates.parse_day(text, session.today, field=option, prefer="future")
    if not session.today < day <= latest:
        raise InvalidInput(f"{option} must be after today and at most {latest}, in {years} years")
    return day


CATEGORY = code("place_category")
END = OptionType(read=_end)
REASON = line(LONGEST_NOTE, needed=True)
SOURCE = OptionType(read=_source)
UNTIL = OptionType(read=_until, metavar="DAY")


def add(
    session: Session,
    address: str,
    place: int | None,
    *,
    source: str | None,
    file: Path | None,
    until: date | None,
    new: bool,
    asking: bool,
) -> str:
    """Put a safety note on a place; return what was written. Raises InvalidInput, NotFound."""
    found = finding.exact_or_new(session, address, place, new=new, asking=asking)
    expires_on = (until or _latest(session, session.today)[1]).isoformat()
    if asking and source is None:
        source = SOURCE.ask(session, "Where it comes from", "--source")
    source = required(source, "--source")
    note = private_line.read("Safety note", file, "the note", LONGEST_NOTE, asking)
    with session.work() as work:
        place_id = finding.made(session, found)
        flag_id = flags.add(work, place_id, note, source, expires_on)
        text = places.place_line(work.connection, place_id)
        names = stigmatizing_terms.Names.of(called.met_at(work.connection, place_id))
    _tell("the note", note, names)
    _tell("--source", source, names)
    return f"Flag {flag_id} on place {place_id}, {text}, until {expires_on}; not verified yet."


def _tell(what: str, text: str, names: stigmatizing_terms.Names) -> None:
    """Say what to write otherwise: a flag is needed at once, so it is told and not refused."""
    for word, instead in stigmatizing_terms.words(text):
        say(f'{what}: "{word}"; {instead}.')
    if names.in_text(text):
        say(f"{what}: the name of somebody met there; a card is read aloud: ccu place unflag.")


def verify(session: Session, flag_id: int) -> str:
    """Somebody else than its writer says that it is so; what that did in a line.

    It stands for flag_years anew, but a day that its writer set stays.
    """
    with session.work() as work:
        old = flags.read(work.connection, flag_id)
        _years, full = _latest(session, date.fromisoformat(old["recorded_at"][:10]))
        limited = old["expires_on"] < full.isoformat()
        expires_on = (
            old["expires_on"] if limited else _latest(session, session.today)[1].isoformat()
        )
        if limited and expires_on < session.today.isoformat() and old["ended_at"] is None:
            raise InvalidInput(
                f"flag {flag_id} stood until {expires_on}, the day its writer set; write a new one"
            )
        flags.verify(work, flag_id, expires_on)
    if limited:
        return f"Flag {flag_id} is verified; it stands until {expires_on}, as its writer set."
    return f"Flag {flag_id} is verified and renewed: it stands until {expires_on}."


def _latest(session: Session, day: date) -> tuple[int, date]:
    """flag_years, and the day that lies so many years after another."""
    years = session.settings.number("flag_years")
    return years, dates.parse_day(f"in {years} years", day)


def to_check(session: Session) -> list[dict[str, Any]]:
    """Flags that nobody verified yet or that lapse soon, each recorded as shown."""
    with session.work() as work:
        soon = (session.today + SOON).isoformat()
        rows = flags.to_check(work.connection, session.today.isoformat(), soon)
        for row in rows:
            work.audit("flag-show", "place_flag", row["id"])
    for row in rows:
        row["why"] = "expires soon" if row["verified_at"] else "unverified"
        row["by"], row["written"] = row["recorded_by"], row["recorded_at"][:10]
        row["until"] = row["expires_on"]
    return rows


def end(session: Session, flag_id: int, why: str | None, asking: bool) -> str:
    """Take a flag off its place; return what that did."""
    flags.read(session.reading.connection, flag_id)  # a wrong number is told before any question
    if asking and why is None:
        why = END.ask(session, f"Why ({', '.join(ENDS)})", "--why")
    why = required(why, "--why")
    with session.work() as work:
        flags.end(work, flag_id, why)
    return f"Flag {flag_id} has ended: {ENDS[why]}."


class Standing:
    """What stands at a place, and whether it is counted."""

    def __init__(
        self,
        session: Session,
        address: str,
        place: int | None,
        *,
        new: bool,
        asking: bool,
    ):
        self._session, self._asking = session, asking
        self._place = finding.exact_or_new(session, address, place, new=new, asking=asking)

    def exempt(self, category: str | None, reason: str | None) -> str:
        """Leave it out of the repeat counts, and why."""
        why = self._reason(reason)
        with self._session.work() as work:
            place_id = finding.made(self._session, self._place)
            now = places.place_record(work.connection, place_id)
            stands = category or now["category"]
            if stands is None:
                raise InvalidInput("--category is missing: what is there")
            _refuse_home(stands)
            flags.categorise(work, place_id, stands, why, why)
        return f"Place {place_id} is exempt and leaves the repeat counts."

    def count_again(self, reason: str | None) -> str:
        """Let its calls count again."""
        why = self._reason(reason)
        with self._session.work() as work:
            place_id = finding.made(self._session, self._place)
            now = places.place_record(work.connection, place_id)
            if now["exempt_reason"] is None:
                of = f", but its building is, place {now['building']}" if now["exempt"] else ""
                raise InvalidInput(f"place {place_id} is not exempt{of}")
            flags.categorise(work, place_id, now["category"], None, why)
        return f"Place {place_id} is counted again."

    def categorise(self, category: str) -> str:
        """Record what is there."""
        with self._session.work() as work:
            place_id = finding.made(self._session, self._place)
            now = places.place_record(work.connection, place_id)
            if now["exempt_reason"] is not None:
                _refuse_home(category)
            changed = flags.categorise(work, place_id, category, now["exempt_reason"])
            label = codes.labels(work.connection, "place_category")[category]
        if not changed:
            return f"Place {place_id} says that already; nothing was changed."
        exempt = "; it is still exempt" if now["exempt_reason"] is not None else ""
        return f"Place {place_id}: {label}{exempt}."

    def _reason(self, reason: str | None) -> str:
        if reason is None and self._asking:
            return REASON.ask(self._session, "Why", "--reason")
        return required(reason, "--reason")


def _refuse_home(category: str | None) -> None:
    """A home is left off the lists only by an override, which is looked at again."""
    if category == "residence":
        raise InvalidInput("a residence can not be exempt; ccu frequent override --off is for that")
