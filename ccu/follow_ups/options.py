"""The options that several of the follow-up commands share."""

from pathlib import Path
from typing import Annotated

import typer

from ccu import complete

FollowUpArgument = Annotated[
    str,
    typer.Argument(
        metavar="F", help="The follow-up's number.", autocompletion=complete.follow_up_id
    ),
]
OwnerOption = Annotated[
    str | None,
    typer.Option("--owner", help="Whose it is, by login.", autocompletion=complete.login),
]
NamesOption = Annotated[
    bool, typer.Option("--names", help="With people's names; it is recorded whose were shown.")
]
NoteFileOption = Annotated[
    Path | None, typer.Option("--note-file", metavar="FILE", help="A note from a file; - is stdin.")
]
ReasonOption = Annotated[str | None, typer.Option("--reason", help="Why; it is kept.")]
DUE_HELP = "When: friday (by its end), tomorrow 10:00, in 3 days, 2026-02-03 09:30."
