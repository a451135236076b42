"""`ccu worker assign`, `end`, `list`: who is working with whom."""

from datetime import date
from typing import TYPE_CHECKING, Annotated

import typer

from ccu.errors import InvalidInput
from ccu.options import HOUSEHOLD, LOGIN, PAST_DAY, PERSON, REQUIRED, group, opt
from ccu.output import FormatOption, OutputOption, Table, emit, emit_line
from ccu.session import Session

if TYPE_CHECKING:
    from ccu.people.workers import Whom

app = group("Who is working with whom: assign, end, list.")

COLUMNS = ("person", "household", "staff", "agency", "since", "until")

PersonOption = Annotated[int | None, opt("--person", PERSON, "With this person, by number.")]
HouseholdOption = Annotated[
    int | None, opt("--household", HOUSEHOLD, "With this household, by number.")
]


@app.command()
def assign(
    ctx: typer.Context,
    person: PersonOption = None,
    household: HouseholdOption = None,
    staff: Annotated[int, opt("--staff", LOGIN, "Who, by login.")] = REQUIRED,
    since: Annotated[
        date | None, opt("--since", PAST_DAY, "From this day, not in the future; default today.")
    ] = None,
) -> None:
    """Say who is working with a person or a household from now on; the one before ends that day.

    Accepting a referral does not do this: who accepts is not always who will work with them.

    Example:

      ccu worker assign --person 12 --staff dlee
    """
    from ccu.people import workers
    from ccu.records import staff as accounts

    session: Session = ctx.obj
    whom, day = _whom(person, household), since or session.today
    with session.work() as work:
        before = workers.assign(work, whom, staff, day.isoformat())
        login = accounts.login_of(work.connection, staff)
    ended = f"; {before} was until then" if before else ""
    emit_line(f"{login} is working with {whom} since {day}{ended}.")


@app.command()
def end(
    ctx: typer.Context,
    person: PersonOption = None,
    household: HouseholdOption = None,
    on: Annotated[
        date | None, opt("--on", PAST_DAY, "The last day, not in the future; default today.")
    ] = None,
) -> None:
    """Say that nobody is working with them any more. Open referrals and follow-ups stay open.

    Example:

      ccu worker end --person 12
    """
    from ccu.people import workers

    session: Session = ctx.obj
    whom, day = _whom(person, household), on or session.today
    with session.work() as work:
        login = workers.end(work, whom, day.isoformat())
    emit_line(f"{login} was working with {whom} until {day}.")


@app.command("list")
def list_(
    ctx: typer.Context,
    person: PersonOption = None,
    household: HouseholdOption = None,
    staff: Annotated[int | None, opt("--staff", LOGIN, "Who, by login.")] = None,
    every: Annotated[bool, typer.Option("--all", help="Those before, too.")] = False,
    format: FormatOption = None,
    output: OutputOption = None,
) -> None:
    """List who is working with whom, by numbers.

    Example:

      ccu worker list --person 12 --all
    """
    from ccu.people import workers

    session: Session = ctx.obj
    whom = _whom(person, household) if person is not None or household is not None else None
    if whom is not None:
        workers.check(session.db, whom)
    rows = workers.rows(session.reading, whom, staff, every)
    session.keep_shown()
    emit(Table(COLUMNS, rows, title="Workers"), format, output)


def _whom(person: int | None, household: int | None) -> "Whom":
    from ccu.people.workers import Whom

    if (person is None) == (household is None):
        raise InvalidInput("give either --person or --household")
    return Whom(person_id=person, household_id=household)
