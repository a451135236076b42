"""A plain CSV of services by a layout, and a first layout for one.

`ccu/layouts/directory.toml` explains every key.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from ccu.imports import layout as layouts
from ccu.imports.directory import tables
from ccu.imports.directory.hsds import CLOSED, Service
from ccu.imports.directory.tables import Directory, Row
from ccu.imports.layout import Keys, Words
from ccu.imports.rows import Table
from ccu.output.encoded import undo_csv_guard

if TYPE_CHECKING:
    from ccu.session import Session

READY = ("directory",)
FIELDS = (
    *("id", "name", "organization", "description", "phone", "hours", "eligibility", "address"),
    *("areas", "languages", "min_age", "max_age", "accepts", "alert", "category", "status"),
    "verified",
)
_TEXTS = (
    *("organization", "description", "hours", "eligibility", "address", "areas", "languages"),
    *("accepts", "alert"),
)


_ZIPS = re.compile(r"(?i)\b(zip|postal)")  # in the name of a column
WANTED = ("id", "name", "organization", "phone", "hours", "category")


@dataclass(frozen=True, kw_only=True)
class Layout(layouts.Layout):
    """A layout, checked as far as it can be without the database and the file."""

    needs: Words


@dataclass
class Listed:
    """A list that was read: its services, how many rows it has, and what was odd."""

    directory: Directory
    services: list[Service] = field(default_factory=list)
    rows: int = 0


def load(named: str) -> Layout:
    """Return the layout of that name, or in that file. Raises InvalidInput, naming the fault."""
    top = Keys.parse(*layouts.text_of(named, READY))
    layout = Layout(**top.common(FIELDS, dated=False), needs=top.words("needs"))
    top.refuse_others()
    layout.refuse("" if "name" in layout.columns else "does not name the column of the name")
    layout.refuse(f"gives {layout.needs.twice()!a} two meanings" if layout.needs.twice() else "")
    return layout


def read(path: Path, layout: Layout, folder: Path, today: str) -> Listed:
    """Read the services of a list. Raises InvalidInput."""
    with layout.opened(path, folder) as (export, table):
        found = Listed(Directory(export.name, export.sha256, files={"services": export.name}))
        known: set[str] = set()
        for row in _rows(found, table, layout):
            found.rows += 1
            service = _service(found.directory, row, layout, today)
            if service is None:
                found.directory.problem("services", row, "no name")
            elif service.source_id in known:
                found.directory.problem("services", row, "the same service as an earlier row")
            else:
                found.services.append(service)
                known.add(service.source_id)
    return found


def _rows(found: Listed, table: Table, layout: Layout) -> Iterator[Row]:
    places = table.places(layout.wanted, layout.name)
    for chunk in table.chunks():
        for number, row in zip(chunk.numbers, chunk.rows, strict=True):
            cells = list(map(undo_csv_guard, row)) if layout.guarded else row
            kept = {name: tables.clean(cells[place]) for name, place in places.items()}
            kept |= {name: tables.zip_code(kept[name]) for name in kept if _ZIPS.search(name)}
            for name, nothing in layout.blank.items():
                kept[name] = "" if kept[name] in nothing else kept[name]
            columns = layout.columns.items()
            yield Row(number, {f: " ".join(filter(None, map(kept.get, c))) for f, c in columns})
        for broken in chunk.broken:
            found.rows += 1
            found.directory.problem("services", Row(broken.line, {}), broken.reason)


def _service(directory: Directory, row: Row, layout: Layout, today: str) -> Service | None:
    cells = row.cells
    name = cells.get("name", "")[:150]
    if not name:
        return None
    numbers = [
        tables.phone(each) for each in layouts.divided(cells.get("phone", "").replace("/", ";"))
    ]
    if cells.get("phone") and not any(numbers):
        directory.problem("services", row, "no telephone number")
    verified = tables.day(cells.get("verified", ""))
    fields: dict[str, str | int | bool | None] = {
        **{each: cells[each] for each in _TEXTS if each in cells},
        "name": name,
        "organization": cells.get("organization", "")[:150],
        "phone": "; ".join(dict.fromkeys(filter(None, numbers))),
        "active": cells.get("status", "").casefold() not in CLOSED,
        "verified_on": verified if verified and verified <= today else None,
    }
    for each in ("min_age", "max_age"):
        fields[each] = tables.age(cells[each]) if cells.get(each) else None
    category = cells.get("category", "")
    key = cells.get("id") or f"{name} / {fields['organization']}".casefold()
    needs = sorted(layout.needs.all_codes([category])) if category else []
    return Service(key, row.line, fields, [category] if category else [], needs=needs)


def suggest_first(session: "Session", path: Path, target: Path | None) -> None:
    """Write a first layout for the file to standard output, or to `target`.

    Raises InvalidInput, and Unfinished where the column of the name was not found.
    """
    from ccu.imports import suggest

    questions = suggest.Questions.of(session)
    hints = suggest.hints(Path(__file__).parent)
    sample = suggest.read(path)
    chosen = suggest.choose(sample, hints)
    if "name" not in chosen and "organization" in chosen:  # a list of agencies, not of services
        chosen["name"] = chosen.pop("organization")
    if "name" not in chosen:
        columns = {name: sample.columns[name] for name in sample.names}
        name = questions.choose("columns.name", "Which column has the service's name?", columns)
        chosen |= {"name": [name]} if name else {}
    source = 'source = "our-list"  # name the list: its numbers are unique within it'
    head = suggest.head(sample, "ccu/layouts/directory.toml", source)
    lines = [*head, *suggest.columns(sample, chosen, FIELDS, WANTED)]
    suggest.write(target, lines, questions, "ccu provider import", path)
