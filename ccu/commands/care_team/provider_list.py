"""`ccu provider list`, `show`: who can help with what, and whether they take new clients now."""

from typing import Annotated

import typer

from ccu.options import PROVIDER, arg, code, group, line, opt
from ccu.output import FormatOption, OutputOption, Table, emit, emit_document
from ccu.session import Session

app = group("Joined to `ccu provider` by the map in cli.py.")

COLUMNS = ("id", "name", "needs", "capacity", "phone", "hours", "verified", "old")


@app.command("list")
def list_(
    ctx: typer.Context,
    need: Annotated[
        str | None,
        opt("--need", code("need"), "Only for this need; those with openings come first."),
    ] = None,
    search: Annotated[str | None, opt("--search", line(), "Only those with these words.")] = None,
    every: Annotated[bool, typer.Option("--all", help="Retired ones too.")] = False,
    format: FormatOption = None,
    output: OutputOption = None,
) -> None:
    """List providers.

    old: not verified within the days of the setting verified_days.

    Examples:

      ccu provider list --need detox

      ccu provider list --search "veterans evening"
    """
    from ccu.providers import page
    from ccu.records import codes

    session: Session = ctx.obj
    rows = page.list_rows(session, need=need, words=search or "", retired=every)
    columns = (*COLUMNS, "active") if every else COLUMNS
    labels = codes.of_columns(session.db, needs="need", capacity="capacity")
    emit(Table(columns, rows, title="Providers", labels=labels), format, output)


@app.command()
def show(
    ctx: typer.Context,
    provider: Annotated[int, arg("PROVIDER", PROVIDER, "Its number, or how its name begins.")],
    format: FormatOption = None,
    output: OutputOption = None,
) -> None:
    """Show a provider and its change history.

    JSON: id, name, needs, agency, phone, hours, eligibility, capacity, verified_on, active, part2,
    old, open_referrals (their numbers), changes (at, by, field, old, new).

    Example:

      ccu provider show homes
    """
    from ccu.providers import page

    session: Session = ctx.obj
    data = page.read(session, provider)
    emit_document(page.document(session, data), format, output)
