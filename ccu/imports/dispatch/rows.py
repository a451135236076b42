"""Lines to rows: CSV as dispatch systems write it, and a row that is broken costs only itself."""

import csv
from collections import deque
from collections.abc import Iterator
from itertools import islice
from typing import NamedTuple

from ccu.errors import InvalidInput
from ccu.imports.dispatch.source import LONGEST_LINE

CHUNK = 2_000  # lines taken at a time
MOST_LINES = 1_000  # that one quoted cell may run over; a quote never closed is found by then
NEVER_CLOSED = "a quote is opened and never closed"
csv.field_size_limit(LONGEST_LINE)


class Broken(NamedTuple):
    """A row that is not one: the number of its line, what is wrong, what there is of cells."""

    line: int
    reason: str
    cells: list[str]


class Chunk(NamedTuple):
    """Some rows with the numbers of their first lines, and the broken ones among them."""

    numbers: list[int]
    rows: list[list[str]]
    broken: list[Broken]


class _TooLong(Exception):
    """A line, or a quoted cell, beyond what any export holds."""


def header(lines: Iterator[str], delimiter: str) -> tuple[list[str], int]:
    """The column names, and how many lines they took. Raises InvalidInput."""
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
    """The rows after the header, in chunks. Blank lines are passed over.

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
        """Every row of the file."""
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
        """The rows if each line is a whole one, as nearly always; None when it is not so."""
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
        """The rows that begin before the line `until`, the broken ones set apart."""
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
        """Lines for one row, each remembered in `held`."""
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
