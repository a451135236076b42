"""The options that describe a call; `log-call` and `call edit` share them.

They are fields of a dataclass without comparison or repr, because making those costs start-up time.
"""

import re
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

from typer import Option

from ccu.errors import InvalidInput
from ccu.options import CALL, FILE, OptionType, flag, line, opt, value
from ccu.options.lookups import MOMENT, code, of_list, whole_number

if TYPE_CHECKING:
    from ccu.session import Session

LONGEST_ADDRESS = 300  # characters; the address reader reads no more
MOST_MINUTES = 100_000
OLDEST_CALL = 5  # years; an earlier one is probably a mistyped year

# Read by the form, once it is known when the call began.
_IN_THE_FORM: OptionType[str] = OptionType(read=lambda session, text, option: text)
_SHORT = line(60, clears=True)


def _began(session: "Session", text: str, option: str, answered: bool = False) -> datetime:
    """Read when a call began; a time years ago must be confirmed, or written as ISO."""
    began = (MOMENT.read_answer if answered else MOMENT.read)(session, text, option)
    assert began is not None
    years = session.today.year - began.year
    if years <= OLDEST_CALL or text.strip().startswith(f"{began:%Y-%m-%d}"):
        return began
    from ccu.options import terminal

    said = f"{began:%m/%d/%Y} is {years} years ago"
    if not session.may_choose:
        raise InvalidInput(f"{option}: {said}; if that is right, write {began:%Y-%m-%d %H:%M}")
    if not terminal.yes_or_no(f"{said}; use it anyway? y or n"):
        raise InvalidInput(f"{option}: type the day again")
    return began


BEGAN = replace(MOMENT, read=_began, answer=partial(_began, answered=True))


def _undecided(session: "Session", more: bool, number: int | None) -> tuple[dict[int, str], int]:
    from ccu.calls import page

    return page.undecided(session, more, number)


def _referable(session: "Session", number: int) -> None:
    from ccu.records import table

    table.require_call(session.db, number)


def _decidable(session: "Session", number: int) -> None:
    from ccu.calls import triage_store
    from ccu.people.open_work_store import AsOf

    triage_store.must_be_open(session.db, number, AsOf.of(session.now))


UNDECIDED = of_list(CALL, "call", _undecided, _referable)
DECIDED = of_list(CALL, "call", _undecided, _decidable)


def _days(session: "Session", text: str, option: str) -> list[date]:
    """Read a day, two days with `to`, a month or a year as a span. Raises InvalidInput."""
    from ccu import dates
    from ccu.options import typed_text
    from ccu.output import say

    if re.fullmatch(r"[0-9]{4}(-[0-9]{2})?", text):
        parse = dates.parse_month if "-" in text else dates.parse_year
        start, end = parse(text, field=option)
        if start > session.today:
            raise InvalidInput(f"{option} {text} is in the future")
        return [start, end - timedelta(days=1)]
    days = [each.strip() for each in text.split(" to ", 1) if each.strip()]
    one = len(days) < 2
    found = [typed_text.day(session, each, option, future=False, tell=one) for each in days]
    if found != sorted(found):
        raise InvalidInput(f"{option} {text}: the first day is after the last")
    if not one:
        say(f"{option} is {' to '.join(map(dates.say_date, found))}")
    return found


DAYS = OptionType(read=_days, metavar="DAY")

# option -> its type
TYPES: dict[str, OptionType[Any]] = {
    "when": BEGAN,
    "address": line(LONGEST_ADDRESS, needed=True),
    "nature": code("nature"),
    "nature_cleared": code("nature"),
    "source": code("call_source"),
    "lead": code("agency"),
    "responder": _IN_THE_FORM,
    "danger": code("danger", commas=True),
    "crisis_kind": code("crisis_kind"),
    "intervention": code("intervention", commas=True),
    "disposition": code("disposition", commas=True),
    "minutes": whole_number(MOST_MINUTES),
}


@dataclass(eq=False, repr=False)
class CallOptions:
    """The options of a call; None or an empty list where one was not given.

    The order is that of --help, and of reading: `when` comes before the times counted from it.
    """

    when: Annotated[
        datetime | None, opt("--when", BEGAN, "When it began: 2230, yesterday 22:30, 1/18 22:30.")
    ] = None
    address: Annotated[
        str | None, opt("--address", TYPES["address"], "Where, as you would write it.")
    ] = None
    nature: Annotated[
        str | None, opt("--nature", TYPES["nature"], "Nature as received: a code or its label.")
    ] = None
    nature_cleared: Annotated[
        str | None, opt("--nature-cleared", TYPES["nature"], "Nature as cleared.")
    ] = None
    source: Annotated[str | None, opt("--source", TYPES["source"], "Reported by.")] = None
    dispatched: Annotated[
        str | None,
        value("--dispatched", "TIME", "Without a date: the first such time after --when."),
    ] = None
    arrived: Annotated[str | None, value("--arrived", "TIME", "First unit on scene.")] = None
    cleared: Annotated[str | None, value("--cleared", "TIME", "Last unit clear.")] = None
    incident: Annotated[
        str | None, opt("--incident", _SHORT, "Dispatch incident number; each call has its own.")
    ] = None
    priority: Annotated[str | None, opt("--priority", _SHORT, "As dispatch writes it.")] = None
    beat: Annotated[str | None, opt("--beat", _SHORT, "Beat or district.")] = None
    lead: Annotated[str | None, opt("--lead", TYPES["lead"], "Lead agency.")] = None
    responder: Annotated[
        list[str] | None,
        value(
            "--responder",
            "AGENCY[+clinician][:STATE[:DETAIL...]]",
            "Who responded; STATE is arrived if not given. Details: unit=4A,"
            " minutes=30, or why cancelled or unavailable. Repeatable.",
        ),
    ] = None
    danger: Annotated[
        list[str] | None,
        opt("--hazard", TYPES["danger"], "Hazard, or none if you checked. Repeatable."),
    ] = None
    backup_asked: Annotated[
        bool | None, flag("--backup-asked/--no-backup-asked", "Backup was asked for.")
    ] = None
    backup_arrived: Annotated[
        bool | None, flag("--backup-arrived/--no-backup-arrived", "Backup arrived.")
    ] = None
    force_used: Annotated[bool | None, flag("--force-used/--no-force-used", "Force was used.")] = (
        None
    )
    injury: Annotated[bool | None, flag("--injury/--no-injury", "Someone was hurt.")] = None
    crisis_kind: Annotated[
        str | None, opt("--crisis-kind", TYPES["crisis_kind"], "As it appeared; not a diagnosis.")
    ] = None
    intervention: Annotated[
        list[str] | None, opt("--intervention", TYPES["intervention"], "Intervention. Repeatable.")
    ] = None
    disposition: Annotated[
        list[str] | None, opt("--disposition", TYPES["disposition"], "Disposition. Repeatable.")
    ] = None
    minutes: Annotated[
        int | None, opt("--minutes", TYPES["minutes"], "Minutes on scene, all responders together.")
    ] = None
    person: Annotated[
        list[str] | None,
        value(
            "--person",
            "[ROLE:]WHO",
            "Person involved: unknown, described: TEXT, or a person's number; before it a role"
            " (subject, caller, family, victim, witness). For names use --person-file.",
        ),
    ] = None
    person_file: Annotated[
        Path | None,
        opt(
            "--person-file",
            FILE,
            "People involved, one per line: as --person, or a name: [ROLE:]GIVEN FAMILY"
            " [, born 1/31/1980]. - is standard input.",
        ),
    ] = None
    note_file: Annotated[
        Path | None, opt("--note-file", FILE, "The narrative; - is standard input.")
    ] = None


@dataclass(eq=False, repr=False)
class AmendOptions(CallOptions):
    """The same, and the options that only an amendment has."""

    add_responder: Annotated[
        list[str] | None, Option("--add-responder", help="One more; --responder replaces all.")
    ] = None
    add_danger: Annotated[
        list[str] | None, opt("--add-hazard", TYPES["danger"], "One more; --hazard replaces all.")
    ] = None
    add_intervention: Annotated[
        list[str] | None,
        opt("--add-intervention", TYPES["intervention"], "One more; --intervention replaces all."),
    ] = None
    add_disposition: Annotated[
        list[str] | None,
        opt("--add-disposition", TYPES["disposition"], "One more; --disposition replaces all."),
    ] = None
    clear: Annotated[
        list[str] | None,
        value("--clear", "OPTION", "Clear a field, named as its option. Repeatable."),
    ] = None
