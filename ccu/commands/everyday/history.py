"""`ccu history`: what is on file for an address or a person, for an officer on the way there."""

from typing import Annotated

import typer

from ccu.errors import InvalidInput
from ccu.options import ADDRESS, AskingOption, Context, flag, opt
from ccu.options.types import CALL, PERSON, REASON
from ccu.output import FormatOption, OutputOption

WordsArgument = Annotated[
    list[str] | None,
    typer.Argument(metavar="[ADDRESS]", help="An address as you would say it.", show_default=False),
]
AddressOption = Annotated[
    str | None, typer.Option("--address", "-a", help="The address in one argument, for scripts.")
]
CallOption = Annotated[int | None, opt("--call", CALL, "The place of this call.")]
PersonOption = Annotated[
    int | None, opt("--person", PERSON, "This person, by number, at any place.")
]


def command(
    ctx: Context,
    words: WordsArgument = None,
    address: AddressOption = None,
    call: CallOption = None,
    person: PersonOption = None,
    every: Annotated[bool, flag("--all", "Everything, not only what fits on one screen.")] = False,
    full: Annotated[
        bool, flag("--full", "Everything with the narratives; needs --reason.")
    ] = False,
    reason: Annotated[
        str | None, opt("--reason", REASON, "Why the narratives are needed; kept with the audit.")
    ] = None,
    asking: AskingOption = False,
    format: FormatOption = None,
    output: OutputOption = None,
) -> None:
    """Show what is on file for an address: warnings, who to call, what to do, past calls.

    At a terminal it fits one screen; --all shows everything, as every other format does. Units are
    kept apart: 12 Main St Apt 3 is not Apt 4, and not the building. With --person, what is known of
    one person at any place. Each card shown is recorded in the audit.

    Examples:

      ccu history 12 main st apt 3

      ccu history --call 41 --format csv

      ccu history --person 12

      ccu history 12 main st apt 3 --full --reason "on scene, person not answering"
    """
    session = ctx.obj
    typed = " ".join(words) if words else None
    if (words, address, call, person) == (None,) * 4 and session.may_choose:
        address = ADDRESS.ask(session, "Address", "the address")
    if sum(each is not None for each in (typed, address, call, person)) != 1:
        raise InvalidInput(
            "give an address, --call N or --person P, such as: ccu history 27 imperial ave"
        )
    why = None
    if full:
        from ccu.options.lookups import needs_reason

        why = needs_reason(session, full, reason)
    if person is not None:
        from ccu.card import person as person_card

        person_card.show(session, person, every=every, reason=why, format=format, output=output)
        return
    from ccu.card import place

    place.show(
        session,
        address=typed if address is None else address,
        call_id=call,
        every=every,
        asking=asking,
        reason=why,
        format=format,
        output=output,
    )
