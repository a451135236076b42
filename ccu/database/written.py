"""What each event of the audit wrote: `audit_written`, and the digests it is made of.

By record, it holds the sum of the keyed digests of its new rows less that of its old ones. The
event has the HMAC of them all (records/audit.py), so that the rows of a record must add up to what
the audit knows of it, and nobody without the audit's key can change both. A transaction that writes
rows and no event is refused by a reference.

A digest is made with a salt too, the first row of audit_written. Where words are destroyed,
`keep_all` deletes it with all digests and begins again: nobody can try values against a digest any
more, the owner of the key included.
"""

import os
import sqlite3
from binascii import crc32
from collections.abc import Callable, Iterable, Sequence
from hashlib import blake2b
from itertools import chain
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ccu.database.key_chain import Key

ALL = ""  # the record of the first row of audit_written, which has the salt
ALTERED = (1).to_bytes(8, "little")  # what a sum is off by, of a record known as altered
WRITTEN = "written"  # in the detail of an event: the HMAC of its rows of audit_written
_MOST = 65_536  # sums in one row of audit_written
_WHOLE = 2**64
_NOTHING = bytes(8)
SALT = "SELECT iif(record = '', sums, NULL) FROM audit_written ORDER BY audit_id, part LIMIT 1"
# The number of the next event: as records/audit.py will find it.
_NEXT = """
SELECT max(coalesce((SELECT max(id) FROM audit), 0),
           coalesce((SELECT seq FROM sqlite_sequence WHERE name = 'audit'), 0)) + 1 AS id
"""
KEEP = f"""
INSERT INTO audit_written (audit_id, part, record, first, sums)
SELECT id, coalesce((SELECT max(part) FROM audit_written WHERE audit_id = id), 0) + 1,
       {{record}}, {{first}}, {{sums}}
FROM ({_NEXT})
"""  # noqa: S608
_UNBOUND = "FROM main.audit_written WHERE audit_id > (SELECT ifnull(max(id), 0) FROM main.audit)"

Altered = Callable[[sqlite3.Connection], list[tuple[str, int]]]  # as audit/verify_store.py has it
Mac = Callable[[bytes | None, str, bytes], int]  # salt, table, row -> a number below 2**64


def register(connection: sqlite3.Connection, path: "os.PathLike[str] | str" = "") -> None:
    """Give a connection to the file at `path` the functions that the triggers call.

    The audit's key is read when a row is first written. Without one the write ends in
    records/audit.py, which refuses it.
    """
    known: list[Mac] = []

    def row_mac(salt: bytes | None, table: str, before: bytes | None, after: bytes | None) -> bytes:
        if not known:
            known.append(_mac(os.path.realpath(path)))
        added = 0 if after is None else known[0](salt, table, after)
        removed = 0 if before is None else known[0](salt, table, before)
        return ((added - removed) % _WHOLE).to_bytes(8, "little")

    connection.create_function("row_digest", 1, crc32, deterministic=True)
    connection.create_function("row_mac", 4, row_mac)


def _mac(path: str) -> Mac:
    from ccu.database import key_chain
    from ccu.errors import DatabaseUnusable

    named = key_chain.path_of(path)
    for each in (named, key_chain.waiting(named)):  # of a rekey that is completed by the event
        try:
            return key_chain.read(each).of_record
        except DatabaseUnusable:
            continue
    return lambda _salt, _table, _row: 0


def keep_all(
    connection: sqlite3.Connection, key: "Key", altered: Iterable[tuple[str, int]] = ()
) -> None:
    """Take every row as it is for what ccu wrote; the next event of the audit has them.

    All digests of before are deleted. `altered` are tables and numbers of records that another
    program wrote: their sums are made not to match, so that they go on being named.
    """
    from ccu.database import rows

    connection.execute("DELETE FROM main.audit_written")
    _insert_sums(connection, ALL, 0, [os.urandom(16)])
    for table in rows.written_tables(connection):
        keep_rows(connection, table, "1", key)
    for table, number in altered:
        _insert_sums(connection, table, number, [ALTERED])


def salt(connection: sqlite3.Connection) -> bytes | None:
    """What the digests of rows are made with, beside the key. None before `keep_all`."""
    found = connection.execute(SALT).fetchone()
    return None if found is None else found[0]


def written_by(connection: sqlite3.Connection, audit_id: int, key: "Key") -> tuple[str, bool]:
    """Return the HMAC of an event's rows, empty without any, and whether `keep_all` wrote them."""
    written = connection.execute(
        "SELECT part, record, first, sums FROM main.audit_written"
        " WHERE audit_id = :audit_id ORDER BY part",
        {"audit_id": audit_id},
    )
    first = written.fetchone()
    if first is None:
        return "", False
    return key.of_written(audit_id, chain((first,), written)), first[1] == ALL


def forget_unbound(connection: sqlite3.Connection) -> None:
    """Delete what another program put in for the next event, at the start of a transaction."""
    connection.execute(f"DELETE {_UNBOUND}")


def is_unbound(connection: sqlite3.Connection) -> bool:
    """Whether rows were written since the last event of the audit."""
    return connection.execute(f"SELECT 1 {_UNBOUND}").fetchone() is not None


def keep_rows(
    connection: sqlite3.Connection, table: str, where: str, key: "Key | None" = None
) -> tuple[int, int]:
    """Keep the sums of rows for the next event of the audit, in runs of consecutive numbers.

    Returns what table_digest has of these rows. An import spends its time here: no calls that can
    be spared.
    """
    from ccu.database import key_chain, rows

    key = key or key_chain.read(key_chain.key_path(connection))
    for_table = key.of_table(salt(connection), table)
    count = total = first = 0
    sums: list[bytes] = []
    for number, row in rows.texts(connection, table, where):
        count, total, place = count + 1, total + crc32(row), number - first
        made = blake2b(row, key=for_table, digest_size=8).digest()
        if 0 <= place < len(sums):
            sums[place] = _added(sums[place], made)
        elif len(sums) <= place < min(len(sums) + 8, _MOST):  # a small gap is filled with zeros
            while place > len(sums):
                sums.append(_NOTHING)
            sums.append(made)
        else:
            _insert_sums(connection, table, first, sums)
            first, sums = number, [made]
    _insert_sums(connection, table, first, sums)
    return count, total


def _added(one: bytes, other: bytes) -> bytes:
    total = int.from_bytes(one, "little") + int.from_bytes(other, "little")
    return (total % _WHOLE).to_bytes(8, "little")


def _insert_sums(
    connection: sqlite3.Connection, record: str, first: int, sums: Sequence[bytes]
) -> None:
    if sums:
        connection.execute(
            KEEP.format(record=":record", first=":first", sums=":sums"),
            {"record": record, "first": first, "sums": b"".join(sums)},
        )
