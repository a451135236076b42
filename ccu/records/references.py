"""What points to what, as the schema itself says: the foreign keys of every table."""

import json
import sqlite3
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from ccu.records import ownership


@dataclass(frozen=True)
class Reference:
    """A column of a table that points to a column of its parent."""

    table: str
    column: str
    parent: str
    parent_column: str
    may_be_null: bool


class References:
    """The foreign keys of the file. All of ours are of one column."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._run = connection.execute
        self._connection = connection
        tables = self._run("SELECT name FROM main.sqlite_master WHERE type = 'table'").fetchall()
        self.every = [each for row in tables for each in self._of(row["name"])]

    def _of(self, table: str) -> list[Reference]:
        columns = {row["name"]: row for row in self._run(f"PRAGMA main.table_info({table})")}
        found = []
        for row in self._run(f"PRAGMA main.foreign_key_list({table})").fetchall():
            to = row["to"] or ownership.key_of(self._connection, row["table"])[0]
            column = columns[row["from"]]
            free = not column["notnull"] and not column["pk"]
            found.append(Reference(table, row["from"], row["table"], to, free))
        return found

    def to(self, parent: str) -> list[Reference]:
        """Those that point to a table."""
        return [each for each in self.every if each.parent == parent]

    def pointing(self, each: Reference, values: Iterable[Any]) -> list[tuple[Any, ...]]:
        """The keys of the rows that point to one of these values."""
        key = ", ".join(ownership.key_of(self._connection, each.table))
        found = self._run(
            f"SELECT {key} FROM main.{each.table}"  # noqa: S608
            f" WHERE {each.column} IN (SELECT value FROM json_each(:values))",
            {"values": json.dumps(list(values))},
        )
        return [tuple(row) for row in found]

    def missing(
        self, rows: Mapping[str, Mapping[tuple[Any, ...], Mapping[str, Any]]]
    ) -> list[tuple[Reference, Any]]:
        """What these rows point to that is neither among them nor in the file."""
        found = []
        for each in self.every:
            wanted = {row[each.column] for row in rows.get(each.table, {}).values()} - {None}
            among = {row[each.parent_column] for row in rows.get(each.parent, {}).values()}
            for value in sorted(wanted - among, key=str):
                there = self._run(
                    f"SELECT 1 FROM main.{each.parent} WHERE {each.parent_column} = ?",  # noqa: S608
                    (value,),
                ).fetchone()
                if not there:
                    found.append((each, value))
        return found
