"""Lines to rows and cells: CSV as other systems write it; a broken row costs only itself."""

import csv
import re
from collections import deque
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import islice
from typing import NamedTuple

from ccu.errors import InvalidInput
from ccu.imports.source import LONGEST_LINE, Export
from ccu.output.text import undo_csv_guard

CHUNK = 2_000  # lines taken at a time
MOST_LINES = 1_000  # that one quoted cell may run over; a quote never closed is found by then
NEVER_CLOSED = "a quote is opened and never closed"
SAMPLE = 2_000  # rows that are looked at before anything is read
LONGEST_CELL = 1_000  # characters of a cell that is kept; an address is a tenth of it
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f]")
_UNDECODED = re.compile("[\ud800-\udfff]")

Column = Sequence[str]
csv.field_size_limit(LONGEST_LINE)


class Broken(NamedTuple):
    """A row that cannot be read: the number of its line, the reason, and the cells found."""

    line: int
    reason: str
    cells: list[str]


class Chunk(NamedTuple):
    """Rows with the numbers of their first lines, and the broken ones among them."""

    numbers: list[int]
    rows: list[list[str]]
    broken: list[Broken]


class _TooLong(Exception):
    """A line, or a quoted cell, beyond what any export holds."""


class Table:
    """A file's rows under its line of column names; they can be read more than once."""

    def __init__(self, export: Export, delimiter: str) -> None:
        """Raises InvalidInput for a file without a line of column names."""
        self._export, self.delimiter = export, delimiter
        self.names, self._before = _header(export.lines(), delimiter)

    def chunks(self) -> Iterator[Chunk]:
        """Yield every row of the file, from its beginning."""
        lines = self._export.lines()
        for _ in range(self._before):
            next(lines, "")
        yield from Rows(lines, self.delimiter, len(self.names), self._before).chunks()

    def sample(self) -> list[list[str]]:
        """Return the first rows, at most SAMPLE."""
        rows: list[list[str]] = []
        for chunk in self.chunks():
            rows += chunk.rows
            if len(rows) >= SAMPLE:
                break
        return rows[:SAMPLE]

    def places(self, wanted: Iterable[str], layout: str) -> dict[str, int]:
        """Return where these columns of a layout are in the file. Raises InvalidInput."""
        places = {}
        for column in wanted:
            found = [index for index, name in enumerate(self.names) if name == column]
            if not found:
                raise InvalidInput(
                    f"the file has no column {column!a}, which layout {layout} needs;"
                    " is it another system's file, or without its line of column names?"
                )
            if len(found) > 1:
                raise InvalidInput(f"the file has the column {column!a} twice")
            places[column] = found[0]
        return places


def _header(lines: Iterator[str], delimiter: str) -> tuple[list[str], int]:
    """Return the column names, and how many lines they took. Raises InvalidInput."""
    taken = 0

    def first() -> Iterator[str]:
        nonlocal taken
        for line in islice(lines, MOST_LINES):
            taken += 1
            yield line

    try:
        for cells in csv.reader(first(), delimiter=delimiter, strict=True):
            if any(map(str.strip, cells)):
                if "\0" in "".join(cells):
                    raise InvalidInput("the file is not text: its first line has NUL bytes in it")
                return [cell.strip() for cell in cells], taken
    except (csv.Error, UnicodeError):
        raise InvalidInput("the first line is not a line of column names") from None
    raise InvalidInput("the file has no line of column names")


class Rows:
    """The rows after the header, in chunks. Blank lines are skipped.

    A quote that is never closed would make one cell of the rest of the file. So when what a quote
    seemed to hold together does not come out as a row, only its first line is rejected, and reading
    goes on with the second.
    """

    def __init__(self, lines: Iterator[str], delimiter: str, width: int, before: int) -> None:
        """`before` is how many lines the header took."""
        self._lines = lines
        self._again: deque[str] = deque()  # lines given back
        self._delimiter, self._width = delimiter, width
        self._number = before + 1  # of the line that comes next

    def chunks(self) -> Iterator[Chunk]:
        """Yield every row of the file."""
        while taken := self._take():
            rows = self._plain(taken)
            if rows is not None:
                yield Chunk(list(range(self._number, self._number + len(rows))), rows, [])
                self._number += len(rows)
            else:
                self._again.extendleft(reversed(taken))
                yield self._one_by_one(self._number + len(taken))

    def _take(self) -> list[str]:
        taken = [self._again.popleft() for _ in range(min(CHUNK, len(self._again)))]
        taken += islice(self._lines, CHUNK - len(taken))
        return taken

    def _plain(self, lines: list[str]) -> list[list[str]] | None:
        """Return the rows if each line is one, as nearly always; else None."""
        if max(map(len, lines)) >= LONGEST_LINE:
            return None
        try:
            rows = list(csv.reader(lines, delimiter=self._delimiter, strict=True))
        except csv.Error:
            return None
        if len(rows) == len(lines) and {*map(len, rows)} == {self._width}:
            return rows
        return None

    def _one_by_one(self, until: int) -> Chunk:
        """Return the rows that begin before the line `until`, the broken ones apart."""
        chunk = Chunk([], [], [])
        held: list[str] = []  # the lines of the row being read
        while self._number < until:
            try:
                cells = next(
                    csv.reader(self._feed(held), delimiter=self._delimiter, strict=True), None
                )
                if cells is None:
                    break
                if len(cells) == self._width:
                    chunk.numbers.append(self._number)
                    chunk.rows.append(cells)
                elif len(held) > 1:
                    raise _TooLong(NEVER_CLOSED)
                elif any(map(str.strip, cells)):
                    reason = f"{len(cells)} cells instead of {self._width}"
                    chunk.broken.append(Broken(self._number, reason, cells))
                self._number += len(held)
            except (_TooLong, csv.Error) as error:
                reason = _reason(error, len(held))
                chunk.broken.append(Broken(self._number, reason, [held[0].rstrip("\r\n")]))
                self._again.extendleft(reversed(held[1:]))
                self._number += 1
            held.clear()
        return chunk

    def _feed(self, held: list[str]) -> Iterator[str]:
        """Yield lines for one row, each remembered in `held`."""
        while line := self._again.popleft() if self._again else next(self._lines, ""):
            held.append(line)
            if len(line) >= LONGEST_LINE:
                raise _TooLong(f"a line of more than {LONGEST_LINE:,} characters")
            if len(held) > MOST_LINES:
                raise _TooLong(NEVER_CLOSED)
            yield line


def _reason(error: Exception, lines: int) -> str:
    if isinstance(error, _TooLong):
        return str(error)
    if "field larger" in str(error):
        return f"a cell of more than {LONGEST_LINE:,} characters"
    if lines > 1 or "unexpected end" in str(error):
        return NEVER_CLOSED
    return "a quote within a cell is not doubled"


class Cells:
    """Made once for a header; then called for every chunk."""

    def __init__(
        self,
        header: Sequence[str],
        needed: Iterable[int],
        nothing: Mapping[int, frozenset[str]],
        guarded: bool,
    ) -> None:
        """`needed` are places of columns; `nothing`: place -> texts that mean nothing there.

        `guarded`: cells may begin with the apostrophe of ccu's own CSV, as in a rejects file.
        """
        self._header = header
        self._needed = sorted(needed)
        self._nothing = nothing
        self._guarded = guarded or tuple(header[:2]) == ("line", "reason")

    def tidy(self, rows: list[list[str]], bad: dict[int, str]) -> dict[int, Column]:
        """Return place -> cells without spaces around them; `bad` gets index -> the reason."""
        columns = list(zip(*rows, strict=True))
        odd = [place for place, cells in enumerate(columns) if not "".join(cells).isprintable()]
        for place in odd:
            for index, cell in enumerate(columns[place]):
                if _UNDECODED.search(cell):
                    bad[index] = "bytes that are not of the file's encoding"
        tidied: dict[int, Column] = {}
        for place in self._needed:
            cells: Column = list(map(str.strip, columns[place]))
            if place in odd or max(map(len, cells)) > LONGEST_CELL:
                cells = [self._plain(place, index, cell, bad) for index, cell in enumerate(cells)]
            if self._guarded:
                cells = list(map(undo_csv_guard, cells))
            if nothing := self._nothing.get(place):
                cells = ["" if cell in nothing else cell for cell in cells]
            tidied[place] = cells
        return tidied

    def _plain(self, place: int, index: int, cell: str, bad: dict[int, str]) -> str:
        """Return a cell with its line breaks and tabs as spaces."""
        if _CONTROL.search(cell):
            bad.setdefault(index, f"a control character in {self._header[place]}")
        elif len(cell) > LONGEST_CELL:
            name = self._header[place]
            bad.setdefault(index, f"{name} is longer than {LONGEST_CELL:,} characters")
        return " ".join(cell.split())
