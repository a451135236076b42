"""`ccu worker assign`, `end`, `list`: the workers of people and households."""

from datetime import date
from typing import TYPE_CHECKING, Annotated

from ccu.errors import Declined, InvalidInput
from ccu.options import Context, asked, flag, group, opt
from ccu.options.lookups import LOGIN, PAST_DAY
from ccu.options.types import HOUSEHOLD, PERSON
from ccu.output import FormatOption, OutputOption, Table, emit, emit_line, say
from ccu.people import who

if TYPE_CHECKING:
    from ccu.people.worker_store import Client
    from ccu.session import Session

app = group("Workers: who works with which person or household.")

COLUMNS = ("person", "household", "staff", "agency", "since", "until")

PersonOption = Annotated[int | None, opt("--person", who.NAMED_PERSON, "The person, by number.")]
HouseholdOption = Annotated[int | None, opt("--household", HOUSEHOLD, "The household, by number.")]


@app.command()
def assign(
    ctx: Context,
    person: PersonOption = None,
    household: HouseholdOption = None,
    staff: Annotated[int | None, opt("--staff", LOGIN, "Who, by login.")] = None,
    since: Annotated[
        date | None, opt("--since", PAST_DAY, "From this day, not in the future; default today.")
    ] = None,
) -> None:
    """Assign a worker to a person or a household; the previous worker's assignment ends that day.

    At a terminal it asks before it replaces another worker. Accepting a referral does not assign a
    worker.

    Example:

      ccu worker assign --person 12 --staff dlee
    """
    from ccu import dates
    from ccu.options import terminal
    from ccu.people import worker_store as workers
    from ccu.records import staff as accounts

    client, day = _asked_client(ctx.obj, person, household), since or ctx.obj.today
    workers.check(ctx.obj.db, client)
    worker = asked(ctx.obj, staff, LOGIN, "Who, by login", "--staff")
    now = workers.replaced_by(ctx.obj.reading, client, worker)
    asks = now and ctx.obj.may_choose
    if asks and not terminal.yes_or_no(f"Now: {now}. Replace? y or n"):
        raise Declined
    with ctx.obj.work() as work:
        workers.assign(work, client, worker, day.isoformat())
        login = accounts.login_of(work.connection, worker)
    ctx.obj.keep_shown()
    emit_line(f"{login} works with {client} from {dates.say_date(day)}.")
    if now and not asks:
        say(f"Replaced: {now}.")


@app.command()
def end(
    ctx: Context,
    person: PersonOption = None,
    household: HouseholdOption = None,
    on: Annotated[
        date | None, opt("--on", PAST_DAY, "The last day, not in the future; default today.")
    ] = None,
) -> None:
    """End the current worker's assignment. Open referrals and follow-ups stay open.

    Example:

      ccu worker end --person 12
    """
    from ccu import dates
    from ccu.people import worker_store as workers

    client, day = _asked_client(ctx.obj, person, household), on or ctx.obj.today
    with ctx.obj.work() as work:
        login = workers.end(work, client, day.isoformat())
    emit_line(f"{login} worked with {client} until {dates.say_date(day)}.")


@app.command("list")
def list_(
    ctx: Context,
    person: Annotated[int | None, opt("--person", PERSON, "The person, by number.")] = None,
    household: HouseholdOption = None,
    staff: Annotated[int | None, opt("--staff", LOGIN, "Who, by login.")] = None,
    every: Annotated[bool, flag("--all", "Include earlier ones.")] = False,
    format: FormatOption = None,
    output: OutputOption = None,
) -> None:
    """List the workers of people and households, by numbers.

    Example:

      ccu worker list --person 12 --all
    """
    from ccu.people import worker_store as workers
    from ccu.records import codes

    session = ctx.obj
    client = _client(person, household) if person is not None or household is not None else None
    if client is not None:
        workers.check(session.db, client)
    rows = workers.rows(session.reading, client, staff, every)
    session.keep_shown()
    labels = codes.of_columns(session.db, agency="agency")
    emit(Table(COLUMNS, rows, title="Workers", labels=labels), format, output)


def _asked_client(session: "Session", person: int | None, household: int | None) -> "Client":
    instead = "For a household: --household H. "
    return _client(who.asked(session, person, household, instead=instead), household)


def _client(person: int | None, household: int | None) -> "Client":
    from ccu.people.worker_store import Client

    if (person is None) == (household is None):
        raise InvalidInput("give either --person or --household")
    return Client(person_id=person, household_id=household)
