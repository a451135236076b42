"""Consistent copies of a database file, verified before they get their names.

A copy that is being made is a hidden file beside its target. One that a killed process left is
removed by the next copy into that folder, reported by `ccu check` and removed by `ccu purge`.
"""

import contextlib
import os
import re
import sqlite3
import stat
from collections.abc import Iterator
from pathlib import Path

from ccu import database, files
from ccu.database import encryption
from ccu.database.opening import connect
from ccu.errors import DatabaseUnusable, InvalidInput, VerificationFailed


def copy(connection: sqlite3.Connection, target: Path, key: str | None = None) -> None:
    """Write a consistent copy to `target`, verified before it gets its name.

    VACUUM INTO is right beside writers, where copying the file is not; the copy of an encrypted
    file is encrypted with the same key (`key`, where it is not the main file's). Raises
    InvalidInput when `target` exists, DatabaseUnusable when it cannot be written,
    VerificationFailed when the copy is not sound.
    """
    if key is None and encryption.uses_library(connection):
        key = encryption.key()
    with _copying(target, key) as part:
        connection.execute("VACUUM INTO ?", (str(part),))


def copy_encrypted(path: Path, target: Path) -> None:
    """Write an encrypted copy of a plain file, verified as `copy` does; the key is made if need be.

    SQLCipher opens the plain file too, so no other connection of this process may be open to it.
    """
    key = encryption.key_or_new()
    source = connect(path, None, by_cipher=True)
    try:
        with _copying(target, key) as part:
            source.execute("ATTACH DATABASE ? AS copy KEY ?", (str(part), encryption.raw(key)))
            source.execute("BEGIN")  # one moment of the file, without holding up who writes
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


@contextlib.contextmanager
def _copying(target: Path, key: str | None) -> Iterator[Path]:
    """A private file for the block to fill; verified, and then given the name of `target`."""
    if os.path.lexists(target):
        raise InvalidInput(f"{target} is there already; choose a new name")
    part = target.with_name(f".{target.name}.{os.getpid()}.part")
    remove_leftovers(target.absolute().parent)
    lock = -1
    try:
        lock = make_locked(part)
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
        if lock >= 0:
            os.close(lock)
        files.remove_database(part)


def _verify_copy(path: Path, key: str | None) -> list[str]:
    """What is wrong with a copy that no one else has open; empty when it is sound.

    VACUUM INTO leaves a copy out of WAL mode; it is put back, so that a copy restored is as it was.
    """
    copied = connect(path, key)
    try:
        copied.execute("PRAGMA journal_mode=WAL")
        return integrity_problems(copied)
    except database.errors() as error:
        return [str(error)]
    finally:
        copied.close()


def integrity_problems(connection: sqlite3.Connection) -> list[str]:
    """SQLite's own verdict and every dangling reference, as sentences without data."""
    found = [row[0] for row in connection.execute("PRAGMA integrity_check(20)") if row[0] != "ok"]
    dangling: dict[str, int] = {}
    for table, _rowid, parent, _key in connection.execute("PRAGMA foreign_key_check"):
        if (
            table == "audit_written"
        ):  # of no event: it proves nothing, and the next write deletes it
            continue
        name = f"{table} points to missing rows of {parent}"
        dangling[name] = dangling.get(name, 0) + 1
    return found + [f"{name}: {count}" for name, count in dangling.items()]


# ---------------------------------------------------------------- copies that were cut short

_PART = re.compile(r"\..+\.[0-9]+\.part")
_SMALLEST = 512  # bytes of the smallest page: what is shorter is a key, or holds nothing


def leftovers(folder: Path) -> list[Path]:
    """The copies that a killed process left in a folder; not those that are being made."""
    try:
        return [each for each in sorted(folder.iterdir()) if _is_left(each)]
    except OSError:
        return []


def remove_leftovers(folder: Path) -> list[Path]:
    """Overwrite and remove them; returns those that were there. What cannot be removed stays."""
    found = leftovers(folder)
    for part in found:
        for suffix in ("", "-wal", "-journal"):
            with contextlib.suppress(OSError):
                _overwrite(part.with_name(part.name + suffix))
        files.remove_database(part)
    return found


def make_locked(part: Path) -> int:
    """Make the private file and lock it for as long as this process lives; the descriptor.

    By flock, which has nothing to do with SQLite's own locks: a process number means nothing in
    another container.
    """
    while True:
        files.make_private(part)
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
        if not stat.S_ISREG(about.st_mode) or about.st_size < _SMALLEST:
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
        left = os.fstat(descriptor).st_size
        while left > 0:
            left -= os.write(descriptor, bytes(min(left, 1 << 20)))
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
