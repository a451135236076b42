"""The notice required with 42 CFR Part 2 information, in every format.

A line at the top, the key `notice` in JSON, and a column in CSV (output/formats.py takes it from
the data). Nothing is added without Part 2 information.
"""

from typing import Any

from ccu.consent.visibility import View
from ccu.output import Document, Section


def on(document: Document, view: View) -> Document:
    """Return the document, with the notice if the view showed something that needs it."""
    if view.notice is None:
        return document
    sections = [Section(lines=[view.notice], alert=True), *document.sections]
    return Document(document.title, sections, {**document.data, "notice": view.notice})


def beside(
    rows: list[dict[str, Any]], columns: tuple[str, ...], record: str, view: View
) -> tuple[str, ...]:
    """Return the columns of a list, with one for the notice if a row needs it; fill it in."""
    if view.notice is None:
        return columns
    for row in rows:
        row["notice"] = view.notice if (record, row["id"]) in view.part2 else None
    return (*columns, "notice")
