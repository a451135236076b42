"""`ccu staff list`, `retire`: who works here, and who no longer does."""

from typing import Annotated

import typer

from ccu.options import LOGIN, arg, group, opt
from ccu.output import FormatOption, OutputOption, Table, emit, emit_line
from ccu.session import Session

app = group("Joined to `ccu staff` by the map in cli.py.")

COLUMNS = ("login", "name", "role", "agency", "phone", "supervisor", "active")


@app.command("list")
def list_(
    ctx: typer.Context,
    every: Annotated[bool, typer.Option("--all", help="The retired ones too.")] = False,
    format: FormatOption = None,
    output: OutputOption = None,
) -> None:
    """List the accounts.

    Example:

      ccu staff list
    """
    from ccu.records import codes, staff

    session: Session = ctx.obj
    found = staff.rows(session.db, retired=every)
    rows = [{**dict(row), "active": bool(row["active"])} for row in found]
    labels = codes.of_columns(session.db, role="staff_role", agency="agency")
    emit(Table(COLUMNS, rows, title="Staff", labels=labels), format, output)


@app.command()
def retire(
    ctx: typer.Context,
    login: Annotated[int, arg("LOGIN", LOGIN, "The account's login name.")],
    to: Annotated[int | None, opt("--to", LOGIN, "Who takes over their open work.")] = None,
) -> None:
    """Take an account off the list; its open work goes to somebody else.

    Example:

      ccu staff retire dlee --to mrossi
    """
    from ccu.people import worker_store as workers
    from ccu.records import staff

    session: Session = ctx.obj
    with session.writing() as connection:
        held = staff.retire(connection, session.staff_id, login, to)
        workers.hand_over(connection, login, to, session.today.isoformat())
        gone = staff.login_of(connection, login)
        handed = f"; {held} open to {staff.login_of(connection, to)}" if held and to else ""
    emit_line(f"Retired {gone}{handed}.")
