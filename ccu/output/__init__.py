"""What ccu prints. Nothing else in the program writes to standard output.

A command builds a `Table` (rows) or a `Document` (a card, a record) and passes it to `emit` or
`emit_document`; no command depends on the format. Standard output is for data; `say` and
`say_error` write messages to standard error.

  to_file   a file named by --output: the format by its ending, written in full or not at all
  text      makes every value safe for a terminal or a spreadsheet
  formats   plain text in pieces; encoded: csv, json, markdown; workbook: xlsx; paper: HTML, PDF
  screen    tables and documents at a terminal, progress bars (Rich, imported only then)
"""

import contextlib
import io
import os
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any, TextIO

import typer

from ccu.errors import InvalidInput, NotPrinted
from ccu.files import Place, reason
from ccu.output.text import fitted, heading, labeled, one_line


class Format(StrEnum):
    """The output formats, with the same rows, columns and cells in each."""

    table = "table"
    plain = "plain"
    json = "json"
    csv = "csv"
    markdown = "markdown"
    xlsx = "xlsx"
    html = "html"
    pdf = "pdf"


# Formats for programs and files: they have every column, where a screen has fewer.
FOR_FILES = (Format.json, Format.csv, Format.xlsx)


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
        "--output", "-o", metavar="FILE", help="Write to a new FILE; - is standard output."
    ),
]


def fits_terminal(format: Format | None, output: Path | Place | None) -> bool:
    """Return whether the output is for a person at a terminal, who sees one screen at a time."""
    if format not in (None, Format.table) or output not in (None, Path("-")):
        return False
    return sys.stdout is not None and not sys.stdout.closed and sys.stdout.isatty()


def default_format(output: Path | Place | None, terminal: bool) -> Format:
    """Return the format when none is given. Raise InvalidInput for an ending of no format."""
    if terminal:
        return Format.table
    if output is None:
        return Format.plain
    from ccu.output import to_file

    return to_file.format_of(output)


def meant(format: str | None, output: Path | Place | None) -> str | None:
    """Return the name of the requested format, given by name or by the ending of a file."""
    if format or not output:
        return format
    from ccu.output import to_file

    return to_file.BY_ENDING.get(output.suffix.lower())


# A row is a mapping by column name (sqlite3.Row too), or the cells in the order of the columns.
Row = Mapping[str, Any] | Sequence[Any]


@dataclass(eq=False, repr=False)  # less work at start-up
class Table:
    """Rows under columns. The order of `columns` is a contract; only screens show the title.

    `labels`: column -> code -> the label that a person reads; CSV and JSON keep the codes. `spare`:
    columns to leave out on a narrow terminal, in this order. Cells: None is empty, True and False
    are yes and no (in JSON null, true, false); strings are never read as numbers. A row that does
    not fit the columns is a bug and raises ValueError.
    """

    columns: tuple[str, ...]
    rows: Iterable[Row]
    title: str = ""
    labels: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    spare: tuple[str, ...] = ()

    @property
    def headings(self) -> list[str]:
        """Return the titles of the columns for a person; CSV and JSON have `columns`."""
        return [heading(one_line(column)) for column in self.columns]

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

    def shown(self) -> Iterator[list[Any]]:
        """Yield each row as `cells` does, with labels in place of codes, for a person."""
        lists = [self.labels.get(column) for column in self.columns]
        if not any(lists):
            return self.cells()
        return (
            [
                labeled(value, known) if known else value
                for value, known in zip(row, lists, strict=True)
            ]
            for row in self.cells()
        )


@dataclass(eq=False, repr=False)  # less work at start-up
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


@dataclass(eq=False, repr=False)  # less work at start-up
class Document:
    """A card or a record: a title, sections in order, and `data`, its documented JSON shape.

    `foot` is a line below a page on paper.
    `screen` makes the lines that a terminal shows instead of the sections, each with whether it is
    bold, from the data and the terminal's columns and rows.
    """

    title: str
    sections: Sequence[Section]
    data: Mapping[str, Any] = field(default_factory=dict)
    foot: str = ""
    screen: "Callable[[Mapping[str, Any], int, int], Iterable[tuple[str, bool]]] | None" = None


# ---------------------------------------------------------------- where the text goes


class Sink:
    """An open stream to write to, with the properties that a writer needs."""

    def __init__(self, stream: TextIO, terminal: bool = False, option: str = "--output") -> None:
        self.stream = stream
        self.terminal = terminal
        self.option = option

    @property
    def unicode(self) -> bool:
        """Return whether every character can be written."""
        return (getattr(self.stream, "encoding", None) or "utf-8").lower().startswith("utf")

    def write(self, pieces: Iterable[str]) -> None:
        """Write the pieces as they come. An error raised while making them passes through."""
        for piece in pieces:
            try:
                self.stream.write(piece)
            except OSError as error:
                raise write_error(error, self.stream, self.option) from None

    def write_binary(self, content: bytes) -> None:
        """Write a file that is not text, such as a workbook."""
        try:
            self.stream.flush()
            self.stream.buffer.write(content)
        except OSError as error:
            raise write_error(error, self.stream, self.option) from None


@contextlib.contextmanager
def opened(output: Path | Place | None, option: str = "--output") -> Iterator[Sink]:
    """Open standard output, or the file named by an option, for writing; flush it at the end."""
    if output is not None and output != Path("-"):
        from ccu.output import to_file

        with to_file.opened(output, option) as stream:
            yield Sink(stream, option=option)
        return
    if sys.stdout is None or sys.stdout.closed:
        raise NotPrinted("cannot write to standard output: it is closed")
    if isinstance(sys.stdout, io.TextIOWrapper):
        flush_stdout()
        sys.stdout.reconfigure(errors="backslashreplace", newline="\n")
    yield Sink(sys.stdout, sys.stdout.isatty())
    flush_stdout()


def write_error(error: OSError, stream: TextIO, option: str = "--output") -> Exception:
    """Return the error of a failed write as a sentence; BrokenPipeError as it is."""
    if stream is not sys.stdout:
        return InvalidInput(f"cannot write {option}: {reason(error)}")
    discard(sys.stdout)
    if isinstance(error, BrokenPipeError):
        return error
    return NotPrinted(f"cannot write to standard output: {reason(error)}")


def flush_stdout() -> None:
    """Write what is buffered, so that a failure can still be reported."""
    if sys.stdout is not None and not sys.stdout.closed:
        try:
            sys.stdout.flush()
        except OSError as error:
            raise write_error(error, sys.stdout) from None


def discard(stream: TextIO) -> None:
    """Discard what is still buffered, so that Python does not end with a code of its own, 120."""
    with contextlib.suppress(OSError, ValueError, AttributeError):
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, stream.fileno())
        os.close(nowhere)


def say(text: str) -> None:
    """Write one line to standard error; at a terminal it is folded between words."""
    with contextlib.suppress(ValueError, AttributeError):  # standard error may be closed
        try:
            sys.stderr.write(fitted(one_line(text), sys.stderr) + "\n")
            sys.stderr.flush()
        except OSError:  # its disk may be full
            discard(sys.stderr)


def say_error(sentence: str) -> None:
    """Write the sentence of an error to standard error."""
    say(f"ccu: error: {sentence}")


# ---------------------------------------------------------------- printing


def emit(
    table: Table,
    format: Format | None = None,
    output: Path | Place | None = None,
    *,
    bom: bool = False,
) -> None:
    """Print the rows, in the order and with the columns given, in the format asked for.

    Rows are read one by one: csv, json, plain and table hold a limited number of them in memory,
    markdown holds all. `bom`: begin CSV with a byte order mark.

    Raises InvalidInput if `output` cannot be written, BrokenPipeError if the reader of standard
    output closed it.
    """
    _print(table, format, output, bom)


def emit_document(
    document: Document, format: Format | None = None, output: Path | Place | None = None
) -> None:
    """Print a card or a record: its sections, its `data` as JSON, its main section as CSV or XLSX.

    Raises like `emit`, and InvalidInput for CSV and XLSX if no section is marked `main`.
    """
    _print(document, format, output)


def _print(
    what: Table | Document, format: Format | None, output: Path | Place | None, bom: bool = False
) -> None:
    with opened(output) as sink:
        chosen = format or default_format(output, sink.terminal)
        if chosen is Format.table:
            from ccu.output import screen

            sink.write(screen.shown(what, sink))
        elif chosen is Format.plain:
            from ccu.output import formats

            sink.write(formats.plain_of(what))
        else:
            from ccu.output import encoded

            encoded.write(what, chosen, sink, bom)


def emit_line(text: str, *, only: bool = False) -> None:
    """Print one line of data, such as the number of a new record.

    `only`: nothing else shows what was done, as for other files; if it cannot be printed, it goes
    to standard error. It must have no personal text and no address.
    """
    try:
        with opened(None) as sink:
            sink.write([fitted(one_line(text), sink.stream), "\n"])
    except (NotPrinted, BrokenPipeError):
        if only:
            say(text)
        raise
