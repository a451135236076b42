"""The database file: create, open, migrate, write, copy. SQLite's settings live here alone.

Each setting has a measured reason (reliability: eight writers at once, kill -9, power cuts):

* opened by URI with mode=rw, so that a mistyped name never makes an empty file;
* writes start with BEGIN IMMEDIATE: a plain BEGIN that reads and then writes fails at once beside
  another writer, whatever the timeout;
* WAL with synchronous=FULL lost no acknowledged write in 1,000 simulated power cuts, NORMAL did;
* no automatic checkpoint on SQLite versions with the WAL-reset bug: the last close and the nightly
  `ccu check` do it.

Never open() the database, its -wal or its -shm while a connection is open in this process: closing
that descriptor drops SQLite's locks. header.py reads the header before connecting. For the
same reason one library opens a file: sqlite3 a plain one, SQLCipher (cipher.py) an encrypted one.
"""

import contextlib
import os
import sqlite3
import time
from collections.abc import Callable, Iterator
from pathlib import Path

from ccu import chain, cipher, files, header, migrations
from ccu.errors import (
    CcuError,
    DatabaseBusy,
    DatabaseUnusable,
    InvalidInput,
    VerificationFailed,
)
from ccu.header import APPLICATION_ID

SCHEMA_VERSION = 3
BUSY_SECONDS = 30  # the worst wait seen beside an importer was 7 s; 5 s was too short

_WAL_RESET_FIXED = ((3, 44, 6), (3, 50, 7), (3, 51, 3))


def schema_sql() -> str:
    """The text of schema.sql: beside this file in a wheel, one folder up in a checkout."""
    here = Path(__file__).resolve().parent
    for folder in (here, here.parent):
        path = folder / "schema.sql"
        if path.is_file():
            return path.read_text(encoding="utf-8")
    raise FileNotFoundError("schema.sql is missing from the installation")


@contextlib.contextmanager
def creating(path: Path, encrypt: bool = False) -> Iterator[sqlite3.Connection]:
    """Make a new database at `path`, readable by its owner only; the block fills it.

    `encrypt`: with the key of cipher.py, which is made when there is none.

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
            migrations.run(connection, schema_sql())
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
    connection = connect(path, cipher.key() if header.is_encrypted(path, SCHEMA_VERSION) else None)
    try:
        version = _checked_version(connection, path)
        if version < SCHEMA_VERSION:
            _migrate(connection, path)
    except BaseException:
        connection.close()
        raise
    return connection


@contextlib.contextmanager
def write(connection: sqlite3.Connection) -> Iterator[sqlite3.Connection]:
    """The one way to write: all of the block is kept, or none of it.

    The outermost block takes the write lock at once (BEGIN IMMEDIATE); a block within a block is a
    savepoint. Anything raised, Ctrl-C included, rolls back. Report success only after the block.
    """
    nested = connection.in_transaction
    connection.execute("SAVEPOINT nested" if nested else "BEGIN IMMEDIATE")
    try:
        yield connection
        connection.execute("RELEASE nested" if nested else "COMMIT")
    except BaseException:
        if connection.in_transaction:  # SQLite has already rolled back when the disk was full
            if nested:
                connection.execute("ROLLBACK TO nested")
                connection.execute("RELEASE nested")
            else:
                connection.execute("ROLLBACK")
        raise


@contextlib.contextmanager
def reading(connection: sqlite3.Connection) -> Iterator[None]:
    """Every read of the block sees one moment of the file, whoever writes meanwhile."""
    connection.execute("BEGIN")
    try:
        connection.execute("SELECT count(*) FROM sqlite_master").fetchone()  # fixes the moment
        yield
    finally:
        if connection.in_transaction:  # SQLite rolls back by itself on some errors
            connection.execute("ROLLBACK")


@contextlib.contextmanager
def trusting(connection: sqlite3.Connection) -> Iterator[None]:
    """Around a `write` of very many rows whose references and values are right as they are made.

    Within it SQLite does not check references and CHECKs itself, which is two thirds of the time
    that an import holds the lock, and keeps more pages in memory. `ccu check` checks them anyhow.
    """
    connection.execute("PRAGMA foreign_keys=OFF")
    connection.execute("PRAGMA ignore_check_constraints=ON")
    connection.execute("PRAGMA cache_size=-16000")
    try:
        yield
    finally:
        connection.execute("PRAGMA foreign_keys=ON")
        connection.execute("PRAGMA ignore_check_constraints=OFF")
        connection.execute("PRAGMA cache_size=-2000")


def copy(connection: sqlite3.Connection, target: Path, key: str | None = None) -> None:
    """Write a consistent copy to `target`, verified whole before it gets its name.

    VACUUM INTO is right beside writers, where copying the file is not; the copy of an encrypted
    file is encrypted with the same key (`key`, where it is not the main file's). Raises
    InvalidInput when `target` exists, DatabaseUnusable when it cannot be written,
    VerificationFailed when the copy is not sound.
    """
    if key is None and cipher.uses_library(connection):
        key = cipher.key()
    with _copying(target, key) as part:
        connection.execute("VACUUM INTO ?", (str(part),))


def copy_encrypted(path: Path, target: Path) -> None:
    """Write an encrypted copy of a plain file, verified as `copy` does; the key is made if need be.

    SQLCipher opens the plain file too, so no other connection of this process may be open to it.
    """
    key = cipher.key_or_new()
    source = connect(path, None, by_cipher=True)
    try:
        with _copying(target, key) as part:
            source.execute("ATTACH DATABASE ? AS copy KEY ?", (str(part), cipher.raw(key)))
            source.execute("BEGIN")  # one moment of the file, without holding up who writes
            _export(source)
            source.execute("COMMIT")
            source.execute("DETACH DATABASE copy")
    finally:
        source.close()


def _export(source: sqlite3.Connection) -> None:
    """Fill the attached `copy`; sqlcipher_export leaves out the numbers that say what a file is."""
    source.execute("SELECT sqlcipher_export('copy')").fetchone()
    for name in ("application_id", "user_version"):
        source.execute(f"PRAGMA copy.{name}={source.execute(f'PRAGMA {name}').fetchone()[0]}")
    made = "SELECT type, name, tbl_name, sql FROM {}.sqlite_master ORDER BY type, name"
    if [*map(tuple, source.execute(made.format("main")))] != [
        *map(tuple, source.execute(made.format("copy")))
    ]:
        raise VerificationFailed("the copy is not sound: its tables are not the file's")
    for (table,) in source.execute(
        "SELECT name FROM sqlite_master WHERE type = 'table'"
    ).fetchall():
        ours, copied = (
            source.execute(f'SELECT count(*) FROM {each}."{table}"').fetchone()[0]  # noqa: S608
            for each in ("main", "copy")
        )
        if ours != copied:
            raise VerificationFailed(
                f"the copy is not sound: {table} has {copied} rows, not {ours}"
            )


@contextlib.contextmanager
def _copying(target: Path, key: str | None) -> Iterator[Path]:
    """A private file for the block to fill; verified, and then given the name of `target`."""
    if target.exists():
        raise InvalidInput(f"{target} is there already; choose a new name")
    part = target.with_name(f".{target.name}.{os.getpid()}.part")
    try:
        files.make_private(part)
        yield part
        problems = _verify_copy(part, key)
        if problems:
            raise VerificationFailed(f"the copy is not sound: {problems[0]}")
        files.publish(part, target)
    except FileExistsError:
        raise InvalidInput(f"{target} is there already; choose a new name") from None
    except OSError as error:
        raise DatabaseUnusable(f"cannot write {target}: {files.reason(error)}") from None
    finally:
        files.remove_database(part)


def _verify_copy(path: Path, key: str | None) -> list[str]:
    """What is wrong with a copy that no one else has open; empty when it is sound.

    VACUUM INTO leaves a copy out of WAL mode; it is put back, so that a copy restored is as it was.
    """
    copied = connect(path, key)
    try:
        copied.execute("PRAGMA journal_mode=WAL")
        return integrity_problems(copied)
    except cipher.errors() as error:
        return [str(error)]
    finally:
        copied.close()


def integrity_problems(connection: sqlite3.Connection) -> list[str]:
    """SQLite's own verdict and every dangling reference, as sentences without data."""
    found = [row[0] for row in connection.execute("PRAGMA integrity_check(20)") if row[0] != "ok"]
    dangling: dict[str, int] = {}
    for table, _rowid, parent, _key in connection.execute("PRAGMA foreign_key_check"):
        name = f"{table} points to missing rows of {parent}"
        dangling[name] = dangling.get(name, 0) + 1
    return found + [f"{name}: {count}" for name, count in dangling.items()]


def tidy(connection: sqlite3.Connection) -> None:
    """Fold the write-ahead log into the file. Run by one process alone: the nightly check."""
    connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")


def explain(error: BaseException, path: Path | None) -> CcuError | None:
    """The sentence for an error of SQLite's that a person can mend, or None when it is a bug."""
    code = getattr(error, "sqlite_errorcode", 0) & 0xFF
    if str(error).startswith("no such table: main.") or "no such table: audit" in str(error):
        return DatabaseUnusable(f"{path or 'the database'} has lost a table; restore a backup")
    name = path or "the database"
    if code in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED):
        return DatabaseBusy(f"{name} is in use by another program; nothing was written, try again")
    sentence = {
        sqlite3.SQLITE_READONLY: "cannot be written: the file or its folder is read-only",
        sqlite3.SQLITE_CANTOPEN: "cannot be opened: check that it and its folder may be written",
        sqlite3.SQLITE_PERM: "cannot be opened: permission denied",
        sqlite3.SQLITE_AUTH: "cannot be opened: permission denied",
        sqlite3.SQLITE_FULL: "cannot be written: the disk is full",
        sqlite3.SQLITE_IOERR: "cannot be read or written: the disk refused (full or failing)",
        sqlite3.SQLITE_CORRUPT: "is damaged; keep it, restore a backup, and run ccu check",
        sqlite3.SQLITE_NOTADB: "is not a ccu database",
    }.get(code)
    return DatabaseUnusable(f"{name} {sentence}; nothing was written") if sentence else None


# ---------------------------------------------------------------- opening


def connect(path: Path, key: str | None = None, by_cipher: bool = False) -> sqlite3.Connection:
    """A connection with our settings; `by_cipher` opens a plain file by SQLCipher too."""
    uri = _uri(path, "rw")
    try:
        if key is not None or by_cipher:
            connection = cipher.connect(uri, key, BUSY_SECONDS)
        else:
            connection = sqlite3.connect(uri, uri=True, timeout=BUSY_SECONDS, isolation_level=None)
            connection.row_factory = sqlite3.Row
    except cipher.errors() as error:
        raise _explained(error, path) from None
    try:
        if key is not None:
            _must_unlock(connection, path)
        for pragma in _pragmas(cipher.sqlite_version(connection)):
            connection.execute(f"PRAGMA {pragma}")
    except cipher.errors() as error:
        connection.close()
        raise _explained(error, path) from None
    except CcuError:
        connection.close()
        raise
    return connection


def _must_unlock(connection: sqlite3.Connection, path: Path) -> None:
    """A wrong key shows when the first page is read, and cannot be told from any other damage."""
    try:
        connection.execute("SELECT count(*) FROM sqlite_master").fetchone()
    except cipher.errors() as error:
        if getattr(error, "sqlite_errorcode", 0) & 0xFF != sqlite3.SQLITE_NOTADB:
            raise
        raise DatabaseUnusable(
            f"{path}: wrong key, or not a ccu database; the key is from {cipher.place()}"
        ) from None


def _explained(error: Exception, path: Path) -> Exception:
    """The sentence if there is one; else the error itself, to be raised as the bug it is."""
    return explain(error, path) or error


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
    """Fixed in 3.51.3 and in the patch releases 3.50.7 and 3.44.6."""
    if version >= _WAL_RESET_FIXED[-1]:
        return True
    return any(version[:2] == fixed[:2] and version >= fixed for fixed in _WAL_RESET_FIXED)


def _uri(path: Path, mode: str) -> str:
    """The path as SQLite's URI form takes it; any byte a file name may have."""
    name = path.absolute().as_posix()
    safe = b"/:.-_~"  # and letters and digits; importing urllib for this costs 8 ms a run
    encoded = "".join(
        chr(byte) if byte in safe or (chr(byte).isalnum() and byte < 128) else f"%{byte:02x}"
        for byte in os.fsencode(name if name.startswith("/") else f"/{name}")
    )
    return f"file:{encoded}?mode={mode}"


def _key_for(path: Path, made: InvalidInput) -> str:
    """The key of a file to be made; none is made for a file that is there already."""
    cipher.library()
    if path.exists() and not header.is_short(path):
        raise made
    return cipher.key_or_new()


def _is_unfinished(path: Path, key: str | None) -> bool:
    """Whether the file is what an interrupted `creating` leaves."""
    if key is not None and header.is_short(path) and path.stat().st_size:
        return _is_blank(path, key)
    return header.is_unfinished(path)


def _is_blank(path: Path, key: str) -> bool:
    """Whether the file is encrypted with our key and has nothing in it."""
    try:
        connection = connect(path, key)
    except CcuError:
        return False
    try:
        return not _version(connection) and not _tables(connection)
    except cipher.errors():
        return False
    finally:
        connection.close()


def _checked_version(connection: sqlite3.Connection, path: Path) -> int:
    try:
        version = _version(connection)
        ours = connection.execute("PRAGMA application_id").fetchone()[0] == APPLICATION_ID
        connection.execute("SELECT count(*) FROM sqlite_master").fetchone()
    except cipher.errors() as error:
        raise _explained(error, path) from None
    if not ours:
        raise DatabaseUnusable(f"{path} is not a ccu database, or was not finished; see ccu init")
    if version > SCHEMA_VERSION:
        raise header.too_new(path, version, SCHEMA_VERSION)
    return version


# ---------------------------------------------------------------- migrating


def _migrate(connection: sqlite3.Connection, path: Path) -> None:
    """Copy the file, then take every step in one transaction. Another process may do the same."""
    old = _version(connection)
    target = path.with_name(f"{path.name}.schema-{old}-{time.strftime('%Y%m%d-%H%M%S')}.bak")
    if not target.exists():
        copy(connection, target)
    with write(connection):
        version = _version(connection)  # again, now that nobody else can change it
        while version < SCHEMA_VERSION:
            migrations.STEPS[version](connection)
            version += 1
        problems = connection.execute("PRAGMA foreign_key_check").fetchall()
        if problems:
            raise DatabaseUnusable(f"{path} cannot be brought up to date; it was left as it is")
        connection.execute(f"PRAGMA user_version={SCHEMA_VERSION}")


def _version(connection: sqlite3.Connection) -> int:
    return int(connection.execute("PRAGMA user_version").fetchone()[0])


def _tables(connection: sqlite3.Connection) -> int:
    return int(connection.execute("SELECT count(*) FROM sqlite_master").fetchone()[0])


def _retry_busy(action: Callable[[], object]) -> None:
    """journal_mode answers "busy" at once while another process does the same; so ask again."""
    for _ in range(BUSY_SECONDS * 20):
        try:
            action()
            return
        except cipher.errors() as error:
            if getattr(error, "sqlite_errorcode", 0) & 0xFF != sqlite3.SQLITE_BUSY:
                raise
            time.sleep(0.05)
    raise DatabaseBusy("the database is in use by another program; nothing was written, try again")
