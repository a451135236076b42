"""Rows that are on file as they are: found by digests of their cells, and not read.

A call keeps the digest of its row's cells, or of its rows' in the order of the file, made with a
key of all that decides how cells are read. Where one row of an incident differs, all are read.
"""

import sqlite3
from collections.abc import Iterable, Mapping, Sequence
from hashlib import blake2b
from itertools import compress, groupby
from operator import itemgetter
from typing import TYPE_CHECKING

from ccu import __version__, address
from ccu.imports.dispatch.join_store import of_several
from ccu.imports.dispatch.layout import Layout
from ccu.imports.dispatch.merge_store import Summary
from ccu.imports.dispatch.staging_store import MADE, Seen
from ccu.imports.rows import Chunk

if TYPE_CHECKING:
    from zoneinfo import ZoneInfo

FIRST = 20_000  # rows, none of which is known: then the file is a new one

# In the order that it is asked in: an index made at the end would be sorted in memory, all of it.
SCHEMA = """
CREATE TABLE staging.seen (incident TEXT, line INTEGER, digest INTEGER,
  PRIMARY KEY (incident, line)) WITHOUT ROWID
"""
ANY = """
SELECT 1 FROM staging.seen CROSS JOIN main.call
  ON call.source_system_id = :source AND call.incident = seen.incident
 AND call.cells_digest IS NOT NULL LIMIT 1
"""
ALONE = """
SELECT alone.line, alone.incident GLOB :made
FROM (SELECT incident, digest, min(line) AS line FROM staging.seen
      GROUP BY incident HAVING count(*) = 1) AS alone
CROSS JOIN main.call ON call.source_system_id = :source AND call.incident = alone.incident
WHERE call.cells_digest = alone.digest
"""
# Rows without a number that are alike are different calls: they are told apart when they are read.
SEVERAL = """
SELECT seen.incident, seen.line, seen.digest, call.cells_digest
FROM (SELECT incident FROM staging.seen GROUP BY incident HAVING count(*) > 1) AS several
CROSS JOIN main.call ON call.source_system_id = :source AND call.incident = several.incident
CROSS JOIN staging.seen ON seen.incident = several.incident
WHERE call.cells_digest IS NOT NULL AND several.incident NOT GLOB :made
ORDER BY seen.incident, seen.line
"""


def key(
    layout: Layout, names: address.Names, care: Mapping[str, int], zone: "ZoneInfo", guarded: bool
) -> bytes:
    """Return a key of all that decides how cells are read, the version of ccu included."""
    lists = (names.towns, names.streets, names.places, care)
    parts = (__version__, layout.text, names.own, str(zone), guarded)
    return blake2b(repr((*parts, *(sorted(each.items()) for each in lists))).encode()).digest()


class Known:
    """Made once for a file; asked which of its rows are on file as they are."""

    def __init__(self, connection: sqlite3.Connection, source: int) -> None:
        """`source` is the number of the system whose calls are looked at."""
        self._connection = connection
        self._values = {"source": source, "made": f"{MADE}*"}
        self._lines = bytearray()  # by number: 1 for a known row
        self._alone = self._joined = self._calls = self._unnumbered = 0
        self._rows = self._short = self._last = 0
        self._probed = self._new = False
        self.left = 0  # rows that are to be read, the broken ones among them
        connection.execute(SCHEMA)

    def add(self, chunk: Chunk, rows: Iterable[Seen]) -> None:
        """Look at the rows of a chunk."""
        self._connection.executemany("INSERT INTO staging.seen VALUES (?, ?, ?)", rows)
        self._rows += len(chunk.rows)
        self._last = max(chunk.numbers, default=self._last)
        self.left += len(chunk.rows) + len(chunk.broken)
        self._short += chunk.short

    def worth_it(self) -> bool:
        """Whether to go on: not when none of the first rows is on file."""
        if self._rows >= FIRST and not self._probed:
            self._probed = True
            self._new = self._connection.execute(ANY, self._values).fetchone() is None
        return not self._new

    def settle(self) -> None:
        """Find the known rows, after the last chunk."""
        if self._new:
            return
        ask, lines = self._connection.execute, self._lines
        lines.extend(bytes(1 + self._last))
        for row in ask(ALONE, self._values):
            lines[row[0]] = 1
            self._alone += 1
            self._unnumbered += row[1]
        for _incident, rows in groupby(ask(SEVERAL, self._values), itemgetter(0)):
            self._settle_several([tuple(row) for row in rows])
        ask("DROP TABLE staging.seen")
        self.left -= self._alone + self._joined

    def _settle_several(self, rows: Sequence[tuple[str, int, int | None, int]]) -> None:
        digests = [digest for _, _, digest, _ in rows if digest is not None]
        if len(digests) == len(rows) and of_several(digests) == rows[0][3]:
            for _, line, _, _ in rows:
                self._lines[line] = 1
            self._joined += len(rows)
            self._calls += 1

    def without(self, chunk: Chunk) -> Chunk:
        """Return a chunk without its known rows."""
        lines = self._lines
        if not lines:
            return chunk
        keep = [not lines[number] for number in chunk.numbers]
        numbers = list(compress(chunk.numbers, keep))
        return chunk._replace(numbers=numbers, rows=list(compress(chunk.rows, keep)))

    def count(self, summary: Summary) -> None:
        """Add the known rows to the counts of an import."""
        known = self._alone + self._joined
        summary.read += known
        summary.same += known
        summary.joined.rows += self._joined - self._calls
        summary.joined.calls += self._calls
        summary.joined.unnumbered += self._unnumbered
        if not self.left:
            summary.short = self._short
