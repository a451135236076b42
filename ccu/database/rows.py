"""The rows of every table as text, to sum up digests of them, and the record each counts with.

The code lists that no command writes, the audit, which has its chain, and person_key, which is made
from the people, are left out where rows are written.
"""

import sqlite3
from collections.abc import Iterator

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
_LEFT_OUT = ("audit", "audit_reason", "audit_written", "person_key", "table_digest")
_CODE_LIST = {"code", "label", "sort", "retired"}


def tables(connection: sqlite3.Connection) -> list[str]:
    """The tables whose rows are summed up."""
    found = connection.execute(
        "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite%'"
        " ORDER BY name"
    ).fetchall()
    return [row[0] for row in found if row[0] not in _LEFT_OUT]


def is_code_list(connection: sqlite3.Connection, table: str) -> bool:
    """Whether a table holds codes and their labels."""
    return columns(connection, table).keys() >= _CODE_LIST


def written_tables(connection: sqlite3.Connection) -> list[str]:
    """The tables whose rows commands write."""
    return [table for table in tables(connection) if is_written(connection, table)]


def is_written(connection: sqlite3.Connection, table: str) -> bool:
    """Whether commands write the rows of a table."""
    return table in TOWN_LISTS or not is_code_list(connection, table)


def columns(connection: sqlite3.Connection, table: str) -> dict[str, str]:
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


def counted_with(connection: sqlite3.Connection, table: str) -> tuple[str, str]:
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
    _record, column = counted_with(connection, table)
    sql = f'SELECT 1 FROM main."{table}" WHERE {column} = :number'  # noqa: S608
    return connection.execute(sql, {"number": number}).fetchone() is not None


def as_text(columns: dict[str, str], prefix: str = "") -> str:
    """SQL for a row as text, its values written by printf(): a third of the time of ||.

    Not by json_array(), which takes a value that came from a JSON function for more than a text.
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
