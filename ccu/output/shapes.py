"""What a command passes on to be printed, and the two options that all such commands share."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any

import typer

from ccu.files.folders import Place


class Format(StrEnum):
    """The output formats, with the same rows, columns and cells in each."""

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
        help="Output format. Default: table at a terminal, plain in a pipe, by the name of a file.",
    ),
]

OutputOption = Annotated[
    Path | None,
    typer.Option(
        "--output", "-o", metavar="FILE", help="Write to FILE and replace it; - is standard output."
    ),
]

_BY_ENDING = {".csv": Format.csv, ".json": Format.json, ".md": Format.markdown}


def default_format(output: Path | Place | None, terminal: bool) -> Format:
    """Return the format when none is given."""
    if terminal:
        return Format.table
    return _BY_ENDING.get(output.suffix.lower(), Format.plain) if output else Format.plain


# A row is a mapping by column name (sqlite3.Row too), or the cells in the order of the columns.
Row = Mapping[str, Any] | Sequence[Any]


@dataclass
class Table:
    """Rows under columns. The order of `columns` is a contract; only screens show the title.

    Cells: None is empty, True and False are yes and no (in JSON null, true, false); strings are
    never read as numbers. A row that does not fit the columns is a bug and raises ValueError.
    """

    columns: tuple[str, ...]
    rows: Iterable[Row]
    title: str = ""

    def cells(self) -> Iterator[list[Any]]:
        """Yield each row as a list, in the order of the columns."""
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

    `main`: CSV prints this section. `alert`: it must not be overlooked (bold at a terminal; the
    title explains it, color is never the only sign). `empty` replaces a section without content;
    without it the section is left out, and a table keeps its header.
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
