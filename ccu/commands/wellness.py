"""`ccu wellness init`, `add`, `total`: officer wellness, in a file that names nobody."""

from pathlib import Path
from typing import Annotated

import typer

from ccu.errors import InvalidInput
from ccu.options import AskingOption, group
from ccu.output import FormatOption, OutputOption, Table, emit, emit_line, say

app = group("Officer wellness, in a file of its own that names nobody: init, add, total.")

COLUMNS = ("year", "contacts", "hours")


@app.command()
def init(
    file: Annotated[Path | None, typer.Argument(help="The new file; else CCU_WELLNESS_DB.")] = None,
    in_group: Annotated[
        str | None,
        typer.Option("--group", metavar="NAME", help="For all accounts of this group."),
    ] = None,
) -> None:
    """Make the wellness file, in a folder that only those can enter who keep it.

    For one account: a folder of mode 700. For a group: a folder of that group, of mode 2770. Then
    name the file in CCU_WELLNESS_DB for those accounts.

    Example:

      mkdir -m 700 ~/wellness; ccu wellness init ~/wellness/wellness.db
    """
    from ccu import side_file as compartment
    from ccu.wellness import log

    path = file or log.KIND.path()
    if path is None:
        raise InvalidInput("say where: ccu wellness init FILE, or name it in CCU_WELLNESS_DB")
    compartment.make(log.KIND, path, in_group)
    emit_line(f"Made {path}. Name it in {log.KIND.variable} for the accounts that may open it.")


@app.command()
def add(
    ctx: typer.Context,
    kind: Annotated[
        str | None, typer.Option("--kind", help="What it was: peer_support, clinician, ...")
    ] = None,
    minutes: Annotated[
        str | None,
        typer.Option("--minutes", metavar="N", help="How long; kept to a quarter of an hour."),
    ] = None,
    month: Annotated[
        str | None, typer.Option("--month", metavar="YYYY-MM", help="When; else this month.")
    ] = None,
    asking: AskingOption = False,
) -> None:
    """Add one contact to the sums of its month: no name, no day, no account is kept.

    Asks at a terminal for what is not given. A shell keeps what is typed on the command line, and
    sudo logs it: without options, both keep only that this command ran.

    Example:

      ccu wellness add
    """
    from ccu.wellness import entry

    emit_line(entry.add(ctx.obj, kind, minutes, month, asking))


@app.command()
def total(
    year: Annotated[
        str | None, typer.Option("--year", metavar="YYYY", help="The year to add up.")
    ] = None,
    format: FormatOption = None,
    output: OutputOption = None,
) -> None:
    """Print the contacts and whole hours of a year, when there are at least 11 contacts.

    With fewer, with none, and where this account can not read the file, the row is the same empty
    one.

    Example:

      ccu wellness total --year 2026
    """
    from ccu import dates
    from ccu.wellness import log

    if year is None:
        raise InvalidInput("--year is missing")
    of = dates.parse_year(year, field="--year")[0].year
    found = log.total(of) or (None, None)
    emit(Table(COLUMNS, [(of, *found)], title="Wellness"), format, output)
    if found == (None, None):
        say(f"Fewer than {log.FEWEST} contacts, or none to be read by this account.")
