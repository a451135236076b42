"""The options that several of the follow-up commands share, and their types."""

import re
from datetime import datetime
from typing import Annotated

import typer

from ccu import dates
from ccu.errors import InvalidInput
from ccu.options import FOLLOW_UP, LOGIN, NOTE_LATER, REASON, LaterNote, OptionType, arg, code, opt
from ccu.session import Session

# Any of these, and the text has a time of day; else it is a day.
_CLOCK = re.compile(r"\d:\d|\d ?[ap]\.?m|noon|midnight|\d ?h|hour|min|\bnow\b", re.IGNORECASE)


def _due(session: Session, text: str, option: str) -> datetime:
    """Return the moment something is due: a day alone is due by its end, in the town's time.

    Raises InvalidInput for a text that is not one moment, and for one in the past: nothing new
    can have been due already.
    """
    if _CLOCK.search(text):
        due = dates.parse_moment(text, session.now, field=option, future=True)
    else:
        day = dates.parse_day(text, session.today, field=option)
        next_day = dates.day_bounds(day, session.settings.zone)[1]
        due = dates.add_elapsed(next_day, hours=-1 / 3600)  # the last second: 23:59:59, as a rule
    if dates.is_after(session.now, due):
        raise InvalidInput(f"{option} is in the past")
    return due


def _confirm_due(session: Session, due: datetime) -> None:
    from ccu.output import say

    say(f"  {dates.say_moment(due, session.now)}")


DUE = OptionType(read=_due, metavar="WHEN", confirm=_confirm_due)
KIND, RESULT = code("follow_up_kind"), code("follow_up_result")

FollowUpArgument = Annotated[int, arg("F", FOLLOW_UP, "The follow-up's number.")]
DueOption = Annotated[
    datetime | None,
    opt("--due", DUE, "When: friday (by its end), tomorrow 10:00, in 3 days, 2026-02-03 09:30."),
]
OwnerOption = Annotated[int | None, opt("--owner", LOGIN, "Who owns it, by login.")]
NamesOption = Annotated[
    bool, typer.Option("--names", help="With people's names; it is recorded whose were shown.")
]
NoteFileOption = Annotated[
    LaterNote | None, opt("--note-file", NOTE_LATER, "A note from a file; - is stdin.")
]
ReasonOption = Annotated[str | None, opt("--reason", REASON, "Why; it is kept.")]
