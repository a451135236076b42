"""The layout of an office's list of clients, and a first one for a list.

Every key is in `ccu/layouts/roster-hsd.toml` with a comment. A column that looks like a national or
an insurance number is refused: none is needed to tell people apart, so none is kept.
"""

import contextlib
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from ccu.imports import layout as layouts
from ccu.imports.identifiers import is_identity_number
from ccu.imports.layout import Keys, Words

if TYPE_CHECKING:
    from ccu.imports.suggest import Chosen, Hints, Questions, Sample
    from ccu.session import Session

READY = ("roster-hsd",)

FIELDS = (
    *("number", "given", "family", "name", "aliases", "birth_date", "age", "sex", "phone"),
    *("email", "home", "postcode", "language", "race_ethnicity", "housing", "veteran", "minor"),
    *("worker", "since", "status", "closed"),
)
WANTED = ("number", "given", "family", "birth_date", "worker", "status")
DATES = ("birth_date", "since", "closed")
FITS = 0.9  # of the dates of a column; a few are always written wrong
ORDERS = ("given family", "family given")  # of a full name without a comma
_DIRECTIVES = re.compile("%[^YymdbBj-]|%-")


@dataclass(frozen=True, kw_only=True)
class Layout(layouts.Layout):
    """A layout, checked as far as it can be without the database and the file."""

    order: str
    sexes: Words
    housing: Words
    race_ethnicity: Words
    statuses: Words
    workers: Words


def load(named: str) -> Layout:
    """Return the layout of that name, or in that file. Raises InvalidInput, naming the fault."""
    top = Keys.parse(*layouts.text_of(named, READY))
    common = top.common(FIELDS, dated=False)
    layout = Layout(
        **{**common, "source": common["source"].strip()},
        order=top.choice("name_order", ORDERS),
        sexes=top.words("sex"),
        housing=top.words("housing"),
        race_ethnicity=top.words("race_ethnicity"),
        statuses=top.words("status"),
        workers=top.words("workers"),
    )
    top.refuse_others()
    layout.refuse(_fault(layout))
    return layout


def _fault(layout: Layout) -> str:
    """Return what is wrong, as the end of a sentence; empty when nothing is."""
    columns = layout.columns.keys()
    for column in layout.wanted:
        if is_identity_number(column):
            return (
                f"names the column {column!a}, which looks like a national or an insurance number;"
                " no such number is needed or kept, so leave it out"
            )
    if layout.source == "ccu":
        return "calls its source ccu, which is reserved for ccu"
    if not {"given", "family", "name"} & columns:
        return "does not name the column of the name: columns.given and family, or name"
    if "name" in columns and {"given", "family"} & columns:
        return "names both columns.name and given or family; use one or the other"
    if {*layout.statuses.used} - {"active", "closed"}:
        return "may map a status to active or closed only"
    if {*layout.sexes.used} - {"male", "female", "other"}:
        return "may map a sex to male, female or other only"
    if "status" in columns and not layout.statuses.used:
        return "names a status column, and [status] does not list the texts that mean closed"
    lists = (layout.sexes, layout.housing, layout.race_ethnicity, layout.statuses)
    if text := next(filter(None, (each.twice() for each in lists)), ""):
        return f"gives {text!a} two meanings"
    return next(filter(None, map(_wrong_format, layout.formats)), "")


def _wrong_format(form: str) -> str:
    """What is wrong with a format, as an end of a sentence; empty when it can be used."""
    day = date(1987, 11, 23)
    kept = None  # strptime of a day without a year warns in Python 3.13 and may fail in 3.15
    if re.search("%[Yy]", form) and not _DIRECTIVES.search(form):
        with contextlib.suppress(ValueError):
            kept = datetime.strptime(day.strftime(form), form).date()
    if kept != day:
        return "has a date format that does not give day, month and year, such as %m/%d/%Y"
    return ""


def suggest_first(session: "Session", path: Path, target: Path | None) -> None:
    """Write a first layout for the file to standard output, or to `target`.

    Raises InvalidInput, and Unfinished when the layout is written with questions left in it.
    """
    from ccu.imports import suggest

    questions = suggest.Questions.of(session)
    hints = suggest.hints(Path(__file__).parent)
    sample = suggest.read(path)
    refused = [name for name in sample.names if is_identity_number(sample.labels[name])]
    chosen = suggest.choose(sample, hints, leave_out=refused)
    if {"given", "family"} & chosen.keys():
        chosen.pop("name", None)
    lines = [*_lines(sample, chosen, hints, refused, questions)]
    suggest.write(target, lines, questions, "ccu person import", path)


def _lines(
    sample: "Sample", chosen: "Chosen", hints: "Hints", refused: list[str], questions: "Questions"
) -> Iterator[str]:
    from ccu.imports import forms, suggest

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
        yield from forms.code_lines(
            "status",
            sample.texts(chosen["status"]),
            hints["status"],
            most=40,
            longest=40,
            too_many='name those that mean it: closed = ["..."]',
            unknown="put each under active or closed",
        )
