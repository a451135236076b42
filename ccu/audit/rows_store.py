"""Compare the rows of every record with what the audit knows was written to them.

The audit keeps, with each event, the sums of the keyed digests of the rows it wrote
(database/written.py). Added up they are those of the rows as they should be. Without the audit's
key nobody can write a row, or an event, that fits. Rows put back exactly as they were fit again.
"""

import sqlite3
from array import array
from collections import defaultdict
from collections.abc import Iterable, Sequence

from ccu import dates
from ccu.database import written
from ccu.database.key_chain import Key
from ccu.records import audit, settings, table

_MOST_NAMED = 20  # records in one message
_PAGE = 4096  # numbers whose sums are kept together: a record's number can be any
_WRITTEN = "SELECT audit_id, record, first, sums FROM main.audit_written ORDER BY audit_id, part"

Place = tuple[str, int]  # a table, and the number of the record that its rows count with


class _Sums(defaultdict[int, "array[int]"]):
    """The sums of one table's rows, by the number of their record."""

    def __init__(self) -> None:
        super().__init__(lambda: array("Q", bytes(8 * _PAGE)))

    def add(self, number: int, digest: int) -> None:
        """Add a digest, negative for a row that is taken off."""
        page, place = divmod(number, _PAGE)
        sums = self[page]
        sums[place] = (sums[place] + digest) % written.WHOLE

    def left(self) -> list[int]:
        """Return the numbers whose sum is not 0."""
        return [
            page * _PAGE + place
            for page, sums in sorted(self.items())
            if any(sums)
            for place, each in enumerate(sums)
            if each
        ]


def altered(connection: sqlite3.Connection, key: Key, events: set[int]) -> list[Place]:
    """Return every place whose rows are not what the audit knows.

    `events` are those that wrote rows, verified with the key: no other is counted.
    """
    known: dict[str, _Sums] = defaultdict(_Sums)
    for audit_id, name, first, content in connection.execute(_WRITTEN):
        if audit_id in events and name != written.ALL:
            for number, each in enumerate(array("Q", content), first):
                known[name].add(number, each)
    salt = written.salt(connection)
    for name in written.written_tables(connection):
        for number, row in written.texts(connection, name):
            known[name].add(number, -written.of_row(key, salt, name, row))
    return [(name, number) for name in sorted(known) for number in known[name].left()]


def told(connection: sqlite3.Connection, places: Sequence[Place]) -> list[str]:
    """Return a sentence for each place: what another program did there, and since when."""
    named = places[:_MOST_NAMED]
    times = _times(connection, named)
    more = [f"and {len(places) - _MOST_NAMED} more"] if len(places) > _MOST_NAMED else []
    return [_told(connection, *place, times.get(place)) for place in named] + more


def _times(connection: sqlite3.Connection, places: Iterable[Place]) -> dict[Place, str]:
    """Return when each place was last written, of those that an event wrote.

    Empty for a place that was known as altered when every row was bound again.
    """
    wanted: dict[str, set[int]] = {}
    for name, number in places:
        wanted.setdefault(name, set()).add(number)
    at = dict(tuple(row) for row in connection.execute("SELECT id, at FROM audit"))
    found: dict[Place, str] = {}
    before = set()
    for audit_id, name, first, content in connection.execute(_WRITTEN):
        for number in wanted.get(name, ()):
            sums = content[8 * (number - first) :][:8] if number >= first else b""
            if sums == written.ALTERED:
                before.add((name, number))
            elif any(sums) and audit_id in at:  # else a gap between two, or no event
                found[name, number] = at[audit_id]
    return {**found, **dict.fromkeys(before, "")}


def _told(connection: sqlite3.Connection, name: str, number: int, at: str | None) -> str:
    record, _column = written.counted_with(connection, name)
    words = table.NAMES.get(record, record).replace("_", " ")
    words += f" {number}" if number else ""
    part = name.replace("_", " ").replace("danger", "hazard")
    words += "" if name == record else f" ({part})"
    if at is None:
        return f"{words} was added by another program"
    if not at:
        return f"{words} was changed by another program before records were last destroyed"
    what = "changed" if written.has_rows(connection, name, number) else "deleted"
    zone = settings.load(connection).zone
    moment = dates.say_moment(dates.from_iso(at), audit.clock().astimezone(zone))
    return f"{words} was {what} by another program after {moment}"
