"""The database file: create, open, migrate. What goes by an open connection is in connection.py.

The first bytes of a file are read without SQLite, so that what is not ours is left untouched; never
while a connection of this process is open to the file (connection.py).
"""

import contextlib
import os
import sqlite3
import stat
import time
from collections.abc import Callable, Iterator
from pathlib import Path

from ccu import database, files
from ccu.database import connection as connecting
from ccu.database.connection import connect, explain, reading, tidy, trusting, write
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
MAGIC = files.MAGIC
APPLICATION_ID = 0x43435531  # 'CCU1', as in schema.sql
_ONE_PAGE = 65_536  # the largest
MIGRATION_SECONDS = 600  # to wait for another process that copies and migrates a large file


@contextlib.contextmanager
def creating(path: Path, encrypt: bool = False) -> Iterator[sqlite3.Connection]:
    """Make a new database at `path`, readable by its owner only; the block fills it.

    `encrypt`: with the key of encryption.py, which is made when there is none.

    Schema and filling are one transaction: the file is a whole database, or an empty file that
    `creating` can be tried on again. Raises InvalidInput when something is there already. Safe
    against another process doing the same: the one that comes second finds the file made.
    """
    from ccu.database import key_chain, schema

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
            key_chain.make(key_chain.key_path(connection))
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
    key = None
    if is_encrypted(path, SCHEMA_VERSION):
        from ccu.database import encryption

        key = encryption.key()
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
    from ccu.database import encryption

    encryption.library()
    if os.path.lexists(path) and not is_short(path):
        raise made
    return encryption.key_or_new()


def _is_unfinished(path: Path, key: str | None) -> bool:
    """Whether the file is what an interrupted `creating` leaves."""
    if key is not None and is_short(path) and path.stat().st_size:
        return is_blank(path, key)
    return is_unfinished(path)


def is_blank(path: Path, key: str | None) -> bool:
    """Whether the file can be opened, with the key if there is one, and has nothing in it."""
    try:
        connection = connect(path, key)
    except CcuError:
        return False
    try:
        return not _version(connection) and not _tables(connection)
    except database.errors():
        return False
    finally:
        connection.close()


def _checked_version(connection: sqlite3.Connection, path: Path) -> int:
    try:
        version = _version(connection)
        ours = connection.execute("PRAGMA application_id").fetchone()[0] == APPLICATION_ID
        connection.execute("SELECT count(*) FROM sqlite_master").fetchone()
    except database.errors() as error:
        raise explain(error, path) or error from None
    if not ours or version < 1:
        raise DatabaseUnusable(f"{path} is not a ccu database, or was not finished; see ccu init")
    if version > SCHEMA_VERSION:
        raise too_new(path, version, SCHEMA_VERSION)
    return version


# ---------------------------------------------------------------- migrating


def _migrate(connection: sqlite3.Connection, path: Path, key: str | None) -> None:
    """Copy the file, then take every step, in one transaction. Who comes second waits for it."""
    from ccu.database import digests, migrations, schema

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
        except database.errors() as error:
            if getattr(error, "sqlite_errorcode", 0) & 0xFF != sqlite3.SQLITE_BUSY:
                raise
            time.sleep(0.05)
    raise DatabaseBusy("the database is in use by another program; nothing was written, try again")


# ---------------------------------------------------------------- the first bytes of a file


def is_ours(head: bytes) -> bool:
    """Whether a file that begins so is a plain ccu database."""
    return head.startswith(MAGIC) and int.from_bytes(head[68:72], "big") == APPLICATION_ID


def may_be_encrypted(head: bytes) -> bool:
    """Whether a file with these first 100 bytes may be encrypted: they look like chance."""
    return len(head) == 100 and not head.startswith(MAGIC) and not head.isascii()


def is_encrypted(path: Path, newest: int) -> bool:
    """Whether a database is encrypted; `newest` is the highest schema version that can be read.

    Raises DatabaseUnusable for what is neither a plain database of ours nor perhaps encrypted.
    """
    descriptor = None
    try:
        descriptor = os.open(path, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0))
        if not stat.S_ISREG(os.fstat(descriptor).st_mode):
            raise DatabaseUnusable(f"{path} is not a file")
        head, size = os.read(descriptor, 100), os.fstat(descriptor).st_size
    except (FileNotFoundError, NotADirectoryError):
        raise DatabaseUnusable(
            f"{path} does not exist; ccu init makes it, --db or CCU_DB names another"
        ) from None
    except OSError as error:
        raise DatabaseUnusable(f"cannot open {path}: {files.reason(error)}") from None
    finally:
        if descriptor is not None:
            os.close(descriptor)
    if not head:
        raise DatabaseUnusable(f"{path} is empty; ccu init makes it a ccu database")
    wal = os.path.lexists(path.with_name(path.name + "-wal"))
    if may_be_encrypted(head) and size >= files.PAGE:
        _check_encrypted(path, size, wal)
        return True
    if len(head) < 100 or not head.startswith(MAGIC):
        raise DatabaseUnusable(f"{path} is not a ccu database")
    if not {head[18], head[19]} <= {1, 2}:  # SQLite would open it for reading alone
        raise DatabaseUnusable(f"{path} is damaged; keep it, restore a backup, and run ccu check")
    if wal:
        return False  # the header may be older than the content: the open connection decides
    if int.from_bytes(head[68:72], "big") != APPLICATION_ID:
        raise DatabaseUnusable(f"{path} is another program's database, not ccu's")
    version = int.from_bytes(head[60:64], "big")
    if version > newest:
        raise too_new(path, version, newest)
    page = int.from_bytes(head[16:18], "big")
    if size < int.from_bytes(head[28:32], "big") * (65_536 if page == 1 else page):
        raise DatabaseUnusable(f"{path} is cut short; keep it and restore a backup")
    return False


def _check_encrypted(path: Path, size: int, wal: bool) -> None:
    from ccu.database import encryption

    if not encryption.key_is_named():
        raise DatabaseUnusable(
            f"{path} is not a ccu database, or it is encrypted and there is no key at"
            f" {encryption.place()}; CCU_KEY_FILE names another"
        )
    if size % files.PAGE and not wal:
        raise DatabaseUnusable(f"{path} is cut short, or is not a ccu database; restore a backup")


def too_new(path: Path, version: int, newest: int) -> DatabaseUnusable:
    """The sentence for a file of a later schema than the newest this ccu knows."""
    return DatabaseUnusable(
        f"{path} was made by a newer ccu (schema {version}, this one knows {newest});"
        " it was left as it is"
    )


def is_short(path: Path) -> bool:
    """Whether the file is so short that it may be an unfinished one."""
    try:
        about = path.stat()
    except (OSError, ValueError):
        return False
    return stat.S_ISREG(about.st_mode) and about.st_size <= _ONE_PAGE


def is_unfinished(path: Path) -> bool:
    """Whether the file is empty, or a plain database with a header alone."""
    if not is_short(path):
        return False
    try:
        content = path.read_bytes()
    except OSError:
        return False
    return not content or (
        content.startswith(MAGIC)
        and content[60:64] == content[68:72] == bytes(4)
        and content[103:105] == bytes(2)  # no entry in the first page: no table
    )
