"""`ccu person import --suggest`: a first layout for an office's list of clients.

Columns that look like national or insurance numbers are left out, and the layout names them.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from ccu.imports import forms, suggest
from ccu.imports.identifiers import is_identity_number
from ccu.imports.roster.layout import FIELDS
from ccu.imports.suggest import Chosen, Hints, Questions, Sample

if TYPE_CHECKING:
    from ccu.session import Session

WANTED = ("number", "given", "family", "birth_date", "worker", "status")
DATES = ("birth_date", "since", "closed")
FITS = 0.9  # of the dates of a column; a few are always written wrong


def write(session: "Session", path: Path, target: Path | None) -> None:
    """Write a first layout for the file to standard output, or to `target`.

    Raises InvalidInput, and Unfinished when the layout is written with questions left in it.
    """
    questions = Questions.of(session)
    hints = suggest.hints(Path(__file__).parent)
    sample = suggest.read(path)
    refused = [name for name in sample.names if is_identity_number(sample.labels[name])]
    chosen = suggest.choose(sample, hints, leave_out=refused)
    if {"given", "family"} & chosen.keys():
        chosen.pop("name", None)
    lines = [*_lines(sample, chosen, hints, refused, questions)]
    suggest.write(target, lines, questions, "ccu person import", path)


def _lines(
    sample: Sample, chosen: Chosen, hints: Hints, refused: list[str], questions: Questions
) -> Iterator[str]:
    yield from suggest.head(
        sample,
        "ccu/layouts/roster-hsd.toml",
        'source = "our-office"  # name the office: client numbers are unique within it',
    )
    texts = [text for field in DATES if field in chosen for text in sample.texts(chosen[field])]
    if any(texts):
        found = forms.find(texts, "", reading=forms.day, share=FITS)
        yield suggest.formats(found, [*filter(None, texts)], questions)
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
