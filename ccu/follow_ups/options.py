"""The options that several of the follow-up commands share, and their types."""

from datetime import datetime
from typing import Annotated

import typer

from ccu.options import FOLLOW_UP, LOGIN, NOTE_LATER, REASON, LaterNote, OptionType, arg, code, opt
from ccu.session import Session


def _due(session: Session, text: str, option: str) -> datetime:
    from ccu.follow_ups.due import parse_due

    return parse_due(text, session.now, option)


def _confirm_due(session: Session, due: datetime) -> None:
    from ccu import dates
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
