"""Sums over the rows of every table, so that a changed or lost row is found.

`table_digest` holds the number of rows of each table and the sum of their CRC-32: it finds damage.

`audit_written` holds what each event of the audit wrote: by record, the sum of the keyed digests of
its new rows less that of its old ones. The event has the HMAC of them all (records/audit.py), so
that the rows of a record must add up to what the audit knows of it, and nobody without the audit's
key can change both. A transaction that writes rows and no event is refused by a reference.

Triggers keep both up to date; `install` generates them from the tables' columns. They call
row_digest and row_mac, which SQLite does not have (`register`): another program can read the file,
and cannot write to it.

The code lists have a sum and no triggers, because no command writes them. The audit has its chain,
and person_key is made from the people.
"""

import contextlib
import os
import sqlite3
from array import array
from binascii import crc32
from collections.abc import Callable, Collection, Iterator
from itertools import chain
from typing import TYPE_CHECKING

from ccu import database

if TYPE_CHECKING:
    from ccu.database.key_chain import Key

DEFINITIONS = "sqlite_master"  # the row of table_digest for tables, indexes, views and triggers
# The code lists that a town may change (records/codes.py); nothing writes the others.
TOWN_LISTS = (
    *("agency", "danger", "disposition", "intervention", "nature", "need", "race_ethnicity"),
    *("town", "street_alias", "common_place", "need_word"),
)
# Records that people know by number. A row of another table counts with the first of them that it
# must name, else by its own number.
OWNERS = (
    *("call", "follow_up", "household", "need_assessment", "person", "place", "plan"),
    *("provider", "referral"),
)
ALL = ""  # the record of a row of audit_written before the sums of every row of the file
WRITTEN = "written"  # in the detail of an event: the HMAC of its rows of audit_written
_LEFT_OUT = ("audit", "audit_reason", "audit_written", "person_key", "table_digest")
_CODE_LIST = {"code", "label", "sort", "retired"}
_EVENTS = {"insert": ("new",), "update": ("old", "new"), "delete": ("old",)}
_MOST = 65_536  # sums in one row of audit_written
_WHOLE = 2**64
# The number of the next event: as records/audit.py will find it.
_NEXT = """
SELECT max(coalesce((SELECT max(id) FROM audit), 0),
           coalesce((SELECT seq FROM sqlite_sequence WHERE name = 'audit'), 0)) + 1 AS id
"""
_KEEP = f"""
INSERT INTO audit_written (audit_id, part, record, first, sums)
SELECT id, coalesce((SELECT max(part) FROM audit_written WHERE audit_id = id), 0) + 1,
       {{record}}, {{first}}, {{sums}}
FROM ({_NEXT})
"""  # noqa: S608
# The triggers of the tables write a row as it was and as it is to the view row_change.
_ROW_CHANGE = """
CREATE TRIGGER main.row_change_digest_insert INSTEAD OF INSERT ON row_change
WHEN new.before IS NOT new.after BEGIN
  UPDATE table_digest
  SET row_count = row_count + (new.before IS NULL) - (new.after IS NULL),
      total = total - iif(new.before IS NULL, 0, row_digest(CAST(new.before AS BLOB)))
                    + iif(new.after IS NULL, 0, row_digest(CAST(new.after AS BLOB)))
  WHERE name = new.name;
  {keep};
END
"""

Sum = tuple[int, int]  # the number of rows, the sum of their digests
Mac = Callable[[str, bytes], int]  # table, row -> a number below 2**64


def register(connection: sqlite3.Connection, path: "os.PathLike[str] | str" = "") -> None:
    """Give a connection to the file at `path` the functions that the triggers call.

    The audit's key is read when a row is first written. Without one the write ends in
    records/audit.py, which refuses it.
    """
    known: list[Mac] = []

    def row_mac(table: str, before: bytes | None, after: bytes | None) -> bytes:
        if not known:
            known.append(_mac(os.path.realpath(path)))
        added = 0 if after is None else known[0](table, after)
        removed = 0 if before is None else known[0](table, before)
        return ((added - removed) % _WHOLE).to_bytes(8, "little")

    connection.create_function("row_digest", 1, crc32, deterministic=True)
    connection.create_function("row_mac", 3, row_mac)


def _mac(path: str) -> Mac:
    from ccu.database import key_chain
    from ccu.errors import DatabaseUnusable

    try:
        return key_chain.read(key_chain.path_of(path)).of_record
    except DatabaseUnusable:
        return lambda _table, _row: 0


def install(connection: sqlite3.Connection, altered: Collection[str] = ()) -> None:
    """Sum up every table as it is now and make the triggers, inside the caller's transaction.

    The sums of `altered` tables are made not to match, so that `changed` goes on reporting them.
    """
    for table in _tables(connection):
        found = _sum(connection, table)
        if found is not None and table in altered:
            found = (found[0] - 1, found[1] - 1)  # as rows added by another program leave them
        _keep(connection, table, found)
        if _is_written(connection, table):
            for event in _EVENTS:
                _make_trigger(connection, table, event)
    sums = "row_mac(new.name, CAST(new.before AS BLOB), CAST(new.after AS BLOB))"
    keep = _KEEP.format(record="new.name", first="new.number", sums=sums)
    connection.execute(_ROW_CHANGE.format(keep=keep))


def remove(connection: sqlite3.Connection) -> list[str]:
    """Remove the sums and triggers before a migration, inside the caller's transaction.

    Returns the tables whose rows are not what ccu wrote. A file of schema 1 to 3 has no sums.
    """
    if not connection.execute("SELECT 1 FROM sqlite_master WHERE name = 'table_digest'").fetchone():
        return []
    altered = [name for name in changed(connection, _tables(connection)) if name != DEFINITIONS]
    for (name,) in connection.execute(
        "SELECT name FROM sqlite_master"
        " WHERE type = 'trigger' AND name LIKE '%!_digest!_%' ESCAPE '!'"
    ).fetchall():
        connection.execute('DROP TRIGGER "{}"'.format(name.replace('"', '""')))
    connection.execute("DELETE FROM table_digest")
    return altered


@contextlib.contextmanager
def added_in_bulk(connection: sqlite3.Connection, **tables: str) -> Iterator[None]:
    """Around inserts of very many rows: they are summed up at the end, in half the time.

    Table and the column that tells new rows from old ones: its values only grow. None of the new
    rows may be updated or deleted within the block.
    """
    before = {}
    for table, column in tables.items():
        (before[table],) = connection.execute(
            f"SELECT ifnull(max({column}), 0) FROM main.{table}"  # noqa: S608
        ).fetchone()
        connection.execute(f"DROP TRIGGER main.{table}_digest_insert")
    yield
    for table, column in tables.items():
        count, total = _keep_rows(connection, table, f"{column} > {before[table]}")
        connection.execute(
            "UPDATE main.table_digest SET row_count = row_count + :count, total = total + :total"
            " WHERE name = :table",
            {"count": count, "total": total, "table": table},
        )
        _make_trigger(connection, table, "insert")


def keep_all(connection: sqlite3.Connection) -> None:
    """Take every row as it is for what ccu wrote; the next event of the audit has them."""
    _insert_sums(connection, ALL, 0, b"")
    for table in written_tables(connection):
        _keep_rows(connection, table)


def written_by(connection: sqlite3.Connection, audit_id: int, key: "Key") -> dict[str, str]:
    """Return what an event's detail has of what was written since the last event."""
    rows = connection.execute(
        "SELECT part, record, first, sums FROM main.audit_written"
        " WHERE audit_id = :audit_id ORDER BY part",
        {"audit_id": audit_id},
    )
    first = rows.fetchone()
    return {} if first is None else {WRITTEN: key.of_written(audit_id, chain((first,), rows))}


_UNBOUND = "FROM main.audit_written WHERE audit_id > (SELECT ifnull(max(id), 0) FROM main.audit)"


def forget_unbound(connection: sqlite3.Connection) -> None:
    """Delete what another program put in for the next event, at the start of a transaction."""
    connection.execute(f"DELETE {_UNBOUND}")


def is_unbound(connection: sqlite3.Connection) -> bool:
    """Whether rows were written since the last event of the audit."""
    return connection.execute(f"SELECT 1 {_UNBOUND}").fetchone() is not None


def _keep_rows(connection: sqlite3.Connection, table: str, where: str = "1") -> Sum:
    """Keep the sums of rows for the next event of the audit, in runs of consecutive numbers."""
    from ccu.database import key_chain

    mac = key_chain.read(key_chain.key_path(connection)).of_record
    runs = [(0, array("Q"))]

    def kept(number: int, row: bytes) -> int:
        first, sums = runs[-1]
        place, added = number - first, mac(table, row)
        if 0 <= place < len(sums):
            sums[place] = (sums[place] + added) % _WHOLE
        elif len(sums) <= place < min(len(sums) + 4, _MOST):  # a small gap is filled with zeros
            sums.extend((*(0,) * (place - len(sums)), added))
        else:
            runs.append((number, array("Q", (added,))))
        return crc32(row)

    connection.create_function("row_kept", 2, kept)
    found = sum_rows(connection, table, "row_kept({number}, {row})", where)
    for first, sums in runs:
        if sums:
            _insert_sums(connection, table, first, sums.tobytes())
    return found or (0, 0)


def seal(connection: sqlite3.Connection, names: Collection[str]) -> None:
    """Sum up the definitions of these tables, indexes, views and triggers, as they are now."""
    _keep(connection, DEFINITIONS, _sum_of_definitions(connection, names))


def changed(connection: sqlite3.Connection, names: Collection[str]) -> Iterator[str]:
    """The tables whose rows are not what ccu wrote; DEFINITIONS where those of `names` are not."""
    kept = {
        name: (count, total)
        for name, count, total in connection.execute(
            "SELECT name, row_count, total FROM table_digest"
        )
    }
    for table in _tables(connection):
        if table in names and kept.pop(table, None) != _sum(connection, table):
            yield table
    if kept.pop(DEFINITIONS, None) != _sum_of_definitions(connection, names):
        yield DEFINITIONS
    yield from kept


def only_added_to(connection: sqlite3.Connection, table: str) -> bool:
    """Whether a table can have what was summed up and more; else its sum is damaged itself."""
    kept = connection.execute(
        "SELECT row_count, total FROM table_digest WHERE name = :name", {"name": table}
    ).fetchone()
    found = _sum(connection, table)
    return bool(kept and found and kept[0] < found[0] and kept[1] < found[1])


def is_code_list(connection: sqlite3.Connection, table: str) -> bool:
    """Whether a table holds codes and their labels."""
    return _columns(connection, table).keys() >= _CODE_LIST


def written_tables(connection: sqlite3.Connection) -> list[str]:
    """The tables whose rows commands write."""
    return [table for table in _tables(connection) if _is_written(connection, table)]


def _is_written(connection: sqlite3.Connection, table: str) -> bool:
    return table in TOWN_LISTS or not is_code_list(connection, table)


def _tables(connection: sqlite3.Connection) -> list[str]:
    found = connection.execute(
        "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite%'"
        " ORDER BY name"
    ).fetchall()
    return [row[0] for row in found if row[0] not in _LEFT_OUT]


def _columns(connection: sqlite3.Connection, table: str) -> dict[str, str]:
    """The columns of a table, and how printf() writes each: %Q tells NULL from an empty text."""
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


def owner(connection: sqlite3.Connection, table: str) -> tuple[str, str]:
    """Return the record that a table's row counts with, and the column with its number.

    The column is 0 where there is none.
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
    """Whether a table has rows that count with the record of this number."""
    _record, column = owner(connection, table)
    sql = f'SELECT 1 FROM main."{table}" WHERE {column} = :number'  # noqa: S608
    return connection.execute(sql, {"number": number}).fetchone() is not None


def _make_trigger(connection: sqlite3.Connection, table: str, event: str) -> None:
    (_record, number), columns = owner(connection, table), _columns(connection, table)
    values = {"old": "NULL", "new": "NULL"}
    values.update({each: _row(columns, f"{each}.") for each in _EVENTS[event]})
    changes = [f"{values['old']}, {values['new']}"]
    if event == "update" and number not in ('"id"', "0"):  # it can go to another record
        changes = [f"{values['old']}, NULL", f"NULL, {values['new']}"]
    body = ""
    for change in changes:
        of = "old." if change.endswith("NULL") else "new."
        where = number if number == "0" else of + number
        body += f"INSERT INTO row_change VALUES ('{table}', {where}, {change}); "  # noqa: S608
    name = f"main.{table}_digest_{event}"
    connection.execute(f"CREATE TRIGGER {name} AFTER {event} ON {table} BEGIN {body}END")


def _row(columns: dict[str, str], prefix: str = "") -> str:
    """SQL for a row as text, its values written by printf(): a third of the time of ||.

    Not by json_array(), which takes a value that came from a JSON function for more than a text.
    """
    forms = "|".join("%s" if form == "hex" else form for form in columns.values())
    values = [
        f'hex({prefix}"{name}")' if form == "hex" else f'{prefix}"{name}"'
        for name, form in columns.items()
    ]
    return f"printf('{forms}', {', '.join(values)})"


def _insert_sums(connection: sqlite3.Connection, record: str, first: int, sums: bytes) -> None:
    connection.execute(
        _KEEP.format(record=":record", first=":first", sums=":sums"),
        {"record": record, "first": first, "sums": sums},
    )


def _sum(connection: sqlite3.Connection, table: str) -> Sum | None:
    """None where the table cannot be read."""
    return sum_rows(connection, table, "row_digest({row})")


def sum_rows(
    connection: sqlite3.Connection, table: str, digest: str, where: str = "1"
) -> Sum | None:
    """Count rows and sum up a digest of each: SQL of {number} and {row}, which is a BLOB.

    None where the table cannot be read.
    """
    row = f"CAST({_row(_columns(connection, table))} AS BLOB)"
    sql = digest.format(number=owner(connection, table)[1], row=row)
    return _one(
        connection,
        f'SELECT count(*), ifnull(sum({sql}), 0) FROM main."{table}" WHERE {where}',  # noqa: S608
    )


def _sum_of_definitions(connection: sqlite3.Connection, names: Collection[str]) -> Sum | None:
    import json

    row = _row(dict.fromkeys(("type", "name", "tbl_name", "sql"), "%Q"))
    return _one(
        connection,
        f"SELECT count(*), ifnull(sum(row_digest(CAST({row} AS BLOB))), 0) FROM sqlite_master"  # noqa: S608
        " WHERE name IN (SELECT value FROM json_each(?))",
        json.dumps([*names]),
    )


def _one(connection: sqlite3.Connection, sql: str, *values: str) -> Sum | None:
    try:
        count, total = connection.execute(sql, values).fetchone()
    except database.errors():
        return None
    return count, total


def _keep(connection: sqlite3.Connection, name: str, found: Sum | None) -> None:
    connection.execute(
        "INSERT INTO table_digest (name, row_count, total) VALUES (?, ?, ?)",
        (name, *(found or (0, 0))),
    )
