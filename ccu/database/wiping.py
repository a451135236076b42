"""Remove deleted text from the bytes of the file.

Deleting a row leaves its text in the write-ahead log, in pages that older moments are still read
from, and (without secure_delete) in the file. `scrub` folds the log into the file, rewrites it
without what was deleted, and folds again. What was destroyed before a scrub ended is marked in
the destruction log (scrubbed_at empty), so that an interrupted one is found and finished later.
"""

import sqlite3
from collections.abc import Callable
from contextlib import AbstractContextManager

from ccu import database
from ccu.errors import VerificationFailed

Writing = Callable[[], AbstractContextManager[sqlite3.Connection]]

_LEFT = (
    "the records are destroyed, but their text is still in the file's bytes: {}, then run ccu check"
)
STILL_READ = _LEFT.format("another program still reads the file as it was; end it")
NOT_WRITTEN = _LEFT.format(
    "the file could not be rewritten; free space on its disk and end what else uses the file"
)


def scrub(connection: sqlite3.Connection) -> None:
    """Take what was deleted out of the file's bytes; outside any transaction, after the commit.

    Waits for readers as long as for a writer. Raises VerificationFailed when one stays, or the file
    cannot be rewritten (it needs room for a second copy): then the text is still there, and the
    scrub must be run again.
    """
    from ccu.database import opening as db

    try:
        _fold(connection)
        connection.execute("VACUUM")
        _fold(connection)
    except database.errors() as error:
        if db.explain(error, None) is None:
            raise
        raise VerificationFailed(NOT_WRITTEN) from None


def unfinished(connection: sqlite3.Connection) -> list[int]:
    """The numbers in the destruction log whose text may still be in the file's bytes."""
    found = connection.execute("SELECT id FROM destruction WHERE scrubbed_at IS NULL ORDER BY id")
    return [row[0] for row in found]


def finish(connection: sqlite3.Connection, at: str, writing: Writing) -> list[int]:
    """Scrub, and mark what was destroyed until now as scrubbed; its numbers. Raises as `scrub`.

    `writing` is the session's, whose writes are in the audit. Outside any transaction. Does nothing
    when nothing is unfinished.
    """
    numbers = unfinished(connection)
    if numbers:
        scrub(connection)
        mark(writing, numbers, at)
    return numbers


def mark(writing: Writing, numbers: list[int], at: str) -> None:
    """Note that the text of these is gone from the file's bytes; another process may have."""
    with writing() as connection:
        connection.executemany(
            "UPDATE destruction SET scrubbed_at = :at WHERE id = :id AND scrubbed_at IS NULL",
            [{"at": at, "id": number} for number in numbers],
        )


def _fold(connection: sqlite3.Connection) -> None:
    """Fold the write-ahead log into the file, all of it, and cut it to nothing."""
    busy = connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()[0]
    if busy:
        raise VerificationFailed(STILL_READ)
