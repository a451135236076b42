"""The cells of a chunk as columns: the ones that are needed, without spaces, plain text only."""

import re
from collections.abc import Iterable, Mapping, Sequence

from ccu.errors import InvalidInput
from ccu.output import undo_csv_guard

LONGEST_CELL = 1_000  # characters of a cell that is kept; an address is a tenth of it
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f]")
_UNDECODED = re.compile("[\ud800-\udfff]")

Column = Sequence[str]


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
        """Place -> cells without the spaces around them; `bad` gets index -> what is wrong."""
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
        """A cell with its line breaks and tabs as spaces."""
        if _CONTROL.search(cell):
            bad.setdefault(index, f"a control character in {self._header[place]}")
        elif len(cell) > LONGEST_CELL:
            name = self._header[place]
            bad.setdefault(index, f"{name} is longer than {LONGEST_CELL:,} characters")
        return " ".join(cell.split())


def places_of(wanted: Iterable[str], header: Sequence[str], layout: str) -> dict[str, int]:
    """Where these columns of a layout stand in the file. Raises InvalidInput."""
    places = {}
    for column in dict.fromkeys(wanted):
        found = [index for index, name in enumerate(header) if name == column]
        if not found:
            raise InvalidInput(
                f"the file has no column {column!a}, which layout {layout} needs;"
                " is it another system's file, or without its line of column names?"
            )
        if len(found) > 1:
            raise InvalidInput(f"the file has the column {column!a} twice")
        places[column] = found[0]
    return places
