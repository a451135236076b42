"""The record of an import (file, layout, counts of rows) and its rejected rows.

The rejects file has those with the reason, to be corrected and imported again.
"""

import os
import sqlite3
from codecs import BOM_UTF8
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING

from ccu import files
from ccu.errors import InvalidInput
from ccu.files import named
from ccu.output import encoded, opened, say, to_file

if TYPE_CHECKING:
    from sqlite_utils.db import Table

COUNTS = ("read", "new", "changed", "same", "rejected")  # rows; the first is the sum of the others
Reject = tuple[int, str, list[str]]  # line, reason, cells


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
    """Return the table as a sqlite-utils table, for writes inside the caller's transaction.

    Outside one, sqlite-utils would commit each write. Plugins that other packages bring for its
    command line are not loaded: they could read the connection.
    """
    from sqlite_utils import Database

    return Database(connection, recursive_triggers=False, execute_plugins=False).table(name)


# ---------------------------------------------------------------- rejects


def check_rejects(path: Path | None, export: Path, database: Path) -> None:
    """Refuse a name that cannot or must not be written. Raises InvalidInput; `path` may be None."""
    if path is None:
        return
    if str(path) == "-":
        raise InvalidInput("--rejects needs a file")
    try:
        target = Path(os.path.realpath(path))
        taken = [export, *(Path(f"{database}{end}") for end in ("", "-wal", "-shm", "-journal"))]
        if any(target == Path(os.path.realpath(other)) for other in taken):
            raise InvalidInput("--rejects must be another file than the one read and the database")
    except (OSError, ValueError) as error:
        raise InvalidInput(f"cannot write --rejects: {files.reason(error)}") from None
    named.check(path, "--rejects")
    to_file.check_own(path, "--rejects", ".csv")
    if named.is_file(path):  # one of an earlier import is replaced
        start = named.content(path, "--rejects", 20).removeprefix(BOM_UTF8).replace(b'"', b"")
        if start and not start.startswith(b"line,reason"):
            raise InvalidInput("--rejects is a file of something else; give a new name")


def write_rejects(path: Path | None, header: list[str], rejects: Iterable[Reject]) -> None:
    """Write the file, private and complete: line, reason, then the cells under their own names.

    Without rejects only the header is written, so that a file of an earlier import is never
    mistaken for this one's. A layout finds columns by name, so a corrected file can be imported
    directly; cells that a spreadsheet would run are guarded, and `Cells` recognizes such a file by
    its first two columns.
    """
    if path is None:
        return
    rows = ((line, reason, *cells) for line, reason, cells in rejects)  # of any number of cells
    with opened(path, "--rejects") as sink:
        for row in chain([("line", "reason", *header)], rows):
            sink.write([encoded.csv_line(row, terminal=False)])


def tell_rejects(path: Path | None, count: int) -> None:
    """Print to standard error where the rejected rows are, if a file was named."""
    if path is not None:
        say(f"rejected rows are in {path}" if count else "no rows were rejected")
