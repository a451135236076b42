"""The text of schema.sql, which makes new databases, and what a database made by it holds."""

import sqlite3
from pathlib import Path

from ccu.database import digests, migrations


def sql() -> str:
    """The text of schema.sql: in the package in a wheel, one folder up in a checkout."""
    here = Path(__file__).resolve().parent.parent
    for folder in (here, here.parent):
        path = folder / "schema.sql"
        if path.is_file():
            return path.read_text(encoding="utf-8")
    raise FileNotFoundError("schema.sql is missing from the installation")


def make(connection: sqlite3.Connection) -> None:
    """Make the tables of a new database, inside the caller's transaction."""
    migrations.run(connection, sql())
    digests.install(connection)
    digests.seal(connection, names(connection))


def make_views(connection: sqlite3.Connection, new: sqlite3.Connection) -> None:
    """Make the views of a file those of a new database, inside the caller's transaction.

    They hold no data. A view that another program made stays.
    """
    views = new.execute(
        "SELECT name, sql FROM sqlite_master WHERE type = 'view' ORDER BY rowid"
    ).fetchall()
    for name, _sql in views:
        connection.execute(f"DROP VIEW IF EXISTS {name}")
    for _name, sql in views:
        connection.execute(sql)


def in_memory() -> sqlite3.Connection:
    """A new, empty database, to compare a file with."""
    connection = sqlite3.connect(":memory:", isolation_level=None)
    digests.register(connection)
    make(connection)
    return connection


def names(connection: sqlite3.Connection) -> set[str]:
    """The tables, indexes, views and triggers of a database, without those that SQLite makes."""
    found = connection.execute("SELECT name FROM sqlite_master WHERE sql IS NOT NULL")
    return {row[0] for row in found if not row[0].startswith("sqlite")}
