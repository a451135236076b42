"""`ccu worker assign`, `end`, `list`: who is working with whom."""

from typing import TYPE_CHECKING, Annotated

import typer

from ccu import complete, typed
from ccu.errors import InvalidInput
from ccu.group import group
from ccu.output import FormatOption, OutputOption, Table, emit, emit_line
from ccu.session import Session

if TYPE_CHECKING:
    from ccu.people.workers import Whom

app = group("Who is working with whom: assign, end, list.")

COLUMNS = ("person", "household", "staff", "agency", "since", "until")

PersonOption = Annotated[
    str | None, typer.Option("--person", metavar="P", help="With this person, by number.")
]
HouseholdOption = Annotated[
    str | None, typer.Option("--household", metavar="H", help="With this household, by number.")
]
StaffOption = Annotated[
    str | None, typer.Option("--staff", help="Who, by login.", autocompletion=complete.login)
]


@app.command()
def assign(
    ctx: typer.Context,
    person: PersonOption = None,
    household: HouseholdOption = None,
    staff: StaffOption = None,
    since: Annotated[
        str, typer.Option("--since", metavar="DAY", help="From this day; not in the future.")
    ] = "today",
) -> None:
    """Say who is working with a person or a household from now on; the one before ends that day.

    Accepting a referral does not do this: who accepts is not always who will work with them.

    Example:

      ccu worker assign --person 12 --staff dlee
    """
    from ccu import dates
    from ccu.people import workers
    from ccu.records import staff as accounts

    session: Session = ctx.obj
    by, whom = session.staff_id, _whom(person, household)
    if staff is None:
        raise InvalidInput("--staff is missing")
    day = dates.parse_day(since, session.today, field="--since", future=False)
    with session.writing() as connection:
        worker_id = accounts.require(connection, staff, "--staff")
        before = workers.assign(connection, by, whom, worker_id, day.isoformat())
    ended = f"; {before} was until then" if before else ""
    emit_line(f"{staff.strip()} is working with {whom} since {day}{ended}.")


@app.command()
def end(
    ctx: typer.Context,
    person: PersonOption = None,
    household: HouseholdOption = None,
    on: Annotated[
        str, typer.Option("--on", metavar="DAY", help="The last day; not in the future.")
    ] = "today",
) -> None:
    """Say that nobody is working with them any more. Open referrals and follow-ups stay open.

    Example:

      ccu worker end --person 12
    """
    from ccu import dates
    from ccu.people import workers

    session: Session = ctx.obj
    by, whom = session.staff_id, _whom(person, household)
    day = dates.parse_day(on, session.today, field="--on", future=False)
    with session.writing() as connection:
        login = workers.end(connection, by, whom, day.isoformat())
    emit_line(f"{login} was working with {whom} until {day}.")


@app.command("list")
def list_(
    ctx: typer.Context,
    person: PersonOption = None,
    household: HouseholdOption = None,
    staff: StaffOption = None,
    every: Annotated[bool, typer.Option("--all", help="Those before, too.")] = False,
    format: FormatOption = None,
    output: OutputOption = None,
) -> None:
    """List who is working with whom, by numbers.

    Example:

      ccu worker list --person 12 --all
    """
    from ccu.people import workers
    from ccu.records import staff as accounts

    session: Session = ctx.obj
    _ = session.staff_id
    whom = _whom(person, household) if person is not None or household is not None else None
    if whom is not None:
        workers.check(session.db, whom)
    worker_id = accounts.require(session.db, staff, "--staff") if staff is not None else None
    today = session.today.isoformat()
    rows = workers.rows(session.db, whom, worker_id, every, today, session.view)
    session.keep_shown()
    emit(Table(COLUMNS, rows, title="Workers"), format, output)


def _whom(person: str | None, household: str | None) -> "Whom":
    from ccu.people.workers import Whom

    if (person is None) == (household is None):
        raise InvalidInput("give either --person or --household")
    if person is not None:
        return Whom(person_id=typed.record_id(person, "person"))
    return Whom(household_id=typed.record_id(household or "", "household"))
