"""`ccu frequent`: the people and places met most often, by the town's threshold."""

from pathlib import Path
from typing import Annotated

from ccu.errors import InvalidInput
from ccu.follow_ups.options import NamesOption
from ccu.frequent import lists
from ccu.options import AskingOption, Context, arg, flag, group, opt
from ccu.options.lookups import count
from ccu.options.types import FILE, PLACE, line, number_of
from ccu.output import FormatOption, OutputOption, Table, emit, emit_document, emit_line
from ccu.people.who import NAMED_PERSON

app = group("Frequent contacts: people and places of many calls, and their reviews.")

CallsOption = Annotated[
    int | None, opt("--k", count(100_000), "Care calls or more; default the setting repeat_calls.")
]
DaysOption = Annotated[
    int | None, opt("--days", count(100_000), "Within these days; default the setting repeat_days.")
]
OVERRIDE = number_of("frequent override", "N", "frequent_override")
AllOption = Annotated[bool, flag("--all", "Include what is left out.")]
ReasonFileOption = Annotated[
    Path | None, opt("--file", FILE, "The reason from a file; - is stdin.")
]


@app.command()
def people(
    ctx: Context,
    k: CallsOption = None,
    days: DaysOption = None,
    every: AllOption = False,
    names: NamesOption = False,
    format: FormatOption = None,
    output: OutputOption = None,
) -> None:
    """List the people with the most care calls about them, each person once.

    Counted are care calls on which they were the subject, today being the last of the days; a call
    by or beside them is not about them. open: referrals and follow-ups. It is recorded.

    Examples:

      ccu frequent people

      ccu frequent people --k 6 --days 180 --names
    """
    emit_document(lists.people(ctx.obj, k, days, names=names, every=every), format, output)


@app.command()
def places(
    ctx: Context,
    k: CallsOption = None,
    days: DaysOption = None,
    every: AllOption = False,
    format: FormatOption = None,
    output: OutputOption = None,
) -> None:
    """List the places with the most care calls; a unit is not its building.

    people: how many different people with a name those care calls were about; unknown: how many of
    those calls were about nobody known by name. calls: of any type. worker: somebody works with
    people there. Exempt places are left out. It is recorded.

    Examples:

      ccu frequent places

      ccu frequent places --k 7 --days 365 --all
    """
    emit_document(lists.places(ctx.obj, k, days, every=every), format, output)


@app.command()
def override(
    ctx: Context,
    person: Annotated[int | None, opt("--person", NAMED_PERSON, "This person, by number.")] = None,
    place: Annotated[int | None, opt("--place", PLACE, "This place, by number.")] = None,
    address: Annotated[
        str | None, opt("--address", line(300), "The place of this address.", short="-a")
    ] = None,
    on: Annotated[
        bool | None, flag("--on/--off", "On the list below the threshold, or off it.")
    ] = None,
    file: ReasonFileOption = None,
    asking: AskingOption = False,
) -> None:
    """Put a person or a place on the list below the threshold, or leave it off above it.

    It needs a reason, asked for or from a file, and is due for review after override_review_days.
    A new one ends the one before.

    Examples:

      ccu frequent override --person 12 --on

      ccu frequent override --address "4 Mill Rd" --off --file reason.txt
    """
    if on is None:
        raise InvalidInput("give either --on or --off")
    done = lists.decide(ctx.obj, person, place, address, listed=on, file=file, asking=asking)
    emit_line(done)


@app.command()
def review(
    ctx: Context,
    override: Annotated[
        int | None, arg("[N]", OVERRIDE, "The override's number; without it, those due.")
    ] = None,
    keep: Annotated[bool | None, flag("--keep/--end", "Keep it, or return to the count.")] = None,
    file: ReasonFileOption = None,
    every: Annotated[bool, flag("--all", "List all active ones, due or not.")] = False,
    asking: AskingOption = False,
    format: FormatOption = None,
    output: OutputOption = None,
) -> None:
    """List the overrides whose review is due, with their reasons; or keep or end one.

    An override is active until it is ended, also when its review is late. It is recorded.

    Examples:

      ccu frequent review

      ccu frequent review 3 --keep --file reason.txt
    """
    if override is None:
        if keep is not None or file is not None:
            raise InvalidInput("which one: --keep and --end need an override's number")
        rows = lists.due(ctx.obj, every)
        table = Table(lists.REVIEW_COLUMNS, rows, title="Overrides to review")
        emit(table, format, output)
        return
    if keep is None or every or format or output:
        raise InvalidInput("give --keep or --end with a number; lists are without one")
    emit_line(lists.review(ctx.obj, override, keep=keep, file=file, asking=asking))
