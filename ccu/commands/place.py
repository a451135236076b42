"""`ccu place`: safety notes on a place, what stands there, and places that leave the counts."""

from pathlib import Path
from typing import Annotated

import typer

from ccu import complete
from ccu.ask import NoInputOption
from ccu.errors import InvalidInput
from ccu.group import group
from ccu.output import FormatOption, OutputOption, Table, emit, emit_document, emit_line
from ccu.session import Session

app = group("One place: show, flag, verify, exempt.")

AddressArgument = Annotated[
    list[str] | None,
    typer.Argument(metavar="[ADDRESS]", help="An address as you would say it.", show_default=False),
]
PlaceOption = Annotated[
    str | None, typer.Option("--place", metavar="N", help="The place, by number.")
]
NewOption = Annotated[
    bool, typer.Option("--new", help="Make the place where there was no call yet.")
]
CategoryOption = Annotated[
    str | None,
    typer.Option(
        "--category", help="What stands there.", autocompletion=complete.code("place_category")
    ),
]
FlagArgument = Annotated[str, typer.Argument(metavar="F", help="The flag's number.")]


@app.command()
def show(
    ctx: typer.Context,
    address: AddressArgument = None,
    place: PlaceOption = None,
    every: Annotated[bool, typer.Option("--all", help="Every unit and text.")] = False,
    format: FormatOption = None,
    output: OutputOption = None,
) -> None:
    """Show a place: how it was read, its flags, how often calls were there, what was changed.

    A unit is not its building; the flags of a building are shown with its units. It is recorded.

    JSON: place, typed_as, flags, counts, building, changes.

    Examples:

      ccu place show 12 Main St Apt 3

      ccu place show --place 41 --format json
    """
    from ccu.places import asked_for as places
    from ccu.places import page as place_page

    session: Session = ctx.obj
    place_id = places.exact(session, " ".join(address or []), place)
    data = place_page.read(session, place_id)
    emit_document(place_page.document(session, data, every), format, output)


@app.command()
def flag(
    ctx: typer.Context,
    address: AddressArgument = None,
    place: PlaceOption = None,
    source: Annotated[
        str | None,
        typer.Option("--source", help="Where it comes from: officer, call 12, family; not a name."),
    ] = None,
    file: Annotated[
        Path | None,
        typer.Option("--file", metavar="FILE", help="The note from a file; - is stdin."),
    ] = None,
    until: Annotated[
        str | None,
        typer.Option("--until", metavar="DAY", help="Until this day; at most flag_years ahead."),
    ] = None,
    new: NewOption = False,
    no_input: NoInputOption = False,
) -> None:
    """Put a short safety note on a place; the card of the place, and of its units, shows it.

    The note is asked for or comes from a file: one line of at most 160 characters, about the place.
    Until somebody else verifies it, the card says so.

    Examples:

      ccu place flag 12 Main St --source officer

      ccu place flag 12 Main St Apt 3 --source "call 12" --file note.txt
    """
    from ccu.places.flag_entry import NewFlag

    session: Session = ctx.obj
    asking = session.interactive and not no_input
    flag = NewFlag(session, " ".join(address or []), place, new, asking)
    emit_line(flag.add(source, file, until))


@app.command()
def verify(
    ctx: typer.Context,
    flag: Annotated[
        str | None,
        typer.Argument(metavar="[F]", help="The flag's number; without it, those to check."),
    ] = None,
    format: FormatOption = None,
    output: OutputOption = None,
) -> None:
    """Say that you checked a flag that somebody else wrote; it then stands for flag_years anew.

    One whose writer set an earlier day with --until keeps that day. By the unit.

    Without a number: the flags that nobody has verified yet or that expire within 30 days.

    Examples:

      ccu place verify

      ccu place verify 3
    """
    from ccu.places import flag_entry as place_flags

    session: Session = ctx.obj
    if flag is None:
        rows = place_flags.to_check(session)
        emit(Table(place_flags.CHECK_COLUMNS, rows, title="Flags to check"), format, output)
        return
    if format or output:
        raise InvalidInput("--format and --output are for the list, without a number")
    emit_line(place_flags.verify(session, flag))


@app.command()
def unflag(
    ctx: typer.Context,
    flag: FlagArgument,
    why: Annotated[
        str | None, typer.Option("--why", help="outdated, wrong, moved or replaced.")
    ] = None,
    no_input: NoInputOption = False,
) -> None:
    """Take a flag off its place; it is kept, with who ended it and why.

    Example:

      ccu place unflag 3 --why outdated
    """
    from ccu.places import flag_entry as place_flags

    session: Session = ctx.obj
    emit_line(place_flags.end(session, flag, why, session.interactive and not no_input))


@app.command()
def exempt(
    ctx: typer.Context,
    address: AddressArgument = None,
    place: PlaceOption = None,
    category: CategoryOption = None,
    reason: Annotated[str | None, typer.Option("--reason", help="Why; it is kept.")] = None,
    exempt: Annotated[
        bool, typer.Option("--exempt/--no-exempt", help="Or let it be counted again.")
    ] = True,
    new: NewOption = False,
    no_input: NoInputOption = False,
) -> None:
    """Leave a shelter, hospital or station out of the repeat counts, with its units.

    Its calls are calls as before, and people met there are counted as people.

    Examples:

      ccu place exempt 4 Mill Rd --category shelter --reason "beds for many people"

      ccu place exempt --place 41 --no-exempt --reason "closed in May"
    """
    from ccu.places.flag_entry import Standing

    session: Session = ctx.obj
    if not exempt and category is not None:
        raise InvalidInput("--category is not for --no-exempt; ccu place category changes it")
    asking = session.interactive and not no_input
    where = " ".join(address or [])
    here = Standing(session, where, place, new=new, asking=asking)
    emit_line(here.exempt(category, reason) if exempt else here.count_again(reason))


@app.command()
def category(
    ctx: typer.Context,
    address: AddressArgument = None,
    place: PlaceOption = None,
    category: CategoryOption = None,
    new: NewOption = False,
    no_input: NoInputOption = False,
) -> None:
    """Say what stands at a place; what was said before is kept.

    Example:

      ccu place category 4 Mill Rd --category group_home
    """
    from ccu.places.flag_entry import Standing

    session: Session = ctx.obj
    if category is None:
        raise InvalidInput("--category is missing")
    asking = session.interactive and not no_input
    where = " ".join(address or [])
    here = Standing(session, where, place, new=new, asking=asking)
    emit_line(here.categorise(category))
