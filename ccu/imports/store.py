"""Imports on record: which file was read, by which layout, and the counts of its rows."""

import sqlite3
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sqlite_utils.db import Table

COUNTS = ("read", "new", "changed", "same", "rejected")  # rows; the first is the sum of the others


@dataclass(frozen=True)
class Batch:
    """A file that was read."""

    source: str | None  # the office whose list it is; None: a dispatch export
    file_name: str
    sha256: str
    layout: str


def add(connection: sqlite3.Connection, staff_id: int, batch: Batch, at: str) -> int:
    """Record an import inside the caller's transaction; return its number. See `finish`."""
    row = {**vars(batch), "recorded_at": at, "recorded_by": staff_id}
    row |= {f"{name}_rows": 0 for name in COUNTS}
    return int(table(connection, "import_batch").insert(row).last_pk or 0)


def finish(connection: sqlite3.Connection, batch_id: int, counts: Mapping[str, int]) -> None:
    """Record the counts of its rows, by COUNTS, inside the caller's transaction."""
    table(connection, "import_batch").update(
        batch_id, {f"{name}_rows": counts[name] for name in COUNTS}
    )


def table(connection: sqlite3.Connection, name: str) -> "Table":
    """Return the table as sqlite-utils sees it, for writes inside the caller's transaction.

    Outside one, sqlite-utils would commit each write. Plugins that other packages bring for its
    command line are not loaded: they could read the connection.
    """
    from sqlite_utils import Database

    return Database(connection, recursive_triggers=False, execute_plugins=False).table(name)
