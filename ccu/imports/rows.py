"""Read rows and cells of CSV as other systems write it; a broken row affects no other row."""

import csv
import re
from collections import Counter, deque
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from itertools import chain, islice
from typing import NamedTuple

from ccu.errors import InvalidInput
from ccu.imports.source import LONGEST_LINE, Export
from ccu.output import say
from ccu.output.encoded import undo_csv_guard

CHUNK = 2_000  # lines taken at a time
MOST_LINES = 1_000  # lines that one quoted cell may span; by then an unclosed quote is found
NEVER_CLOSED = "a quote is opened and never closed"
SAMPLE = 2_000  # rows that are looked at before anything is read
LONGEST_CELL = 1_000  # characters of a cell that is kept; an address is a tenth of it
BEGINNING = 30  # rows among which the line of column names is looked for
_SEPARATOR = re.compile('"?sep=(.)"?', re.IGNORECASE)  # a first line that Excel writes and reads
_POSITION = re.compile("(?:#|column )([0-9]{1,4})", re.IGNORECASE)
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
    short: int = 0  # rows that had fewer cells than there are columns; the last are empty


def tell_short(rows: int) -> None:
    """Print to standard error how many rows had fewer cells than there are columns."""
    if rows:
        say(f"{rows} rows have fewer cells than there are columns; the last are empty")


class _TooLong(Exception):
    """A line or a quoted cell is longer than in any real export."""


class Table:
    """A file's rows under its line of column names; they can be read more than once."""

    def __init__(
        self, export: Export, delimiter: str, *, header: bool = True, wanted: Collection[str] = ()
    ) -> None:
        """`header`: there is a line of column names; else the columns are called #1, #2, ...

        `wanted` are names that the line of column names must have: lines before it are skipped.
        Raises InvalidInput for a file without such a line.
        """
        self._export, self.delimiter = export, export.delimiter or delimiter
        lines = export.lines()
        first = next(lines, "")
        self._before = 0  # lines before the first row
        if separator := _SEPARATOR.fullmatch(first.strip()):
            self.delimiter, self._before = separator[1], 1
        else:
            lines = chain([first], lines)
        rows = _beginning(lines, self.delimiter)
        cells, before, after = _header(rows, wanted if header else ())
        self.is_rejects = tuple(cells[:2]) == ("line", "reason")  # of an earlier import
        if header or self.is_rejects:
            self.names = [cell.strip() for cell in cells]
            self._before += after
        else:
            self.names = [f"#{place}" for place in range(1, max(len(row[0]) for row in rows) + 1)]
            self._before += before

    def chunks(self) -> Iterator[Chunk]:
        """Yield every row of the file, from its beginning."""
        lines = self._export.lines()
        for _ in range(self._before):
            next(lines, "")
        yield from Rows(lines, self.delimiter, len(self.names), self._before).chunks()

    def sample(self) -> list[list[str]]:
        """Return the first rows, at most SAMPLE."""
        return [*islice(chain.from_iterable(chunk.rows for chunk in self.chunks()), SAMPLE)]

    def places(self, wanted: Iterable[str], layout: str) -> dict[str, int]:
        """Return where these columns of a layout are in the file. Raises InvalidInput."""
        return {column: self._place(column, layout) for column in wanted}

    def _place(self, column: str, layout: str) -> int:
        found = [index for index, name in enumerate(self.names) if name == column]
        if len(found) > 1:
            raise InvalidInput(
                f"the file has the column {column!a} twice;"
                f" name one by its position: #{found[0] + 1} or #{found[1] + 1}"
            )
        if not found and (position := _POSITION.fullmatch(column)):
            place = int(position[1]) - 1 + 2 * self.is_rejects
            found = [place] if int(position[1]) and place < len(self.names) else []
        if not found:
            raise InvalidInput(
                f"the file has no column {column!a}, which layout {layout} needs;"
                " is it another system's file, or without its line of column names"
                " (header = false)?"
            )
        return found[0]


def is_position(column: str) -> bool:
    """Return whether a layout names a column by its position: #3 or column 3."""
    return bool(_POSITION.fullmatch(column))


First = tuple[list[str], int, int]  # cells of a row, the lines before it, the lines up to its end


def _beginning(lines: Iterator[str], delimiter: str) -> list[First]:
    """Return the first rows that are not blank, at least one. Raises InvalidInput."""
    rows: list[First] = []
    before = 0
    reader = csv.reader(islice(lines, MOST_LINES), delimiter=delimiter, strict=True)
    try:
        for cells in reader:
            if any(map(str.strip, cells)):
                rows.append((cells, before, reader.line_num))
            before = reader.line_num
            if len(rows) == BEGINNING:
                break
    except (csv.Error, UnicodeError):
        if not rows:
            raise InvalidInput("the first line is not a line of column names") from None
    if not rows:
        raise InvalidInput("the file has no line of column names")
    return rows


def _header(rows: Sequence[First], wanted: Collection[str]) -> First:
    """Return the line of column names, or the first row where there is none.

    It is the first line with all the wanted names, else the first that is as full as most rows:
    a title or a date of printing before it fills one cell or two. Raises InvalidInput.
    """
    named = (row for row in rows if {*wanted} <= {*map(str.strip, row[0])})
    usual = Counter(len(row[0]) for row in rows).most_common(1)[0][0]
    least = max(min(2, usual), 0.6 * usual)
    full = (row for row in rows if sum(map(bool, map(str.strip, row[0]))) >= least)
    found = (next(named, None) if wanted else None) or next(full, rows[0])
    if "\0" in "".join(found[0]):
        raise InvalidInput("the file is not text: its first line has NUL bytes in it")
    return found


class Rows:
    """The rows after the header, in chunks. Blank lines are skipped, short rows are filled up.

    An unclosed quote would make the rest of the file one cell. So if the lines of a quoted cell do
    not result in a row, only the first line is rejected, and reading continues with the second.
    """

    def __init__(self, lines: Iterator[str], delimiter: str, width: int, before: int) -> None:
        """`before` is how many lines the header took."""
        self._lines = lines
        self._again: deque[str] = deque()  # lines given back
        self._delimiter, self._width = delimiter, width
        self._number = before + 1  # of the line that comes next
        self._short = 0  # rows of the chunk that were filled up
        self._seen: set[bool] = set()  # whether rows so far were short

    def chunks(self) -> Iterator[Chunk]:
        """Yield every row of the file."""
        while taken := self._take():
            self._short = 0
            rows = self._plain(taken)
            if rows is not None:
                numbers = list(range(self._number, self._number + len(rows)))
                yield Chunk(numbers, rows, [], self._short)
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
        if len(rows) != len(lines):
            return None
        widths = {*map(len, rows)}
        # A line of delimiters alone is not longer than this: only then are cells looked at.
        perhaps_blank = min(map(len, lines)) <= self._width + 1 or widths != {self._width}
        if perhaps_blank and not all(any(map(str.strip, cells)) for cells in rows):
            return None
        if widths == {self._width}:
            self._seen.add(False)
            return rows
        if max(widths) > self._width:
            return None
        if not lines[-1].endswith(("\n", "\r")):
            return None  # perhaps cut short
        for cells in rows:
            self._fill(cells)
        return rows

    def _fill(self, cells: list[str]) -> None:
        """Add the empty cells that an export has left out at the end of a row."""
        missing = self._width - len(cells)
        cells += [""] * missing
        self._short += missing > 0
        self._seen.add(missing > 0)

    def _is_row(self, cells: list[str], held: list[str]) -> bool:
        """Return whether the cells are a row, perhaps a short one, not the remains of a broken one.

        The last line of a file whose other rows are complete may have been cut within a cell.
        """
        if len(cells) == self._width:
            return True
        cut = self._seen == {False} and not held[0].endswith(("\n", "\r"))
        return len(cells) < self._width and len(held) == 1 and not cut

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
                blank = len(held) == 1 and not any(map(str.strip, cells))
                if self._is_row(cells, held) and not blank:
                    self._fill(cells)
                    chunk.numbers.append(self._number)
                    chunk.rows.append(cells)
                elif len(held) > 1:
                    raise _TooLong(NEVER_CLOSED)
                elif not blank:
                    reason = f"{len(cells)} cells instead of {self._width}"
                    chunk.broken.append(Broken(self._number, reason, cells))
                self._number += len(held)
            except (_TooLong, csv.Error) as error:
                reason = _reason(error, len(held))
                chunk.broken.append(Broken(self._number, reason, [held[0].rstrip("\r\n")]))
                self._again.extendleft(reversed(held[1:]))
                self._number += 1
            held.clear()
        return chunk._replace(short=self._short)

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
    """Cell reader made once per header, then called for every chunk."""

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

    def tidy(
        self, rows: list[list[str]], bad: dict[int, str], only: Sequence[int] | None = None
    ) -> dict[int, Column]:
        """Return place -> cells without spaces around them; `bad` gets index -> the reason.

        `only`: the places that are looked at, where these are enough.
        """
        columns = list(zip(*rows, strict=True))
        looked_at = range(len(columns)) if only is None else only
        odd = [place for place in looked_at if not "".join(columns[place]).isprintable()]
        for place in odd:
            for index, cell in enumerate(columns[place]):
                if _UNDECODED.search(cell):
                    bad[index] = "bytes that are not of the file's encoding"
        tidied: dict[int, Column] = {}
        for place in self._needed if only is None else only:
            cells: Column = list(map(str.strip, columns[place]))
            if place in odd or max(map(len, cells)) > LONGEST_CELL:
                cells = [self._plain(place, index, cell, bad) for index, cell in enumerate(cells)]
            if self._guarded:
                cells = list(map(undo_csv_guard, cells))
            nothing = self._nothing.get(place)
            if nothing and not nothing.isdisjoint(cells):
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
