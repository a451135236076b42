"""`ccu household`: the people who belong together, and what is open for them."""

from pathlib import Path
from typing import Annotated

import typer

from ccu import typed
from ccu.group import group
from ccu.output import FormatOption, OutputOption, Table, emit, emit_document, emit_line
from ccu.session import Session

app = group("The people who belong together: show, list, add, leave.")

COLUMNS = ("id", "name", "members", "workers", "open")

HouseholdArgument = Annotated[
    str, typer.Argument(metavar="HOUSEHOLD", help="The household's number.")
]
PersonArgument = Annotated[str, typer.Argument(metavar="PERSON", help="The person's number.")]


@app.command()
def show(
    ctx: typer.Context,
    household: Annotated[
        str | None, typer.Argument(metavar="[HOUSEHOLD]", help="The household's number.")
    ] = None,
    person: Annotated[
        str | None, typer.Option("--person", metavar="P", help="The one this person is in.")
    ] = None,
    format: FormatOption = None,
    output: OutputOption = None,
) -> None:
    """Show a household's card: its members, who is helping, what is open, what they lack.

    For Human Services, clinicians and the unit. Showing it is recorded in the audit, of each person
    named. An address is not a household: this is who was linked, wherever they live.

    JSON: household, name; members (person, name, birth_year, age, age_estimated, minor, since,
    relations, care_calls by days, lacks: null when never asked, else assessment, on, needs);
    care_calls (a call once); workers (login, agency, name, phone, since, person: null for the
    household); open (record, id, what, status, due, overdue, owner, person, household, call,
    referral: that a follow-up is for); elsewhere (person, name, relations: linked, not a member);
    left (the same, until). A relation: person, is (what this one is to them), or has_as (what they
    are, where that has no other side).

    Examples:

      ccu household show 3

      ccu household show --person 12
    """
    from ccu.card import notice
    from ccu.households import card as cards
    from ccu.households import page as household_page

    session: Session = ctx.obj
    card = cards.show(session, cards.asked(session, household, person))
    page = household_page.document(session.db, card)
    emit_document(notice.on(page, session.view), format, output)


@app.command("list")
def list_(
    ctx: typer.Context,
    every: Annotated[
        bool, typer.Option("--all", help="Those with nobody in them and nothing open, too.")
    ] = False,
    format: FormatOption = None,
    output: OutputOption = None,
) -> None:
    """List the households by number: how many belong to each, who helps, how much is open.

    A name, where one was given, only for those who may see the card.

    Example:

      ccu household list
    """
    from ccu.households import card as cards

    session: Session = ctx.obj
    emit(Table(COLUMNS, cards.rows_of_list(session, every), title="Households"), format, output)


@app.command()
def add(
    ctx: typer.Context,
    household: Annotated[
        str, typer.Argument(metavar="HOUSEHOLD", help="The household's number, or new.")
    ],
    person: Annotated[
        list[str], typer.Argument(metavar="PERSON...", help="Who belongs to it, by number.")
    ],
    since: Annotated[
        str | None,
        typer.Option("--since", metavar="DAY", help="From this day, where it is known."),
    ] = None,
) -> None:
    """Put people into a household, beside others they are in; one who left comes back.

    Examples:

      ccu household add 3 15 --since 2026-01-12

      ccu household add new 12 15
    """
    from ccu import dates
    from ccu.households import entry as household_entry

    session: Session = ctx.obj
    _ = session.staff_id
    day = None
    if since is not None:
        day = dates.parse_day(since, session.today, field="--since", future=False).isoformat()
    emit_line(household_entry.add(session, household, person, day))


@app.command()
def leave(
    ctx: typer.Context,
    household: HouseholdArgument,
    person: PersonArgument,
    on: Annotated[
        str, typer.Option("--on", metavar="DAY", help="The last day; not in the future.")
    ] = "today",
) -> None:
    """Say that somebody does not belong to a household any more. What they are to others stays.

    Example:

      ccu household leave 3 15 --on 2026-01-12
    """
    from ccu import dates
    from ccu.households import store as households

    session: Session = ctx.obj
    by = session.staff_id
    household_id = typed.record_id(household, "household")
    person_id = typed.record_id(person, "person")
    day = dates.parse_day(on, session.today, field="--on", future=False).isoformat()
    at = dates.to_iso(session.now)
    with session.writing() as connection:
        households.leave(connection, by, household_id, person_id, on=day, at=at)
    emit_line(f"Person {person_id} left household {household_id} on {day}.")


@app.command()
def name(
    ctx: typer.Context,
    household: HouseholdArgument,
    file: Annotated[
        Path | None,
        typer.Option("--file", metavar="FILE", help="The name is in FILE; - is standard input."),
    ] = None,
) -> None:
    """Give a household a name, if one is wanted; an empty one takes it away.

    A name says who they are: it is asked for or read, never a word of the command.

    Example:

      ccu household name 3
    """
    from ccu.households import entry as household_entry

    session: Session = ctx.obj
    emit_line(household_entry.name(session, typed.record_id(household, "household"), file))
