"""What a command hands over to be printed, and the two options that all such commands share."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any

import typer

from ccu.files.folders import Place


class Format(StrEnum):
    """The ways to print. The same rows, columns and cells in every one."""

    table = "table"
    plain = "plain"
    json = "json"
    csv = "csv"
    markdown = "markdown"


FormatOption = Annotated[
    Format | None,
    typer.Option(
        "--format",
        "-f",
        case_sensitive=False,
        help="How to print it; else table at a terminal, plain in a pipe, by its ending in a file.",
    ),
]

OutputOption = Annotated[
    Path | None,
    typer.Option(
        "--output", "-o", metavar="FILE", help="Write it to FILE, replacing it; - is the screen."
    ),
]

_BY_ENDING = {".csv": Format.csv, ".json": Format.json, ".md": Format.markdown}


def default_format(output: Path | Place | None, terminal: bool) -> Format:
    """The format when none is asked for."""
    if terminal:
        return Format.table
    return _BY_ENDING.get(output.suffix.lower(), Format.plain) if output else Format.plain


# A row is a mapping by column name (sqlite3.Row too), or the cells in the columns' order.
Row = Mapping[str, Any] | Sequence[Any]


@dataclass
class Table:
    """Rows under columns. The order of `columns` is a contract; the title shows on screens only.

    Cells: None is empty, True and False are yes and no (in JSON null, true, false); strings are
    never taken for numbers. A row that does not fit the columns is a bug and raises.
    """

    columns: tuple[str, ...]
    rows: Iterable[Row]
    title: str = ""

    def cells(self) -> Iterator[list[Any]]:
        """Each row as a list, in the columns' order."""
        count = len(self.columns)
        row: Any
        for row in self.rows:
            if hasattr(row, "keys"):
                yield [row[column] for column in self.columns]
                continue
            cells = list(row)
            if len(cells) != count:
                raise ValueError(f"a row of {len(cells)} cells under {count} columns")
            yield cells


@dataclass
class Section:
    """One part of a document: name-value `pairs`, then a `table`, then `lines` of text.

    `main`: this is the section that CSV prints. `alert`: it must not be overlooked (bold at a
    terminal; the title says why, colour is never the only sign). `empty` is what stands in place
    of a section without content; without it the section is left out, a table keeps its header.
    """

    title: str = ""
    pairs: Sequence[tuple[str, Any]] = ()
    table: Table | None = None
    lines: Sequence[str] = ()
    main: bool = False
    alert: bool = False
    empty: str = ""


@dataclass
class Document:
    """A card or a record: a title, sections in order, and `data`, its documented JSON shape."""

    title: str
    sections: Sequence[Section]
    data: Mapping[str, Any] = field(default_factory=dict)
