"""`ccu address`: show how an address is read."""

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from ccu.errors import CcuError, InvalidInput
from ccu.options import Context, value
from ccu.output import FormatOption, OutputOption, Table, emit
from ccu.session import Session

if TYPE_CHECKING:
    from ccu.address import Names

COLUMNS = (
    *("raw", "kind", "number", "street", "unit", "cross", "place", "city", "state", "zip"),
    *("building_key", "unit_key"),
)


def command(
    ctx: Context,
    text: Annotated[
        list[str] | None, typer.Argument(help="An address.", show_default=False)
    ] = None,
    file: Annotated[
        Path | None, value("--file", "FILE", "Read one address a line; - is stdin.")
    ] = None,
    town: Annotated[
        str | None,
        typer.Option(
            "--town", help="The town's name; else that of the database and its lists, if any."
        ),
    ] = None,
    format: FormatOption = None,
    output: OutputOption = None,
) -> None:
    """Show how an address is read: its parts and keys.

    The words given make one address; --file reads many, one a line, as a stream.

    Examples:

      ccu address 12 Main Street, Apartment 3, Westport CT 06880

      ccu address --file addresses.txt --format csv
    """
    from ccu.address import read

    if bool(text) == (file is not None):
        raise InvalidInput("give either an address or --file")
    own = _names(ctx.obj) if town is None else town
    lines = iter([" ".join(text)]) if text else _lines(str(file))
    rows = (
        [getattr(reading, name) for name in COLUMNS]
        for reading in (read(line, town=own) for line in lines)
    )
    emit(Table(COLUMNS, rows), format, output)


def _names(session: Session) -> "Names":
    """Return the street and place names of the file; without a file none, which is no error."""
    from ccu.address import Names

    try:
        return session.settings.names
    except CcuError:
        return Names()


def _lines(name: str) -> Iterator[str]:
    from ccu.files.named import text_lines

    yield from text_lines(None if name == "-" else Path(name), "--file", "--file - < FILE")
