"""A TEMP view before a table of the file: figures read it by the table's own name.

What a report reads otherwise than the file holds it (with what is sealed, or without Part 2
referrals) is put there inside the report's transaction; the .sql files need not know.
"""

import sqlite3

from ccu.records import ownership


def cover(connection: sqlite3.Connection, table: str, rows: str) -> None:
    """Put the rows of a query, made of our own names, before a table.

    No index serves a view of two halves, so what is looked up row by row is copied, indexes and
    all. Calls are many, and read by period.
    """
    run = connection.execute
    if table == "call":
        run(f"CREATE TEMP VIEW {table} AS {rows}")
        return
    run(f"CREATE TEMP TABLE {table} AS {rows}")
    key = ", ".join(ownership.key_of(connection, table))
    run(f"CREATE UNIQUE INDEX temp.{table}_key ON {table} ({key})")
    for name, sql in run(
        "SELECT name, sql FROM main.sqlite_master"
        " WHERE type = 'index' AND sql IS NOT NULL AND tbl_name = ?",
        (table,),
    ).fetchall():
        run(sql.replace(f"INDEX {name}", f"INDEX temp.{name}", 1))
