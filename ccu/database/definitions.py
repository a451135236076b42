"""The tables, indexes, views and triggers of a file, compared with those of a new one."""

import contextlib
import sqlite3
from collections.abc import Iterator

from ccu.database import schema

_DEFINED = """
SELECT type, name, sql FROM sqlite_master
WHERE sql IS NOT NULL AND name NOT LIKE 'sqlite!_%' ESCAPE '!'
"""


def triggers(connection: sqlite3.Connection) -> list[str]:
    """The triggers that are missing, altered or put in, as sentences."""
    with contextlib.closing(schema.in_memory()) as new:
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
