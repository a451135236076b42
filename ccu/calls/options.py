"""The options that describe a call, once: `log-call` and `call amend` take the same ones.

Options are fields of a dataclass without comparison or repr: making those costs start-up time.
"""

from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

from typer import Option

from ccu.complete import code


@dataclass(eq=False, repr=False)
class CallOptions:
    """What was said of a call on the command line; None or an empty list: not said.

    The order is that of --help, and of reading: `when` comes before the times counted from it.
    """

    when: Annotated[
        str | None,
        Option(
            "--when",
            metavar="TIME",
            help="When it began: 22:30, yesterday 22:30, 2026-01-18 22:30.",
        ),
    ] = None
    address: Annotated[
        str | None, Option("--address", help="Where, as anybody would write it.")
    ] = None
    nature: Annotated[
        str | None,
        Option(
            "--nature",
            help="What it came in as, a code or its label.",
            autocompletion=code("nature"),
        ),
    ] = None
    nature_cleared: Annotated[
        str | None,
        Option("--nature-cleared", help="What it turned out to be.", autocompletion=code("nature")),
    ] = None
    source: Annotated[
        str | None,
        Option("--source", help="How it reached us.", autocompletion=code("call_source")),
    ] = None
    dispatched: Annotated[
        str | None,
        Option(
            "--dispatched", metavar="TIME", help="A time without a day is the first after --when."
        ),
    ] = None
    arrived: Annotated[
        str | None, Option("--arrived", metavar="TIME", help="First unit on scene.")
    ] = None
    cleared: Annotated[str | None, Option("--cleared", metavar="TIME", help="Last unit clear.")] = (
        None
    )
    incident: Annotated[
        str | None,
        Option("--incident", help="The dispatch system's number; no two calls share it."),
    ] = None
    priority: Annotated[str | None, Option("--priority", help="As dispatch writes it.")] = None
    beat: Annotated[str | None, Option("--beat", help="Beat or district.")] = None
    lead: Annotated[
        str | None, Option("--lead", help="Lead agency.", autocompletion=code("agency"))
    ] = None
    responder: Annotated[
        list[str] | None,
        Option(
            "--responder",
            metavar="AGENCY[+clinician][:STATE[:DETAIL...]]",
            help="Who responded (arrived, unless STATE says otherwise). Details: unit=4A,"
            " minutes=30, or why cancelled or unavailable. Repeatable.",
        ),
    ] = None
    danger: Annotated[
        list[str] | None,
        Option("--danger", help="Danger met, or none. Repeatable.", autocompletion=code("danger")),
    ] = None
    backup_asked: Annotated[
        bool | None, Option("--backup-asked/--no-backup-asked", help="Back-up was asked for.")
    ] = None
    backup_arrived: Annotated[
        bool | None, Option("--backup-arrived/--no-backup-arrived", help="Back-up came.")
    ] = None
    force_used: Annotated[
        bool | None, Option("--force-used/--no-force-used", help="Force was used.")
    ] = None
    injury: Annotated[bool | None, Option("--injury/--no-injury", help="Somebody was hurt.")] = None
    crisis_kind: Annotated[
        str | None,
        Option(
            "--crisis-kind",
            help="As it appeared; no diagnosis.",
            autocompletion=code("crisis_kind"),
        ),
    ] = None
    intervention: Annotated[
        list[str] | None,
        Option(
            "--intervention", help="What was done. Repeatable.", autocompletion=code("intervention")
        ),
    ] = None
    disposition: Annotated[
        list[str] | None,
        Option(
            "--disposition", help="How it ended. Repeatable.", autocompletion=code("disposition")
        ),
    ] = None
    minutes: Annotated[
        str | None,
        Option("--minutes", metavar="N", help="Minutes on scene, all responders together."),
    ] = None
    person: Annotated[
        list[str] | None,
        Option(
            "--person",
            metavar="[ROLE:]WHO",
            help="Somebody met: unknown, described: TEXT, or a person's number; a role before it"
            " (subject, caller, family, victim, witness). No names here: use --person-file.",
        ),
    ] = None
    person_file: Annotated[
        Path | None,
        Option(
            "--person-file",
            metavar="FILE",
            help="People met, one a line: as --person, or a name: [ROLE:]GIVEN FAMILY"
            " [; born 1980-01-31]. - is standard input.",
        ),
    ] = None
    note_file: Annotated[
        Path | None,
        Option("--note-file", metavar="FILE", help="The narrative; - is standard input."),
    ] = None
