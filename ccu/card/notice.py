"""The notice that goes with what is under 42 CFR Part 2, in every format.

As a line at the top, as the key `notice` of the JSON and as a column of the CSV (output/formats.py
takes it from the data). Without Part 2 nothing is added.
"""

from typing import Any

from ccu.consent.visibility import View
from ccu.output import Document, Section


def on(document: Document, view: View) -> Document:
    """The document, with the notice where the view showed what needs it."""
    if view.notice is None:
        return document
    sections = [Section(lines=[view.notice], alert=True), *document.sections]
    return Document(document.title, sections, {**document.data, "notice": view.notice})


def beside(
    rows: list[dict[str, Any]], columns: tuple[str, ...], record: str, view: View
) -> tuple[str, ...]:
    """The columns of a list, with one for the notice where a row needs it; the rows get it."""
    if view.notice is None:
        return columns
    for row in rows:
        row["notice"] = view.notice if (record, row["id"]) in view.part2 else None
    return (*columns, "notice")
