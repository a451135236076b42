"""`ccu household`: the people who belong together, and what is open for them."""

from datetime import date
from pathlib import Path
from typing import Annotated

from ccu.households import card as cards
from ccu.households import entry as household_entry
from ccu.options import Context, arg, flag, group, opt
from ccu.options.lookups import PAST_DAY
from ccu.options.types import FILE, HOUSEHOLD, PERSON, OptionType
from ccu.output import FormatOption, OutputOption, Table, emit, emit_document, emit_line
from ccu.people.who import NAMED_PERSON
from ccu.session import Session

app = group("Households: the people who belong together.")

COLUMNS = ("id", "name", "members", "workers", "open")

HouseholdArgument = Annotated[int, arg("HOUSEHOLD", HOUSEHOLD, "The household's number.")]


def _number_or_new(session: Session, text: str, option: str) -> int | str | None:
    return household_entry.household_or("new").read(session, text, option)


@app.command()
def show(
    ctx: Context,
    household: Annotated[
        int | None, arg("[HOUSEHOLD]", HOUSEHOLD, "The household's number.")
    ] = None,
    person: Annotated[int | None, opt("--person", PERSON, "The household of this person.")] = None,
    format: FormatOption = None,
    output: OutputOption = None,
) -> None:
    """Show a household's card: its members, workers, open work, unmet needs.

    For Human Services, clinicians and the unit. Showing it is recorded in the audit, of each person
    named. An address is not a household: this is who was linked, wherever they live.

    Examples:

      ccu household show 3

      ccu household show --person 12
    """
    session = ctx.obj
    card = cards.show(session, cards.asked(session, household, person))
    emit_document(session.view.with_notice(cards.document(session.db, card)), format, output)


@app.command("list")
def list_(
    ctx: Context,
    every: Annotated[bool, flag("--all", "Include those without members or open work.")] = False,
    format: FormatOption = None,
    output: OutputOption = None,
) -> None:
    """List the households by number: members, workers, open work.

    A name, where one was given, only for those who may see the card.

    Example:

      ccu household list
    """
    emit(Table(COLUMNS, cards.rows_of_list(ctx.obj, every), title="Households"), format, output)


@app.command()
def add(
    ctx: Context,
    household: Annotated[
        str, arg("HOUSEHOLD", OptionType(read=_number_or_new), "The household's number, or new.")
    ],
    person: Annotated[list[int], arg("PERSON...", NAMED_PERSON, "The people, by number.")],
    since: Annotated[
        date | None, opt("--since", PAST_DAY, "From this day, where it is known.")
    ] = None,
) -> None:
    """Put people into a household, beside others they are in; one who left comes back.

    Examples:

      ccu household add 3 15 --since 2026-01-12

      ccu household add new 12 15
    """
    day = since.isoformat() if since else None
    emit_line(household_entry.add(ctx.obj, household, person, day))


@app.command()
def leave(
    ctx: Context,
    household: HouseholdArgument,
    person: Annotated[int, arg("PERSON", NAMED_PERSON, "The person's number.")],
    on: Annotated[
        date | None, opt("--on", PAST_DAY, "The last day, not in the future; default today.")
    ] = None,
) -> None:
    """Take a person out of a household; how they are related to others is kept.

    Example:

      ccu household leave 3 15 --on 2026-01-12
    """
    from ccu import dates
    from ccu.households import store as households

    day = on or ctx.obj.today
    with ctx.obj.work() as work:
        households.leave(work, household, person, day.isoformat())
    emit_line(f"Person {person} left household {household} on {dates.say_date(day)}.")


@app.command()
def edit(
    ctx: Context,
    household: HouseholdArgument,
    file: Annotated[
        Path | None, opt("--file", FILE, "The name is in FILE; - is standard input.")
    ] = None,
) -> None:
    """Name a household; an empty name removes it.

    A name is identifying: it is asked for or read from a file, never typed on the command line.

    Example:

      ccu household edit 3
    """
    emit_line(household_entry.name(ctx.obj, household, file))
