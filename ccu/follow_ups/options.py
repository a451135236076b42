"""The options of the follow-up commands, and their types."""

import re
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from functools import partial
from typing import Annotated, Any

import typer

from ccu import dates
from ccu.errors import InvalidInput
from ccu.options import arg, flag, lookups, opt, typed_text, types
from ccu.options.lookups import LOGIN, code, of_list
from ccu.people.who import NAMED_PERSON
from ccu.session import Session

# A day given relative to today, not by name or date.
_COUNTED = re.compile(r"tomorrow$|in |\+|\d+ ?(d|days?|w|weeks?|months?)$", re.IGNORECASE)


def _due(session: Session, text: str, option: str, tell: bool = True) -> datetime:
    """Return the moment something is due: a day alone is due by its end, in the town's time.

    A relative day, such as tomorrow, is moved to the next one on which the office is open. Raises
    InvalidInput for a text that is not one moment, for one in the past (something new cannot be
    overdue already) and for one years away.
    """
    due = typed_text.due(session, text, option, tell=tell)
    if not isinstance(due, datetime):
        if _COUNTED.match(text.strip()):
            due = _open_day(session, due)
        next_day = dates.day_bounds(due, session.settings.zone)[1]
        due = dates.add_elapsed(next_day, hours=-1 / 3600)  # the last second: 23:59:59, as a rule
    if dates.is_after(session.now, due):
        meant = [f"tomorrow {due:%H:%M}"] if due.date() == session.today else []
        offered = f"; did you mean {meant[0]}?" if meant else ""
        raise InvalidInput(f"{option} is in the past{offered}", *meant)
    if due.date() > session.today + FURTHEST:  # 2062 mistyped for 2026 would never come due
        raise InvalidInput(f"{option} is more than 3 years away; check the year")
    return due


def _open_day(session: Session, day: date) -> date:
    """Return the day, or the next one on which the office is open, and print that one."""
    from ccu.dates import office_hours
    from ccu.output import say

    hours = office_hours.read(session.settings["office_hours"], session.settings["holidays"])
    found = day
    while hours.hours_on(found) is None:
        found += timedelta(days=1)
    if found != day:
        say(
            f"The office is closed on {day:%a} {dates.say_date(day)}: due {found:%a}"
            f" {dates.say_date(found)}. To have the day itself, write {day:%m/%d/%Y}."
        )
    return found


DUE = types.OptionType(
    read=_due,
    metavar="WHEN",
    answer=partial(_due, tell=False),
    words=lookups.moment_words,
    usage="when it is due: friday, tomorrow 10:00, in 3 days or 2026-02-03 09:30",
)
KIND, RESULT = code("follow_up_kind"), code("follow_up_result")
LONGEST_TRY = 24 * 60  # minutes
FURTHEST = timedelta(days=1096)  # the most days from today to a due date


def _called(
    session: Session, more: bool, number: int | None, to_sign: bool = False
) -> tuple[dict[int, str], int]:
    """Return open follow-ups, one's own first, as `lookups.of_list` wants them; recorded."""
    from ccu.follow_ups import listing_store
    from ccu.options import terminal
    from ccu.output.text import for_person
    from ccu.people.open_work_store import AsOf
    from ccu.records import person_ids, staff

    if not session.may("follow-up list"):
        return {}, 0
    if number is None:
        found = listing_store.list_rows(session, ListOptions(to_sign=to_sign))
    else:
        one, as_of = {listing_store.NUMBER: number}, AsOf.of(session.now)
        found = listing_store.seen(session, listing_store.rows(session.db, as_of, one, every=True))
    own = staff.login_of(session.db, session.staff_id)
    found.sort(key=lambda row: row["owner"] != own)
    rows = terminal.some_of(found, more)
    names = session.may("follow-up list --names")
    listing_store.add_names(session, [*rows], (), "follow-up-list", names)
    lines = {}
    for row in rows:
        who = row.get("name") if row.get("name", "") not in person_ids.NAMELESS else None
        due = row["due"] and f"due {for_person(row['due'])}"
        owner = row["owner"] if row["owner"] != own else None
        lines[row["id"]] = ", ".join(
            filter(None, (who or row["for"], row["what"].lower(), due, owner))
        )
    return lines, len(found)


def _none(session: Session, more: bool, number: int | None) -> tuple[dict[int, str], int]:
    """Return no list; for a number, its line."""
    return _called(session, more, number) if number else ({}, 0)


def _state(session: Session, number: int, state: str) -> None:
    """Raise InvalidInput for a follow-up that is not open, waiting to be signed, or closed."""
    from ccu.follow_ups import store as follow_ups

    if state == "open":
        follow_ups.read_open(session.db, number)
        return
    row = follow_ups.read(session.db, number)
    if state == "closed" and not row["closed_at"]:
        raise InvalidInput(f"follow-up {number} is not closed")
    elif state == "done" and (row["closed_at"] or not row["closing_at"]):
        raise InvalidInput(f"follow-up {number} is not awaiting a signature")


def _in_state(called: Any, state: str) -> types.OptionType[int]:
    return of_list(types.FOLLOW_UP, "follow_up", called, partial(_state, state=state))


OPEN = _in_state(_called, "open")
TO_SIGN = _in_state(partial(_called, to_sign=True), "done")
CLOSED = _in_state(_none, "closed")
FollowUpArgument = Annotated[int, arg("F", types.FOLLOW_UP, "The follow-up's number.")]
ClosedArgument = Annotated[int, arg("F", CLOSED, "The follow-up's number.")]
OpenArgument = Annotated[int, arg("F", OPEN, "The follow-up's number.")]
ToSignArgument = Annotated[int, arg("F", TO_SIGN, "The follow-up's number.")]
DueOption = Annotated[
    datetime | None,
    opt("--due", DUE, "When: friday (by its end), tomorrow 10:00, in 3 days, 2026-02-03 09:30."),
]
OwnerOption = Annotated[int | None, opt("--owner", LOGIN, "Owner, by login.")]
NamesOption = Annotated[bool, flag("--names", "Show people's names; each name shown is recorded.")]
ScreenNamesOption = Annotated[
    bool | None,
    flag(
        "--names/--no-names",
        "Show names and phones; each person shown is recorded. Default at a terminal.",
    ),
]
ErrorOption = Annotated[
    str | None, opt("--reason", types.WHY, "Why it was an error; kept with the record.")
]
NoteFileOption = Annotated[
    types.LaterNote | None,
    opt("--note-file", types.NOTE_LATER, "Read a note from a file; - is stdin."),
]


# The output formats of `follow-up list`: those of every list, and a calendar.
ListFormat = StrEnum("ListFormat", ["table", "plain", "json", "csv", "markdown", "xlsx", "ics"])
ListFormatOption = Annotated[
    ListFormat | None,
    typer.Option("--format", "-f", help="Output format; ics is a calendar, without names."),
]


@dataclass(eq=False, repr=False)
class AddOptions:
    """The options of `follow-up add`."""

    referral: Annotated[int | None, opt("--referral", types.REFERRAL, "For this referral.")] = None
    call: Annotated[int | None, opt("--call", types.CALL, "For this call.")] = None
    person: Annotated[int | None, opt("--person", NAMED_PERSON, "For this person.")] = None
    kind: Annotated[str | None, opt("--kind", KIND, "What to do.")] = None
    due: DueOption = None
    owner: OwnerOption = None
    note_file: NoteFileOption = None


@dataclass(eq=False, repr=False)
class AttemptOptions:
    """The options of `follow-up done`."""

    result: Annotated[str | None, opt("--result", RESULT, "The result.")] = None
    when: Annotated[
        datetime | None, opt("--when", lookups.MOMENT, "When you tried; default now.")
    ] = None
    minutes: Annotated[
        int | None, opt("--minutes", lookups.whole_number(LONGEST_TRY), "How many minutes it took.")
    ] = None
    note_file: NoteFileOption = None
    next_due: Annotated[
        datetime | None, opt("--next", DUE, "When to try or check again; written as for --due.")
    ] = None
    next_kind: Annotated[str | None, opt("--next-kind", KIND, "What to do then.")] = None
    edit: Annotated[bool, flag("--edit", "Write the note in your own editor (EDITOR).")] = False


@dataclass(eq=False, repr=False)
class ListOptions:
    """The options of `follow-up list`."""

    due: Annotated[
        str | None,
        opt(
            "--due",
            types.line(),
            "Due on this day (today or a date), or in the next 7 days (week).",
        ),
    ] = None
    mine: Annotated[bool, flag("--mine", "Only the ones you own.")] = False
    owner: OwnerOption = None
    to_sign: Annotated[bool, flag("--to-sign", "Closed by interns, for you to sign.")] = False
    every: Annotated[bool, flag("--all/--open", "Closed ones too.")] = False
