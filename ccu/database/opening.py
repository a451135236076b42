"""The database file: create, open, migrate. What goes by an open connection is in connection.py."""

import contextlib
import os
import sqlite3
import time
from collections.abc import Callable, Iterator
from pathlib import Path

from ccu import files
from ccu.database import (
    connection as connecting,
)
from ccu.database import (
    digests,
    encryption,
    file_header,
    migrations,
    schema,
)
from ccu.database import key_chain as chain
from ccu.database.connection import connect, explain, reading, tidy, trusting, write
from ccu.database.file_header import APPLICATION_ID
from ccu.errors import CcuError, DatabaseBusy, DatabaseUnusable, InvalidInput

__all__ = [
    "connect",
    "creating",
    "explain",
    "is_blank",
    "open_database",
    "reading",
    "tidy",
    "trusting",
    "write",
]

SCHEMA_VERSION = 5
MIGRATION_SECONDS = 600  # to wait for another process that copies and migrates a large file


@contextlib.contextmanager
def creating(path: Path, encrypt: bool = False) -> Iterator[sqlite3.Connection]:
    """Make a new database at `path`, readable by its owner only; the block fills it.

    `encrypt`: with the key of encryption.py, which is made when there is none.

    Schema and filling are one transaction: the file is a whole database, or an empty file that
    `creating` can be tried on again. Raises InvalidInput when something is there already. Safe
    against another process doing the same: the one that comes second finds the file made.
    """
    if files.on_network_share(path):
        raise DatabaseUnusable(f"{path} is on a network share, where SQLite loses data")
    made = InvalidInput(f"{path} is there already; it was left as it is")
    key = _key_for(path, made) if encrypt else None
    new = True
    try:
        files.make_private(path)
    except FileExistsError:
        if not _is_unfinished(path, key):
            raise made from None
        new = False
        with contextlib.suppress(OSError):  # somebody else's: then it cannot be written either
            path.chmod(0o600)
    except (OSError, ValueError) as error:
        raise DatabaseUnusable(f"cannot make {path}: {files.reason(error)}") from None
    connection = connect(path, key)
    try:
        _retry_busy(lambda: connection.execute("PRAGMA journal_mode=WAL"))
        with write(connection):
            if _version(connection) or _tables(connection):
                raise made
            schema.make(connection)
            chain.make(chain.key_path(connection))
            yield connection
        tidy(connection)  # so that the header says what the file is
    except BaseException:
        connection.close()
        if new and _is_unfinished(path, key):  # not when another process finished it meanwhile
            files.remove_database(path)
        raise
    connection.close()


def open_database(path: Path) -> sqlite3.Connection:
    """Open an existing ccu database for reading and writing, migrating an older one.

    Raises DatabaseUnusable for a file that is missing, foreign, newer, damaged or not ours to open;
    such a file is not touched.
    """
    key = encryption.key() if file_header.is_encrypted(path, SCHEMA_VERSION) else None
    connection = connect(path, key)
    try:
        version = _checked_version(connection, path)
        if version < SCHEMA_VERSION:
            _migrate(connection, path, key)
    except BaseException:
        connection.close()
        raise
    return connection


def _key_for(path: Path, made: InvalidInput) -> str:
    """The key of a file to be made; none is made for a file that is there already."""
    encryption.library()
    if os.path.lexists(path) and not file_header.is_short(path):
        raise made
    return encryption.key_or_new()


def _is_unfinished(path: Path, key: str | None) -> bool:
    """Whether the file is what an interrupted `creating` leaves."""
    if key is not None and file_header.is_short(path) and path.stat().st_size:
        return is_blank(path, key)
    return file_header.is_unfinished(path)


def is_blank(path: Path, key: str | None) -> bool:
    """Whether the file can be opened, with the key if there is one, and has nothing in it."""
    try:
        connection = connect(path, key)
    except CcuError:
        return False
    try:
        return not _version(connection) and not _tables(connection)
    except encryption.errors():
        return False
    finally:
        connection.close()


def _checked_version(connection: sqlite3.Connection, path: Path) -> int:
    try:
        version = _version(connection)
        ours = connection.execute("PRAGMA application_id").fetchone()[0] == APPLICATION_ID
        connection.execute("SELECT count(*) FROM sqlite_master").fetchone()
    except encryption.errors() as error:
        raise explain(error, path) or error from None
    if not ours or version < 1:
        raise DatabaseUnusable(f"{path} is not a ccu database, or was not finished; see ccu init")
    if version > SCHEMA_VERSION:
        raise file_header.too_new(path, version, SCHEMA_VERSION)
    return version


# ---------------------------------------------------------------- migrating


def _migrate(connection: sqlite3.Connection, path: Path, key: str | None) -> None:
    """Copy the file, then take every step, in one transaction. Who comes second waits for it."""
    with write(connection, MIGRATION_SECONDS):
        version = _version(connection)  # again, now that nobody else can change it
        if version == SCHEMA_VERSION:
            return
        _copy_before(path, key, version)
        altered = digests.remove(connection)
        while version < SCHEMA_VERSION:
            migrations.STEPS[version](connection)
            version += 1
        with contextlib.closing(schema.in_memory()) as new:
            schema.make_views(connection, new)
            digests.install(connection, altered)
            digests.seal(connection, schema.names(new))
        problems = connection.execute("PRAGMA foreign_key_check").fetchall()
        if problems:
            raise DatabaseUnusable(f"{path} cannot be brought up to date; it was left as it is")
        connection.execute(f"PRAGMA user_version={SCHEMA_VERSION}")


def _copy_before(path: Path, key: str | None, version: int) -> None:
    """Copy the file as it was, by a connection of its own: a copy cannot be made within a write."""
    from ccu.database import copies

    moment = time.strftime("%Y%m%d-%H%M%S")
    target = path.with_name(f"{path.name}.schema-{version}-{moment}.bak")
    with contextlib.closing(connect(path, key)) as reader:
        if not os.path.lexists(target):  # else made in this second by a migration that failed
            copies.copy(reader, target)


def _version(connection: sqlite3.Connection) -> int:
    return int(connection.execute("PRAGMA user_version").fetchone()[0])


def _tables(connection: sqlite3.Connection) -> int:
    return int(connection.execute("SELECT count(*) FROM sqlite_master").fetchone()[0])


def _retry_busy(action: Callable[[], object]) -> None:
    """journal_mode answers "busy" at once while another process does the same; so ask again."""
    for _ in range(int(connecting.BUSY_SECONDS * 20)):
        try:
            action()
            return
        except encryption.errors() as error:
            if getattr(error, "sqlite_errorcode", 0) & 0xFF != sqlite3.SQLITE_BUSY:
                raise
            time.sleep(0.05)
    raise DatabaseBusy("the database is in use by another program; nothing was written, try again")
