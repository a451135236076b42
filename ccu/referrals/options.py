"""The options of `refer`, `needs refer` and `referral update`, each declared once."""

from dataclasses import dataclass
from datetime import datetime
from typing import Annotated

from typer import Option

from ccu.options import (
    LOGIN,
    MOMENT,
    NOTE_LATER,
    PERSON,
    PROVIDER,
    REFERRAL,
    LaterNote,
    code,
    line,
    opt,
    whole_number,
)

LONGEST_HANDOFF = 10_000  # minutes
MOST_EVENTS = 1_000_000

NEED = code("need")
HANDOFF, REASON_CODE = code("handoff"), code("reason")
HANDOFF_MINUTES, PARTIES = whole_number(LONGEST_HANDOFF), line()

ToOption = Annotated[int | None, opt("--to", PROVIDER, "Its number, or how its name begins.")]
HandoffOption = Annotated[
    str | None, opt("--handoff", HANDOFF, "How the person was handed off; default none.")
]
PartiesOption = Annotated[
    str | None, opt("--parties", PARTIES, "Who took part in the handoff: roles, not names.")
]
HandoffMinutesOption = Annotated[
    int | None, opt("--handoff-minutes", HANDOFF_MINUTES, "Minutes the handoff took.")
]
OwnerOption = Annotated[int | None, opt("--owner", LOGIN, "Who owns it; default you.")]
MadeOption = Annotated[datetime | None, opt("--made", MOMENT, "When it was made; default now.")]
DraftOption = Annotated[
    bool, Option("--draft", help="Not sent yet: the first status is draft, not requested.")
]
NoteFileOption = Annotated[
    LaterNote | None, opt("--note-file", NOTE_LATER, "A note from a file; - is standard input.")
]


@dataclass(eq=False, repr=False)
class ReferOptions:
    """The options of a new referral; None where one was not given."""

    to: ToOption = None
    need: Annotated[str | None, opt("--need", NEED, "The need it is for.")] = None
    handoff: HandoffOption = None
    parties: PartiesOption = None
    handoff_minutes: HandoffMinutesOption = None
    person: Annotated[
        int | None, opt("--person", PERSON, "For whom; default the call's only subject.")
    ] = None
    owner: OwnerOption = None
    made: MadeOption = None
    again_of: Annotated[
        int | None, opt("--again-of", REFERRAL, "The referral that this one comes after.")
    ] = None
    draft: DraftOption = False
    note_file: NoteFileOption = None


@dataclass(eq=False, repr=False)
class NeedReferOptions:
    """The same, where the assessment gives the need and the person."""

    to: ToOption = None
    handoff: HandoffOption = None
    parties: PartiesOption = None
    handoff_minutes: HandoffMinutesOption = None
    owner: OwnerOption = None
    made: MadeOption = None
    draft: DraftOption = False
    note_file: NoteFileOption = None


@dataclass(eq=False, repr=False)
class UpdateOptions:
    """The options of a change to a referral."""

    status: Annotated[str | None, opt("--status", code("referral_status"), "Its new status.")] = (
        None
    )
    reason: Annotated[
        str | None,
        opt(
            "--reason",
            REASON_CODE,
            "Why it did not go on; needed for on_hold, rejected, expired, cancelled,"
            " entered_in_error.",
        ),
    ] = None
    note_file: NoteFileOption = None
    when: Annotated[datetime | None, opt("--when", MOMENT, "When it changed; default now.")] = None
    owner: Annotated[
        int | None,
        opt("--owner", LOGIN, "Who owns it from now on; its follow-ups are reassigned too."),
    ] = None
    seen: Annotated[
        int | None,
        opt(
            "--seen",
            whole_number(MOST_EVENTS),
            "How many events you saw: refused if there are more.",
        ),
    ] = None
