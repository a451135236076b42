"""Sentences for the errors of SQLite that a user can fix."""

import sqlite3
from pathlib import Path

from ccu import database
from ccu.errors import CcuError, DatabaseBusy, DatabaseUnusable


def explain(error: BaseException, path: Path | None) -> CcuError | None:
    """Return the sentence for an error of SQLite that a user can fix; None if it is a bug."""
    code = getattr(error, "sqlite_errorcode", 0) & 0xFF
    name = path or "the database"
    if _names_a_lost_table(str(error)):
        return DatabaseUnusable(f"{name} has lost a table; {database.KEEP}")
    if str(error).startswith("Could not decode to UTF-8"):
        code = sqlite3.SQLITE_CORRUPT
    if code in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED):
        return DatabaseBusy(f"{name} is in use by another program; nothing was written, try again")
    sentence = {
        sqlite3.SQLITE_READONLY: database.READ_ONLY,
        sqlite3.SQLITE_CANTOPEN: "cannot be opened: check that it and its folder may be written",
        sqlite3.SQLITE_PERM: "cannot be opened: permission denied",
        sqlite3.SQLITE_AUTH: "cannot be opened: permission denied",
        sqlite3.SQLITE_FULL: "cannot be written: the disk is full (make room, then try again)",
        sqlite3.SQLITE_IOERR: "cannot be used: the disk refused (full or failing; see df)",
        sqlite3.SQLITE_CORRUPT: database.DAMAGED,
        sqlite3.SQLITE_NOTADB: "is not a ccu database",
    }.get(code)
    return DatabaseUnusable(f"{name} {sentence}; nothing was written") if sentence else None


def _names_a_lost_table(text: str) -> bool:
    """Return whether a message is about a table that every ccu database has."""
    if not text.startswith("no such table: "):
        return False
    from ccu.database import schema

    return (
        f"CREATE TABLE {text.removeprefix('no such table: ').removeprefix('main.')} "
        in schema.sql()
    )
