"""The options of `refer`, `needs refer` and `provider`, once for the commands that share them."""

from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

from typer import Option

from ccu import complete

ToOption = Annotated[
    str | None,
    Option(
        "--to",
        metavar="PROVIDER",
        help="Its number, or how its name begins.",
        autocompletion=complete.provider,
    ),
]
HandoffOption = Annotated[
    str | None,
    Option(
        "--handoff",
        metavar="TYPE",
        help="How the person was passed over; else none.",
        autocompletion=complete.code("handoff"),
    ),
]
PartiesOption = Annotated[
    str | None, Option("--parties", help="Who took part in the hand-off: roles, not names.")
]
HandoffMinutesOption = Annotated[
    str | None, Option("--handoff-minutes", metavar="N", help="Minutes the hand-off took.")
]
OwnerOption = Annotated[
    str | None,
    Option(
        "--owner",
        metavar="LOGIN",
        help="Who sees to it; else who refers.",
        autocompletion=complete.login,
    ),
]
MadeOption = Annotated[
    str | None, Option("--made", metavar="TIME", help="When it was made; else now.")
]
DraftOption = Annotated[
    bool, Option("--draft", help="Not sent yet: the first status is draft, not requested.")
]
NoteFileOption = Annotated[
    Path | None,
    Option("--note-file", metavar="FILE", help="A note from a file; - is standard input."),
]


@dataclass(eq=False, repr=False)
class ReferOptions:
    """What was said of a new referral; None: not said."""

    to: ToOption = None
    need: Annotated[
        str | None,
        Option("--need", help="What help is sought.", autocompletion=complete.code("need")),
    ] = None
    handoff: HandoffOption = None
    parties: PartiesOption = None
    handoff_minutes: HandoffMinutesOption = None
    person: Annotated[
        str | None,
        Option("--person", metavar="P", help="For whom; else the call's only subject."),
    ] = None
    owner: OwnerOption = None
    made: MadeOption = None
    again_of: Annotated[
        str | None,
        Option("--again-of", metavar="R", help="The referral that this one comes after."),
    ] = None
    draft: DraftOption = False
    note_file: NoteFileOption = None


@dataclass(eq=False, repr=False)
class NeedReferOptions:
    """The same where the need and the person are known: they are the assessment's."""

    to: ToOption = None
    handoff: HandoffOption = None
    parties: PartiesOption = None
    handoff_minutes: HandoffMinutesOption = None
    owner: OwnerOption = None
    made: MadeOption = None
    draft: DraftOption = False
    note_file: NoteFileOption = None


@dataclass(eq=False, repr=False)
class ProviderOptions:
    """What was said of a provider; an empty text clears what may be empty."""

    need: Annotated[
        list[str] | None,
        Option(
            "--need",
            help="What it helps with; replaces the whole list. Repeatable.",
            autocompletion=complete.code("need"),
        ),
    ] = None
    agency: Annotated[
        str | None,
        Option(
            "--agency",
            help="What kind of agency it is; else a contracted provider.",
            autocompletion=complete.code("agency"),
        ),
    ] = None
    phone: Annotated[str | None, Option("--phone", help="How to reach it.")] = None
    hours: Annotated[str | None, Option("--hours", help="When it is open, in words.")] = None
    eligibility: Annotated[str | None, Option("--eligibility", help="Whom it takes, in words.")] = (
        None
    )
    capacity: Annotated[
        str | None,
        Option(
            "--capacity",
            help="Whether it takes people now: open, waitlist, full, ask_first.",
            autocompletion=complete.code("capacity"),
        ),
    ] = None
    verified: Annotated[
        str | None,
        Option("--verified", metavar="DAY", help="When this was last checked with it."),
    ] = None
    part2: Annotated[
        bool | None,
        Option("--part2/--no-part2", help="Whether it is a 42 CFR Part 2 program."),
    ] = None


@dataclass(eq=False, repr=False)
class UpdateOptions:
    """What was said of a change to a referral."""

    status: Annotated[
        str | None,
        Option(
            "--status",
            metavar="STATUS",
            help="What it becomes.",
            autocompletion=complete.code("referral_status"),
        ),
    ] = None
    reason: Annotated[
        str | None,
        Option(
            "--reason",
            metavar="CODE",
            help="Why it did not go on; needed for on_hold, rejected, expired, cancelled,"
            " entered_in_error.",
            autocompletion=complete.code("reason"),
        ),
    ] = None
    note_file: NoteFileOption = None
    when: Annotated[
        str | None, Option("--when", metavar="TIME", help="When that was; else now.")
    ] = None
    owner: Annotated[
        str | None,
        Option(
            "--owner",
            metavar="LOGIN",
            help="Who sees to it from now on; its follow-ups go along.",
            autocompletion=complete.login,
        ),
    ] = None
    seen: Annotated[
        str | None,
        Option("--seen", metavar="N", help="How many events you saw: refused if there are more."),
    ] = None
