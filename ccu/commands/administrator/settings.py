"""`ccu settings`: show the town's settings, or change one."""

from typing import Annotated

import typer

from ccu.options import completion_store as completion
from ccu.output import FormatOption, OutputOption, Table, emit, emit_line
from ccu.session import Session

COLUMNS = ("name", "value", "help")


def command(
    ctx: typer.Context,
    name: Annotated[
        str | None, typer.Argument(help="Setting to change.", autocompletion=completion.settings)
    ] = None,
    value: Annotated[str | None, typer.Argument(help="Its new value.")] = None,
    format: FormatOption = None,
    output: OutputOption = None,
) -> None:
    """Show the town's settings, or change one.

    Examples:

      ccu settings

      ccu settings repeat_days 180
    """
    from ccu.records import settings

    session: Session = ctx.obj
    staff_id = session.staff_id
    if name is not None and value is not None:
        session.require_may("settings --change")
        with session.writing() as connection:
            stored = settings.change(connection, staff_id, name, value)
        emit_line(f"{name} is now {stored}")
        return
    rows = settings.rows(session.db, name)
    emit(Table(COLUMNS, rows, title="Settings"), format, output)
