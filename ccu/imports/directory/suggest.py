"""`ccu provider import --suggest`: a first layout for a plain CSV of services."""

from pathlib import Path
from typing import TYPE_CHECKING

from ccu.imports import suggest
from ccu.imports.directory.layout import FIELDS
from ccu.imports.suggest import Questions

if TYPE_CHECKING:
    from ccu.session import Session

WANTED = ("id", "name", "organization", "phone", "hours", "category")


def write(session: "Session", path: Path, target: Path | None) -> None:
    """Write a first layout for the file to standard output, or to `target`.

    Raises InvalidInput, and Unfinished where the column of the name was not found.
    """
    questions = Questions.of(session)
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
    lines = suggest.head(sample, "ccu/layouts/directory.toml", source)
    suggest.write(target, [*lines, *suggest.columns(sample, chosen, FIELDS, WANTED)])
    questions.finish()
