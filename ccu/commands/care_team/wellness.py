"""`ccu wellness init`, `add`, `total`: officer wellness, in a file that names nobody."""

from pathlib import Path
from typing import Annotated

import typer

from ccu.errors import InvalidInput
from ccu.options import AskingOption, Context, OptionType, asked, group, opt, typed_text, value
from ccu.output import FormatOption, OutputOption, Table, emit, emit_line, say
from ccu.session import Session
from ccu.wellness import store

app = group("Officer wellness, in a file of its own that names nobody.")

COLUMNS = ("year", "contacts", "hours")


def _kind(session: Session, text: str, option: str) -> str:
    with store.opened() as connection:
        return store.kind_of(connection, text)


def _minutes(session: Session, text: str, option: str) -> int:
    found = typed_text.whole_number(text, option, store.LONGEST)
    if not found:
        raise InvalidInput(f"{option} must be a whole number from 1")
    return store.quarters(found)


def _month(session: Session, text: str, option: str) -> str:
    return store.month_of(text, store.machine_day(session.day_said))


KIND = OptionType(read=_kind)
MINUTES = OptionType(read=_minutes, metavar="N")
MONTH = OptionType(read=_month, metavar="YYYY-MM")


@app.command()
def init(
    file: Annotated[Path | None, typer.Argument(help="The new file; else CCU_WELLNESS_DB.")] = None,
    in_group: Annotated[
        str | None, value("--group", "NAME", "For all accounts of this group.")
    ] = None,
) -> None:
    """Make the wellness file, in a folder that only those who keep it can enter.

    For one account: a folder of mode 700. For a group: a folder of that group, of mode 2770. Then
    name the file in CCU_WELLNESS_DB for those accounts.

    Example:

      mkdir -m 700 ~/wellness; ccu wellness init ~/wellness/wellness.db
    """
    from ccu.database import side_file

    path = file or store.KIND.path()
    if path is None:
        raise InvalidInput("name the file: ccu wellness init FILE, or in CCU_WELLNESS_DB")
    side_file.make(store.KIND, path, in_group)
    emit_line(
        f"Made {path}. Name it in {store.KIND.variable} for the accounts that may open it.",
        only=True,
    )


@app.command()
def add(
    ctx: Context,
    kind: Annotated[
        str | None, opt("--kind", KIND, "What it was: peer_support, clinician, ...")
    ] = None,
    minutes: Annotated[
        int | None, opt("--minutes", MINUTES, "How long; stored to a quarter of an hour.")
    ] = None,
    month: Annotated[str | None, opt("--month", MONTH, "When; default this month.")] = None,
    asking: AskingOption = False,
) -> None:
    """Add one contact to the sums of its month: no name, no day, no account is kept.

    Asks at a terminal for what is not given. A shell keeps what is typed on the command line, and
    sudo logs it: without options, both keep only that this command ran.

    Example:

      ccu wellness add
    """
    session = ctx.obj
    with store.opened() as connection:  # before the first prompt, so that a failure loses no answer
        labels = store.kinds(connection)
        listed = ", ".join(f"{number} {each}" for number, each in enumerate(labels.values(), 1))
        kind = asked(session, kind, KIND, f"What was it ({listed})", "--kind")
        minutes = asked(session, minutes, MINUTES, "How many minutes", "--minutes")
        when = month or f"{store.machine_day(session.day_said):%Y-%m}"
        store.add(connection, kind, when, minutes)
    emit_line(f"Added to {when}: {labels[kind].lower()}, {minutes} minutes.", only=True)


@app.command()
def total(
    year: Annotated[str | None, value("--year", "YYYY", "The year to add up.")] = None,
    format: FormatOption = None,
    output: OutputOption = None,
) -> None:
    """Print the contacts and whole hours of a year, when there are at least 11 contacts.

    With fewer, with none, and where this account cannot read the file, the row is the same empty
    one.

    Example:

      ccu wellness total --year 2026
    """
    from ccu import dates

    if year is None:
        raise InvalidInput("--year is missing")
    of = dates.parse_year(year, field="--year")[0].year
    found = store.total(of) or (None, None)
    emit(Table(COLUMNS, [(of, *found)], title="Wellness"), format, output)
    if found == (None, None):
        say(f"Fewer than {store.FEWEST} contacts, or none to be read by this account.")
