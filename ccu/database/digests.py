"""Sums over the rows of every table, so that a changed or lost row is found.

`table_digest` holds the number of rows of each table and the sum of their CRC-32. Triggers keep it
up to date; `install` generates them from the tables' columns. They call row_digest, which SQLite
does not have (opening.py defines it): another program can read the file, and cannot write to it.

The code lists have a sum and no triggers, because no command writes them. The audit has its chain,
and person_key is made from the people.
"""

import contextlib
import sqlite3
from collections.abc import Collection, Iterator

from ccu import database

DEFINITIONS = "sqlite_master"  # the row of table_digest for tables, indexes, views and triggers
# The code lists that a town may change (records/codes.py); nothing writes the others.
TOWN_LISTS = (
    *("agency", "danger", "disposition", "intervention", "nature", "need", "race_ethnicity"),
    *("town", "street_alias", "common_place", "need_word"),
)
_LEFT_OUT = ("audit", "audit_reason", "person_key", "table_digest")
_CODE_LIST = {"code", "label", "sort", "retired"}
_CHANGES = {
    "insert": "row_count = row_count + 1, total = total + {new}",
    "update": "total = total - {old} + {new}",
    "delete": "row_count = row_count - 1, total = total - {old}",
}

Sum = tuple[int, int]  # the number of rows, the sum of their digests


def install(connection: sqlite3.Connection, altered: Collection[str] = ()) -> None:
    """Sum up every table as it is now and make the triggers, inside the caller's transaction.

    The sums of `altered` tables are made not to match, so that `changed` goes on reporting them.
    """
    for table in _tables(connection):
        found = _sum(connection, table)
        if found is not None and table in altered:
            found = (found[0] - 1, found[1] - 1)  # as rows added by another program leave them
        _keep(connection, table, found)
        if table in TOWN_LISTS or not is_code_list(connection, table):
            for event in _CHANGES:
                _make_trigger(connection, table, event, _columns(connection, table))


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
        columns = _columns(connection, table)
        added = f"count(*) AS n, ifnull(sum({_digest(columns)}), 0) AS added FROM main.{table}"
        connection.execute(
            "UPDATE main.table_digest SET row_count = row_count + n, total = total + added"  # noqa: S608
            f" FROM (SELECT {added} WHERE {column} > :before)"
            " WHERE name = :table",
            {"before": before[table], "table": table},
        )
        _make_trigger(connection, table, "insert", columns)


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


def _make_trigger(
    connection: sqlite3.Connection, table: str, event: str, columns: dict[str, str]
) -> None:
    change = _CHANGES[event].format(old=_digest(columns, "old."), new=_digest(columns, "new."))
    change = f"UPDATE table_digest SET {change} WHERE name = '{table}'"  # noqa: S608
    name = f"main.{table}_digest_{event}"
    connection.execute(f"CREATE TRIGGER {name} AFTER {event} ON {table} BEGIN {change}; END")


def _digest(columns: dict[str, str], prefix: str = "") -> str:
    """SQL for the CRC-32 of a row, its values written by printf(): a third of the time of ||.

    Not by json_array(), which takes a value that came from a JSON function for more than a text.
    """
    forms = "|".join("%s" if form == "hex" else form for form in columns.values())
    values = [
        f'hex({prefix}"{name}")' if form == "hex" else f'{prefix}"{name}"'
        for name, form in columns.items()
    ]
    return f"row_digest(CAST(printf('{forms}', {', '.join(values)}) AS BLOB))"


def _sum(connection: sqlite3.Connection, table: str) -> Sum | None:
    """None where the table cannot be read."""
    digest = _digest(_columns(connection, table))
    return _one(connection, f'SELECT count(*), ifnull(sum({digest}), 0) FROM "{table}"')  # noqa: S608


def _sum_of_definitions(connection: sqlite3.Connection, names: Collection[str]) -> Sum | None:
    import json

    digest = _digest(dict.fromkeys(("type", "name", "tbl_name", "sql"), "%Q"))
    return _one(
        connection,
        f"SELECT count(*), ifnull(sum({digest}), 0) FROM sqlite_master"  # noqa: S608
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
