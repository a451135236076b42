"""`ccu place`: safety notes on a place, what is there, and places that leave the counts."""

from datetime import date
from pathlib import Path
from typing import Annotated

import typer

from ccu.errors import InvalidInput
from ccu.options import (
    FILE,
    PLACE,
    REQUIRED,
    AskingOption,
    arg,
    group,
    number_of,
    opt,
    with_options,
)
from ccu.output import FormatOption, OutputOption, emit, emit_document, emit_line
from ccu.places import finding, flags
from ccu.places.finding import AddressArgument, PlaceOption, PlaceOptions
from ccu.places.flags import CATEGORY, END, REASON, SOURCE, UNTIL
from ccu.session import Session

app = group("One place: show, flag, verify, exempt, merge.")

CATEGORY_OPTION = opt("--category", CATEGORY, "What is there.")
FLAG = number_of("flag", "F")
MOVED = {"call": "call", "place_flag": "flag", "plan": "plan", "frequent_override": "override"}


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

    The flags of a building are shown with its units.

    JSON: place, typed_as, merged, flags, counts, building, changes.

    Example:

      ccu place show 12 Main St Apt 3
    """
    from ccu.card import place_record

    session: Session = ctx.obj
    place_id = finding.exact(session, " ".join(address or []), place)
    emit_document(place_record.show(session, place_id, every), format, output)


@app.command()
@with_options(PlaceOptions)
def flag(
    ctx: typer.Context,
    given: PlaceOptions,
    source: Annotated[
        str | None,
        opt("--source", SOURCE, "Where it comes from: officer, call 12, family; not a name."),
    ] = None,
    file: Annotated[Path | None, opt("--file", FILE, "The note from a file; - is stdin.")] = None,
    until: Annotated[
        date | None, opt("--until", UNTIL, "Until this day; at most flag_years ahead.")
    ] = None,
    asking: AskingOption = False,
) -> None:
    """Put a short safety note on a place; the card of the place, and of its units, shows it.

    The note is asked for or comes from a file: one line of at most 160 characters, about the place.
    The card marks it until a second person verifies it.

    Example:

      ccu place flag 12 Main St Apt 3 --source "call 12" --file note.txt
    """
    emit_line(flags.add_flag(ctx.obj, given, source, file, until, asking))


@app.command()
def verify(
    ctx: typer.Context,
    flag: Annotated[
        int | None, arg("[F]", FLAG, "The flag's number; without it, those to check.")
    ] = None,
    format: FormatOption = None,
    output: OutputOption = None,
) -> None:
    """Confirm a flag that somebody else wrote; renew it for flag_years or until its --until day.

    Without a number: the flags that nobody has verified yet or that expire within 30 days.

    Example:

      ccu place verify 3
    """
    session: Session = ctx.obj
    if flag is None:
        emit(flags.flags_to_check(session), format, output)
        return
    if format or output:
        raise InvalidInput("--format and --output are for the list, without a number")
    emit_line(flags.verify_flag(session, flag))


@app.command()
def unflag(
    ctx: typer.Context,
    flag: Annotated[int, arg("F", FLAG, "The flag's number.")],
    why: Annotated[str | None, opt("--why", END, "outdated, wrong, moved or replaced.")] = None,
    asking: AskingOption = False,
) -> None:
    """Take a flag off its place; it is kept, with who ended it and why.

    Example:

      ccu place unflag 3 --why outdated
    """
    emit_line(flags.end_flag(ctx.obj, flag, why, asking))


@app.command()
@with_options(PlaceOptions)
def exempt(
    ctx: typer.Context,
    given: PlaceOptions,
    category: Annotated[str | None, CATEGORY_OPTION] = None,
    reason: Annotated[str | None, opt("--reason", REASON, "Why; it is kept.")] = None,
    exempt: Annotated[
        bool, typer.Option("--exempt/--no-exempt", help="Or let it be counted again.")
    ] = True,
    asking: AskingOption = False,
) -> None:
    """Leave a shelter, hospital or station out of the repeat counts, with its units.

    People met there are counted as before.

    Examples:

      ccu place exempt 4 Mill Rd --category shelter --reason "beds for many people"

      ccu place exempt --place 41 --no-exempt --reason "closed in May"
    """
    change = flags.exempt if exempt else flags.count_again
    emit_line(change(ctx.obj, given, category, reason, asking))


@app.command()
@with_options(PlaceOptions)
def category(
    ctx: typer.Context,
    given: PlaceOptions,
    category: Annotated[str, CATEGORY_OPTION] = REQUIRED,
    asking: AskingOption = False,
) -> None:
    """Record what is at a place; the earlier category is kept as a change.

    Example:

      ccu place category 4 Mill Rd --category group_home
    """
    emit_line(flags.record_category(ctx.obj, given, category, asking))


@app.command()
def merge(
    ctx: typer.Context,
    a: Annotated[int, arg("A", PLACE, "The place to keep, by number.")],
    b: Annotated[int, arg("B", PLACE, "The place to merge into it.")],
) -> None:
    """Merge place B into A: one house, one card, one count. Its addresses are found as A's.

    Calls, flags, plans and the units of B go to A, which keeps its own category. ccu place show
    and ccu check print the numbers. ccu place unmerge B undoes it.

    Example:

      ccu place merge 3 8
    """
    from ccu.places import merge_store
    from ccu.places import store as places

    session: Session = ctx.obj
    with session.work() as work:
        counts = merge_store.merge(work, a, b)
        kept = places.place_line(work.connection, a)
    moved = ", ".join(
        f"{counts[name]} {word if counts[name] == 1 else word + 's'}"
        for name, word in MOVED.items()
        if counts[name]
    )
    emit_line(f"Merged place {b} into place {a}, {kept}. Moved: {moved or 'nothing'}.")


@app.command()
def unmerge(
    ctx: typer.Context,
    b: Annotated[int, arg("B", PLACE, "The place that was merged.")],
) -> None:
    """Undo a merge: calls by the addresses of B, its flags, plans and units go back to it.

    Example:

      ccu place unmerge 8
    """
    from ccu.places import merge_store
    from ccu.places import store as places

    session: Session = ctx.obj
    with session.work() as work:
        was_part_of = merge_store.unmerge(work, b)
        line = places.place_line(work.connection, b)
    emit_line(f"Place {b}, {line}, is apart from place {was_part_of} again.")
