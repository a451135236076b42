"""Merging an imported file into the calls: one transaction, as short as it can be.

What was read is in the tables of the attached schema `staging` (staging_store.py). Everything here
but the fields of changed calls is done by SQLite itself, so that an officer who logs a call
meanwhile waits seconds.
"""

import sqlite3
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from ccu.database import digests
from ccu.errors import DatabaseBusy
from ccu.imports import store
from ccu.imports.dispatch import change_store as changed_rows
from ccu.imports.dispatch.join_store import NEAR, Joined, set_far_aside
from ccu.imports.dispatch.layout import Layout
from ccu.imports.store import Batch
from ccu.places import merge_store as place_merge
from ccu.records import audit

CODES = """
SELECT 'nature', code, care FROM nature
UNION ALL SELECT 'disposition', code, 0 FROM disposition
UNION ALL SELECT 'agency', code, 0 FROM agency
UNION ALL SELECT 'call_source', code, 0 FROM call_source
UNION ALL SELECT 'danger', code, 0 FROM danger
UNION ALL SELECT 'responder_state', code, 0 FROM responder_state
"""

SYSTEM = "SELECT id FROM source_system WHERE name = :source"

SEALED = "DELETE FROM staging.entry WHERE is_sealed(incident)"

# Which rows are known by their incident number, and which are new.
MATCH = (
    """
INSERT INTO staging.known (line, call_id, same)
SELECT entry.line, call.id, call.digest IS entry.digest
FROM staging.entry AS entry
JOIN main.call ON call.source_system_id = :source_system_id AND call.incident = entry.incident
WHERE EXISTS (SELECT 1 FROM main.call WHERE source_system_id = :source_system_id)
""",
    # A call that was recorded before the layout had the year in its numbers.
    f"""
INSERT INTO staging.known (line, call_id, same)
SELECT entry.line, call.id, call.digest IS entry.digest
FROM staging.entry AS entry
JOIN main.call ON call.source_system_id = :source_system_id
 AND call.incident = substr(entry.incident, 6)
WHERE :yearly AND entry.incident NOT GLOB '~*' AND {NEAR}
ON CONFLICT DO NOTHING
""",  # noqa: S608 - NEAR is of join_store
    """
INSERT INTO staging.fresh (line)
SELECT line FROM staging.entry
WHERE line NOT IN (SELECT line FROM staging.known) ORDER BY line
""",
)

# Places, addresses and words first seen in this file; what is on file stays as it is, except
# that a text which names the city or the ZIP replaces one that did not.
REMEMBER = (
    """
INSERT INTO main.place (kind, number, street, unit, cross_street, name, city, city_assumed, state,
                        zip, building_key, unit_key, loose_key)
SELECT kind, house, street, unit, cross_street, name, city, city_assumed, state,
       zip, building_key, unit_key, loose_key
FROM staging.address WHERE unit_key IS NOT NULL
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
FROM staging.address WHERE true
ON CONFLICT DO NOTHING
""",
    """
INSERT INTO staging.address_map (number, address_id, place_id)
SELECT staged.number, known.id, known.place_id
FROM staging.address AS staged
JOIN main.address AS known ON known.raw = staged.raw AND known.raw_unit = staged.raw_unit
 AND known.raw_city = staged.raw_city AND known.raw_state = staged.raw_state
 AND known.raw_zip = staged.raw_zip
WHERE true ON CONFLICT DO NOTHING
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
INSERT INTO staging.word_map (word, cad_text_id)
SELECT word.id, known.id FROM staging.word AS word JOIN main.cad_text AS known USING (text)
""",
)

INSERT_CALLS = """
INSERT INTO main.call (
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

# Rows that read as before by another layout or version: the next import need not read them.
# Not all of a long file at once: others wait for this transaction.
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
    "call_disposition": """
INSERT INTO main.call_disposition (call_id, disposition)
SELECT :last_id + fresh.n, code.value
FROM staging.fresh
CROSS JOIN staging.entry AS entry ON entry.line = fresh.line
CROSS JOIN json_each(entry.dispositions) AS code
WHERE entry.dispositions IS NOT NULL
""",
    "call_danger": """
INSERT INTO main.call_danger (call_id, danger)
SELECT :last_id + fresh.n, code.value
FROM staging.fresh
CROSS JOIN staging.entry AS entry ON entry.line = fresh.line
CROSS JOIN json_each(entry.hazards) AS code
WHERE entry.hazards IS NOT NULL
""",
    "call_responder": """
INSERT INTO main.call_responder (call_id, agency, clinician, unit, state, minutes)
SELECT :last_id + fresh.n, each.value ->> 'agency', each.value ->> 'clinician',
       each.value ->> 'unit', each.value ->> 'state', each.value ->> 'minutes'
FROM staging.fresh
CROSS JOIN staging.entry AS entry ON entry.line = fresh.line
CROSS JOIN json_each(entry.responders) AS each
WHERE entry.responders IS NOT NULL
""",
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
    dateless: int = 0  # rows of which only the day is known
    left: int = 0  # fields that stayed as a person wrote them
    reasons: Counter[str] = field(default_factory=Counter)  # why rows were rejected
    unmapped: Counter[str] = field(default_factory=Counter)  # natures the layout does not know
    uncleared: Counter[str] = field(default_factory=Counter)  # the same, of natures as cleared
    undisposed: Counter[str] = field(default_factory=Counter)  # the same, of dispositions
    joined: Joined = field(default_factory=Joined)
    shown: list[str] | None = None  # the first rows, of a dry run
    doubts: list[str] = field(default_factory=list)  # sentences about what looks wrong
    unread: Mapping[str, set[str]] = field(default_factory=dict)  # field -> texts not in the layout

    def settle(self, known: int, sealed: int, changes: Iterable[changed_rows.Change]) -> None:
        """Count the staged rows that were known, and what changes of them."""
        for change in changes:
            self.changed += bool(change.fields or change.left)
            self.left += len(change.left)
        self.same += known - self.changed + sealed


def codes(connection: sqlite3.Connection) -> dict[str, dict[str, int]]:
    """Return the code lists that a layout may use: code -> whether it is on the care list."""
    lists: dict[str, dict[str, int]] = {}
    for kind, code, care in connection.execute(CODES):
        lists.setdefault(kind, {})[code] = care
    return lists


def preview(connection: sqlite3.Connection, layout: Layout, summary: Summary) -> None:
    """Count what `merge` would do; writes nothing but the staging tables."""
    sealed = _leave_sealed(connection, layout)
    known, summary.new = _match(connection, layout)
    summary.settle(known, sealed, changed_rows.changed(connection))


def merge(
    connection: sqlite3.Connection,
    staff_id: int,
    layout: Layout,
    batch: Batch,
    at: str,
    summary: Summary,
    allowed: Sequence[str],
) -> None:
    """Merge the staged rows inside the caller's transaction, with the batch and its audit event.

    `allowed` are the types of column that --allow-column let pass.
    """
    connection.execute(
        "INSERT INTO source_system (name) VALUES (:source) ON CONFLICT DO NOTHING",
        {"source": layout.source},
    )
    sealed = _leave_sealed(connection, layout)
    if set_far_aside(connection, layout.source):  # recorded since the rows were looked at
        raise DatabaseBusy("calls with these numbers were recorded meanwhile; import it again")
    known, summary.new = _match(connection, layout)
    batch_id = store.add(connection, staff_id, batch, at)
    with digests.added_in_bulk(connection, place="id", address="id"):
        for statement in REMEMBER:
            connection.execute(statement)
    values = {
        "last_id": _last_id(connection),
        "source_system_id": system(connection, layout.source),
        "at": at,
        "staff_id": staff_id,
        "batch_id": batch_id,
        "call_source": layout.call_source,
    }
    with digests.added_in_bulk(connection, call="id", **dict.fromkeys(INSERT_LISTS, "call_id")):
        connection.execute(INSERT_CALLS, values)
        for statement in INSERT_LISTS.values():
            connection.execute(statement, values)

    def applied() -> Iterator[changed_rows.Change]:
        for change in changed_rows.changed(connection):
            changed_rows.apply(connection, staff_id, change, at, batch_id)
            yield change

    summary.settle(known, sealed, applied())
    connection.execute(READ_AGAIN)
    place_merge.settle(connection)
    counts = {name: getattr(summary, name) for name in store.COUNTS}
    store.finish(connection, batch_id, counts)
    audit.record(
        connection, staff_id, "import", "import_batch", batch_id, **counts, allowed=[*allowed]
    )


def system(connection: sqlite3.Connection, source: str) -> int | None:
    """Return the number of a source system on file."""
    row = connection.execute(SYSTEM, {"source": source}).fetchone()
    return int(row["id"]) if row else None


def _leave_sealed(connection: sqlite3.Connection, layout: Layout) -> int:
    """A call that is sealed is not brought back: its row counts as one that changes nothing."""
    from ccu.retention import seal_store

    sealed = seal_store.sealed_numbers(connection)
    if not sealed:
        return 0

    def is_sealed(number: str) -> bool:
        numbers = (number, number[5:]) if layout.yearly_numbers else (number,)  # also without year
        return any(seal_store.digest("call", layout.source, each) in sealed for each in numbers)

    connection.create_function("is_sealed", 1, is_sealed)
    return connection.execute(SEALED).rowcount


def _match(connection: sqlite3.Connection, layout: Layout) -> tuple[int, int]:
    """How many staged rows are known, and how many are new."""
    values = {
        "source_system_id": system(connection, layout.source),
        "yearly": layout.yearly_numbers,
    }
    *known, new = (connection.execute(statement, values).rowcount for statement in MATCH)
    return sum(known), new


def _last_id(connection: sqlite3.Connection) -> int:
    row = connection.execute("SELECT seq FROM sqlite_sequence WHERE name = 'call'").fetchone()
    return int(row["seq"]) if row else 0
