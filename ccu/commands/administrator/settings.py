"""`ccu settings`: show the town's settings, or change one."""

from typing import Annotated

import typer

from ccu.errors import InvalidInput
from ccu.options import Context
from ccu.options import completion_store as completion
from ccu.output import FormatOption, OutputOption, Table, emit, emit_line
from ccu.session import Session

COLUMNS = ("name", "value", "help")


def command(
    ctx: Context,
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

      ccu settings decide_since 1/20/2026
    """
    from ccu.records import field_words, town_decisions

    session = ctx.obj
    staff_id = session.staff_id
    if name is not None and value is not None:
        session.require_may("settings --change")
        value = _days(session, name, value)
        with session.writing() as connection:
            stored = town_decisions.change_setting(connection, staff_id, name, value)
        emit_line(f"{name} is now {field_words.setting(session.db, name, stored)}")
        return
    rows = town_decisions.setting_rows(session.db, name)
    words = {
        each["value"]: field_words.setting(session.db, each["name"], each["value"])
        for each in rows
        if ", " not in each["value"]
    }
    emit(Table(COLUMNS, rows, title="Settings", labels={"value": words}), format, output)


def _days(session: Session, name: str, value: str) -> str:
    """Return a setting's list of days in stored form; any other value unchanged."""
    from ccu.options import typed_text
    from ccu.records import settings, town_decisions

    setting = settings.DECLARED.get(name)
    if setting is None or setting.days is None:
        return value
    try:
        return town_decisions.checked_setting(name, value)
    except InvalidInput:  # as people write days, not in stored form
        return typed_text.days(session, value, name, setting.days)
