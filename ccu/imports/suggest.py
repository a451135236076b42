"""A first layout for a new file, from its column names and a sample of rows.

What is unclear, such as an ambiguous date, is asked at a terminal; elsewhere it becomes a comment,
and the command ends with the exit code for an unfinished layout. Of the rows, only the system's
words for codes are written down, never an address, a name or a number.
"""

import contextlib
import json
import re
import shlex
import tomllib
from collections.abc import Callable, Container, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ccu.errors import CcuError, InvalidInput, Unfinished
from ccu.files import named
from ccu.imports import forms
from ccu.imports.forms import UNTOLD, quoted
from ccu.imports.layout import OPEN, packaged
from ccu.imports.rows import Table
from ccu.imports.source import Export, opened
from ccu.options import terminal
from ccu.output import opened as output_opened
from ccu.output import say

if TYPE_CHECKING:
    from ccu.session import Session

UNUSED = "# not used: "  # begins the line of the filled columns that no field has
SHOWN = 3  # cells or readings of a choice that is asked about
LONGEST_SHOWN = 22  # characters of one of them
_BLANK = re.compile(  # what databases and spreadsheets write for an empty cell, or for no time
    r"|[(<[]?null[)>\]]?|none|nil|n/?a|#n/a|nan|undefined|[-*_?:/. ]+|\\N|(0000-00-00|0001-01-01).*"
    r"|([0:]+ )?00([/-]00){1,2}([/-]0000)?( [0:]+)?"
    r"|(1900-01-01|0?1/0?1/1900)([T ](0?0:00|12:00(:00)? ?AM).*)?",
    re.IGNORECASE,
)
_NAMED = re.compile(r"(?=.*[A-Za-z])[^0-9]*[0-9]{0,3}[^0-9]*")  # a text that can be a column's name

Hints = Mapping[str, Mapping[str, Any]]  # tables of an importer's hints.toml
Chosen = dict[str, list[str]]  # field -> its columns


@dataclass(frozen=True)
class Sample:
    """The beginning of a file: column -> cells without the spaces around them.

    A column is called as a layout calls it: by its name, or by its position (#3) where the name is
    blank, there twice or, without a header, not there.
    """

    names: list[str]
    labels: Mapping[str, str]  # column -> the words of its name in the header
    columns: Mapping[str, Sequence[str]]
    rows: int
    delimiter: str
    encoding: str
    header: bool

    def texts(self, columns: Sequence[str]) -> list[str]:
        """Return the cells of columns that are joined by a space."""
        cells = zip(*(self.columns[name] for name in columns), strict=True)
        return [" ".join(filter(None, each)) for each in cells]

    def complete(self, columns: Sequence[str]) -> list[str]:
        """Return the joined cells of the rows that have all of them."""
        cells = zip(*(self.columns[name] for name in columns), strict=True)
        return [" ".join(each) for each in cells if all(each)]

    def filled(self, column: str) -> list[str]:
        """Return the cells of a column that are not blank."""
        return [cell for cell in self.columns[column] if cell]

    def share(self, column: str, test: Callable[[str], object]) -> float:
        """Return for which share of a column's filled cells the test is true; 0 for no cells."""
        filled = self.filled(column)
        return sum(bool(test(cell)) for cell in filled) / len(filled) if filled else 0


@dataclass
class Questions:
    """Uncertain points: asked at a terminal, else left open and counted."""

    asking: bool
    today: str
    zone: str = ""  # of the town; empty without a database
    left_open: list[str] = field(default_factory=list)

    @classmethod
    def of(cls, session: "Session") -> "Questions":
        """Return the questions of a run, which may be without a database."""
        try:
            today, zone = session.today, session.settings.zone.key
        except CcuError:
            today, zone = datetime.now(UTC).date(), ""
        return cls(session.interactive, today.isoformat(), zone)

    def choose(
        self, key: str, question: str, choices: Mapping[str, Sequence[str]], needed: bool = True
    ) -> str | None:
        """Return the choice made; None if nobody can be asked, or it was left open.

        `choices` are shown with their first cells or readings. The layout is unfinished without
        the key if it is `needed`.
        """
        made = self._ask(question, choices) if self.asking else None
        if made is None and needed:
            self.left_open.append(key)
        return made

    def _ask(self, question: str, choices: Mapping[str, Sequence[str]]) -> str | None:
        listed_ = [*choices]

        def read(answer: str) -> str | None:
            chosen = terminal.listed_at(answer, listed_)
            if answer and chosen is None:
                raise InvalidInput(f"Type a number from 1 to {len(listed_)}, or press Enter")
            return chosen

        say("")
        say(question)
        for number, (choice, cells) in enumerate(choices.items(), 1):
            shown = [cell[:LONGEST_SHOWN] for cell in [*filter(None, cells)][:SHOWN]]
            say(f"{number}  {choice}: {', '.join(shown) or '(empty)'}")
        return terminal.ask_until_valid("Number (Enter to leave it open)", read)

    def finish(self) -> None:
        """Raise Unfinished where the layout that was written has open questions."""
        if self.left_open:
            keys = ", ".join(dict.fromkeys(self.left_open))
            raise Unfinished(
                f"the layout is not finished: settle {keys} in it, or answer at a terminal"
            )


def hints(importer: Path) -> Hints:
    """Return the hints in the folder of an importer."""
    return tomllib.loads(packaged(importer / "hints.toml"))


def read(path: Path) -> Sample:
    """Read the beginning of a file. Raises InvalidInput."""
    with opened(path, "auto", None) as export:
        table = table_of(export)
        rows = table.sample()
        header = not _is_data(table.names)
        if not header:
            table = Table(export, table.delimiter, header=False)
            rows = table.sample()
        again = [*map(str.casefold, table.names)]  # a header that a report repeats on each page
        rows = [row for row in rows if [cell.strip().casefold() for cell in row] != again]
        names = [
            name if name and header and table.names.count(name) == 1 else f"#{place}"
            for place, name in enumerate(table.names, 1)
        ]
        cells = {
            name: ["" if _BLANK.fullmatch(text := row[place].strip()) else text for row in rows]
            for place, name in enumerate(names)
        }
        labels = dict(zip(names, table.names if header else [""] * len(names), strict=True))
        return Sample(names, labels, cells, len(rows), table.delimiter, export.encoding, header)


def _is_data(names: Sequence[str]) -> bool:
    """Return whether the supposed column names are a data row: with a date, a time or numbers."""
    numbers = sum(bool(re.fullmatch(r"-?[0-9][0-9.]*", name)) for name in names)
    return (
        numbers > 1
        or any(map(forms.DATED.match, names))
        or not any(map(_NAMED.fullmatch, filter(None, names)))
    )


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


def write(
    target: Path | None, lines: Sequence[str], questions: Questions, command: str, path: Path
) -> None:
    """Write a layout's lines to standard output, or to a new file; tell what comes next.

    A file that is there is kept: it may be a layout that somebody has edited. `command` is the
    import that reads `path` by the layout. Raises InvalidInput, and Unfinished where the layout
    has open questions.
    """
    with contextlib.ExitStack() as stack:
        place = None
        if target is not None and target != Path("-"):
            place = stack.enter_context(named.place(target, "--output"))
            with contextlib.suppress(OSError):  # `output_opened` reports it
                if place.folder.stat(place.name) is not None:
                    raise InvalidInput(f"{target} already exists; choose a new name for --output")
        stack.enter_context(output_opened(place)).write(f"{line}\n" for line in lines)
    told = [*_untold(lines)]
    if place is not None:
        unused = [each.removeprefix(UNUSED) for each in lines if UNUSED in each]
        told = [f"Wrote {target}", *(f"not used: {each}" for each in unused), *told]
    if told:
        say("; ".join(told))
    if place is not None and not questions.left_open:
        files = (shlex.quote(str(each)) for each in (path, target))
        say(f"Next: {command} {' --layout '.join(files)} --dry-run")
    questions.finish()


def _untold(lines: Sequence[str]) -> Iterator[str]:
    """Yield which texts of each table have no code."""
    for table in "\n".join(lines).split("\n[")[1:]:
        untold = [each for each in table.splitlines() if each.startswith(UNTOLD)]
        texts = [
            json.loads(each.removeprefix(UNTOLD).partition(",  #")[0].rstrip(","))
            for each in untold
        ]
        if texts:
            needs = "text needs" if len(texts) == 1 else "texts need"
            more = ", ..." if len(texts) > SHOWN else ""
            named = f"{', '.join(texts[:SHOWN])}{more}"
            yield f"under [{table.partition(']')[0]}], {len(texts)} {needs} a code: {named}"


def choose(sample: Sample, hints: Hints, leave_out: Container[str] = ()) -> Chosen:
    """Return field -> its columns; a name that occurs twice in the header is used for none."""
    left = [n for n in sample.names if sample.labels[n] == n and n not in leave_out]
    chosen: Chosen = {}
    for name, pattern in hints["columns"].items():
        fits = ranked(sample, left, pattern)
        if not fits:
            continue
        several = hints["several"].get(name)
        if several is None or not ranked(sample, [each for _, each in fits], several):
            fits = [min(fits, key=lambda each: each[0])]
        chosen[name] = [each for each in left if each in {column for _, column in fits}]
        left = [each for each in left if each not in chosen[name]]
    return chosen


def ranked(
    sample: Sample, columns: Iterable[str], patterns: str | Sequence[str]
) -> list[tuple[int, str]]:
    """Return the columns whose names match, each with the place of its earliest pattern, in order.

    One text has its patterns between `|`.
    """
    if isinstance(patterns, str):
        patterns = re.split(r"\|(?![^(]*\))", patterns)
    fits = []
    for column in columns:
        words = spoken(sample.labels[column])
        found = (rank for rank, each in enumerate(patterns) if re.search(each, words))
        if (rank := next(found, None)) is not None:
            fits.append((rank, column))
    return sorted(fits, key=lambda each: each[0])


def spoken(name: str) -> str:
    """Return a column's name in lower-case words: CallTime_UTC is `call time utc`."""
    apart = re.sub(
        "(?<=[a-z])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])", " ", re.sub("['\u2019]", "", name)
    )
    return " ".join(re.sub("[^a-z0-9#]+", " ", apart.lower().replace("#", " # ")).split())


def has_words(cell: str) -> bool:
    """Return whether a cell has a word, and is not only a number or a code."""
    return bool(re.search("[A-Za-z]{2}", cell))


def is_number(cell: str) -> bool:
    """Return whether a cell can be an incident number: it has a digit and is no date."""
    dated = re.search(r"\d[/:]\d|^(19|20)\d\d-\d\d-\d\d\b|^-?\d+\.\d+$", cell)
    return bool(re.search(r"\d", cell)) and not dated and len(cell) <= 40


def is_identifier(cell: str) -> bool:
    """Return whether a cell looks like an incident number even without a column name."""
    return (
        not forms.DATED.match(cell)
        and is_number(cell)
        and bool(re.fullmatch(r"(?!-?\d+\.\d+$)\S{4,25}", cell))
    )


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
    if not sample.header:
        yield "header = false  # the first line is a row: columns go by their position"


def columns(
    sample: Sample,
    chosen: Chosen,
    fields: Sequence[str],
    wanted: Container[str],
    refused: Sequence[str] = (),
    open_: Container[str] = (),
) -> Iterator[str]:
    """Lines of which column is what; `wanted` are the fields to name where none was found.

    Those of `open_` have a question left: no import reads a layout before it is settled.
    `refused` are columns that look like a number that is not kept.
    """
    yield ""
    yield "[columns]"
    for name in fields:
        if name in chosen:
            words = [sample.labels[each] for each in chosen[name]]
            by_position = sample.header and words != chosen[name]
            note = f"  # {listed(words)}" if by_position else ""
            yield f"{name} = {listed(chosen[name])}{note}"
        elif name in open_:
            yield f'{name} = "{OPEN}"  # an open question; name the column'
        elif name in wanted:
            yield f'# {name} = "?"  # could not tell'
    if refused:
        left_out = ", ".join(map(quoted, refused))
        yield f"# left out: looks like a national or insurance number: {left_out}"
    used = {name for names in chosen.values() for name in names}.union(refused)
    unused = [name for name in sample.names if name not in used and sample.filled(name)]
    if unused:
        labels = {each: sample.labels[each] for each in unused}
        called = (f"{n} ({name})" if name not in ("", n) else n for n, name in labels.items())
        yield f"{UNUSED}{', '.join(map(quoted, called))}"
    if empty := [name for name in sample.names if sample.rows and not sample.filled(name)]:
        yield f"# always empty: {', '.join(map(quoted, empty))}"


def formats(found: forms.Found, shown: Sequence[str], questions: Questions) -> str:
    """Return the line of date formats; asks where the dates can be read in two ways."""
    choices = found.choices
    if len(choices) > 1:
        asked = {json.dumps(each): forms.readings(each, shown) for each in choices}
        made = questions.choose("formats", "How are the dates to be read?", asked)
        if made is None:
            each_one = [each[0] if len(each) == 1 else each for each in choices]
            return f"formats = []  # {json.dumps(each_one)} all read the dates; choose one"
        choices = [json.loads(made)]
    if not choices:
        questions.left_open.append("formats")
        return "formats = []  # could not tell; write a strptime format, such as %m/%d/%Y %H:%M"
    note = f"  # {found.left} of the texts do not fit" if found.left else ""
    return f"formats = {json.dumps(choices[0])}{note}"


def listed(names: Sequence[str]) -> str:
    """Return column names as TOML: one as a text, several as a list."""
    return json.dumps(names[0] if len(names) == 1 else list(names), ensure_ascii=False)
