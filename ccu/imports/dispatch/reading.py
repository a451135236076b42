"""Rows of an export to the values that are staged. The hot path: 700,000 rows go through it.

Rows are read a chunk at a time, column by column, because Python does `map(str.strip, column)` for
two thousand cells in the time of a few hundred calls. What recurs (an address,
a nature, an hour) is read once and looked up after that, in caches of a fixed size.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import datetime
from hashlib import blake2b
from itertools import compress

from ccu.imports.dispatch.layout import FIELDS, TIMES, Layout
from ccu.imports.dispatch.staging_store import MADE, NOTHING, Stage, Staged
from ccu.imports.rows import Broken, Cells, Chunk, Column, Table

When = Callable[[str], str]  # a text of the export -> the stored form; raises ValueError

HOURS_KEPT = 10_000  # more than a year of them
_TAILS = frozenset(f"{minute:02}:{second:02}" for minute in range(60) for second in range(60))
_APART = "\x1f"  # between values that are digested together; never within one: `_tidy`


class RowReader:
    """Made once for a layout and a header; then called for every chunk."""

    def __init__(self, layout: Layout, table: Table, when: When, later: When, known: Stage) -> None:
        """`later` reads a time in the hour that comes twice as the second one.

        Raises InvalidInput, naming the column, when the header is not the layout's.
        """
        places = table.places(layout.wanted, layout.name)
        self._joined = {
            field: [places[column] for column in layout.columns.get(field, ())] for field in FIELDS
        }
        mapped = sorted({place for joined in self._joined.values() for place in joined})
        self._identity = [places[column] for column in layout.identity] or mapped
        blank = {places[column]: texts for column, texts in layout.blank.items()}
        self._cells = Cells(table.names, {*mapped, *self._identity}, blank, layout.guarded)
        self._times = Times(layout, when, later)
        self._known = known
        self._state = layout.state
        self._lead_agency = layout.lead_agency or ""

    def read(self, chunk: Chunk) -> tuple[list[Staged], list[Broken]]:
        """The chunk's rows as they are staged, and those that cannot be, with the reason."""
        if not chunk.rows:
            return [], chunk.broken
        bad: dict[int, str] = {}
        cells = self._cells.tidy(chunk.rows, bad)
        times = self._times.read(lambda field: self._field(field, cells, len(chunk.rows)), bad)
        numbers: Sequence[int] = chunk.numbers
        if bad:
            good = [index not in bad for index in range(len(chunk.rows))]
            numbers = list(compress(numbers, good))
            cells = {place: list(compress(column, good)) for place, column in cells.items()}
            times = [list(compress(column, good)) for column in times]
        broken = [Broken(chunk.numbers[i], why, chunk.rows[i]) for i, why in bad.items()]
        return list(self._staged(numbers, cells, times)), chunk.broken + broken

    def _staged(
        self, numbers: Sequence[int], cells: dict[int, Column], times: list[Column]
    ) -> Iterator[Staged]:
        count, known = len(numbers), self._known

        def field(name: str) -> Column:
            return self._field(name, cells, count)

        addresses = self._addresses(field, count)
        natures = list(map(known.nature, field("nature")))
        cleared = [known.nature(text) if text else NOTHING for text in field("nature_cleared")]
        ended = [known.disposition(text) if text else NOTHING for text in field("disposition")]
        agencies = [known.agency(text) or self._lead_agency for text in field("agency")]
        means = zip(
            *times,
            map(str, addresses),
            *([word.means for word in words] for words in (natures, cleared, ended)),
            agencies,
            field("priority"),
            field("beat"),
            strict=True,
        )
        return zip(
            numbers,
            self._incidents(field("incident"), cells),
            map(_digest, means),
            *times,
            addresses,
            *([word.id for word in words] for words in (natures, cleared, ended)),
            agencies,
            field("priority"),
            field("beat"),
            strict=True,
        )

    def _field(self, name: str, cells: dict[int, Column], count: int) -> Column:
        places = self._joined[name]
        if not places:
            return [""] * count
        if len(places) == 1:
            return cells[places[0]]
        columns = (cells[place] for place in places)
        return [" ".join(filter(None, texts)) for texts in zip(*columns, strict=True)]

    def _addresses(self, field: Callable[[str], Column], count: int) -> list[int | None]:
        raws = field("address")
        if self._joined["cross"]:
            pairs = zip(raws, field("cross"), strict=True)
            raws = [f"{raw} & {cross}" if raw and cross else raw or cross for raw, cross in pairs]
        states = [state or self._state for state in field("state")]
        parts = zip(raws, field("unit"), field("city"), states, field("zip"), strict=True)
        address = self._known.address
        return [
            address(each) if each[0] or each[1] or each[2] or each[4] else None for each in parts
        ]

    def _incidents(self, said: Column, cells: dict[int, Column]) -> Iterable[str]:
        if all(said):
            return said
        identities = zip(*(cells[place] for place in self._identity), strict=True)
        pairs = zip(said, identities, strict=True)
        return [incident or MADE + _digest(identity).hex() for incident, identity in pairs]


def _digest(values: Iterable[str]) -> bytes:
    return blake2b(_APART.join(values).encode(errors="surrogatepass"), digest_size=8).digest()


class Times:
    """Made once for a layout; then called for every chunk."""

    def __init__(self, layout: Layout, when: When, later: When) -> None:
        """`later` reads a time in the hour that comes twice as the second one."""
        self._when, self._later = by_the_hour(when), later
        self._names = {field: " and ".join(layout.columns.get(field, ())) for field in TIMES}

    def read(
        self, column: Callable[[str], Sequence[str]], bad: dict[int, str]
    ) -> list[Sequence[str]]:
        """The four times of every row, in stored form or empty; `bad` gets the rows with none."""
        texts = [column(field) for field in TIMES]
        times = [self._read(field, said, bad) for field, said in zip(TIMES, texts, strict=True)]
        if any(self._names[field] for field in TIMES[1:]):
            self._put_in_order(texts, times, bad)
        return list(times)

    def _read(self, field: str, texts: Sequence[str], bad: dict[int, str]) -> list[str]:
        when, needed = self._when, field == "occurred"
        try:
            if not needed or all(texts):
                return [when(text) if text else "" for text in texts]
        except ValueError:
            pass  # one of them: find out which
        found = []
        for index, text in enumerate(texts):
            time = ""
            try:
                if text:
                    time = when(text)
                elif needed:
                    bad.setdefault(index, f"no time in {self._names[field]}")
            except ValueError as error:
                bad.setdefault(index, f"{self._names[field]}: {error}")
            found.append(time)
        return found

    def _put_in_order(
        self, texts: list[Sequence[str]], times: list[list[str]], bad: dict[int, str]
    ) -> None:
        """Look at the rows whose times are not one after the other.

        In the hour that comes twice, a time that would be before the one it follows is the second
        reading. A call that is cleared before it begins is rejected; other disorder is left as it
        is, for the clocks of cars and of the dispatch room differ.
        """
        for index, (occurred, dispatched, arrived, cleared) in enumerate(zip(*times, strict=True)):
            sent = dispatched or occurred
            there = arrived or sent
            if occurred <= sent <= there <= (cleared or there) or index in bad:
                continue
            last = ""
            for text, column in zip(texts, times, strict=True):
                if column[index] and last and _before(column[index], last):
                    column[index] = self._later(text[index])
                last = column[index] or last
            occurred, dispatched, arrived, cleared = (column[index] for column in times)
            if cleared and _before(cleared, arrived or dispatched or occurred):
                bad[index] = "the call is cleared before it begins"


def _before(one: str, other: str) -> bool:
    if one[19:] == other[19:]:
        return one < other
    return datetime.fromisoformat(one) < datetime.fromisoformat(other)


def by_the_hour(when: When) -> When:
    """The same reader, quicker for times that end in :MM:SS.

    What comes before that is an hour, and hours come again: once the reader has read both ends of
    one alike, the minutes and seconds between them need no reading.
    """
    hours: dict[str, tuple[str, str]] = {}

    def learn(hour: str, found: str) -> None:
        ends = when(f"{hour}00:00"), when(f"{hour}59:59")
        if ends == (f"{found[:14]}00:00{found[19:]}", f"{found[:14]}59:59{found[19:]}"):
            if len(hours) >= HOURS_KEPT:
                hours.clear()
            hours[hour] = found[:14], found[19:]

    def read(text: str) -> str:
        tail = text[-5:]
        known = hours.get(text[:-5])
        if known and tail in _TAILS:
            return f"{known[0]}{tail}{known[1]}"
        found = when(text)
        if text[-6:-5] == ":" and tail == found[14:19]:
            learn(text[:-5], found)
        return found

    return read
