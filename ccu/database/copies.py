"""Consistent copies of a database file, verified before they get their names.

An unfinished copy is a hidden file beside its target. One left by a killed process is removed by
the next copy into that folder and by `ccu purge`, and reported by `ccu check`.
"""

import contextlib
import os
import re
import sqlite3
import stat
import time
from collections.abc import Callable, Iterator
from pathlib import Path

from ccu import database, files
from ccu.database import encryption
from ccu.database.opening import connect, uri
from ccu.errors import DatabaseUnusable, InvalidInput, VerificationFailed
from ccu.files import private


@contextlib.contextmanager
def copied(
    connection: sqlite3.Connection,
    target: Path,
    key: str | None = None,
    ready: Callable[[], None] = lambda: None,
) -> Iterator[None]:
    """Write a consistent copy to `target` as `making` does, its integrity verified.

    The copy of an encrypted file is encrypted with the same key (`key`, if it is not the main
    file's). Raises VerificationFailed if the copy is not sound.
    """
    if key is None and encryption.uses_library(connection):
        key = encryption.key()

    def fill(part: Path) -> None:
        vacuum_into(connection, part)
        with verifying(part, key) as (_connection, problems):
            for problem in problems():
                raise VerificationFailed(f"the copy is not sound: {problem}")

    with making(target, fill, ready):
        yield


@contextlib.contextmanager
def making(
    target: Path, fill: Callable[[Path], None], ready: Callable[[], None] = lambda: None
) -> Iterator[None]:
    """Make a private file, let `fill` write and verify it, and name it `target`; then the block.

    `ready` is called just before the rename. The block reports the copy: until it ends, the file
    keeps its first name too, so that a copy that a killed process never reported is recognized and
    replaced by the next attempt. Raises InvalidInput when `target` exists, DatabaseUnusable when it
    cannot be written.
    """
    there = f"{target} already exists; choose a new name"
    folder = target.absolute().parent
    if os.path.lexists(target) and not _removed_unreported(target, folder):
        raise InvalidInput(there)
    part = target.with_name(f".{target.name}.{os.getpid()}.part")
    lock = -1
    with private.in_place(target):
        try:
            remove_leftovers(folder)
            lock = make_locked(part)
            fill(part)
            private.sync(part)
            ready()
            private.publish(part, target)
        except FileExistsError:
            raise InvalidInput(there) from None
        except OSError as error:
            raise DatabaseUnusable(f"cannot write {target}: {files.reason(error)}") from None
        except database.errors() as error:
            if getattr(error, "sqlite_errorcode", 0) not in _REFUSED:
                raise
            raise DatabaseUnusable(f"cannot write {target}: its disk is full or failing") from None
        else:
            yield
        finally:
            if lock >= 0:
                os.close(lock)
            private.remove_database(part)


def vacuum_into(connection: sqlite3.Connection, part: Path) -> None:
    """Fill the file of `making`. VACUUM INTO is safe while others write, unlike `cp`."""
    connection.execute("VACUUM INTO ?", (uri(part),))


def encrypt_into(path: Path, part: Path, key: str) -> None:
    """Fill the file of `making` with an encrypted copy of a plain file.

    SQLCipher opens the plain file too, so no other connection of this process may be open to it.
    """
    source = connect(path, None, by_cipher=True)
    try:
        source.execute("ATTACH DATABASE ? AS copy KEY ?", (uri(part), encryption.raw(key)))
        source.execute("BEGIN")  # a snapshot of the file, without blocking writers
        _export(source)
        source.execute("COMMIT")
        source.execute("DETACH DATABASE copy")
    finally:
        source.close()


def _export(source: sqlite3.Connection) -> None:
    """Fill the attached `copy`; sqlcipher_export leaves out the numbers that identify the file."""
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


Problems = Callable[[], list[str]]


@contextlib.contextmanager
def verifying(part: Path, key: str | None) -> Iterator[tuple[sqlite3.Connection, Problems]]:
    """Open a finished copy that no other process uses; yield it and its problems.

    SQLite checks pages, indexes and references in threads while the block checks something else.
    VACUUM INTO leaves a copy out of WAL mode; it is set again, so that a restored copy has it.
    """
    from concurrent.futures import ThreadPoolExecutor

    try:
        with contextlib.closing(connect(part, key)) as copied:
            copied.execute("PRAGMA journal_mode=WAL")
            with ThreadPoolExecutor() as threads:
                running = [threads.submit(_in_thread, part, key, each) for each in _CHECKS]
                yield copied, lambda: [text for each in running for text in each.result()]
    except database.errors() as error:
        raise VerificationFailed(f"the copy is not sound: {error}") from None


def _in_thread(
    part: Path, key: str | None, check: Callable[[sqlite3.Connection], list[str]]
) -> list[str]:
    """Run a check by a connection of its own.

    It leaves out the CHECKs of every row, two thirds of the time: a copy has the same rows as the
    file, where `ccu check` checks them.
    """
    with contextlib.closing(connect(part, key)) as copied:
        copied.execute("PRAGMA ignore_check_constraints=ON")
        copied.execute("PRAGMA cache_size=-64000")  # KiB: an index is read in another order
        return check(copied)


def integrity_problems(connection: sqlite3.Connection) -> list[str]:
    """Return SQLite's integrity errors and dangling references, as sentences without data."""
    return [text for check in _CHECKS for text in check(connection)]


def _broken(connection: sqlite3.Connection) -> list[str]:
    return [row[0] for row in connection.execute("PRAGMA integrity_check(20)") if row[0] != "ok"]


def _dangling(connection: sqlite3.Connection) -> list[str]:
    found: dict[str, int] = {}
    for table, _rowid, parent, _key in connection.execute("PRAGMA foreign_key_check"):
        if table == "audit_written":  # without an event: the next write deletes it
            continue
        name = f"{table} points to missing rows of {parent}"
        found[name] = found.get(name, 0) + 1
    return [f"{name}: {count}" for name, count in found.items()]


_CHECKS = (_broken, _dangling)


# ---------------------------------------------------------------- copies that were cut short

_REFUSED = (sqlite3.SQLITE_FULL, sqlite3.SQLITE_IOERR_WRITE)
_PART = re.compile(r"\..+\.[0-9]+\.part")
_SMALLEST = 512  # bytes of the smallest page: a shorter file may be a key that is being made
_WAIT = 60  # seconds in which a key is made


def leftovers(folder: Path) -> list[Path]:
    """Return the copies that killed processes left in a folder, but not unfinished ones in use."""
    try:
        return [
            each
            for each in sorted(folder.iterdir())
            if (_is_left(each) if _PART.fullmatch(each.name) else _has_no_part(each))
        ]
    except OSError:
        return []


def _has_no_part(path: Path) -> bool:
    """Return whether it is a file of SQLite for a copy that no longer exists."""
    part = re.sub("-(wal|shm|journal)$", "", path.name)
    is_beside = part != path.name and _PART.fullmatch(part)
    return bool(is_beside) and not os.path.lexists(path.with_name(part))


def _removed_unreported(target: Path, folder: Path) -> bool:
    """Remove the copy `target` if a killed process never reported it; return whether it did."""
    for part in leftovers(folder):
        if part.name.startswith(f".{target.name}.") and part.samefile(target):
            target.unlink()
            return True
    return False


def remove_leftovers(folder: Path) -> list[Path]:
    """Overwrite and remove them; return those found. Files that cannot be removed stay."""
    found = leftovers(folder)
    for part in found:
        for suffix in ("", "-wal", "-journal"):
            with contextlib.suppress(OSError):
                _overwrite(part.with_name(part.name + suffix))
        private.remove_database(part)
    return found


def make_locked(part: Path) -> int:
    """Make the private file, lock it for the life of this process and return its descriptor.

    The lock is flock, which is independent of SQLite's locks. A process id would mean nothing in
    another container.
    """
    while True:
        private.make_private(part)
        descriptor = os.open(part, os.O_RDONLY)
        if os.name == "posix":
            import fcntl

            fcntl.flock(descriptor, fcntl.LOCK_EX)
        with contextlib.suppress(FileNotFoundError):
            if os.path.samestat(os.fstat(descriptor), part.lstat()):
                return descriptor
        os.close(descriptor)  # another process took it for a leftover before it was locked


def _is_left(path: Path) -> bool:
    if not _PART.fullmatch(path.name):
        return False
    flags = os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0)
    try:
        descriptor = os.open(path, flags)
    except OSError:
        return False
    try:
        about = os.fstat(descriptor)
        if not stat.S_ISREG(about.st_mode):
            return False
        has_journal = os.path.lexists(path.with_name(f"{path.name}-journal"))
        if about.st_size < _SMALLEST and not has_journal and about.st_mtime > time.time() - _WAIT:
            return False
        if os.name != "posix":
            return True  # one in use cannot be removed there
        import fcntl

        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        return True
    except BlockingIOError:
        return False
    finally:
        os.close(descriptor)


def _overwrite(path: Path) -> None:
    descriptor = os.open(path, os.O_WRONLY | getattr(os, "O_NOFOLLOW", 0))
    try:
        about = os.fstat(descriptor)
        left = about.st_size if about.st_nlink == 1 else 0  # otherwise it is a finished copy
        while left > 0:
            left -= os.write(descriptor, bytes(min(left, 1 << 20)))
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
