"""A first layout for a new file, from its column names and a sample of rows.

What cannot be told, such as an ambiguous date, becomes a comment for a person to settle. Of
the rows only a system's own words for codes are written down, never an address, a name or a number.
"""

import contextlib
import json
import re
import tomllib
from collections import Counter
from collections.abc import Callable, Container, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from ccu.errors import InvalidInput
from ccu.files import named
from ccu.imports.layout import packaged
from ccu.imports.rows import Table
from ccu.imports.source import Export, opened
from ccu.output import opened as output_opened

DATES_READ = 500  # different texts of a column of dates that are tried
DAYS = ("%Y-%m-%d", "%m/%d/%Y", "%d/%m/%Y", "%m/%d/%y", "%d/%m/%y", "%Y/%m/%d", "%m-%d-%Y",
        "%d-%m-%Y", "%d.%m.%Y", "%d-%b-%Y", "%d %b %Y", "%b %d %Y", "%Y%m%d")  # fmt: skip

Hints = Mapping[str, Mapping[str, str]]  # tables of an importer's hints.toml
Chosen = dict[str, list[str]]  # field -> its columns


@dataclass(frozen=True)
class Sample:
    """The beginning of a file: column -> cells without the spaces around them."""

    names: list[str]
    columns: Mapping[str, Sequence[str]]
    rows: int
    delimiter: str
    encoding: str

    def texts(self, columns: Sequence[str]) -> list[str]:
        """Return the cells of columns that are joined by a space."""
        cells = zip(*(self.columns[name] for name in columns), strict=True)
        return [" ".join(filter(None, each)) for each in cells]


def hints(importer: Path) -> Hints:
    """Return the hints in the folder of an importer."""
    return tomllib.loads(packaged(importer / "hints.toml"))


def read(path: Path) -> Sample:
    """Read the beginning of a file. Raises InvalidInput."""
    with opened(path, "auto", None) as export:
        table = table_of(export)
        rows = table.sample()
        columns = {
            name: [row[place].strip() for row in rows] for place, name in enumerate(table.names)
        }
        return Sample(table.names, columns, len(rows), table.delimiter, export.encoding)


def table_of(export: Export) -> Table:
    """Return the file as a table, by the delimiter that makes most columns. Raises InvalidInput."""
    tables = []
    for delimiter in ",;\t|":
        try:
            tables.append(Table(export, delimiter))
        except InvalidInput:
            continue
    if not tables:
        raise InvalidInput("the first line is not a line of column names")
    return max(tables, key=lambda table: len(table.names))


def write(target: Path | None, lines: Iterable[str]) -> None:
    """Write a layout's lines to standard output, or to a new file. Raises InvalidInput.

    A file that is there is kept: it may be a layout that somebody has edited.
    """
    with contextlib.ExitStack() as stack:
        place = None
        if target is not None and target != Path("-"):
            place = stack.enter_context(named.place(target, "--output"))
            with contextlib.suppress(OSError):  # `output_opened` reports it
                if place.folder.stat(place.name) is not None:
                    raise InvalidInput(f"{target} is there already; choose a new name for --output")
        stack.enter_context(output_opened(place)).write(f"{line}\n" for line in lines)


# ---------------------------------------------------------------- columns


def choose(
    sample: Sample, hints: Hints, unique: Container[str] = (), leave_out: Container[str] = ()
) -> Chosen:
    """Return field -> its columns; a name that occurs twice in the header is used for none.

    The columns of a field in `unique` must tell nearly every row from the others.
    """
    left = [n for n in sample.names if n and sample.names.count(n) == 1 and n not in leave_out]
    chosen: Chosen = {}
    for field, pattern in hints["columns"].items():
        fits = [name for name in left if _matches(pattern, name)]
        if field in unique:
            fits = [name for name in fits if _tells_apart(sample.columns[name])]
        if not fits:
            continue
        several = hints["several"].get(field)
        if several is None or not any(_matches(several, name) for name in fits):
            fits = [_best(fits, pattern)]
        chosen[field] = fits
        left = [name for name in left if name not in fits]
    return chosen


def _tells_apart(cells: Sequence[str]) -> bool:
    filled = [cell for cell in cells if cell]
    return len({*filled}) > 0.9 * len(filled)


def _matches(pattern: str, text: str) -> bool:
    return bool(re.search(pattern, re.sub("[_-]+", " ", text), re.IGNORECASE))


def _best(fits: list[str], pattern: str) -> str:
    """Of several columns return the one that matches the earliest alternative of the pattern."""
    alternatives = re.split(r"\|(?![^(]*\))", pattern)
    return min(fits, key=lambda name: [_matches(each, name) for each in alternatives].index(True))


# ---------------------------------------------------------------- the layout's lines


def head(sample: Sample, example: str, source: str) -> Iterator[str]:
    """Lines of how the file is written; `example` is a layout in which every key is explained."""
    yield f"# A first layout, from {sample.rows} rows. Check every line before you use it."
    yield f"# {example} explains every key."
    yield ""
    yield source
    if sample.delimiter != ",":
        yield f"delimiter = {json.dumps(sample.delimiter)}"
    if sample.encoding == "cp1252":
        yield 'encoding = "cp1252"  # not all of it is UTF-8'


def columns(
    sample: Sample,
    chosen: Chosen,
    fields: Sequence[str],
    wanted: Container[str],
    refused: Sequence[str] = (),
) -> Iterator[str]:
    """Lines of which column is what; `wanted` are the fields to name where none was found.

    `refused` are columns that look like a number that is not kept.
    """
    yield ""
    yield "[columns]"
    for field in fields:
        if field in chosen:
            yield f"{field} = {listed(chosen[field])}"
        elif field in wanted:
            yield f'# {field} = "?"  # could not tell'
    if refused:
        left_out = ", ".join(map(_quoted, refused))
        yield f"# left out: looks like a national or insurance number: {left_out}"
    used = {name for names in chosen.values() for name in names}.union(refused)
    unused = [_quoted(name) for name in sample.names if name and name not in used]
    if unused:
        yield f"# not used: {', '.join(unused)}"


def formats(
    columns: Sequence[Sequence[str]],
    forms: Iterable[str],
    reading: Callable[[str, str], object],
    share: float,
) -> str:
    """Return the line of date formats: one for each column, where only one fits it.

    `reading` takes a format and a text, and raises ValueError or InvalidInput where the text does
    not fit. A format must read this share of a column's different texts.
    """
    forms = list(forms)
    one_each: dict[str, None] = {}
    for cells in columns:
        texts = list(dict.fromkeys(filter(None, cells)))[:DATES_READ]
        fits = _fitting(texts, forms, reading, share)
        if len(fits) > 1:
            return f"formats = []  # {json.dumps(fits)} all read the dates; choose one"
        if texts and not fits:
            one_each.clear()
            break
        one_each |= dict.fromkeys(fits)
    if one_each:
        return f"formats = {json.dumps([*one_each])}"
    return "formats = []  # could not tell; write a strptime format, such as %m/%d/%Y %H:%M"


def _fitting(
    texts: Sequence[str],
    forms: Iterable[str],
    reading: Callable[[str, str], object],
    share: float,
) -> list[str]:
    """Return the formats that read most of the texts, one for each different reading of them."""
    best: dict[tuple[object, ...], tuple[int, str]] = {}
    for form in forms:
        missed, readings = 0, []
        for text in texts:
            try:
                readings.append(reading(form, text))
            except (ValueError, InvalidInput):
                readings.append(None)
                missed += 1
                if missed > (1 - share) * len(texts):
                    break
        else:
            if texts:
                best.setdefault(tuple(readings), (missed, form))
    fewest = min((missed for missed, _ in best.values()), default=0)
    return [form for missed, form in best.values() if missed == fewest]


def words(
    table: str,
    cells: Iterable[str],
    keywords: Mapping[str, str],
    *,
    most: int,
    longest: int,
    too_many: str,
    unknown: str,
) -> Iterator[str]:
    """Lines that map a column's texts to the codes of `keywords`; the others as comments.

    A column of more than `most` different texts, or of one longer than `longest` characters, holds
    more than codes: it gets the comment `too_many` instead.
    """
    yield ""
    yield f"[{table}]"
    texts = Counter(filter(None, cells))
    if len(texts) > most or max(map(len, texts), default=0) > longest:
        yield f"# The column holds more than codes; {too_many}"
        return
    by_code: dict[str, list[str]] = {}
    for text, _count in texts.most_common():
        code = next((code for code, word in keywords.items() if _matches(word, text)), "")
        by_code.setdefault(code, []).append(text)
    others = by_code.pop("", [])
    for code, known in by_code.items():
        yield f"{code} = {json.dumps(known, ensure_ascii=False)}"
    if others:
        yield f"# could not tell; {unknown}:"
        yield from (f"#   {_quoted(text)}," for text in others)


def listed(names: Sequence[str]) -> str:
    """Return column names as TOML: one as a text, several as a list."""
    return json.dumps(names[0] if len(names) == 1 else list(names), ensure_ascii=False)


def _quoted(text: str) -> str:
    return json.dumps(text, ensure_ascii=False)
