"""A first layout for an export nobody has described yet: what can be told, and a comment where not.

It looks at the column names and a sample of rows. A date that can be read in two ways is left for a
person to settle. Of what stands in the rows only the dispatch system's own words are written down
(natures, dispositions), never an address or a name.
"""

import json
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path

from ccu.errors import InvalidInput
from ccu.imports.dispatch.guess import (
    DISPOSITIONS,
    NATURES,
    code_of,
    columns_of,
    formats_of,
    join_day_and_clock,
)
from ccu.imports.dispatch.layout import FIELDS, TIMES
from ccu.imports.dispatch.rows import Rows, header
from ccu.imports.dispatch.source import opened
from ccu.output.sink import opened as output_opened

SAMPLE = 2_000  # rows
MOST_WORDS = 400  # different texts a column of codes has at most


def write(path: Path, target: Path | None) -> None:
    """Write a first layout for the file to standard output, or to `target`. Raises InvalidInput."""
    with opened(path, "auto", None) as export:
        names, rows = sample(export.lines)
        text = "\n".join(_layout(path, export.encoding, *names, rows)) + "\n"
    with output_opened(target) as sink:
        sink.write([text])


def sample(lines: Callable[[], Iterator[str]]) -> tuple[tuple[str, list[str]], list[list[str]]]:
    """((delimiter, header), rows): the delimiter is the one that makes most columns."""
    found = []
    for delimiter in ",;\t|":
        try:
            names, before = header(lines(), delimiter)
        except InvalidInput:
            continue
        found.append((len(names), delimiter, names, before))
    if not found:
        raise InvalidInput("the first line is not a line of column names")
    _count, delimiter, names, _before = max(found, key=lambda each: each[0])
    stream = lines()
    _names, before = header(stream, delimiter)
    rows: list[list[str]] = []
    for chunk in Rows(stream, delimiter, len(names), before).chunks():
        rows += chunk.rows
        if len(rows) >= SAMPLE:
            break
    return (delimiter, names), rows[:SAMPLE]


def _layout(
    path: Path, encoding: str, delimiter: str, names: list[str], rows: list[list[str]]
) -> Iterable[str]:
    """The layout's lines."""
    columns = {name: [row[place].strip() for row in rows] for place, name in enumerate(names)}
    chosen = columns_of(names, columns)
    yield f"# A first layout, from {len(rows)} rows. Look at every line before you use it."
    yield "# ccu/layouts/*.toml are whole examples, with every key explained."
    yield ""
    yield 'source = "our-cad"  # name the dispatch system: incident numbers are unique within it'
    yield '# timezone = "America/New_York"  # left out: the town\'s'
    yield 'ambiguous = "earlier"  # 01:30 when clocks go back: earlier, later or reject'
    yield from _formats(chosen, columns)
    if delimiter != ",":
        yield f"delimiter = {json.dumps(delimiter)}"
    if encoding == "cp1252":
        yield 'encoding = "cp1252"  # not all of it is UTF-8'
    if "incident" not in chosen:
        told = [
            column
            for field in ("occurred", "address", "nature")
            for column in chosen.get(field, [])
        ]
        yield "# No column looks like an incident number: rows are told apart by these. They must"
        yield "# not change afterwards, or a corrected row becomes another call."
        yield f"identity = {_list(told)}"
    yield ""
    yield "[columns]"
    for field in FIELDS:
        if field in chosen:
            yield f"{field} = {_list(chosen[field])}"
        elif field in (
            "incident",
            "occurred",
            "address",
            "nature",
            "disposition",
            "priority",
            "beat",
        ):
            yield f'# {field} = "?"  # could not tell'
    unused = [name for name in names if not any(name in taken for taken in chosen.values())]
    if unused:
        yield f"# not used: {', '.join(json.dumps(name, ensure_ascii=False) for name in unused)}"
    yield ""
    yield "[defaults]"
    yield 'lead_agency = "police"'
    for table, field, keywords in (
        ("natures", "nature", NATURES),
        ("dispositions", "disposition", DISPOSITIONS),
    ):
        texts = [text for column in chosen.get(field, []) for text in columns[column] if text]
        yield from _words(table, Counter(texts), keywords)


def _list(texts: Sequence[str]) -> str:
    return json.dumps(texts[0] if len(texts) == 1 else list(texts), ensure_ascii=False)


# ---------------------------------------------------------------- dates


def _formats(chosen: dict[str, list[str]], columns: dict[str, list[str]]) -> Iterable[str]:
    """The line of date formats; a day and its time in two columns are joined on the way."""
    if "occurred" not in chosen:
        yield "formats = []  # no column looks like a time; name one, and its strptime format"
        return
    join_day_and_clock(chosen, columns)
    texts = [_texts(chosen[field], columns) for field in TIMES if field in chosen]
    sample = list(dict.fromkeys(text for column in texts for text in column if text))[:500]
    fits = formats_of(sample)
    if len(fits) == 1:
        yield f"formats = {json.dumps(fits)}"
    elif fits:
        yield f"# The dates of the sample can be read in {len(fits)} ways; choose one:"
        yield f"formats = []  # {json.dumps(fits)}"
    else:
        yield "formats = []  # could not tell; write it as strptime has it, such as %m/%d/%Y %H:%M"


def _texts(names: list[str], columns: dict[str, list[str]]) -> list[str]:
    return [" ".join(filter(None, each)) for each in zip(*(columns[n] for n in names), strict=True)]


# ---------------------------------------------------------------- words


def _words(table: str, texts: Counter[str], keywords: dict[str, str]) -> Iterable[str]:
    """A map from the words met to codes, by keywords; the others as comments, commonest first."""
    yield ""
    yield f"[{table}]"
    if not texts:
        return
    if len(texts) > MOST_WORDS or max(map(len, texts)) > 80:
        yield '# The column holds more than codes; try wildcards: welfare_check = ["*WELF*"]'
        return
    told: dict[str, list[str]] = {}
    for text, _count in texts.most_common():
        code = code_of(text, keywords)
        told.setdefault(code, []).append(text)
    others = told.pop("", [])
    for code, known in told.items():
        yield f"{code} = {json.dumps(known, ensure_ascii=False)}"
    if others:
        yield "# could not tell; put each under its code, or under other if it is none of ours:"
        yield from (f"#   {json.dumps(text, ensure_ascii=False)}," for text in others)
