"""Compare the rows of every record with what the audit knows was written to them.

The audit keeps, with each event, the sums of the keyed digests of the rows it wrote
(database/digests.py). Added up they are those of the rows as they should be. Without the audit's
key nobody can write a row, or an event, that fits. Rows put back exactly as they were fit again.
"""

import sqlite3
from array import array
from collections.abc import Iterable
from typing import TypeAlias

from ccu import dates
from ccu.database import digests
from ccu.database.key_chain import Key
from ccu.records import audit, settings, table

_WHOLE = 2**64
Sums: TypeAlias = "array[int]"
_WRITTEN = "SELECT audit_id, record, first, sums FROM main.audit_written ORDER BY audit_id, part"


def altered(connection: sqlite3.Connection, key: Key, events: set[int]) -> list[str] | None:
    """Return a sentence for every record whose rows are not what the audit knows.

    `events` are those that wrote rows, verified with the key: no other is counted. None where they
    do not cover the rows: the file was brought up to date while the key was missing.
    """
    known = _known(connection, events)
    if known is None:
        return None
    found: list[tuple[str, int]] = []
    for name in digests.written_tables(connection):
        sums = known.get(name, array("Q"))
        beyond = _not_known(connection, name, key, sums)
        wrong = beyond.union(number for number, left in enumerate(sums) if left)
        found += [(name, number) for number in sorted(wrong)]
    times = _times(connection, found) if found else {}
    return [_told(connection, *place, times.get(place, "")) for place in found]


def _known(connection: sqlite3.Connection, events: set[int]) -> dict[str, Sums] | None:
    """Add up the sums of all events: table -> by number of its record."""
    known: dict[str, Sums] | None = None
    for audit_id, record, first, content in connection.execute(_WRITTEN):
        if audit_id not in events:
            continue
        if record == digests.ALL:
            known = {}
            continue
        if known is None:
            continue
        sums, added = known.setdefault(record, array("Q")), array("Q", content)
        sums.extend([0] * (first - len(sums)))
        overlap = len(sums) - first
        for place, each in enumerate(added[:overlap], first):
            sums[place] = (sums[place] + each) % _WHOLE
        sums.extend(added[overlap:])
    return known


def _not_known(connection: sqlite3.Connection, name: str, key: Key, sums: Sums) -> set[int]:
    """Take the rows of a table off its sums; return the numbers that are beyond them."""
    beyond = set()

    def taken(number: int, row: bytes) -> int:
        if 0 <= number < len(sums):
            sums[number] = (sums[number] - key.of_record(name, row)) % _WHOLE
        else:
            beyond.add(number)
        return 0

    connection.create_function("row_taken", 2, taken)
    digests.sum_rows(connection, name, "row_taken({number}, {row})")
    return beyond


def _times(
    connection: sqlite3.Connection, places: Iterable[tuple[str, int]]
) -> dict[tuple[str, int], str]:
    """Return when each place was last written, of those that an event wrote."""
    wanted: dict[str, set[int]] = {}
    for name, number in places:
        wanted.setdefault(name, set()).add(number)
    last: dict[tuple[str, int], int] = {}
    for audit_id, name, first, content in connection.execute(_WRITTEN):
        for number in wanted.get(name, set()) & set(range(first, first + len(content) // 8)):
            if content[8 * (number - first) :][:8] != bytes(8):  # else a gap between two
                last[name, number] = audit_id
    at = dict(tuple(row) for row in connection.execute("SELECT id, at FROM audit"))
    return {place: at[audit_id] for place, audit_id in last.items() if audit_id in at}


def _told(connection: sqlite3.Connection, name: str, number: int, written: str) -> str:
    """Return what was done with the rows of a table that count with a record, and since when."""
    record, _column = digests.owner(connection, name)
    words = table.NAMES.get(record, record).replace("_", " ")
    words += f" {number}" if number else ""
    words += "" if name == record else f" ({name.replace('_', ' ')})"
    if not written:
        return f"{words} was added by another program"
    zone = settings.load(connection).zone
    at = dates.say_moment(dates.from_iso(written), audit.clock().astimezone(zone))
    what = "changed" if digests.has_rows(connection, name, number) else "deleted"
    return f"{words} was {what} by another program after {at}"
