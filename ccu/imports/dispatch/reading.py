"""Turn rows of an export into staged values. This is the hot path, of 700,000 rows.

Rows are read a chunk at a time, column by column, because Python does `map(str.strip, column)` for
two thousand cells in the time of a few hundred calls. Recurring texts (an address, a nature, an
hour) are read once and then looked up, in caches of a fixed size.
"""

import struct
from collections.abc import Callable, Iterable, Iterator, Sequence
from hashlib import blake2b
from itertools import compress
from operator import itemgetter

from ccu.imports.dispatch.extras import Extras
from ccu.imports.dispatch.layout import FIELDS, SHORTENED, Layout
from ccu.imports.dispatch.staging_store import BY_CALL, MADE, NOTHING, Seen, Stage, Staged, alike
from ccu.imports.dispatch.times import Times, joined
from ccu.imports.rows import Broken, Cells, Chunk, Column, Table

_TIMES = ("occurred_at", "dispatched_at", "arrived_at", "cleared_at")
_APART = "\x1f"  # between values that are digested together; never within one: `_tidy`
_BEGUN = blake2b(digest_size=8)


class RowReader:
    """Reader made once per layout and header, then called for every chunk."""

    def __init__(
        self,
        layout: Layout,
        table: Table,
        times: Times,
        known: Stage,
        key: bytes,
        sealed: Callable[[str], bool] | None = None,
    ) -> None:
        """`key` covers everything that affects how cells are read; digests of cells use it.

        `sealed` tells whether a call is sealed under an identity; None where none is sealed.

        Raises InvalidInput, naming the column, when the header is not the layout's.
        """
        places = table.places(layout.wanted, layout.name)
        self._keyed = blake2b(digest_size=8, key=key)
        self._used = itemgetter(*sorted(places.values()))
        self._joined = {
            field: [places[column] for column in layout.columns.get(field, ())] for field in FIELDS
        }
        mapped = sorted({place for joined in self._joined.values() for place in joined})
        self._identity = [places[column] for column in layout.identity]
        self._mapped, self._sealed = mapped, sealed
        blank = {places[column]: texts for column, texts in layout.blank.items()}
        self._nothing: dict[int, frozenset[str]] = {}
        for field, joined_places in self._joined.items():
            for place in joined_places:
                nothing = layout.nothing(field)
                self._nothing[place] = self._nothing.get(place, nothing) & nothing
        self._cities = layout.cities
        self._extras = Extras(layout, times, known)
        self._cells = Cells(table.names, {*mapped, *self._identity}, blank, layout.guarded)
        self._times = times
        self.dateless = 0  # rows of which only the day is known
        self.shortened = 0  # incident numbers of which a spreadsheet left 2.61E+08
        self._known = known
        self._state = layout.state
        self._lead_agency = layout.lead_agency or ""
        self._yearly = layout.yearly_numbers

    def seen(self, chunk: Chunk) -> Iterator[Seen]:
        """Yield incident, line and digest of the cells of each row; no address is read.

        With numbers that restart each year, the year is part of the incident. A row in the days
        around New Year has no digest: it may be of the call of a row in the other year.
        """
        if not chunk.rows:
            return iter(())
        bad: dict[int, str] = {}
        count = len(chunk.rows)
        digests: Sequence[int | None] = self._cells_digests(chunk.rows)
        _written, cells = self._tidied(chunk, bad, self._joined["incident"])
        said: Sequence[str] = _whole(self._field("incident", cells, count))
        numbered = all(said)
        if self._yearly or not numbered:
            written, cells = self._tidied(chunk, bad)
        if self._yearly or not (numbered or self._identity):
            columns, dateless = self._read_times(cells, count, bad)
            times = columns[0]
        if not numbered:
            began: Column = []  # when calls began; for those in `dateless` only the day
            if not self._identity:
                began = [at[:10] if n in dateless else at for n, at in enumerate(times)]
            said = self._incidents(said, written, cells, began)
        if self._yearly:
            digests = [
                None if at[5:10] > "12-23" or at[5:10] < "01-09" else digest
                for at, digest in zip(times, digests, strict=True)
            ]
            said = [
                each if each.startswith(MADE) else f"{at[:4]}-{each}"
                for at, each in zip(times, said, strict=True)
            ]
        return zip(said, chunk.numbers, digests, strict=True)

    def _tidied(
        self, chunk: Chunk, bad: dict[int, str], only: Sequence[int] | None = None
    ) -> tuple[dict[int, Column], dict[int, Column]]:
        """Return place -> cells as written, and without the texts that mean nothing."""
        written = self._cells.tidy(chunk.rows, bad, only)
        return written, {place: self._filled(place, column) for place, column in written.items()}

    def _read_times(
        self, cells: dict[int, Column], count: int, bad: dict[int, str]
    ) -> tuple[list[Column], set[int]]:
        return self._times.read(
            lambda field: [cells[place] for place in self._joined[field]], count, bad
        )

    def _cells_digests(self, rows: Sequence[list[str]]) -> Sequence[int]:
        """Return digests of the cells that are used, as they are written."""
        found = _digests(map(self._used, rows), self._keyed)
        return struct.unpack(f">{len(rows)}q", b"".join(found))

    def read(self, chunk: Chunk) -> tuple[list[Staged], list[Broken]]:
        """Return the chunk's rows as they are staged, and those that cannot be, with the reason."""
        if not chunk.rows:
            return [], chunk.broken
        bad: dict[int, str] = {}
        written, cells = self._tidied(chunk, bad)
        times, dateless = self._read_times(cells, len(chunk.rows), bad)
        known = [index not in dateless for index in range(len(chunk.rows))]
        numbers: Sequence[int] = chunk.numbers
        digests = self._cells_digests(chunk.rows)
        if bad:
            good = [index not in bad for index in range(len(chunk.rows))]
            numbers = list(compress(numbers, good))
            cells = {place: list(compress(column, good)) for place, column in cells.items()}
            written = {place: list(compress(column, good)) for place, column in written.items()}
            times = [list(compress(column, good)) for column in times]
            known = list(compress(known, good))
            digests = list(compress(digests, good))
        broken = [Broken(chunk.numbers[i], why, chunk.rows[i]) for i, why in bad.items()]
        staged = self._staged(numbers, cells, written, times, known, digests)
        return list(staged), chunk.broken + broken

    def _staged(
        self,
        numbers: Sequence[int],
        cells: dict[int, Column],
        written: dict[int, Column],
        times: list[Column],
        clocks: Sequence[bool],
        digests: Sequence[int],
    ) -> Iterator[Staged]:
        count, known = len(numbers), self._known

        def field(name: str) -> Column:
            return self._field(name, cells, count)

        addresses = self._addresses(field, count)
        natures = list(map(known.nature, field("nature")))
        cleared = [known.cleared(text) if text else NOTHING for text in field("nature_cleared")]
        ended = [
            known.ended(each) if each else NOTHING
            for each in self._several("disposition", cells, count)
        ]
        own = list(map(known.agency, field("agency")))
        agencies = [each or self._lead_agency for each in own]
        more = self._extras.read(field, lambda name: self._several(name, cells, count), times, own)
        began, told = times[0], field("incident")
        said = _whole(told)
        self.shortened += said.count("") - told.count("")
        if not all(clocks):
            self.dateless += clocks.count(False)
            began = [at if clock else at[:10] for at, clock in zip(began, clocks, strict=True)]
        means = zip(
            began,
            *times[1:],
            map(str, addresses),
            *([word.means for word in words] for words in (natures, cleared, ended)),
            agencies,
            field("priority"),
            field("beat"),
            *more.means,
            strict=True,
        )
        columns: dict[str, Iterable[object]] = {
            "line": numbers,
            "incident": self._incidents(said, written, cells, began),
            "digest": _digests(means),
            "cells_digest": digests,
            **dict(zip(_TIMES, times, strict=True)),
            "clock_known": clocks,
            "address": addresses,
            "nature": [word.id for word in natures],
            "nature_cleared": (word.id for word in cleared),
            "disposition": (word.id for word in ended),
            "dispositions": (word.codes for word in ended),
            "agency": agencies,
            "priority": field("priority"),
            "beat": field("beat"),
            "updated": more.updated,
            "hazards": more.dangers,
            "responders": more.responders,
            "minutes": more.minutes,
            "backup_asked": more.backup_asked,
            "backup_arrived": more.backup_arrived,
        }
        return zip(*(columns[name] for name in known.columns), strict=True)

    def _several(self, name: str, cells: dict[int, Column], count: int) -> list[tuple[str, ...]]:
        """Return the texts of each row in the columns of a field, without the empty ones."""
        places = self._joined[name]
        if not places:
            return [()] * count
        if len(places) == 1:
            return [(text,) if text else () for text in cells[places[0]]]
        columns = (cells[place] for place in places)
        return [tuple(filter(None, texts)) for texts in zip(*columns, strict=True)]

    def _filled(self, place: int, column: Column) -> Column:
        """Return a column without the texts that mean nothing."""
        nothing = self._nothing.get(place, frozenset())
        if nothing.isdisjoint(column):
            return column
        return ["" if cell in nothing else cell for cell in column]

    def _field(self, name: str, cells: dict[int, Column], count: int) -> Column:
        return joined([cells[place] for place in self._joined[name]], count)

    def _addresses(self, field: Callable[[str], Column], count: int) -> list[int | None]:
        raws = field("address")
        if self._joined["cross"]:
            pairs = zip(raws, field("cross"), strict=True)
            raws = [f"{raw} & {cross}" if raw and cross else raw or cross for raw, cross in pairs]
        states = [state or self._state for state in field("state")]
        cities = field("city")
        if self._cities:
            raws, cities = self._with_cities(raws, cities)
        parts = zip(raws, field("unit"), cities, states, field("zip"), strict=True)
        address = self._known.address
        return [
            address(each) if each[0] or each[1] or each[2] or each[4] else None for each in parts
        ]

    def _with_cities(self, raws: Column, cities: Column) -> tuple[Column, Column]:
        """Return addresses and cities, the layout's codes as names; one may end the address."""
        codes = self._cities
        texts, names = [], []
        for raw, city in zip(raws, cities, strict=True):
            text, comma, last = raw.rpartition(",")
            code = " ".join(last.split()).casefold()
            if comma and code in codes and not city:
                raw, city = text.rstrip(" ,"), code
            texts.append(raw)
            names.append(codes.get(" ".join(city.split()).casefold(), city))
        return texts, names

    def _incidents(
        self,
        said: Sequence[str],
        written: dict[int, Column],
        cells: dict[int, Column],
        began: Sequence[str],
    ) -> list[str]:
        """Return the numbers of the rows; a row without one gets an identity from its call.

        That is the time when it began and its address: columns that no layout leaves out and cells
        that are not filled in later. The layout's `identity` takes precedence.
        """
        if all(said):
            return [*said]
        if self._identity:
            made = self._made(self._identity, written)
            return [incident or each for incident, each in zip(said, made, strict=True)]
        count = len(said)
        addresses, crosses = (self._field(name, cells, count) for name in ("address", "cross"))
        calls = (
            (at[:19], alike(address or cross))
            for at, address, cross in zip(began, addresses, crosses, strict=True)
        )
        found = [
            incident or BY_CALL + digest.hex()
            for incident, digest in zip(said, _digests(calls), strict=True)
        ]
        if self._sealed:  # under the identity that was made of every column of the layout
            former = zip(found, self._made(self._mapped, written), strict=True)
            found = [
                was if each.startswith(BY_CALL) and self._sealed(was) else each
                for each, was in former
            ]
        return found

    @staticmethod
    def _made(places: Sequence[int], written: dict[int, Column]) -> Iterator[str]:
        identities = zip(*(written[place] for place in places), strict=True)
        return (MADE + digest.hex() for digest in _digests(identities))


def _whole(said: Sequence[str]) -> Sequence[str]:
    """Return the incident numbers without those rounded by a spreadsheet, which many rows share."""
    if "E+" not in "".join(said).upper():
        return said
    return ["" if SHORTENED.fullmatch(each) else each for each in said]


def _digests(rows: Iterable[Iterable[str]], begun: blake2b = _BEGUN) -> list[bytes]:
    """Return a digest of the texts of each row, from copies of one hash, which is faster."""
    found = []
    for texts in rows:
        each = begun.copy()
        each.update(_APART.join(texts).encode(errors="surrogatepass"))
        found.append(each.digest())
    return found
