"""`ccu person import --suggest`: a first layout for an office's list of clients.

Columns that look like national or insurance numbers are left out, and the layout names them.
"""

from collections.abc import Iterator
from datetime import date, datetime
from pathlib import Path

from ccu.imports import suggest
from ccu.imports.identifiers import is_identity_number
from ccu.imports.roster.layout import FIELDS
from ccu.imports.suggest import DAYS, Chosen, Hints, Sample

WANTED = ("number", "given", "family", "birth_date", "worker", "status")
DATES = ("birth_date", "since", "closed")
FITS = 0.9  # of the dates of a column; a few are always written wrong


def write(path: Path, target: Path | None) -> None:
    """Write a first layout for the file to standard output, or to `target`. Raises InvalidInput."""
    hints = suggest.hints(Path(__file__).parent)
    sample = suggest.read(path)
    refused = [name for name in sample.names if is_identity_number(name)]
    chosen = suggest.choose(sample, hints, leave_out=refused)
    if {"given", "family"} & chosen.keys():
        chosen.pop("name", None)
    suggest.write(target, _lines(sample, chosen, hints, refused))


def _lines(sample: Sample, chosen: Chosen, hints: Hints, refused: list[str]) -> Iterator[str]:
    yield from suggest.head(
        sample,
        "ccu/layouts/roster-hsd.toml",
        'source = "our-office"  # name the office: client numbers are unique within it',
    )
    columns = [sample.texts(chosen[field]) for field in DATES if field in chosen]
    if columns:
        yield suggest.formats(columns, DAYS, _reading, FITS)
    if "name" in chosen:
        yield 'name_order = "given family"  # of a name without a comma; or "family given"'
    yield from suggest.columns(sample, chosen, FIELDS, WANTED, refused)
    if "status" in chosen:
        yield from suggest.words(
            "status",
            sample.texts(chosen["status"]),
            hints["status"],
            most=40,
            longest=40,
            too_many='name those that mean it: closed = ["..."]',
            unknown="put each under active or closed",
        )


def _reading(form: str, text: str) -> date:
    return datetime.strptime(text, form).date()
