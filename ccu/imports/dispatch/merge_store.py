"""Merge an imported file into the calls, in parts, so that other writers wait only seconds.

What was read is in the tables of the attached schema `staging` (staging_store.py). SQLite does
everything here, except the fields of changed calls. The first transaction takes PART rows, each
later one as many as take about HELD seconds on this machine. What others write between two parts is
treated as if it had been on file before.
"""

import sqlite3
import time
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from ccu.database import digests
from ccu.errors import DatabaseBusy
from ccu.imports import store
from ccu.imports.dispatch import on_file_store
from ccu.imports.dispatch.join_store import NEAR, SYSTEM, Joined, set_far_aside
from ccu.imports.dispatch.layout import Layout
from ccu.imports.dispatch.staging_store import END, seen_sealed
from ccu.imports.store import Batch
from ccu.places import merge_store as place_merge
from ccu.records import audit

PART = 25_000  # rows of the first transaction; later ones take as many as fit in HELD
LEAST, MOST = 5_000, 100_000
HELD = 2.0  # seconds
PAUSE = 0.05  # seconds between two, so that waiting writers get the lock
PART_CHANGED = 2_500  # rows that change calls on file, as slow as ten times as many new rows

NEXT = "SELECT line FROM staging.entry WHERE line >= :first ORDER BY line LIMIT 1 OFFSET :rows"
NEXT_CHANGED = "SELECT line FROM staging.known WHERE NOT same ORDER BY line LIMIT 1 OFFSET :rows"

SEALED = """
DELETE FROM staging.entry WHERE line >= :first AND line < :next AND is_sealed(incident)
"""

_KNOWN = """
INSERT INTO staging.known (line, call_id, same)
SELECT entry.line, call.id, call.digest IS entry.digest
FROM staging.entry AS entry
CROSS JOIN main.call ON call.source_system_id = :source_system_id AND call.incident = {number}
WHERE line >= :first AND line < :next AND {also}
"""
_ANY = "EXISTS (SELECT 1 FROM main.call WHERE source_system_id = :source_system_id)"
_FORMER = f":yearly AND entry.incident NOT GLOB '~*' AND {NEAR} ON CONFLICT DO NOTHING"
# Which rows are known by their incident number, and which are new.
MATCH = (
    _KNOWN.format(number="entry.incident", also=_ANY),
    # A call that was recorded before the layout had the year in its numbers.
    _KNOWN.format(number="substr(entry.incident, 6)", also=_FORMER),
    """
INSERT INTO staging.fresh (line)
SELECT line FROM staging.entry
WHERE line >= :first AND line < :next AND line NOT IN (SELECT line FROM staging.known)
ORDER BY line
""",
)

# The addresses of a part, also of rows that were joined to another or rejected, without those of
# the parts before.
HERE = (
    """
INSERT INTO staging.here (n)
SELECT address.rowid FROM staging.entry AS entry
CROSS JOIN staging.address ON address.number = entry.address
WHERE entry.line >= :first AND entry.line < :next
 AND entry.address NOT IN (SELECT number FROM staging.address_map)
ON CONFLICT DO NOTHING
""",
    """
INSERT INTO staging.here (n)
SELECT rowid FROM staging.address
WHERE rowid > :taken AND rowid < iif(:next = :end, :end, (SELECT max(n) FROM staging.here))
ON CONFLICT DO NOTHING
""",
)

# Places, addresses and words first seen in this part; what is on file stays as it is, except
# that a text which names the city or the ZIP replaces one that did not.
REMEMBER = (
    """
INSERT INTO main.place (kind, number, street, unit, cross_street, name, city, city_assumed, state,
                        zip, building_key, unit_key, loose_key)
SELECT kind, house, street, unit, cross_street, name, city, city_assumed, state,
       zip, building_key, unit_key, loose_key
FROM staging.here CROSS JOIN staging.address ON address.rowid = here.n WHERE unit_key IS NOT NULL
ON CONFLICT (unit_key, city) DO UPDATE SET
  city_assumed = min(city_assumed, excluded.city_assumed),
  state = iif(place.state = '', excluded.state, place.state),
  zip = iif(place.zip = '', excluded.zip, place.zip)
WHERE excluded.city_assumed < place.city_assumed
   OR (place.state = '' AND excluded.state <> '') OR (place.zip = '' AND excluded.zip <> '')
""",
    """
INSERT INTO main.address (raw, raw_unit, raw_city, raw_state, raw_zip, place_id)
SELECT raw, raw_unit, raw_city, raw_state, raw_zip,
       (SELECT known.id FROM main.place AS known
        WHERE known.unit_key = address.unit_key AND known.city = address.city)
FROM staging.here CROSS JOIN staging.address ON address.rowid = here.n WHERE true
ON CONFLICT DO NOTHING
""",
    """
INSERT OR REPLACE INTO staging.address_map (number, address_id, place_id)
SELECT staged.number, known.id, known.place_id
FROM staging.here CROSS JOIN staging.address AS staged ON staged.rowid = here.n
CROSS JOIN main.address AS known ON known.raw = staged.raw AND known.raw_unit = staged.raw_unit
 AND known.raw_city = staged.raw_city AND known.raw_state = staged.raw_state
 AND known.raw_zip = staged.raw_zip
""",
    """
UPDATE staging.address_map SET place_id = (
  SELECT canonical_id FROM main.place_file WHERE place_file.id = address_map.place_id)
WHERE place_id IN (SELECT merged_id FROM main.place_merge)
""",
    """
INSERT INTO main.cad_text (text) SELECT DISTINCT text FROM staging.word
WHERE text <> '' ON CONFLICT DO NOTHING
""",
    """
INSERT OR REPLACE INTO staging.word_map (word, cad_text_id)
SELECT word.id, known.id FROM staging.word AS word JOIN main.cad_text AS known USING (text)
""",
)

# OR FAIL avoids a copy of each page in memory to undo a statement; any failure ends the import.
INSERT_CALLS = """
INSERT OR FAIL INTO main.call (
  id, source_system_id, incident, occurred_at, recorded_at, recorded_by, import_batch_id, digest,
  address_id, place_id, nature, nature_cleared, care, cad_nature_id, cad_cleared_id,
  cad_disposition_id, priority, beat, lead_agency, source, dispatched_at, arrived_at, cleared_at,
  clock_known, minutes, backup_asked, backup_arrived, cells_digest)
SELECT
  :last_id + fresh.n, :source_system_id, entry.incident, entry.occurred_at, :at, :staff_id,
  :batch_id, entry.digest, address_map.address_id, address_map.place_id, nature.code, cleared.code,
  coalesce(cleared.care, nature.care), nature_map.cad_text_id, cleared_map.cad_text_id,
  ended_map.cad_text_id, entry.priority, entry.beat, entry.agency, :call_source,
  entry.dispatched_at, entry.arrived_at, entry.cleared_at, entry.clock_known,
  entry.minutes, entry.backup_asked, entry.backup_arrived, entry.cells_digest
FROM staging.fresh
CROSS JOIN staging.entry AS entry ON entry.line = fresh.line
JOIN staging.word AS nature ON nature.id = entry.nature
LEFT JOIN staging.word AS cleared ON cleared.id = entry.nature_cleared
LEFT JOIN staging.word_map AS nature_map ON nature_map.word = entry.nature
LEFT JOIN staging.word_map AS cleared_map ON cleared_map.word = entry.nature_cleared
LEFT JOIN staging.word_map AS ended_map ON ended_map.word = entry.disposition
LEFT JOIN staging.address_map ON address_map.number = entry.address
ORDER BY fresh.n
"""

# Rows that read the same by another layout or version, so that the next import can skip them. Not
# all of a long file at once, because others wait for this transaction.
READ_AGAIN = """
UPDATE main.call SET cells_digest = read.cells_digest
FROM (
  SELECT call.id, entry.cells_digest
  FROM staging.known
  CROSS JOIN staging.entry AS entry ON entry.line = known.line
  CROSS JOIN main.call ON call.id = known.call_id
  WHERE known.same AND call.cells_digest IS NOT entry.cells_digest
  ORDER BY known.line DESC LIMIT 50000) AS read
WHERE call.id = read.id
"""

# The lists of new calls, by the table that each goes to.
INSERT_LISTS = {
    table: f"""
INSERT OR FAIL INTO main.{table} (call_id, {columns})
SELECT :last_id + fresh.n, {values}
FROM staging.fresh
CROSS JOIN staging.entry AS entry ON entry.line = fresh.line
CROSS JOIN json_each(entry.{staged}) AS each
WHERE entry.{staged} IS NOT NULL
"""  # noqa: S608 - our own names
    for table, staged, columns, values in on_file_store.LISTS.values()
}


@dataclass
class Summary:
    """The counts of a file's rows. read = new + changed + same + rejected."""

    read: int = 0
    new: int = 0
    changed: int = 0
    same: int = 0
    rejected: int = 0
    short: int = 0  # rows with fewer cells than there are columns
    dateless: int = 0  # rows with only the day known
    shortened: int = 0  # incident numbers that a spreadsheet turned into 2.61E+08
    left: int = 0  # fields that a person had changed and that stayed
    reasons: Counter[str] = field(default_factory=Counter)  # why rows were rejected
    unmapped: Counter[str] = field(default_factory=Counter)  # natures the layout does not know
    uncleared: Counter[str] = field(default_factory=Counter)  # the same, of natures as cleared
    undisposed: Counter[str] = field(default_factory=Counter)  # the same, of dispositions
    joined: Joined = field(default_factory=Joined)
    shown: list[str] | None = None  # the first rows, of a dry run
    before: int | None = None  # the import that read the same file before
    doubts: list[str] = field(default_factory=list)  # sentences about what looks wrong
    unread: Mapping[str, set[str]] = field(default_factory=dict)  # field -> texts not in the layout

    def settle(self, known: int, sealed: int, changes: Iterable[on_file_store.Change]) -> None:
        """Count the staged rows that were known, and what changes of them."""
        changed = 0
        for change in changes:
            changed += bool(change.fields or change.left)
            self.left += len(change.left)
        self.changed += changed
        self.same += known - changed + sealed

    @property
    def counts(self) -> dict[str, int]:
        """The counts of the rows that are merged or rejected so far."""
        merged = {name: int(getattr(self, name)) for name in store.COUNTS[1:]}
        return {store.COUNTS[0]: sum(merged.values()), **merged}


def natures(connection: sqlite3.Connection) -> dict[str, int]:
    """Return nature -> whether it is on the care list."""
    return dict(connection.execute("SELECT code, care FROM nature").fetchall())


def preview(connection: sqlite3.Connection, layout: Layout, summary: Summary) -> None:
    """Count what `Merge` would do; writes nothing but the staging tables."""
    part = {"first": 0, "next": END}
    sealed = _leave_sealed(connection, layout, part)
    known, summary.new = _match(connection, layout, part)
    summary.settle(known, sealed, on_file_store.changed(connection))


class Merge:
    """Merges the staged rows into the calls, part by part, each in the caller's transaction."""

    def __init__(
        self, connection: sqlite3.Connection, layout: Layout, batch: Batch, summary: Summary
    ) -> None:
        self._connection, self._layout = connection, layout
        self._batch, self._summary = batch, summary
        self._batch_id = 0
        self._rows, self._began = PART, 0.0  # of the next part; when it began
        self._first = 0  # the line that the next part begins with
        self._taken = 0  # the last address of the parts so far
        self._version = 0  # of the file, which changes when another connection writes
        self._told = dict.fromkeys(store.COUNTS, 0)  # the counts that are in the audit
        self.kept = 0  # rows of the parts that were committed

    @property
    def left(self) -> bool:
        """Return whether there is another part."""
        return self._first < END

    def part(self, staff_id: int, at: str, allowed: Sequence[str]) -> None:
        """Merge the next part, with the counts of the batch so far and an audit event of its own.

        `allowed` are the types of column that --allow-column let pass. `ccu undo` takes back all
        parts by the event of the first. Raises DatabaseBusy.
        """
        connection, layout, summary = self._connection, self._layout, self._summary
        self._began = time.monotonic()
        add_system = "INSERT INTO source_system (name) VALUES (?) ON CONFLICT DO NOTHING"
        connection.execute(add_system, (layout.source,))
        part = {"first": self._first, "next": _next(connection, NEXT, self._first, self._rows)}
        sealed = _leave_sealed(connection, layout, part)
        if set_far_aside(connection, layout.source, **part):  # recorded since they were looked at
            raise DatabaseBusy("calls with these numbers were recorded meanwhile; import it again")
        known, new = _match(connection, layout, part, PART_CHANGED)
        summary.new += new
        self._batch_id = self._batch_id or store.add(connection, staff_id, self._batch, at)
        self._remember(part)
        values = {
            "last_id": _last_id(connection),
            "source_system_id": system(connection, layout.source),
            "at": at,
            "staff_id": staff_id,
            "batch_id": self._batch_id,
            "call_source": layout.call_source,
        }
        with digests.added_in_bulk(connection, call="id", **dict.fromkeys(INSERT_LISTS, "call_id")):
            connection.execute(INSERT_CALLS, values)
            for statement in INSERT_LISTS.values():
                connection.execute(statement, values)

        def applied() -> Iterator[on_file_store.Change]:
            for change in on_file_store.changed(connection):
                on_file_store.apply(connection, staff_id, change, at, self._batch_id)
                yield change

        summary.settle(known, sealed, applied())
        connection.execute(READ_AGAIN)
        place_merge.settle(connection)
        counts = summary.counts
        # All rows read, from the first part on: if the other counts do not add up, it was stopped.
        store.finish(connection, self._batch_id, {**counts, "read": summary.read})
        told: dict[str, Any] = {name: count - self._told[name] for name, count in counts.items()}
        told |= {"allowed": [*allowed], **({"part": True} if self._first else {})}
        audit.record(connection, staff_id, "import", "import_batch", self._batch_id, **told)
        self._told, self._first = counts, part["next"]

    def keep(self) -> None:
        """Note that a part's transaction was committed, and let others write."""
        self.kept = self._told["read"]
        held = time.monotonic() - self._began
        self._rows = min(MOST, max(LEAST, int(self._rows * HELD / max(held, 0.01))))
        time.sleep(PAUSE)

    def _remember(self, part: Mapping[str, int]) -> None:
        """Add the addresses, places and words of a part."""
        ask = self._connection.execute
        ask("DELETE FROM staging.here")
        version = ask("PRAGMA main.data_version").fetchone()[0]
        if version != self._version:  # what others wrote may be of these addresses
            ask("DELETE FROM staging.address_map")
            self._version = version
        for statement in HERE:
            ask(statement, {**part, "taken": self._taken, "end": END})
        self._taken = max(self._taken, ask("SELECT max(n) FROM staging.here").fetchone()[0] or 0)
        with digests.added_in_bulk(self._connection, place="id", address="id"):
            for statement in REMEMBER:
                ask(statement)


def _next(connection: sqlite3.Connection, statement: str, first: int, rows: int) -> int:
    """Return the line after a part of so many rows."""
    found = connection.execute(statement, {"first": first, "rows": rows}).fetchone()
    return int(found["line"]) if found else END


def system(connection: sqlite3.Connection, source: str) -> int | None:
    """Return the number of a source system on file."""
    row = connection.execute(SYSTEM, {"source": source}).fetchone()
    return int(row["id"]) if row else None


def _leave_sealed(connection: sqlite3.Connection, layout: Layout, part: Mapping[str, int]) -> int:
    """Do not restore a sealed call: its row counts as one that changes nothing."""
    is_sealed = seen_sealed(connection, layout)
    if is_sealed is None:
        return 0
    connection.create_function("is_sealed", 1, is_sealed)
    return connection.execute(SEALED, part).rowcount


def _match(
    connection: sqlite3.Connection, layout: Layout, part: dict[str, int], most: int = END
) -> tuple[int, int]:
    """Return how many staged rows of a part are known, and how many are new.

    A part with more than `most` changed rows is cut short.
    """
    for table in ("known", "fresh"):
        connection.execute(f"DELETE FROM staging.{table}")  # noqa: S608
    source_system = system(connection, layout.source)
    values = {"source_system_id": source_system, "yearly": layout.yearly_numbers}
    *known, new = MATCH
    for statement in known:
        connection.execute(statement, {**values, **part})
    part["next"] = min(part["next"], _next(connection, NEXT_CHANGED, part["first"], most))
    connection.execute("DELETE FROM staging.known WHERE line >= :next", part)
    count = connection.execute("SELECT count(*) FROM staging.known").fetchone()[0]
    return int(count), connection.execute(new, part).rowcount


def _last_id(connection: sqlite3.Connection) -> int:
    row = connection.execute("SELECT seq FROM sqlite_sequence WHERE name = 'call'").fetchone()
    return int(row["seq"]) if row else 0
