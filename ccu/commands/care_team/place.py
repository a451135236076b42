"""`ccu place`: flags on a place, what is there, and places excluded from repeat counts."""

from datetime import date
from pathlib import Path
from typing import Annotated

from ccu.errors import InvalidInput
from ccu.options import FILE, AskingOption, Context, arg, flag, group, number_of, opt
from ccu.options.shared import with_options
from ccu.output import FormatOption, OutputOption, emit, emit_document, emit_line
from ccu.places import finding
from ccu.places import flag_store as flags
from ccu.places.finding import AddressArgument, PlaceOption, PlaceOptions
from ccu.places.flag_store import CATEGORY, END, REASON, SOURCE, UNTIL

app = group("Places: flags and exemptions; merge one that is on file twice.")

CATEGORY_OPTION = opt("--category", CATEGORY, "What is there.")
FLAG = number_of("flag", "F", "place_flag")


@app.command()
def show(
    ctx: Context,
    address: AddressArgument = None,
    place: PlaceOption = None,
    every: Annotated[bool, flag("--all", "Every unit and text.")] = False,
    format: FormatOption = None,
    output: OutputOption = None,
) -> None:
    """Show a place: how it was read, its flags, how many calls were there, and its changes.

    The flags of a building are shown with its units.

    Examples:

      ccu place show 12 Main St Apt 3

      ccu place show 41
    """
    from ccu.card import place_record

    place_id = finding.exact(ctx.obj, " ".join(address or []), place)
    emit_document(place_record.show(ctx.obj, place_id, every), format, output)


@app.command("flag")
@with_options(PlaceOptions)
def flag_(
    ctx: Context,
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
    ctx: Context,
    flag: Annotated[
        int | None, arg("[F]", FLAG, "The flag's number; without it, lists those to check.")
    ] = None,
    format: FormatOption = None,
    output: OutputOption = None,
) -> None:
    """Confirm a flag that somebody else wrote; renew it for flag_years or until its --until day.

    Without a number: the flags that nobody has verified yet or that expire within 30 days.

    Example:

      ccu place verify 3
    """
    if flag is None:
        emit(flags.flags_to_check(ctx.obj), format, output)
        return
    if format or output:
        raise InvalidInput("--format and --output are for the list, without a number")
    emit_line(flags.verify_flag(ctx.obj, flag))


@app.command()
def unflag(
    ctx: Context,
    flag: Annotated[int, arg("F", FLAG, "The flag's number.")],
    why: Annotated[str | None, opt("--why", END, "outdated, wrong, moved or replaced.")] = None,
    asking: AskingOption = False,
) -> None:
    """Take a flag off its place; it is kept, with who ended it and why.

    Example:

      ccu place unflag 3 --why outdated
    """
    emit_line(flags.end_flag(ctx.obj, flag, why))


@app.command()
@with_options(PlaceOptions)
def exempt(
    ctx: Context,
    given: PlaceOptions,
    category: Annotated[str | None, CATEGORY_OPTION] = None,
    reason: Annotated[str | None, opt("--reason", REASON, "Why; it is kept.")] = None,
    exempt: Annotated[bool, flag("--exempt/--no-exempt", "Or count it again.")] = True,
    asking: AskingOption = False,
) -> None:
    """Leave a shelter, hospital or station out of the repeat counts, with its units.

    People met there are still counted.

    Examples:

      ccu place exempt 4 Mill Rd --category shelter --reason "beds for many people"

      ccu place exempt --place 41 --no-exempt --reason "closed in May"
    """
    emit_line(flags.exempt(ctx.obj, given, category, reason, asking, again=not exempt))
