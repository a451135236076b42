"""`ccu import --suggest`: a first layout for a dispatch system's export."""

import re
from collections.abc import Callable, Iterator
from functools import cache
from itertools import product
from pathlib import Path

from ccu import dates
from ccu.dates.cad import cad_reader
from ccu.imports import suggest
from ccu.imports.dispatch.layout import FIELDS, TIMES
from ccu.imports.suggest import DAYS, Chosen, Hints, Sample

CLOCKS = ("%H:%M:%S", "%H:%M", "%I:%M:%S %p", "%I:%M %p", "%H:%M:%S.%f")
DAYS_WITH_CLOCK = [f"{day}{space}{clock}" for day, space, clock in product(DAYS, " T", CLOCKS)]
FORMATS = (*DAYS_WITH_CLOCK, "iso", *DAYS, "epoch", "epoch-ms")
CLOCK = re.compile(r"\d{1,2}:\d\d(:\d\d)?( ?[AP]M)?", re.IGNORECASE)
WANTED = ("incident", "occurred", "address", "nature", "disposition", "priority", "beat")


def write(path: Path, target: Path | None) -> None:
    """Write a first layout for the file to standard output, or to `target`. Raises InvalidInput."""
    hints = suggest.hints(Path(__file__).parent)
    sample = suggest.read(path)
    chosen = suggest.choose(sample, hints, unique=("incident",))
    _join_day_and_clock(sample, chosen)
    suggest.write(target, _lines(sample, chosen, hints))


def _lines(sample: Sample, chosen: Chosen, hints: Hints) -> Iterator[str]:
    yield from suggest.head(
        sample,
        "examples/first-layout.toml",
        'source = "our-cad"  # name the dispatch system: incident numbers are unique within it',
    )
    yield '# timezone = "America/New_York"  # left out: the town\'s'
    yield 'ambiguous = "earlier"  # 01:30 when clocks go back: earlier, later or reject'
    if "occurred" in chosen:
        times = [text for field in TIMES if field in chosen for text in sample.texts(chosen[field])]
        yield suggest.formats([times], FORMATS, _reading, share=1)
    else:
        yield "formats = []  # no column looks like a time; name one, and its strptime format"
    if "incident" not in chosen:
        identity = [
            column
            for field in ("occurred", "address", "nature")
            for column in chosen.get(field, [])
        ]
        yield "# No column looks like an incident number: rows are told apart by these. They must"
        yield "# not change later, or a corrected row becomes a second call."
        yield f"identity = {suggest.listed(identity)}"
    yield from suggest.columns(sample, chosen, FIELDS, WANTED)
    yield ""
    yield "[defaults]"
    yield 'lead_agency = "police"'
    for table, field in (("natures", "nature"), ("dispositions", "disposition")):
        yield from suggest.words(
            table,
            sample.texts(chosen[field]) if field in chosen else (),
            hints[table],
            most=400,
            longest=80,
            too_many='try wildcards: welfare_check = ["*WELF*"]',
            unknown="put each under its code, or under other if none fits",
        )


def _join_day_and_clock(sample: Sample, chosen: Chosen) -> None:
    """Where the day has a column of its own, add one of clock times that nothing else uses."""
    used = {name for names in chosen.values() for name in names}
    days = chosen.get("occurred", [])
    if not days or any(":" in text for text in sample.texts(days)):
        return
    for name, cells in sample.columns.items():
        filled = [cell for cell in cells if cell]
        if name not in used and filled and all(map(CLOCK.fullmatch, filled)):
            chosen["occurred"] = [*days, name]
            return


@cache
def _reader(form: str) -> Callable[[str], str]:
    return cad_reader([form], dates.zone("UTC"))


def _reading(form: str, text: str) -> str:
    return _reader(form)(text)
