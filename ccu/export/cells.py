"""The tables of an export, by columns.toml, and their small cells.

Rows that represent fewer than k people lose the values that distinguish them.

A *cell* is all rows of a table that agree in what an outsider may know of a person: the month, what
the row is about, the beat, the age band, the sex. Its size is the number of different people in it.
Rows without a person do not make it larger; they need k people, or k rows of their own.

Rows of a cell below k lose one of these after another, in the table's order, until their cell has
k; when nothing is left to remove, they are withheld. The age band and the sex belong to the person:
removed from one row, they are removed from all rows of that person in every table, because another
row would give them back.
"""

import tomllib
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

from ccu.people.options import age_on

AGES = ((17, "0-17"), (24, "18-24"), (34, "25-34"), (44, "35-44"), (54, "45-54"), (64, "55-64"),
        (74, "65-74"), (84, "75-84"), (999, "85+"))  # fmt: skip
SEXES = {"m": "male", "f": "female", "x": "other"}  # as rosters write it; typed ones are words
SEXES |= {word: word for word in SEXES.values()}
COMMON = 11  # the fewest calls for which a beat or a building is exported
YES_NO = frozenset({
    *("care", "clinician", "backup_asked", "backup_arrived", "force_used", "injury"),
    *("again", "reached", "closed", "accepted", "received"),
})  # fmt: skip
PSEUDONYMS = ("call", "referral", "follow_up", "person", "place")

_TEXT = Path(__file__).with_name("columns.toml").read_text(encoding="utf-8")
_LISTS = tomllib.loads(_TEXT.replace("{common}", str(COMMON)))
REMOVED: list[str] = _LISTS["removed"]
_SHARED: dict[str, str] = _LISTS["shared"]
# Table -> its columns, each with its meaning; `hour` is written only with --hours.
TABLES: dict[str, dict[str, str]] = {
    table: {name: text or _SHARED[name] for name, text in columns.items()}
    for table, columns in _LISTS["tables"].items()
}
# Table -> the columns that make its cells, in the order in which small cells lose them.
ORDER: dict[str, tuple[str, ...]] = {
    "calls": ("beat", "age_band", "sex", "nature", "day"),
    "referrals": ("age_band", "sex", "need", "day"),
    "follow_ups": ("age_band", "sex", "kind", "day"),
    "people": ("housing", "age_band", "sex"),
}

# The tables of a region's export, where towns are added up. Beside the town and the pseudonym a row
# has these columns alone, in the order in which small cells lose them, and those of KEPT, by which
# figures are counted. So a cell is all that a row tells.
REGION: dict[str, tuple[str, ...]] = {
    "calls": ("arrived", "age_band", "sex", "clinician", "nature", "month"),
    "referrals": ("days_to_accepted", "handoff", "age_band", "sex", "status", "need", "month"),
    "follow_ups": (
        *("days_late", "attempts", "age_band", "sex"),
        *("closed", "reached", "kind", "month"),
    ),
}
KEPT = {"calls": ("care",), "referrals": ("accepted", "received"), "follow_ups": ()}
NUMBERS = frozenset({"attempts", "days_late", "days_to_accepted"})


def of_region(table: str) -> dict[str, str]:
    """Return the columns of a table of a region's export, each with its meaning."""
    meanings = {**TABLES[table], **_LISTS["region"]}
    names = ("town", "person", *reversed(REGION[table]), *KEPT[table])
    return {name: meanings[name] for name in names}


def type_of(column: str) -> str:
    """Return what a column of a region's export holds: text, number or yes/no."""
    return "number" if column in NUMBERS else "yes/no" if column in YES_NO else "text"


def of_table(table: str, *, hours: bool) -> dict[str, str]:
    """Return the columns to write for a table, each with its meaning."""
    return {name: text for name, text in TABLES[table].items() if hours or name != "hour"}


def age_band(person: dict[str, Any], last: date) -> str:
    """Return the band of a person's age on the last day; empty when the age is not known."""
    age = age_on(person, last)
    if age is None:
        return AGES[0][1] if person["minor"] else ""
    return next(band for most, band in AGES if age <= most)


# ---------------------------------------------------------------- small cells


OF_PERSON = ("age_band", "sex")
WORDS = ("cad_disposition", "cad_nature")  # a dispatch system's, finer than the codes of a cell
BLANK = ("", None)
WITH = {"beat": ("place",), "day": ("hour",)}  # removed together: one reveals the other

Row = dict[str, Any]


@dataclass
class Rows:
    """A table's rows, and the columns of its cells in the order in which they are removed."""

    name: str
    rows: list[Row]
    order: tuple[str, ...]
    withheld: int = 0
    taken: dict[str, int] = field(default_factory=dict)  # column -> rows that lost it
    within: tuple[str, ...] = ()  # columns of the cells that are never removed

    def cell(self, row: Mapping[str, Any], more: Sequence[str] = ()) -> tuple[Any, ...]:
        """Return the values that a row shares with the others of its cell; for a day, its month.

        `more` are columns that divide a cell further, if the table has them. Rows with nothing left
        to remove are one cell, whatever they have in columns that are never removed.
        """
        parts = tuple(row[name][:7] if name == "day" else row[name] for name in self.order)
        within = () if self.bare(row) else self.within
        return (*parts, *(row.get(name, "") for name in (*within, *more)))

    def bare(self, row: Mapping[str, Any]) -> bool:
        """Return whether a row has nothing left to remove."""
        return all(row[name] in BLANK for name in self.order)

    def sizes(self, more: Sequence[str] = ()) -> dict[tuple[Any, ...], tuple[int, int]]:
        """Return cell -> number of people, and of rows without a person."""
        people: dict[tuple[Any, ...], set[object]] = defaultdict(set)
        nobody: Counter[tuple[Any, ...]] = Counter()
        for row in self.rows:
            cell = self.cell(row, more)
            people[cell] |= {row["person"]} - {None}
            nobody[cell] += row["person"] is None
        return {cell: (len(people[cell]), nobody[cell]) for cell in people}

    def small(self, k: int, more: Sequence[str] = ()) -> list[Row]:
        """Return the rows of a person among fewer than k, and those without among fewer than k."""
        sizes = {
            cell: (people, max(people, nobody))
            for cell, (people, nobody) in self.sizes(more).items()
        }
        return [row for row in self.rows if sizes[self.cell(row, more)][row["person"] is None] < k]


def protect(tables: Sequence[Rows], k: int) -> None:
    """Blank columns until every cell of every table has k people, then words within a cell."""
    _blank(tables, k, _rows_of(tables))
    for table in tables:
        gone = {id(row) for row in table.small(k)}
        table.withheld = len(gone)
        table.rows = [row for row in table.rows if id(row) not in gone]
        _protect_words(table, k)


def protect_all(tables: Sequence[Rows], k: int) -> list[str]:
    """Blank columns until every cell has k people, without withholding a row.

    Here no pseudonym may join rows: what is removed from a row stays in others of the person.
    Rows with nothing left to remove lose their person among k rows without one, or are joined by
    the smallest cell beside theirs. Returns the tables where neither is possible, or that have a
    person but not k of them: they must not be exported.
    """
    return [table.name for table in tables if not _protected(table, k)]


def _protected(table: Rows, k: int) -> bool:
    """Do what `protect_all` does for one table; return False if it must not be exported."""
    if 0 < len({row["person"] for row in table.rows} - {None}) < k:
        return False
    while True:
        _blank([table], k, {})
        left = table.small(k)
        if not left:
            return True
        sizes = table.sizes()
        for row in left:  # all of them bare
            if sizes[table.cell(row)][1] >= k:
                row["person"] = None
        if table.small(k) and not _join(table, k):
            return False


def _join(table: Rows, k: int) -> bool:
    """Blank the smallest cell that can join the first small one; return False if there is none."""
    stuck = table.small(k)[0]
    sizes = table.sizes()
    del sizes[table.cell(stuck)]
    if not sizes:
        return False
    smallest = min(sizes, key=lambda cell: (sizes[cell], str(cell)))
    for row in [row for row in table.rows if table.cell(row) == smallest]:
        for name in table.order:
            _take(table, row, name)
    return True


RowsOf = Mapping[object, Sequence[tuple[Rows, Row]]]  # person -> their rows in every table


def _rows_of(tables: Sequence[Rows]) -> RowsOf:
    of: dict[object, list[tuple[Rows, Row]]] = defaultdict(list)
    for table in tables:
        for row in table.rows:
            if row["person"] is not None:
                of[row["person"]].append((table, row))
    return of


def _blank(tables: Sequence[Rows], k: int, of: RowsOf) -> None:
    """Remove column after column from the rows of small cells, while there is one to remove."""
    while chosen := list(_chosen(tables, k)):
        for table, row, name in chosen:
            _remove(of, table, row, name)


def _remove(of: RowsOf, table: Rows, row: Row, name: str) -> None:
    """Blank a column of a row; one of the person in all of their rows that `of` has."""
    whole = name in OF_PERSON and row["person"] in of
    for theirs, each in of[row["person"]] if whole else [(table, row)]:
        _take(theirs, each, name)


def _protect_words(table: Rows, k: int) -> None:
    """Blank words until the rows of a cell that share them, or have none, have k people."""
    for name in WORDS:
        for row in table.small(k, WORDS):
            _take(table, row, name)
    left = {table.cell(row) for row in table.small(k, WORDS)}
    for row in table.rows:
        if table.cell(row) in left:
            for name in WORDS:
                _take(table, row, name)


def _chosen(tables: Sequence[Rows], k: int) -> Iterator[tuple[Rows, Row, str]]:
    """Yield each row of a small cell with something left to remove, and the column to remove."""
    for table in tables:
        for row in table.small(k):
            name = next((name for name in table.order if row[name] not in BLANK), None)
            if name is not None:
                yield table, row, name


def _take(table: Rows, row: Row, name: str) -> None:
    for each in (name, *WITH.get(name, ())):
        if row.get(each) not in BLANK:
            row[each] = ""
            table.taken[each] = table.taken.get(each, 0) + 1
