"""Plain text, piece by piece; encoded.py has CSV, JSON and Markdown."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import chain, islice
from typing import Any

from ccu.output import Document, Section, Table
from ccu.output.text import cell, for_person, heading, is_number, lines, one_line, width

SAMPLE = 1000  # rows read to choose column widths before the first is printed
WIDEST = 60  # the widest plain column; a longer cell shifts only its own row


def numeric_columns(rows: Sequence[Sequence[Any]], count: int) -> list[bool]:
    """Return which columns have only numbers, which are aligned to the right."""
    found = [False] * count
    for index in range(count):
        values = [row[index] for row in rows if row[index] is not None]
        found[index] = bool(values) and all(map(is_number, values))
    return found


def plain(table: Table, indent: str = "") -> Iterator[str]:
    """Yield aligned columns two spaces apart, one line for each row, the header first.

    Widths come from the first SAMPLE rows, so that memory does not grow with the rows. tabulate is
    not used: it holds all rows and is slow to import.
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


def plain_of(what: Table | Document) -> Iterator[str]:
    """Return a table or a document as plain text."""
    return plain_document(what) if isinstance(what, Document) else plain(what)
