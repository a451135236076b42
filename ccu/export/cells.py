"""Small cells: rows that represent fewer than k people lose what singles them out.

A *cell* is all rows of a table that agree in what an outsider may know of a person: the month, what
the row is about, the beat, the age band, the sex. Its size is the number of different people in it;
a row without a person counts as one.

Rows of a cell below k lose one of these after another, in the table's order, until their cell has
k; when nothing is left to remove, they are withheld. The age band and the sex belong to the person:
removed from one row, they are removed from all rows of that person in every table, because another
row would give them back.
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

OF_PERSON = ("age_band", "sex")
WORDS = ("cad_disposition", "cad_nature")  # of a dispatch system, finer than the codes of a cell
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
        """Return what a row has in common with the others of its cell; of a day its month.

        `more` are columns that divide a cell further, where the table has them.
        """
        parts = tuple(row[name][:7] if name == "day" else row[name] for name in self.order)
        return (*parts, *(row.get(name, "") for name in (*self.within, *more)))

    def sizes(self, more: Sequence[str] = ()) -> dict[tuple[Any, ...], int]:
        """Return cell -> number of people."""
        members: dict[tuple[Any, ...], set[object]] = defaultdict(set)
        for row in self.rows:
            members[self.cell(row, more)].add(row["person"] or (id(row),))
        return {cell: len(people) for cell, people in members.items()}

    def small(self, k: int, more: Sequence[str] = ()) -> list[Row]:
        """Return the rows of cells with fewer than k people."""
        sizes = self.sizes(more)
        return [row for row in self.rows if sizes[self.cell(row, more)] < k]


def protect(tables: Sequence[Rows], k: int) -> None:
    """Blank columns until every cell of every table has k people, then words within a cell."""
    _blank(tables, k)
    for table in tables:
        gone = {id(row) for row in table.small(k)}
        table.withheld = len(gone)
        table.rows = [row for row in table.rows if id(row) not in gone]
        _protect_words(table, k)


def protect_all(tables: Sequence[Rows], k: int) -> list[str]:
    """Blank columns until every cell has k people, without withholding a row.

    Rows with nothing left to remove are joined by the smallest cell beside theirs. Returns the
    tables where no such cell is left: they must not leave.
    """
    of = _rows_of(tables)
    while True:
        _blank(tables, k)
        left = [table for table in tables if table.small(k)]
        alone = [table.name for table in left if not _join(table, k, of)]
        if alone or not left:
            return alone


def _join(table: Rows, k: int, of: "RowsOf") -> bool:
    """Blank the smallest cell that can be one with the first small one; False: there is none."""
    stuck = table.small(k)[0]
    beside: dict[tuple[Any, ...], list[Row]] = defaultdict(list)
    for row in table.rows:
        if all(row[name] == stuck[name] for name in table.within):
            beside[table.cell(row)].append(row)
    del beside[table.cell(stuck)]
    if not beside:
        return False
    sizes = table.sizes()
    for row in beside[min(beside, key=lambda cell: (sizes[cell], str(cell)))]:
        for name in table.order:
            _remove(of, table, row, name)
    return True


RowsOf = Mapping[object, Sequence[tuple[Rows, Row]]]  # person -> their rows in every table


def _rows_of(tables: Sequence[Rows]) -> RowsOf:
    of: dict[object, list[tuple[Rows, Row]]] = defaultdict(list)
    for table in tables:
        for row in table.rows:
            of[row["person"]].append((table, row))
    return of


def _blank(tables: Sequence[Rows], k: int) -> None:
    """Remove column after column from the rows of small cells, while there is one to remove."""
    of = _rows_of(tables)
    while chosen := list(_chosen(tables, k)):
        for table, row, name in chosen:
            _remove(of, table, row, name)


def _remove(of: RowsOf, table: Rows, row: Row, name: str) -> None:
    """Blank a column of a row; one of the person in all of their rows."""
    whole = name in OF_PERSON and row["person"]
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
            name = next((name for name in table.order if row[name]), None)
            if name is not None:
                yield table, row, name


def _take(table: Rows, row: Row, name: str) -> None:
    for each in (name, *WITH.get(name, ())):
        if row.get(each):
            row[each] = ""
            table.taken[each] = table.taken.get(each, 0) + 1
