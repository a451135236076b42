"""Rows whose call is on file, unchanged or changed.

Unchanged rows are found by digests of their cells, and not read. A call stores the digest of its
row's cells, or of all its rows' in file order, made with a key of everything that affects how cells
are read. If one row of an incident differs, all are read.

For a changed row, fields that a person has changed since stay, and old values go to the history.
"""

import json
import sqlite3
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from hashlib import blake2b
from itertools import compress, groupby
from operator import itemgetter
from typing import TYPE_CHECKING, Any, NamedTuple

from ccu import __version__, address
from ccu.imports.dispatch.join_store import of_several
from ccu.imports.dispatch.layout import Layout
from ccu.imports.dispatch.staging_store import MADE, Seen
from ccu.imports.rows import Chunk
from ccu.records.writes import write_changes

if TYPE_CHECKING:
    from zoneinfo import ZoneInfo

    from ccu.imports.dispatch.merge_store import Summary


# The last complete import of the same file that added rows.
READ_BEFORE = """
SELECT max(id) FROM import_batch WHERE sha256 = :sha256 AND new_rows > 0
  AND read_rows = new_rows + changed_rows + same_rows + rejected_rows
"""
FIRST = 20_000  # rows; if none of the first ones is known, the file is new

# In query order, because sorting an index at the end would take memory for all of it.
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
    """Return a key of everything that affects how cells are read, including ccu's version."""
    lists = (names.towns, names.streets, names.places, care)
    parts = (__version__, layout.text, names.own, str(zone), guarded)
    return blake2b(repr((*parts, *(sorted(each.items()) for each in lists))).encode()).digest()


class Known:
    """Finds the rows of a file that are on file unchanged."""

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
        """Return whether to go on: not if none of the first rows is on file."""
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

    def count(self, summary: "Summary") -> None:
        """Add the known rows to the counts of an import."""
        known = self._alone + self._joined
        summary.read += known
        summary.same += known
        summary.joined.rows += self._joined - self._calls
        summary.joined.calls += self._calls
        summary.joined.unnumbered += self._unnumbered
        if not self.left:
            summary.short = self._short


# The values of a call and those of its changed row, with the call's names of fields.
CHANGED = """
SELECT known.call_id, known.line, entry.digest, entry.cells_digest,
  call.import_batch_id IS NULL AS by_hand,
  call.occurred_at AS old_occurred_at, entry.occurred_at AS new_occurred_at,
  call.clock_known AS old_clock_known, entry.clock_known AS new_clock_known,
  call.dispatched_at AS old_dispatched_at, entry.dispatched_at AS new_dispatched_at,
  call.arrived_at AS old_arrived_at, entry.arrived_at AS new_arrived_at,
  call.cleared_at AS old_cleared_at, entry.cleared_at AS new_cleared_at,
  json_array(was.raw, was.raw_unit, was.raw_city, was.raw_state, was.raw_zip) AS old_address,
  json_array(now.raw, now.raw_unit, now.raw_city, now.raw_state, now.raw_zip) AS new_address,
  call.address_id AS old_address_id, address_map.address_id AS new_address_id,
  call.place_id AS old_place_id, address_map.place_id AS new_place_id,
  call.nature AS old_nature, nature.code AS new_nature,
  call.nature_cleared AS old_nature_cleared, cleared.code AS new_nature_cleared,
  call.care AS old_care, coalesce(cleared.care, nature.care) AS new_care,
  was_nature.text AS old_cad_nature, nullif(nature.text, '') AS new_cad_nature,
  was_cleared.text AS old_cad_cleared, cleared.text AS new_cad_cleared,
  was_ended.text AS old_cad_disposition, ended.text AS new_cad_disposition,
  call.priority AS old_priority, entry.priority AS new_priority,
  call.beat AS old_beat, entry.beat AS new_beat,
  call.lead_agency AS old_lead_agency, entry.agency AS new_lead_agency,
  (SELECT json_group_array(disposition) FROM
    (SELECT disposition FROM main.call_disposition WHERE call_id = call.id ORDER BY disposition))
    AS old_dispositions,
  coalesce(entry.dispositions, '[]') AS new_dispositions,
  (SELECT json_group_array(danger) FROM
    (SELECT danger FROM main.call_danger WHERE call_id = call.id ORDER BY danger)) AS old_dangers,
  coalesce(entry.hazards, '[]') AS new_dangers,
  (SELECT json_group_array(json_object('agency', agency, 'state', state,
      'clinician', json(iif(clinician, 'true', 'false')), 'unit', unit, 'reason', reason,
      'minutes', minutes)) FROM
    (SELECT * FROM main.call_responder WHERE call_id = call.id ORDER BY id)) AS old_responders,
  coalesce(entry.responders, '[]') AS new_responders,
  call.minutes AS old_minutes, entry.minutes AS new_minutes,
  call.backup_asked AS old_backup_asked, entry.backup_asked AS new_backup_asked,
  call.backup_arrived AS old_backup_arrived, entry.backup_arrived AS new_backup_arrived
FROM staging.known
CROSS JOIN staging.entry AS entry ON entry.line = known.line
CROSS JOIN main.call ON call.id = known.call_id
JOIN staging.word AS nature ON nature.id = entry.nature
LEFT JOIN staging.word AS cleared ON cleared.id = entry.nature_cleared
LEFT JOIN staging.word AS ended ON ended.id = entry.disposition
LEFT JOIN main.cad_text AS was_nature ON was_nature.id = call.cad_nature_id
LEFT JOIN main.cad_text AS was_cleared ON was_cleared.id = call.cad_cleared_id
LEFT JOIN main.cad_text AS was_ended ON was_ended.id = call.cad_disposition_id
LEFT JOIN main.address AS was ON was.id = call.address_id
LEFT JOIN staging.address AS now
  ON now.rowid = (SELECT min(rowid) FROM staging.address WHERE number = entry.address)
LEFT JOIN staging.address_map ON address_map.number = entry.address
WHERE NOT known.same AND known.line > :after ORDER BY known.line LIMIT 500
"""

FIELDS = (
    *("occurred_at", "clock_known", "dispatched_at", "arrived_at", "cleared_at"),
    *("address", "nature"),
    *("nature_cleared", "care", "cad_nature", "cad_cleared", "cad_disposition"),
    *("priority", "beat", "lead_agency", "minutes", "backup_asked", "backup_arrived"),
    *("dispositions", "dangers", "responders"),
)
ANSWERS = {"care", "clock_known", "backup_asked", "backup_arrived"}  # 0, 1 or not known
NATURES = {"nature", "nature_cleared", "care"}  # they change together

UPDATE_CALL = """
UPDATE main.call SET
  occurred_at = :occurred_at, clock_known = :clock_known,
  dispatched_at = :dispatched_at, arrived_at = :arrived_at,
  cleared_at = :cleared_at, address_id = :address_id, place_id = :place_id, nature = :nature,
  nature_cleared = :nature_cleared, care = :care, priority = :priority, beat = :beat,
  lead_agency = :lead_agency, minutes = :minutes, backup_asked = :backup_asked,
  backup_arrived = :backup_arrived, digest = :digest, cells_digest = :cells_digest,
  cad_nature_id = (SELECT id FROM main.cad_text WHERE text = :cad_nature),
  cad_cleared_id = (SELECT id FROM main.cad_text WHERE text = :cad_cleared),
  cad_disposition_id = (SELECT id FROM main.cad_text WHERE text = :cad_disposition)
WHERE id = :call_id
"""


class CallList(NamedTuple):
    """Rows of a call in a table of their own, which staging has as one list in JSON."""

    table: str
    staged: str  # the column of staging.entry
    columns: str
    values: str  # of them, from an element `each` of the list


LISTS = {
    "dispositions": CallList("call_disposition", "dispositions", "disposition", "each.value"),
    "dangers": CallList("call_danger", "hazards", "danger", "each.value"),
    "responders": CallList(
        "call_responder",
        "responders",
        "agency, clinician, unit, state, minutes",
        "each.value ->> 'agency', each.value ->> 'clinician', each.value ->> 'unit',"
        " each.value ->> 'state', each.value ->> 'minutes'",
    ),
}


@dataclass(frozen=True)
class Change:
    """A call whose row in the file has changed."""

    row: sqlite3.Row
    fields: Mapping[str, tuple[Any, Any]]  # fields fields that take the file's value: (old, new)
    left: frozenset[str]  # fields that a user has changed, which stay


def changed(connection: sqlite3.Connection) -> Iterator[Change]:
    """Yield every known row of staging whose digest differs from its call's, in file order."""
    if not connection.execute("SELECT 1 FROM staging.known WHERE NOT same LIMIT 1").fetchone():
        return
    after = 0
    while rows := connection.execute(CHANGED, {"after": after}).fetchall():
        for row in rows:
            differ = {
                field: (row[f"old_{field}"], row[f"new_{field}"])
                for field in FIELDS
                if row[f"old_{field}"] != row[f"new_{field}"]
            }
            by_hand = _by_hand(connection, row) & differ.keys()
            taken = {field: pair for field, pair in differ.items() if field not in by_hand}
            yield Change(row, taken, frozenset(by_hand))
        after = rows[-1]["line"]


def _by_hand(connection: sqlite3.Connection, row: sqlite3.Row) -> set[str]:
    """Return the fields that a user has written: amended, or given when logging the call."""
    found = connection.execute(
        "SELECT field, import_batch_id FROM change WHERE record = 'call' AND record_id = :call_id",
        {"call_id": row["call_id"]},
    ).fetchall()
    fields = {each["field"] for each in found if each["import_batch_id"] is None}
    if row["by_hand"]:  # empty fields may be filled in, and values filled in that way may change
        filled = {each["field"] for each in found if each["import_batch_id"] is not None}
        said = {field for field in FIELDS if row[f"old_{field}"] not in (None, "[]", _NOWHERE)}
        fields |= NATURES | (said - filled)
    if "occurred_at" in fields:
        fields.add("clock_known")
    return fields | NATURES if fields & NATURES else fields


_NOWHERE = "[null,null,null,null,null]"


def apply(
    connection: sqlite3.Connection, staff_id: int, change: Change, at: str, batch_id: int
) -> None:
    """Give the call its new values and keep the old ones."""
    row, fields = change.row, dict(change.fields)
    values = {
        field: fields[field][1] if field in fields else row[f"old_{field}"] for field in FIELDS
    }
    side = "new" if "address" in fields else "old"
    values |= {column: row[f"{side}_{column}"] for column in ("address_id", "place_id")}
    values |= {key: row[key] for key in ("call_id", "digest", "cells_digest")}
    connection.execute(UPDATE_CALL, values)
    for name, (table, _staged, columns, each) in LISTS.items():
        if name in fields:
            connection.execute(f"DELETE FROM main.{table} WHERE call_id = :call_id", values)  # noqa: S608
            connection.execute(
                f"INSERT INTO main.{table} (call_id, {columns})"  # noqa: S608 - our own names
                f" SELECT :call_id, {each} FROM json_each(:{name}) AS each",
                values,
            )
            old, new = fields[name]
            fields[name] = (json.loads(old), json.loads(new))
    if "address" in fields:
        fields["address"] = (_said(row["old_address"]), _said(row["new_address"]))
        if row["old_place_id"] != row["new_place_id"]:
            fields["place_id"] = (row["old_place_id"], row["new_place_id"])
    for name in ANSWERS & fields.keys():
        old, new = (None if each is None else bool(each) for each in fields[name])
        fields[name] = (old, new)
    write_changes(
        connection, staff_id, "call", row["call_id"], fields, at=at, import_batch_id=batch_id
    )


def _said(parts: str) -> str | None:
    """An address as `ccu call show` has it: text, unit, city, zip."""
    raw, unit, city, _state, zip_code = json.loads(parts)
    return ", ".join(text for text in (raw, unit, city, zip_code) if text) or None
