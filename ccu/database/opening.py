"""Open the database file; read and write it. All settings of SQLite are here.

Each setting has a measured reason (reliability: eight writers at once, kill -9, power cuts):

* opened by URI with mode=rw, so that a mistyped name never makes an empty file;
* writes start with BEGIN IMMEDIATE: a plain BEGIN that reads and then writes fails at once beside
  another writer, whatever the timeout;
* WAL with synchronous=FULL lost no acknowledged write in 1,000 simulated power cuts, NORMAL did;
* no automatic checkpoint on SQLite versions with the WAL-reset bug: the last close and the nightly
  `ccu check` do it.

Never open() the database, its -wal or its -shm while a connection is open in this process: closing
that descriptor drops SQLite's locks. So the header is read before connecting, and a file that is
not ccu's is not touched. For the same reason only one library opens a file: sqlite3 a plain one,
SQLCipher (encryption.py) an encrypted one.
"""

import contextlib
import os
import sqlite3
import stat
import time
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ccu import database, files
from ccu.errors import CcuError, DatabaseMissing, DatabaseUnusable, SavedAndStopped

if TYPE_CHECKING:
    from ccu.database.key_chain import Key

SCHEMA_VERSION = 5
APPLICATION_ID = 0x43435531  # 'CCU1', as in schema.sql

BUSY_SECONDS = 30  # the longest wait measured during an import was 7 s; 5 s was too short

_OTHER = "; give the path of a ccu database"
_WAL_RESET_FIXED = ((3, 44, 6), (3, 50, 7), (3, 51, 3))


@contextlib.contextmanager
def write(
    connection: sqlite3.Connection, patience: float | None = None
) -> Iterator[sqlite3.Connection]:
    """Begin a write, of which all is saved or nothing. There is no other way to write.

    The outermost block takes the write lock at once (BEGIN IMMEDIATE); a block within a block is a
    savepoint. Anything raised, Ctrl-C included, rolls back; SavedAndStopped if it came too late.
    Report success only after the block.
    `patience`: seconds to wait for the lock, if not BUSY_SECONDS.
    """
    nested, ending = connection.in_transaction, False
    if nested:
        connection.execute("SAVEPOINT nested")
    else:
        _begin(connection, patience or BUSY_SECONDS)
    try:
        yield connection
        ending = True
        connection.execute("RELEASE nested" if nested else "COMMIT")
    except BaseException as error:
        within = connection.in_transaction  # SQLite has rolled back already when the disk was full
        if within and not nested:
            connection.execute("ROLLBACK")
        elif within and not ending:
            connection.execute("ROLLBACK TO nested")
            connection.execute("RELEASE nested")
        elif ending and not within and isinstance(error, KeyboardInterrupt):
            raise SavedAndStopped("what you entered") from None
        raise


def _begin(connection: sqlite3.Connection, patience: float) -> None:
    """Take the write lock. SQLite's own wait retries less often the longer it lasts, so that of 32
    writers the newest came first and some waited 30 s; this one retries at a constant rate.
    """
    end = time.monotonic() + patience
    connection.execute("PRAGMA busy_timeout=0")
    try:
        while True:
            try:
                connection.execute("BEGIN IMMEDIATE")
                return
            except database.errors() as error:
                busy = getattr(error, "sqlite_errorcode", 0) & 0xFF == sqlite3.SQLITE_BUSY
                if not busy or time.monotonic() > end:
                    raise
            time.sleep(0.002 + os.urandom(1)[0] / 256 * 0.008)
    finally:
        connection.execute(f"PRAGMA busy_timeout={int(BUSY_SECONDS * 1000)}")


@contextlib.contextmanager
def reading(connection: sqlite3.Connection) -> Iterator[None]:
    """Begin reads that all see one snapshot of the file, whoever writes meanwhile."""
    connection.execute("BEGIN")
    try:
        connection.execute("SELECT count(*) FROM sqlite_master").fetchone()  # starts the snapshot
        yield
    finally:
        if connection.in_transaction:  # SQLite rolls back by itself on some errors
            connection.execute("ROLLBACK")


def tidy(connection: sqlite3.Connection) -> None:
    """Checkpoint the write-ahead log into the file. Only the nightly check runs it."""
    connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")


# ---------------------------------------------------------------- opening


def connect(path: Path, key: str | None = None, by_cipher: bool = False) -> sqlite3.Connection:
    """Connect with our settings; with `by_cipher` by SQLCipher, even to a plain file."""
    at = uri(path)
    files.keep_out_of(path)
    _must_be_writable(path)
    try:
        if key is not None or by_cipher:
            from ccu.database import encryption

            version = encryption.library().sqlite_version_info
            connection = encryption.connect(at, key, BUSY_SECONDS)
        else:
            version = sqlite3.sqlite_version_info
            connection = sqlite3.connect(at, uri=True, timeout=BUSY_SECONDS, isolation_level=None)
            connection.row_factory = sqlite3.Row
    except database.errors() as error:
        raise _explained(error, path) from None
    try:
        if key is not None:
            encryption.must_unlock(connection, path)
        for pragma in _pragmas(version):
            connection.execute(f"PRAGMA {pragma}")
        register(connection, path)
    except UnicodeDecodeError:  # SQLite's message quotes a definition that is no longer text
        connection.close()
        raise DatabaseUnusable(f"{path} {database.DAMAGED}") from None
    except database.errors() as error:
        connection.close()
        raise _explained(error, path) from None
    except CcuError:
        connection.close()
        raise
    return connection


def _explained(error: BaseException, path: Path) -> BaseException:
    from ccu.database import reasons

    return reasons.explain(error, path) or error


def register(connection: sqlite3.Connection, path: Path | str = "") -> None:
    """Give a connection to the file at `path` the SQL functions that the triggers call."""
    from zlib import crc32

    key: Key | None = None

    def row_mac(*values: Any) -> bytes:
        nonlocal key
        from ccu.database import written  # only if rows are written

        key = key or written.key_of(os.path.realpath(path))
        return written.change_of(key, *values)

    connection.create_function("row_digest", 1, crc32, deterministic=True)
    connection.create_function("row_mac", 4, row_mac)


def _must_be_writable(path: Path) -> None:
    """Raise DatabaseUnusable for a read-only file, even for root, who could write it.

    SQLite would make the -shm read-only like the file, and nobody could open the file once it is
    writable again. If such a -shm of ours is left, it gets the mode of the file.
    """
    try:
        mode = path.stat().st_mode
    except OSError:
        return  # SQLite's error is reported
    if not mode & 0o200 or not os.access(path, os.W_OK):
        raise DatabaseUnusable(f"{path} {database.READ_ONLY}; nothing was written")
    for suffix in ("-shm", "-wal"):
        beside = path.with_name(path.name + suffix)
        with contextlib.suppress(OSError):
            about = beside.lstat()
            if stat.S_ISREG(about.st_mode) and about.st_mode & 0o600 != 0o600:
                beside.chmod(mode & 0o666)


def _pragmas(version: tuple[int, ...]) -> list[str]:
    settings = [
        "foreign_keys=ON",
        "synchronous=FULL",
        "secure_delete=ON",
        "recursive_triggers=ON",
        "cell_size_check=ON",
        "mmap_size=0",
        "temp_store=MEMORY",
    ]
    if not _wal_reset_is_fixed(version):
        settings.append("wal_autocheckpoint=0")
    return settings


def _wal_reset_is_fixed(version: tuple[int, ...]) -> bool:
    """Return whether the bug is fixed: in 3.51.3 and the patch releases 3.50.7 and 3.44.6."""
    if version >= _WAL_RESET_FIXED[-1]:
        return True
    return any(version[:2] == fixed[:2] and version >= fixed for fixed in _WAL_RESET_FIXED)


def uri(path: Path) -> str:
    """Return the path in SQLite's URI form, also for ATTACH, with any byte of a file name."""
    name = path.absolute().as_posix()
    safe = b"/:.-_~"  # besides letters and digits; importing urllib for this costs 8 ms a run
    encoded = "".join(
        chr(byte) if byte in safe or (chr(byte).isalnum() and byte < 128) else f"%{byte:02x}"
        for byte in os.fsencode(name if name.startswith("/") else f"/{name}")
    )
    return f"file:{encoded}?mode=rw"


def open_database(path: Path) -> sqlite3.Connection:
    """Open an existing ccu database for reading and writing, migrating an older one.

    Raises DatabaseUnusable for a file that is missing, foreign, newer, damaged or not readable by
    us; such a file is not touched.
    """
    key = None
    if is_encrypted(path):
        from ccu.database import encryption

        key = encryption.key()
    connection = connect(path, key)
    try:
        version = _checked_version(connection, path)
        if version < SCHEMA_VERSION:
            from ccu.database import migrations

            migrations.migrate(connection, path, key)
    except BaseException:
        connection.close()
        raise
    return connection


def _checked_version(connection: sqlite3.Connection, path: Path) -> int:
    try:
        version = version_of(connection)
        ours = connection.execute("PRAGMA application_id").fetchone()[0] == APPLICATION_ID
        connection.execute("SELECT count(*) FROM sqlite_master").fetchone()
    except database.errors() as error:
        raise _explained(error, path) from None
    if not ours or version < 1:
        raise DatabaseUnusable(f"{path} is not a ccu database, or was not finished; see ccu init")
    if version > SCHEMA_VERSION:
        raise _too_new(path, version)
    return version


def version_of(connection: sqlite3.Connection) -> int:
    """Return the schema version that the file is marked with; 0 for a new file."""
    return int(connection.execute("PRAGMA user_version").fetchone()[0])


# ---------------------------------------------------------------- the first bytes of a file


def is_ours(head: bytes) -> bool:
    """Return whether these first bytes are those of a plain ccu database."""
    return head.startswith(files.MAGIC) and int.from_bytes(head[68:72], "big") == APPLICATION_ID


def may_be_encrypted(head: bytes) -> bool:
    """Return whether a file with these first 100 bytes may be encrypted: they look random."""
    return len(head) == 100 and not head.startswith(files.MAGIC) and not head.isascii()


def is_encrypted(path: Path) -> bool:
    """Return whether a database is encrypted.

    Raises DatabaseUnusable for a file that can be neither a plain database of ours nor encrypted.
    """
    descriptor = None
    try:
        descriptor = os.open(path, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0))
        if not stat.S_ISREG(os.fstat(descriptor).st_mode):
            raise DatabaseUnusable(f"{path} is not a file{_OTHER}")
        head, size = os.read(descriptor, 100), os.fstat(descriptor).st_size
    except (FileNotFoundError, NotADirectoryError):
        raise DatabaseMissing(
            f"there is no database {path}, so nothing was looked up: check --db or CCU_DB;"
            " for a new town, an administrator runs ccu init"
        ) from None
    except OSError as error:
        raise DatabaseUnusable(f"cannot open {path}: {files.reason(error)}") from None
    finally:
        if descriptor is not None:
            os.close(descriptor)
    if not head:
        raise DatabaseMissing(f"{path} is empty; an administrator sets it up with ccu init")
    wal = os.path.lexists(path.with_name(path.name + "-wal"))
    if may_be_encrypted(head) and size >= files.PAGE:
        from ccu.database import encryption

        encryption.check_size(path, size, wal)
        return True
    if len(head) < 100 or not head.startswith(files.MAGIC):
        raise DatabaseUnusable(f"{path} is not a ccu database{_OTHER}")
    if not {head[18], head[19]} <= {1, 2}:  # SQLite would open it read-only
        raise DatabaseUnusable(f"{path} {database.DAMAGED}")
    if wal:
        return False  # the header may be older than the WAL: the open connection decides
    if int.from_bytes(head[68:72], "big") != APPLICATION_ID:
        raise DatabaseUnusable(f"{path} is another program's database{_OTHER}")
    version = int.from_bytes(head[60:64], "big")
    if version > SCHEMA_VERSION:
        raise _too_new(path, version)
    page = int.from_bytes(head[16:18], "big")
    if size < int.from_bytes(head[28:32], "big") * (65_536 if page == 1 else page):
        raise DatabaseUnusable(f"{path} is cut short; {database.KEEP}")
    return False


def _too_new(path: Path, version: int) -> DatabaseUnusable:
    return DatabaseUnusable(
        f"{path} was made by a newer ccu (schema {version}, this one supports {SCHEMA_VERSION});"
        " it was not changed; use that ccu"
    )
