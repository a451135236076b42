"""`ccu history`: what is known at an address or of a person, for an officer on the way there."""

from typing import Annotated

import typer

from ccu.errors import InvalidInput
from ccu.options import CALL, PERSON, REASON, needs_reason, opt
from ccu.output import FormatOption, OutputOption
from ccu.session import Session

AddressOption = Annotated[
    str | None, typer.Option("--address", "-a", help="An address as you would say it.")
]
CallOption = Annotated[int | None, opt("--call", CALL, "The place of this call.")]
PersonOption = Annotated[
    int | None, opt("--person", PERSON, "This person, by number, at any place.")
]


def command(
    ctx: typer.Context,
    address: AddressOption = None,
    call: CallOption = None,
    person: PersonOption = None,
    every: Annotated[
        bool, typer.Option("--all", help="List every call, not the last few.")
    ] = False,
    full: Annotated[
        bool, typer.Option("--full", help="With what was written of each call; needs --reason.")
    ] = False,
    reason: Annotated[
        str | None, opt("--reason", REASON, "Why the narratives are needed; it is kept.")
    ] = None,
    format: FormatOption = None,
    output: OutputOption = None,
) -> None:
    """Show what is known at an address: warnings, who is helping, past calls.

    Units are kept apart: 12 Main St Apt 3 is not Apt 4, and not the building. With --person, what
    is known of one person at any place. Each card shown is recorded in the audit.

    JSON: query, match, place, counts, warnings, workers, open, plans, calls, building, near; of a
    person: person, counts, workers, open, plans, calls, places.

    Examples:

      ccu history --address "12 Main St Apt 3"

      ccu history --call 41 --all --format csv

      ccu history --person 12

      ccu history -a "12 Main St #3" --full --reason "on scene, person not answering"
    """
    session: Session = ctx.obj
    if sum(each is not None for each in (address, call, person)) != 1:
        raise InvalidInput("give one of --address, --call and --person")
    why = needs_reason(full, reason)
    if person is not None:
        from ccu.card import person as person_card

        person_card.show(session, person, every=every, reason=why, format=format, output=output)
        return
    from ccu.card import place

    place.show(
        session,
        address=address,
        call_id=call,
        every=every,
        reason=why,
        format=format,
        output=output,
    )
