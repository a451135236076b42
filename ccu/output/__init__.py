"""What ccu prints. Nothing else in the program writes to standard output.

A command builds a `Table` (rows) or a `Document` (a card, a record) and passes it to `emit` or
`emit_document`; no command depends on the format. Standard output is for data; `say` and
`say_error` write messages to standard error.

  shapes   what a command passes on, and the --format and --output options
  text     makes every value safe for a terminal or a spreadsheet
  formats  plain, csv, json, markdown, as text in pieces
  screen   tables and documents at a terminal, progress bars (Rich, imported only then)
  sink     where the pieces go: standard output, a file, standard error
"""

from pathlib import Path

from ccu.files.folders import Place
from ccu.output.shapes import (
    Document,
    Format,
    FormatOption,
    OutputOption,
    Section,
    Table,
    default_format,
)
from ccu.output.sink import close_stdout_quietly, flush_stdout, opened, say, say_error
from ccu.output.text import safe, undo_csv_guard

__all__ = [
    "Document",
    "Format",
    "FormatOption",
    "OutputOption",
    "Section",
    "Table",
    "close_stdout_quietly",
    "emit",
    "emit_document",
    "emit_line",
    "flush_stdout",
    "safe",
    "say",
    "say_error",
    "undo_csv_guard",
]


def emit(table: Table, format: Format | None = None, output: Path | Place | None = None) -> None:
    """Print the rows, in the order and with the columns given, in the format asked for.

    Rows are read one by one: csv, json, plain and table hold a limited number of them in memory,
    markdown holds all. Raises InvalidInput if `output` cannot be written, BrokenPipeError if the
    reader of standard output closed it.
    """
    from ccu.output import formats

    with opened(output) as sink:
        chosen = format or default_format(output, sink.terminal)
        if chosen is Format.table:
            from ccu.output import screen

            sink.write(screen.table(table, sink))
        elif chosen is Format.plain:
            sink.write(formats.plain(table))
        elif chosen is Format.csv:
            sink.write(formats.csv(table, terminal=sink.terminal))
        elif chosen is Format.json:
            sink.write(formats.json(table, ascii_only=not sink.unicode))
        else:
            sink.write(formats.markdown(table))


def emit_document(
    document: Document, format: Format | None = None, output: Path | Place | None = None
) -> None:
    """Print a card or a record: its sections, or its `data` as JSON, or its main section as CSV.

    Raises like `emit`, and InvalidInput for CSV if no section is marked `main`.
    """
    from ccu.output import formats

    with opened(output) as sink:
        chosen = format or default_format(output, sink.terminal)
        if chosen is Format.table:
            from ccu.output import screen

            sink.write(screen.document(document, sink))
        elif chosen is Format.plain:
            sink.write(formats.plain_document(document))
        elif chosen is Format.csv:
            sink.write(formats.csv(formats.main_table(document), terminal=sink.terminal))
        elif chosen is Format.json:
            sink.write(formats.json_document(document.data, ascii_only=not sink.unicode))
        else:
            sink.write(formats.markdown_document(document))


def emit_line(text: str) -> None:
    """Print one line of data, such as the id of a new record."""
    from ccu.output.text import one_line

    with opened(None) as sink:
        sink.write([one_line(text), "\n"])
