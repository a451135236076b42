"""Plain, CSV, JSON and Markdown: each turns a table or a document into text, piece by piece."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import chain, islice
from typing import Any

from ccu.errors import InvalidInput
from ccu.output import Document, Format, Section, Table
from ccu.output.text import (
    cell,
    csv_cell,
    for_person,
    heading,
    is_number,
    json_safe,
    lines,
    markdown_cell,
    markdown_line,
    one_line,
    plain_text,
    width,
)

SAMPLE = 1000  # rows that column widths are chosen by, before the first is printed
WIDEST = 60  # the widest plain column; a longer cell shifts only its own row


def numeric_columns(rows: Sequence[Sequence[Any]], count: int) -> list[bool]:
    """Which columns hold only numbers, which are aligned to the right."""
    found = [False] * count
    for index in range(count):
        values = [row[index] for row in rows if row[index] is not None]
        found[index] = bool(values) and all(map(is_number, values))
    return found


def plain(table: Table, indent: str = "") -> Iterator[str]:
    """Yield aligned columns two spaces apart, one line for each row, the header first.

    Widths come from the first SAMPLE rows, so that a million rows need no more memory. Not by
    tabulate, which holds all rows and is slow to import.
    """
    rows = table.shown()
    sample = list(islice(rows, SAMPLE))
    right = numeric_columns(sample, len(table.columns))
    head = [[cell(value) for value in row] for row in sample]
    header = table.headings
    widths = [min(WIDEST, max(map(width, column))) for column in zip(header, *head, strict=True)]
    rest = ([cell(value) for value in row] for row in rows)
    for row in chain([header], head, rest):
        yield indent + _aligned(row, widths, right) + "\n"


def _aligned(row: Sequence[str], widths: Sequence[int], right: Sequence[bool]) -> str:
    parts = []
    for text, wide, to_right in zip(row, widths, right, strict=True):
        fill = " " * (wide - width(text))
        parts.append(fill + text if to_right else text + fill)
    return "  ".join(parts).rstrip(" ")


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
    """Yield a GitHub table. It holds all rows at once: for pages, not for a million rows."""
    from tabulate import tabulate

    rows = list(table.shown())
    right = numeric_columns(rows, len(table.columns))
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


def with_content(document: Document) -> Iterator[tuple[Section, Table | None, Sequence[str]]]:
    """Yield the sections to show, each with its table and lines, or `empty` if it has neither."""
    for section in document.sections:
        table, texts = section.table, section.lines
        if table:
            rows = list(table.rows)
            table = replace(table, rows=rows, title="") if rows or not section.empty else None
        if not (section.pairs or table or texts) and section.empty:
            texts = (section.empty,)
        if section.pairs or table or texts:
            yield section, table, texts


def plain_document(document: Document) -> Iterator[str]:
    """Yield the title, then each section under its heading, indented; nothing is cut or folded."""
    yield one_line(document.title) + "\n"
    for section, table, texts in with_content(document):
        indent = "  " if section.title else ""
        yield f"\n{one_line(section.title)}\n" if section.title else "\n"
        wide = max((width(heading(one_line(name))) for name, _ in section.pairs), default=0)
        for name, value in section.pairs:
            margin = indent + " " * (wide + 2)
            label = heading(one_line(name))
            first, *more = lines(for_person(value))
            yield f"{indent}{label}{' ' * (wide + 2 - width(label))}{first}".rstrip(" ") + "\n"
            yield from (f"{margin}{line}".rstrip(" ") + "\n" for line in more)
        if table:
            yield from plain(table, indent)
        for text in texts:
            yield from (f"{indent}{line}".rstrip(" ") + "\n" for line in lines(text))


def markdown_document(document: Document) -> Iterator[str]:
    """Yield a heading for the title and each section; pairs as a list, lines as paragraphs."""
    yield f"# {markdown_line(document.title)}\n"
    for section, table, texts in with_content(document):
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


def text(what: Table | Document, format: Format, ascii_only: bool) -> Iterator[str]:
    """Return a table or a document as JSON, plain text or Markdown."""
    if isinstance(what, Document):
        if format is Format.json:
            return json_document(what.data, ascii_only)
        return (plain_document if format is Format.plain else markdown_document)(what)
    if format is Format.json:
        return json(what, ascii_only)
    return plain(what) if format is Format.plain else markdown(what)


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
