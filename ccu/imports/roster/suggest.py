"""A first layout for a list nobody has described yet, from its column names and a sample of rows.

Of what stands in the rows only an office's own words for states are written down, never a name, a
number or a date. Columns that look like national or insurance numbers are left out, and said so.
"""

import json
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date, datetime
from pathlib import Path

from ccu.imports.dispatch.guess import DAYS
from ccu.imports.dispatch.source import opened
from ccu.imports.dispatch.suggest import sample
from ccu.imports.roster.layout import FIELDS, is_identity_number
from ccu.output.sink import opened as output_opened

# field -> what its column tends to be called; a column is taken by the first field that wants it.
NAMES = {
    "birth_date": r"birth|\bdob\b|born",
    "since": r"open|since|start|admi|enrol|intake|assigned[ _]?(on|date)",
    "closed": r"clos(ed|ing)?[ _]?(on|date)?|discharg|end[ _]?date|exit",
    "status": r"status|state of case",
    "worker": r"worker|clinician|case ?manager|assigned|staff|counsel|therap",
    "number": r"(client|case|person|member|patient|record|rec|participant|unique)[ _]?"
    r"(id|no|num|number|nbr|#)|^id$|^mrn$",
    "given": r"given|first|forename|^fname",
    "family": r"family|last[ _]?name|surname|^lname",
    "aliases": r"alias|aka|known as|other name|maiden|prefer",
    "name": r"^(full |client |person )?name$|^client$",
    "age": r"^age",
    "sex": r"^sex|gender",
    "phone": r"phone|mobile|^cell|^tel",
    "email": r"e-?mail",
    "postcode": r"zip|post ?code|postal",
    "home": r"addr|street|city|town|suburb|apartment|^apt|^unit|^state$",
    "language": r"language",
    "housing": r"hous|living|shelter",
    "veteran": r"veteran|military",
    "minor": r"minor|under ?18",
}
MANY = ("home", "aliases")  # that may stand in several columns
STATES = {"closed": r"clos|discharg|inactiv|ended|exit|terminat", "active": r"activ|open|current"}
MOST_WORDS = 40
FITS = 0.9  # of the dates of a sample; a few are always written wrong


def write(path: Path, target: Path | None) -> None:
    """Write a first layout for the file to standard output, or to `target`. Raises InvalidInput."""
    with opened(path, "auto", None) as export:
        (delimiter, names), rows = sample(export.lines)
        text = "\n".join(_layout(export.encoding, delimiter, names, rows)) + "\n"
    with output_opened(target) as sink:
        sink.write([text])


def _layout(
    encoding: str, delimiter: str, names: list[str], rows: list[list[str]]
) -> Iterator[str]:
    columns = {name: [row[place].strip() for row in rows] for place, name in enumerate(names)}
    numbers = [name for name in names if is_identity_number(name)]
    chosen = columns_of([name for name in names if name not in numbers])
    yield f"# A first layout, from {len(rows)} rows. Look at every line before you use it."
    yield "# ccu/layouts/roster-hsd.toml has every key explained."
    yield ""
    yield 'source = "our-office"  # name the office: client numbers are unique within it'
    yield from _formats([columns[name] for each in _dates(chosen) for name in each])
    if "name" in chosen:
        yield 'name_order = "given family"  # of a name without a comma; or "family given"'
    if delimiter != ",":
        yield f"delimiter = {json.dumps(delimiter)}"
    if encoding == "cp1252":
        yield 'encoding = "cp1252"  # not all of it is UTF-8'
    yield ""
    yield "[columns]"
    for name in FIELDS:
        if name in chosen:
            yield f"{name} = {_list(chosen[name])}"
        elif name in ("number", "given", "family", "birth_date", "worker", "status"):
            yield f'# {name} = "?"  # could not tell'
    if numbers:
        told = ", ".join(json.dumps(name, ensure_ascii=False) for name in numbers)
        yield f"# left out, for it looks like a national or an insurance number: {told}"
    taken = {name for each in chosen.values() for name in each}
    unused = [name for name in names if name and name not in taken and name not in numbers]
    if unused:
        told = ", ".join(json.dumps(name, ensure_ascii=False) for name in unused)
        yield f"# not used: {told}"
    if "status" in chosen:
        yield from _states(columns[chosen["status"][0]])


def columns_of(names: Sequence[str]) -> dict[str, list[str]]:
    """field -> its columns; a name that stands twice in the header is nobody's."""
    left = [name for name in names if name and list(names).count(name) == 1]
    chosen: dict[str, list[str]] = {}
    for field, pattern in NAMES.items():
        plain = {name: re.sub("[_-]+", " ", name) for name in left}
        fits = [name for name in left if re.search(pattern, plain[name], re.IGNORECASE)]
        if fits and not (field == "name" and {"given", "family"} & {*chosen}):
            chosen[field] = fits if field in MANY else fits[:1]
            left = [name for name in left if name not in chosen[field]]
    return chosen


def _dates(chosen: Mapping[str, list[str]]) -> list[list[str]]:
    return [chosen[name] for name in ("birth_date", "since", "closed") if name in chosen]


def _list(texts: Sequence[str]) -> str:
    return json.dumps(texts[0] if len(texts) == 1 else list(texts), ensure_ascii=False)


def _formats(columns: Iterable[Sequence[str]]) -> Iterator[str]:
    """The line of date formats: one for each column, where only one fits it."""
    found: dict[str, None] = {}
    for cells in columns:
        said = [cell for cell in cells if cell][:500]
        if not said:
            continue
        fits = _fitting(said)
        if len(fits) != 1:
            why = f"read in {len(fits)} ways; choose: {json.dumps(fits)}" if fits else "not be told"
            yield (
                f"formats = []  # the dates can be {why}"
                if fits
                else (
                    "formats = []  # could not tell; write it as strptime has it, such as %m/%d/%Y"
                )
            )
            return
        found[fits[0]] = None
    if found:
        yield f"formats = {json.dumps([*found])}"


def _fitting(said: Sequence[str]) -> list[str]:
    """The formats that read nearly all of the sample, one for each different reading of it."""
    best: dict[tuple[date | None, ...], tuple[int, str]] = {}
    for form in DAYS:
        days = tuple(_read(text, form) for text in said)
        count = sum(day is not None for day in days)
        if count >= FITS * len(said):
            best.setdefault(days, (count, form))
    most = max((count for count, _ in best.values()), default=0)
    return [form for count, form in best.values() if count == most]


def _read(text: str, form: str) -> date | None:
    try:
        return datetime.strptime(text, form).date()
    except ValueError:
        return None


def _states(cells: Sequence[str]) -> Iterator[str]:
    """The map of an office's words for an open and a closed case."""
    yield ""
    yield "[status]"
    texts = Counter(cell for cell in cells if cell)
    if len(texts) > MOST_WORDS or max(map(len, texts), default=0) > 40:
        yield '# The column holds more than states; name them here: closed = ["..."]'
        return
    told: dict[str, list[str]] = {"active": [], "closed": []}
    others: list[str] = []
    for text, _count in texts.most_common():
        code = next((c for c, word in STATES.items() if re.search(word, text, re.IGNORECASE)), "")
        (told[code] if code else others).append(text)
    yield from (f"{code} = {json.dumps(known, ensure_ascii=False)}" for code, known in told.items())
    if others:
        yield "# could not tell; put each under active or closed:"
        yield from (f"#   {json.dumps(text, ensure_ascii=False)}," for text in others)
