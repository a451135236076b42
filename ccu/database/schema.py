"""The text of schema.sql, which makes new databases, and a file's definitions compared with it."""

import contextlib
import sqlite3
from collections.abc import Iterator
from pathlib import Path

from ccu.database import connection as connecting
from ccu.database import digests, migrations

_DEFINED = """
SELECT type, name, sql FROM sqlite_master
WHERE sql IS NOT NULL AND name NOT LIKE 'sqlite!_%' ESCAPE '!'
"""


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
    connecting.register(connection)
    make(connection)
    return connection


def names(connection: sqlite3.Connection) -> set[str]:
    """The tables, indexes, views and triggers of a database, without those that SQLite makes."""
    found = connection.execute("SELECT name FROM sqlite_master WHERE sql IS NOT NULL")
    return {row[0] for row in found if not row[0].startswith("sqlite")}


# ---------------------------------------------------------------- comparing


def changed_triggers(connection: sqlite3.Connection) -> list[str]:
    """Return a sentence for each trigger that is missing, altered or added by hand."""
    with contextlib.closing(in_memory()) as new:
        return [text for _result, text in compare(connection, new) if "trigger" in text]


def compare(connection: sqlite3.Connection, new: sqlite3.Connection) -> Iterator[tuple[str, str]]:
    """Every definition of schema.sql that is missing or altered, and what is there besides."""
    found, ours = _defined(connection), _defined(new)
    for (type_, name), sql in ours.items():
        if (type_, name) not in found:
            yield "bad", f"the {type_} {name} is missing"
        elif found[type_, name] != sql and (
            type_ != "table" or _shape(connection, name) != _shape(new, name)
        ):
            yield "bad", f"the {type_} {name} was altered"
    for type_, name in found.keys() - ours.keys():
        if type_ == "trigger":
            yield "bad", "a trigger was put in by hand"
        else:
            yield "warning", f"the {type_} {name} is another program's"


def _defined(connection: sqlite3.Connection) -> dict[tuple[str, str], str]:
    return {(row[0], row[1]): " ".join(row[2].split()) for row in connection.execute(_DEFINED)}


def _shape(connection: sqlite3.Connection, table: str) -> list[list[tuple[object, ...]]]:
    """Columns and references: a migrated table is worded otherwise than in schema.sql."""
    return [
        sorted(tuple(row) for row in connection.execute(f'PRAGMA {about}("{table}")'))
        for about in ("table_xinfo", "foreign_key_list")
    ]
