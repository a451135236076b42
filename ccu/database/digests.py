"""Sums over the rows of every table, so that a changed or lost row is found.

`table_digest` holds the number of rows of each table and the sum of their CRC-32: it finds damage.
Triggers keep it and `audit_written` (written.py) up to date; `install` generates them from the
tables' columns. They call row_digest and row_mac, which only ccu defines, so that other programs
can read the file but not write to it.

The code lists have a sum but no triggers, because no command writes them. The audit has its own
chain, and person_key is derived from the people.
"""

import contextlib
import sqlite3
from collections.abc import Collection, Iterator

from ccu import database
from ccu.database import written

DEFINITIONS = "sqlite_master"  # the row of table_digest for tables, indexes, views and triggers
_SUM = "SELECT count(*), ifnull(sum(row_digest(CAST({} AS BLOB))), 0)"
_EVENTS = {"insert": ("new",), "update": ("old", "new"), "delete": ("old",)}
# The triggers of the tables write the old and the new row to the view row_change.
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


def install(connection: sqlite3.Connection, altered: Collection[str] = ()) -> None:
    """Compute the sums of all tables and make the triggers, inside the caller's transaction.

    The sums of `altered` tables are made wrong on purpose, so that `changed` keeps reporting them.
    """
    for table in written.tables(connection):
        found = _sum(connection, table)
        if found is not None and table in altered:
            found = (found[0] - 1, found[1] - 1)  # as if another program had added rows
        _keep(connection, table, found)
        if written.is_written(connection, table):
            for event in _EVENTS:
                _make_trigger(connection, table, event)
    sums = f"row_mac(({written.SALT}), new.name, CAST(new.before AS BLOB), CAST(new.after AS BLOB))"
    keep = written.KEEP.format(record="new.name", first="new.number", sums=sums)
    connection.execute(_ROW_CHANGE.format(keep=keep))


def remove(connection: sqlite3.Connection) -> list[str]:
    """Remove the sums and triggers before a migration, inside the caller's transaction.

    Returns the tables whose rows are not what ccu wrote. A file of schema 1 to 3 has no sums.
    """
    if not connection.execute("SELECT 1 FROM sqlite_master WHERE name = 'table_digest'").fetchone():
        return []
    altered = [
        name for name in changed(connection, written.tables(connection)) if name != DEFINITIONS
    ]
    for (name,) in connection.execute(
        "SELECT name FROM sqlite_master"
        " WHERE type = 'trigger' AND name LIKE '%!_digest!_%' ESCAPE '!'"
    ).fetchall():
        connection.execute('DROP TRIGGER "{}"'.format(name.replace('"', '""')))
    connection.execute("DELETE FROM table_digest")
    return altered


@contextlib.contextmanager
def added_in_bulk(connection: sqlite3.Connection, **tables: str) -> Iterator[None]:
    """Wrap inserts of very many rows: sum them up once at the end, in half the time.

    `tables` has the column of each that tells new rows from old ones: its values only grow.
    """
    old = {}
    for table, column in tables.items():
        (last,) = connection.execute(
            f"SELECT ifnull(max({column}), 0) FROM main.{table}"  # noqa: S608
        ).fetchone()
        old[table] = f"{column} <= {last}"
        connection.execute(f"DROP TRIGGER main.{table}_digest_insert")
        for event in ("update", "delete"):
            _make_trigger(connection, table, event, f"WHEN old.{old[table]}")
    yield
    for table in tables:
        count, total = written.keep_rows(connection, table, f"NOT {old[table]}")
        connection.execute(
            "UPDATE main.table_digest SET row_count = row_count + :count, total = total + :total"
            " WHERE name = :table",
            {"count": count, "total": total, "table": table},
        )
        for event in _EVENTS:
            _make_trigger(connection, table, event)


def seal(connection: sqlite3.Connection, names: Collection[str]) -> None:
    """Sum up the definitions of these tables, indexes, views and triggers, as they are now."""
    _keep(connection, DEFINITIONS, _sum_of_definitions(connection, names))


def changed(connection: sqlite3.Connection, names: Collection[str]) -> Iterator[str]:
    """Return the tables whose rows ccu did not write; DEFINITIONS if those of `names` changed."""
    kept = {
        name: (count, total)
        for name, count, total in connection.execute(
            "SELECT name, row_count, total FROM table_digest"
        )
    }
    for table in written.tables(connection):
        if table in names and kept.pop(table, None) != _sum(connection, table):
            yield table
    if kept.pop(DEFINITIONS, None) != _sum_of_definitions(connection, names):
        yield DEFINITIONS
    yield from kept


def only_added_to(connection: sqlite3.Connection, table: str) -> bool:
    """Return whether rows may have been added to a table; if not, its sum itself is damaged."""
    kept = connection.execute(
        "SELECT row_count, total FROM table_digest WHERE name = :name", {"name": table}
    ).fetchone()
    found = _sum(connection, table)
    return bool(kept and found and kept[0] < found[0] and kept[1] < found[1])


def _make_trigger(connection: sqlite3.Connection, table: str, event: str, when: str = "") -> None:
    _record, number = written.counted_with(connection, table)
    columns = written.columns(connection, table)
    changes: list[tuple[str, ...]] = [_EVENTS[event]]
    if event == "update" and number not in ('"id"', "0"):  # the row can move to another record
        changes = [("old",), ("new",)]
    body = ""
    for rows in changes:
        where = number if number == "0" else f"{rows[-1]}.{number}"
        before, after = (
            written.as_text(columns, f"{each}.") if each in rows else "NULL"
            for each in ("old", "new")
        )
        change = f"'{table}', {where}, {before}, {after}"
        body += f"INSERT INTO row_change VALUES ({change}); "  # noqa: S608
    name = f"main.{table}_digest_{event}"
    connection.execute(f"DROP TRIGGER IF EXISTS {name}")
    connection.execute(f"CREATE TRIGGER {name} AFTER {event} ON {table} {when} BEGIN {body}END")


def _sum(connection: sqlite3.Connection, table: str) -> Sum | None:
    """Return the sum of a table; None if it cannot be read."""
    row = written.as_text(written.columns(connection, table))
    return _one(connection, f'{_SUM.format(row)} FROM main."{table}"')


def _sum_of_definitions(connection: sqlite3.Connection, names: Collection[str]) -> Sum | None:
    import json

    row = written.as_text(dict.fromkeys(("type", "name", "tbl_name", "sql"), "%Q"))
    which = "FROM sqlite_master WHERE name IN (SELECT value FROM json_each(?))"
    return _one(connection, f"{_SUM.format(row)} {which}", json.dumps([*names]))


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


@contextlib.contextmanager
def trusting(connection: sqlite3.Connection) -> Iterator[None]:
    """Wrap a `write` of very many rows whose references and values are known to be valid.

    Within it SQLite does not check references and CHECKs itself, which is two thirds of the time
    that an import holds the lock, and keeps more pages in memory. `ccu check` checks them later.
    """
    connection.execute("PRAGMA foreign_keys=OFF")
    connection.execute("PRAGMA ignore_check_constraints=ON")
    connection.execute("PRAGMA cache_size=-16000")
    try:
        yield
    finally:
        connection.execute("PRAGMA foreign_keys=ON")
        connection.execute("PRAGMA ignore_check_constraints=OFF")
        connection.execute("PRAGMA cache_size=-2000")
