"""CSV, JSON and Markdown: each turns a table or a document into text, piece by piece.

`csv_cell` keeps a spreadsheet from running a formula, `markdown_cell` and `markdown_line` keep
markup from being interpreted.
"""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from itertools import chain
from typing import Any

from ccu.errors import InvalidInput
from ccu.output import Document, Format, Sink, Table, formats
from ccu.output.text import (
    CONTROL,
    INVISIBLE,
    cell,
    heading,
    is_number,
    lines,
    plain_text,
    safe,
    visible,
)


def write(what: Table | Document, chosen: Format, sink: Sink, bom: bool = False) -> None:
    """Write rows or a document in a format for a program or on paper; `bom` as `emit` has it."""
    if chosen is Format.csv:
        sink.write(["\ufeff"] if bom else [])
        sink.write(csv(main_table(what), terminal=sink.terminal))
    elif chosen is Format.xlsx:
        from ccu.output import workbook

        workbook.write(main_table(what), sink)
    elif chosen in (Format.html, Format.pdf):
        from ccu.output import paper

        paper.write(what, chosen, sink)
    elif isinstance(what, Document):
        as_json = json_document(what.data, ascii_only=not sink.unicode)
        sink.write(as_json if chosen is Format.json else markdown_document(what))
    else:
        as_json = json(what, ascii_only=not sink.unicode)
        sink.write(as_json if chosen is Format.json else markdown(what))


def csv(table: Table, terminal: bool) -> Iterator[str]:
    r"""Yield rows with every cell in quotes, the header first; a newline in a cell stays in it.

    RFC 4180 except for the line end, which is \n, so that cut, sort and diff find no carriage
    return; spreadsheets read it.
    """
    yield csv_line(table.columns, terminal)
    for row in table.cells():
        yield csv_line(row, terminal)


def csv_line(row: Iterable[Any], terminal: bool) -> str:
    """Return one row of CSV, every cell in quotes and guarded as `csv_cell` does."""
    cells = (csv_cell(value, terminal).replace('"', '""') for value in row)
    return '"' + '","'.join(cells) + '"\n'


def json(table: Table, ascii_only: bool) -> Iterator[str]:
    """Yield an array with one object on each line, keys in the order of the columns."""
    encode = _json_encoder(ascii_only)
    before = "[\n  "
    for row in table.cells():
        yield before + json_safe(encode(dict(zip(table.columns, row, strict=True))))
        before = ",\n  "
    yield "[]\n" if before.startswith("[") else "\n]\n"


def json_document(data: Mapping[str, Any], ascii_only: bool) -> Iterator[str]:
    """Yield the data of the document, indented."""
    yield json_safe(_json_encoder(ascii_only, indent=2)(data)) + "\n"


def _json_encoder(ascii_only: bool, indent: int | None = None) -> Callable[[Any], str]:
    """Make one encoder for all rows, which is slower to make than to use. Raises for NaN."""
    from json import JSONEncoder

    return JSONEncoder(
        ensure_ascii=ascii_only, allow_nan=False, default=plain_text, indent=indent
    ).encode


def markdown(table: Table) -> Iterator[str]:
    """Yield a GitHub table. All rows are in memory at once: for pages, not for a million rows."""
    from tabulate import tabulate

    rows = list(table.shown())
    right = formats.numeric_columns(rows, len(table.columns))
    if table.title:
        yield f"## {markdown_line(table.title)}\n\n"
    yield tabulate(
        [[markdown_cell(value) for value in row] for row in rows],
        headers=[markdown_cell(column) for column in table.headings],
        tablefmt="github",
        disable_numparse=True,  # or 1e5 is printed as 100000
        colalign=["right" if numeric else "left" for numeric in right] if rows else None,
    )
    yield "\n"


def markdown_document(document: Document) -> Iterator[str]:
    """Yield a heading for the title and each section; pairs as a list, lines as paragraphs."""
    yield f"# {markdown_line(document.title)}\n"
    for section, table, texts in formats.with_content(document):
        if section.title:
            yield f"\n## {markdown_line(section.title)}\n"
        if section.pairs:
            yield "\n"
        for name, value in section.pairs:
            yield f"- **{markdown_cell(heading(name))}:** {markdown_cell(value)}".rstrip(" ") + "\n"
        if table:
            yield "\n"
            yield from markdown(table)
        for line in chain.from_iterable(map(lines, texts)):
            if line.strip():
                yield f"\n{markdown_line(line)}\n"


def _with_notice(table: Table, notice: str | None) -> Table:
    """Add the notice that every copy of the rows must carry (card/page.py), if there is one."""
    if notice is None:
        return table
    return Table((*table.columns, "notice"), [(*cells, notice) for cells in table.cells()])


def main_table(document: Table | Document) -> Table:
    """Return the rows of CSV and XLSX: the main section's table, else its pairs or lines."""
    if isinstance(document, Table):
        return document
    section = next((section for section in document.sections if section.main), None)
    if section is None:
        raise InvalidInput("there are no rows for CSV or XLSX; use --format json")
    if section.table is not None:
        return _with_notice(section.table, document.data.get("notice"))
    if section.pairs:
        return _with_notice(Table(("name", "value"), section.pairs), document.data.get("notice"))
    return Table(("text",), [(line,) for line in section.lines])


_UNSAFE_IN_CSV = rf"(?!\r)[{CONTROL}]"


_HIDDEN_IN_JSON = rf"[\x7f-\x9f\ud800-\udfff{INVISIBLE}]"


# A spreadsheet runs a cell that begins with one of these. A leading ' marks it as text.
_STARTS_FORMULA = tuple("=+-@\t\r\n＝＋－＠")


_GUARD = "'"


def csv_cell(value: Any, terminal: bool) -> str:
    """Return a value for CSV: exact, but with an apostrophe before what a spreadsheet would run.

    Control characters, which ccu never stores, become visible. At a terminal all of the cell is
    made `safe`; in a pipe or a file the rest stays as it is, so that it can be read back.
    """
    text = plain_text(value)
    if not (text.isascii() and text.isprintable()):
        text = safe(text) if terminal else re.sub(_UNSAFE_IN_CSV, visible, text)
    return _GUARD + text if _needs_guard(text) and not is_number(value) else text


def _needs_guard(text: str) -> bool:
    """Return whether to guard text, also if it looks guarded, so that undoing it is exact."""
    return text.lstrip(_GUARD).startswith(_STARTS_FORMULA)


def undo_csv_guard(cell: str) -> str:
    """Return the text that `csv_cell` guarded: the exact inverse, for reading our own files."""
    return cell[1:] if cell.startswith(_GUARD) and _needs_guard(cell) else cell


def json_safe(text: str) -> str:
    r"""Write invisible and control characters of JSON as \uXXXX: the same value, safe to show."""
    return text if text.isascii() and text.isprintable() else re.sub(_HIDDEN_IN_JSON, _escape, text)


def _escape(match: re.Match[str]) -> str:
    units = match[0].encode("utf-16-be", "surrogatepass").hex()
    return "".join(f"\\u{units[start : start + 4]}" for start in range(0, len(units), 4))


_MARKUP = r"[\\`*\[\]|~$]|(?<![^\W_])_|_(?![^\W_])|&(?=#?\w+;)|[<>]"


_ENTITIES = {"<": "&lt;", ">": "&gt;", "&": "&amp;"}


_BLOCK = r"^([#+=-]|\d+(?=[.)]))"


def markdown_cell(value: Any) -> str:
    """Return a value for a cell of a Markdown table, with all markup escaped."""
    return re.sub(_MARKUP, lambda found: _ENTITIES.get(found[0], "\\" + found[0]), cell(value))


def markdown_line(text: str) -> str:
    """Return a line for a Markdown page: like a cell, and no heading, list or rule."""
    return re.sub(_BLOCK, _stop_block, markdown_cell(text).strip())


def _stop_block(match: re.Match[str]) -> str:
    return match[0] + "\\" if match[0][0].isdigit() else "\\" + match[0]
