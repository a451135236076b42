"""The rows that commands write, and digests of the rows that each audit event wrote.

`audit_written` has per record the sum of the keyed digests of its new rows minus that of its old
ones. The event has the HMAC of them all (records/audit.py), so that the rows of a record must match
the audit, and nobody without the audit's key can change both. A reference refuses a transaction
that writes rows without an event. Left out are code lists that no command writes, the audit, which
has its own chain, and person_key, which is derived from the people.

Digests also use a salt, the first row of audit_written. When text is destroyed, `keep_all` deletes
it with all digests and starts again: not even the owner of the key can then test guesses of the
text against a digest.
"""

import contextlib
import os
import sqlite3
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import lru_cache
from hashlib import blake2b, sha256
from itertools import groupby
from operator import itemgetter
from typing import TYPE_CHECKING, Any
from zlib import crc32

if TYPE_CHECKING:
    from ccu.database.key_chain import Key

# The code lists that a town may change (records/codes.py); nothing writes the others.
TOWN_LISTS = (
    *("agency", "danger", "disposition", "intervention", "nature", "need", "race_ethnicity"),
    *("town", "street_alias", "common_place", "need_word"),
)
# Records that have numbers for people. A row of another table belongs to the first of them that it
# must reference, else it counts by its own id.
OWNERS = (
    *("call", "follow_up", "household", "need_assessment", "person", "place", "plan"),
    *("provider", "referral"),
)
_LEFT_OUT = ("audit", "audit_reason", "audit_written", "person_key", "table_digest")
_CODE_LIST = {"code", "label", "sort", "retired"}

ALL = ""  # the record of the first row of audit_written, which has the salt
ALTERED = (1).to_bytes(8, "little")  # added to the sum of a record known to be altered
WRITTEN = "written"  # in the detail of an event: the HMAC of its rows of audit_written
_MOST = 65_536  # sums in one row of audit_written
WHOLE = 2**64  # sums are modulo this
_NOTHING = bytes(8)
SALT = "SELECT iif(record = '', sums, NULL) FROM audit_written ORDER BY audit_id, part LIMIT 1"
# The id of the next event, as records/audit.py will compute it.
_NEXT = """
SELECT max(coalesce((SELECT max(id) FROM audit), 0),
           coalesce((SELECT seq FROM sqlite_sequence WHERE name = 'audit'), 0)) + 1 AS id
"""
_EVENT = "SELECT audit_id, part, record, first, sums FROM main.audit_written"
KEEP = f"""
INSERT INTO audit_written (audit_id, part, record, first, sums)
SELECT id, coalesce((SELECT max(part) FROM audit_written WHERE audit_id = id), 0) + 1,
       {{record}}, {{first}}, {{sums}}
FROM ({_NEXT})
"""  # noqa: S608

Altered = Callable[[sqlite3.Connection], list[tuple[str, int]]]  # as in audit/verify_store.py


# ---------------------------------------------------------------- rows


def tables(connection: sqlite3.Connection) -> list[str]:
    """Return the tables whose rows are summed up."""
    found = connection.execute(
        "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite%'"
        " ORDER BY name"
    ).fetchall()
    return [row[0] for row in found if row[0] not in _LEFT_OUT]


def is_code_list(connection: sqlite3.Connection, table: str) -> bool:
    """Return whether a table is a code list."""
    return columns(connection, table).keys() >= _CODE_LIST


def written_tables(connection: sqlite3.Connection) -> list[str]:
    """Return the tables whose rows commands write."""
    return [table for table in tables(connection) if is_written(connection, table)]


def is_written(connection: sqlite3.Connection, table: str) -> bool:
    """Return whether commands write the rows of a table."""
    return table in TOWN_LISTS or not is_code_list(connection, table)


def columns(connection: sqlite3.Connection, table: str) -> dict[str, str]:
    """Return the columns of a table, and their printf() formats; %Q tells NULL from empty text."""
    found = {}
    for _number, name, declared, not_null, _default, key in connection.execute(
        f'PRAGMA main.table_info("{table}")'
    ):
        if declared == "BLOB":
            found[name] = "hex"
        elif not (not_null or key):
            found[name] = "%Q"
        else:
            found[name] = "%d" if declared == "INTEGER" else "%s"
    return found


def counted_with(connection: sqlite3.Connection, table: str) -> tuple[str, str]:
    """Return the record that a table's rows belong to, and the column with its number.

    The column is 0 if there is none.
    """
    columns = connection.execute(f'PRAGMA main.table_info("{table}")').fetchall()
    owners = {
        row[3]: row[2]
        for row in connection.execute(f'PRAGMA main.foreign_key_list("{table}")')
        if row[2] in OWNERS and table not in OWNERS
    }
    for _place, name, _type, not_null, _default, key in columns:
        if name in owners and (not_null or key):
            return owners[name], f'"{name}"'
    return table, '"id"' if "id" in (row[1] for row in columns) else "0"


def has_rows(connection: sqlite3.Connection, table: str, number: int) -> bool:
    """Return whether a table has rows that belong to the record of this number."""
    _record, column = counted_with(connection, table)
    sql = f'SELECT 1 FROM main."{table}" WHERE {column} = :number'  # noqa: S608
    return connection.execute(sql, {"number": number}).fetchone() is not None


def as_text(columns: dict[str, str], prefix: str = "") -> str:
    """Return SQL for a row as text by printf(), which takes a third of the time of ||.

    Not by json_array(), which treats the result of a JSON function as JSON, not as text.
    """
    forms = "|".join("%s" if form == "hex" else form for form in columns.values())
    values = [
        f'hex({prefix}"{name}")' if form == "hex" else f'{prefix}"{name}"'
        for name, form in columns.items()
    ]
    return f"printf('{forms}', {', '.join(values)})"


def texts(
    connection: sqlite3.Connection, table: str, where: str = "1"
) -> Iterator[tuple[int, bytes]]:
    """Return an iterator of rows as text, each with the number of its record."""
    number, row = counted_with(connection, table)[1], as_text(columns(connection, table))
    sql = f"SELECT {number}, CAST({row} AS BLOB)"
    cursor = connection.cursor()
    cursor.row_factory = None
    return cursor.execute(f'{sql} FROM main."{table}" WHERE {where}')


# ---------------------------------------------------------------- what events wrote


def change_of(
    key: "Key | None", salt: bytes | None, table: str, before: bytes | None, after: bytes | None
) -> bytes:
    """Return the digest of the new row minus that of the old one.

    Without a key the result is useless, and records/audit.py then refuses the event.
    """
    if key is None:
        return _NOTHING
    change = 0 if after is None else of_row(key, salt, table, after)
    change -= 0 if before is None else of_row(key, salt, table, before)
    return (change % WHOLE).to_bytes(8, "little")


def key_of(path: str) -> "Key | None":
    """Return the audit key for the file at a path, or the new key of an unfinished rekey.

    None if both are missing.
    """
    from ccu.database import key_chain
    from ccu.errors import DatabaseUnusable

    named = key_chain.path_of(path)
    for each in (named, key_chain.waiting(named)):
        with contextlib.suppress(DatabaseUnusable):
            return key_chain.read(each)
    return None


def of_row(key: "Key", salt: bytes | None, table: str, row: bytes) -> int:
    """Return the keyed digest of a row of a table: a number below 2**64.

    By BLAKE2b (RFC 7693), whose key makes it a MAC in half the time of an HMAC: an import writes
    very many rows.
    """
    made = blake2b(row, key=_table_key(key, salt, table), digest_size=8).digest()
    return int.from_bytes(made, "little")


@lru_cache(256)
def _table_key(key: "Key", salt: bytes | None, table: str) -> bytes:
    return key.mac(f"rows {table} {(salt or b'').hex()}".encode())


def keep_all(
    connection: sqlite3.Connection, key: "Key", altered: Iterable[tuple[str, int]] = ()
) -> None:
    """Accept all rows as they are; the next audit event counts as having written them.

    All earlier digests are deleted. `altered` are tables and numbers of records that another
    program wrote: their sums are made wrong on purpose, so that they are still reported.
    """
    connection.execute("DELETE FROM main.audit_written")
    _insert_sums(connection, ALL, 0, [os.urandom(16)])
    for table in written_tables(connection):
        keep_rows(connection, table, "1", key)
    for table, number in altered:
        _insert_sums(connection, table, number, [ALTERED])


def salt(connection: sqlite3.Connection) -> bytes | None:
    """Return the salt of the digests; None before `keep_all`."""
    found = connection.execute(SALT).fetchone()
    return None if found is None else found[0]


def written_by(connection: sqlite3.Connection, audit_id: int, key: "Key") -> tuple[str, bool]:
    """Return the HMAC of an event's rows, and whether `keep_all` wrote them."""
    written = connection.execute(
        f"{_EVENT} WHERE audit_id = :audit_id ORDER BY part", {"audit_id": audit_id}
    )
    return _mac(written, key)


def written_by_each(
    connection: sqlite3.Connection, key: "Key"
) -> Iterator[tuple[int, tuple[str, bool]]]:
    """Yield the number of each event that wrote rows and what `written_by` returns, in order."""
    found = connection.execute(f"{_EVENT} ORDER BY audit_id, part")
    for audit_id, written in groupby(found, itemgetter(0)):
        yield audit_id, _mac(written, key)


def _mac(written: Iterable[Any], key: "Key") -> tuple[str, bool]:
    whole, has_all = sha256(), False
    for audit_id, part, record, first, sums in written:
        whole.update(f"{audit_id} {part} {record} {first} {len(sums)} ".encode() + sums)
        has_all = has_all or record == ALL
    return key.mac(b"written " + whole.digest())[:16].hex(), has_all


def keep_rows(
    connection: sqlite3.Connection, table: str, where: str, key: "Key | None" = None
) -> tuple[int, int]:
    """Store the sums of rows for the next audit event, in runs of consecutive numbers.

    Returns the part of table_digest for these rows. This is the hot loop of an import: avoid calls.
    """
    from ccu.database import key_chain

    key = key or key_chain.read(key_chain.key_path(connection))
    keyed = blake2b(key=_table_key(key, salt(connection), table), digest_size=8).copy
    count = total = first = 0
    sums: list[bytes] = []
    for number, row in texts(connection, table, where):
        count, total = count + 1, total + crc32(row)
        hashed = keyed()
        hashed.update(row)
        made, place, length = hashed.digest(), number - first, len(sums)
        if place == length < _MOST:
            sums.append(made)
        elif 0 <= place < length:
            sums[place] = _added(sums[place], made)
        elif length < place < min(length + 8, _MOST):  # a small gap is filled with zeros
            sums += [_NOTHING] * (place - length)
            sums.append(made)
        else:
            _insert_sums(connection, table, first, sums)
            first, sums = number, [made]
    _insert_sums(connection, table, first, sums)
    return count, total


def _added(one: bytes, other: bytes) -> bytes:
    total = int.from_bytes(one, "little") + int.from_bytes(other, "little")
    return (total % WHOLE).to_bytes(8, "little")


def _insert_sums(
    connection: sqlite3.Connection, record: str, first: int, sums: Sequence[bytes]
) -> None:
    if sums:
        connection.execute(
            KEEP.format(record=":record", first=":first", sums=":sums"),
            {"record": record, "first": first, "sums": b"".join(sums)},
        )
