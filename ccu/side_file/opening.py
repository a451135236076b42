"""Opening a compartment, or not: closed, locked and missing are one; and copying an open one."""

import contextlib
import os
import sqlite3
import stat
from pathlib import Path

from ccu import files
from ccu.database import copies, encryption, file_header
from ccu.database import key_chain as chain
from ccu.database import opening as db
from ccu.errors import DatabaseUnusable
from ccu.side_file.kind import Kind, explained

_BESIDE = ("", "-wal", "-shm")


def opened(kind: Kind, main: Path | None = None) -> sqlite3.Connection | None:
    """The open file, or None where there is none for this account.

    An account that can read it but not write it can not open it: what is read is audited there.
    `main` is the main file if this process has it open. Raises DatabaseUnusable for a file that
    this account can open and that is not sound; nothing else can be told of it.
    """
    path = kind.path()
    seen = _seen(path, main) if path else None
    if path is None or seen is None:
        return None
    if _may_be_encrypted(kind, path, *seen):
        connection = _unlocked(kind, path, seen[1])
        if connection is None:
            return None
    else:
        if (
            not seen[0].startswith(file_header.MAGIC)
            or _number(seen[0][68:72]) != kind.application_id
        ):
            raise _foreign(kind, path)
        with explained(kind, path):
            connection = db.connect(path)
    try:
        _check(kind, path, connection)
    except BaseException:
        connection.close()
        raise
    return connection


def copy(kind: Kind, connection: sqlite3.Connection, target: Path) -> None:
    """A copy as `copies.copy` makes it, encrypted by the key of the file if that is."""
    key = None
    if encryption.uses_library(connection):
        key = _key(kind, Path(chain.database(connection)).stat())
        if key is None:
            raise kind.none()
    copies.copy(connection, target, key)


def open_to_others(path: Path) -> list[str]:
    """The file, what SQLite keeps beside it and its folder, where others can reach them."""
    if os.name != "posix":
        return []
    found = []
    for each in (path.with_name(path.name + suffix) for suffix in _BESIDE):
        with contextlib.suppress(OSError):
            if each.stat().st_mode & 0o007:
                found.append(f"{each} is open to other accounts; chmod o= it")
    folder = path.absolute().parent
    if folder.stat().st_mode & 0o007:
        found.append(f"{folder} is open to other accounts; chmod o= it")
    return found


# ---------------------------------------------------------------- one that is encrypted


def _may_be_encrypted(kind: Kind, path: Path, head: bytes, about: os.stat_result) -> bool:
    """Whether it may be: what looks like chance and is whole pages can not be told from one."""
    if (
        kind.key is None
        or not file_header.may_be_encrypted(head)
        or about.st_size < encryption.PAGE
    ):
        return False
    return not about.st_size % encryption.PAGE or os.path.lexists(
        path.with_name(path.name + "-wal")
    )


def _unlocked(kind: Kind, path: Path, about: os.stat_result) -> sqlite3.Connection | None:
    """The open file, or None for whoever lacks its key: a wrong one opens nothing."""
    key = _key(kind, about)
    if key is None:
        return None
    encryption.library()
    try:
        return db.connect(path, key)
    except DatabaseUnusable:
        return None


def _key(kind: Kind, about: os.stat_result) -> str | None:
    """The key of a file, or None; that of a group's file may be the group's."""
    group_id = about.st_gid if about.st_mode & 0o060 else None
    try:
        return encryption.key(kind.key or encryption.MAIN, group_id)
    except DatabaseUnusable:
        return None


# ---------------------------------------------------------------- what is there


def _foreign(kind: Kind, path: Path) -> DatabaseUnusable:
    return DatabaseUnusable(f"{path} is not a {kind.name} of ccu")


def _number(four: bytes) -> int:
    return int.from_bytes(four, "big")


def _check(kind: Kind, path: Path, connection: sqlite3.Connection) -> None:
    """Whether the open file is one of ours. Raises DatabaseUnusable."""
    with explained(kind, path):
        connection.execute("SELECT count(*) FROM sqlite_master").fetchone()
        version = connection.execute("PRAGMA user_version").fetchone()[0]
        application_id = connection.execute("PRAGMA application_id").fetchone()[0]
    if application_id != kind.application_id:
        raise _foreign(kind, path)
    if version > kind.version:
        raise DatabaseUnusable(f"{path} was made by a newer ccu; it was left as it is")


def _seen(path: Path, main: Path | None) -> tuple[bytes, os.stat_result] | None:
    """The first bytes of a file that can be read and written, and its modes, or None."""
    flags = os.O_RDWR | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0)
    try:
        descriptor = os.open(path, flags)
    except (OSError, ValueError):
        return None
    found = os.fstat(descriptor)
    if main is not None and _is_of(found, main):
        # Not closed: that would drop the locks of SQLite's connection to the main file.
        raise DatabaseUnusable(f"{path} is the main file; the other must be a file of its own")
    try:
        return (os.read(descriptor, 100), found) if stat.S_ISREG(found.st_mode) else None
    except OSError as error:
        raise DatabaseUnusable(f"cannot read {path}: {files.reason(error)}") from None
    finally:
        os.close(descriptor)


def _is_of(found: os.stat_result, main: Path) -> bool:
    for suffix in _BESIDE:
        with contextlib.suppress(OSError):
            if os.path.samestat(found, main.with_name(main.name + suffix).stat()):
                return True
    return False
