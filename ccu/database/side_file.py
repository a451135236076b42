"""A file besides the main one for one account or one group: making and opening it.

The care notes and the wellness log are such files. An account that cannot open one gets the same
answer as without a file, by the same system calls: the file is opened once, and that fails. The
same is true of an encrypted file for an account without its key.
"""

import contextlib
import os
import sqlite3
import stat
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from ccu import access, database, files, installation
from ccu.database import encryption, migrations, reasons, schema
from ccu.database import key_chain as chain
from ccu.database import opening as db
from ccu.errors import DatabaseUnusable, InvalidInput
from ccu.files import folders, private


@dataclass(frozen=True)
class Kind:
    """A type of side file: its words, its variable, and its application id in SQLite."""

    name: str
    variable: str
    application_id: int
    version: int
    script: Path
    journal: str
    key: encryption.KeyName | None = None  # None: it is never encrypted

    def path(self) -> Path | None:
        """Return the file that the variable or the installation names; there is no default."""
        named = installation.named(self.variable)
        return Path(named) if named else None

    def none(self) -> DatabaseUnusable:
        """Return the same sentence for no file, a missing one, and one closed to this account."""
        hint = f" (an encrypted one needs {self.key.variable} too)" if self.key else ""
        return DatabaseUnusable(
            f"{self.variable} names no {self.name} that this account can open{hint}"
        )


@contextlib.contextmanager
def explained(kind: Kind, path: Path | None) -> Iterator[None]:
    """Wrap the use of the file: turn an error of SQLite into a sentence that names the file."""
    try:
        yield
    except database.errors() as error:
        raise reasons.explain(error, path) or DatabaseUnusable(
            f"{path} cannot be read as a {kind.name}; keep it and restore a backup"
        ) from None


# ---------------------------------------------------------------- opening


_BESIDE = ("", "-wal", "-shm")


def opened(kind: Kind, main: Path | None = None) -> sqlite3.Connection | None:
    """Return the open file, or None if there is none for this account.

    It must be writable by the account, because reads are audited in the file. `main` is the main
    file if this process has it open. Raises DatabaseUnusable only for a file that this account can
    open and that is not sound.
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
            not seen[0].startswith(files.MAGIC)
            or int.from_bytes(seen[0][68:72], "big") != kind.application_id
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


@contextlib.contextmanager
def copied(
    kind: Kind, connection: sqlite3.Connection, target: Path, ready: Callable[[], None]
) -> Iterator[None]:
    """Make a copy as `copies.copied`, encrypted with the file's key if the file is."""
    key = None
    if encryption.uses_library(connection):
        key = _key(kind, Path(chain.database(connection)).stat())
        if key is None:
            raise kind.none()
    from ccu.database import copies

    with copies.copied(connection, target, key, ready):
        yield


def open_to_others(path: Path) -> list[str]:
    """Return a sentence for the file, each of SQLite's files and the folder, if open to others."""
    paths = [*(path.with_name(path.name + suffix) for suffix in _BESIDE), path.absolute().parent]
    others = [each for each in paths if files.is_open(each, 0o007)]
    return [f"{each} is open to other accounts; run chmod o= on it" for each in others]


# ---------------------------------------------------------------- one that is encrypted


def _may_be_encrypted(kind: Kind, path: Path, head: bytes, about: os.stat_result) -> bool:
    """Return whether a file may be encrypted: random bytes in full pages."""
    if kind.key is None or not db.may_be_encrypted(head) or about.st_size < files.PAGE:
        return False
    return not about.st_size % files.PAGE or os.path.lexists(path.with_name(path.name + "-wal"))


def _unlocked(kind: Kind, path: Path, about: os.stat_result) -> sqlite3.Connection | None:
    """Return the open file, or None without its key or with a wrong one."""
    key = _key(kind, about)
    if key is None:
        return None
    encryption.library()
    try:
        return db.connect(path, key)
    except DatabaseUnusable:
        return None


def _key(kind: Kind, about: os.stat_result) -> str | None:
    """Return the key of a file, or None; the key of a group's file may belong to the group."""
    group_id = about.st_gid if about.st_mode & 0o060 else None
    try:
        return encryption.key(kind.key or encryption.MAIN, group_id)
    except DatabaseUnusable:
        return None


# ---------------------------------------------------------------- what is there


def _foreign(kind: Kind, path: Path) -> DatabaseUnusable:
    return DatabaseUnusable(f"{path} is not a {kind.name} of ccu")


def _check(kind: Kind, path: Path, connection: sqlite3.Connection) -> None:
    """Return whether the open file is one of ours. Raises DatabaseUnusable."""
    with explained(kind, path):
        connection.execute("SELECT count(*) FROM sqlite_master").fetchone()
        version = db.version_of(connection)
        application_id = connection.execute("PRAGMA application_id").fetchone()[0]
    if application_id != kind.application_id:
        raise _foreign(kind, path)
    if version > kind.version:
        raise DatabaseUnusable(f"{path} was made by a newer ccu; it was left as it is")


def _seen(path: Path, main: Path | None) -> tuple[bytes, os.stat_result] | None:
    """Return the first bytes and the modes of a file that can be read and written, or None."""
    flags = os.O_RDWR | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0)
    try:
        descriptor = os.open(path, flags)
    except (OSError, ValueError):
        return None
    found = os.fstat(descriptor)
    own = [main.with_name(main.name + each) for each in _BESIDE] if main is not None else []
    if any(files.is_same(found, each) for each in own):
        # Not closed, because that would drop the locks of SQLite's connection to the main file.
        raise DatabaseUnusable(f"{path} is the main file; the other must be a separate file")
    try:
        return (os.read(descriptor, 100), found) if stat.S_ISREG(found.st_mode) else None
    except OSError as error:
        raise DatabaseUnusable(f"cannot read {path}: {files.reason(error)}") from None
    finally:
        os.close(descriptor)


# ---------------------------------------------------------------- making


def make(
    kind: Kind, path: Path, group: str | None, main: Path | None = None, encrypt: bool = False
) -> None:
    """Make the file, for this account alone or for the accounts of a group.

    Its folder must be closed to everybody else, because SQLite puts its other files there, and a
    listing would reveal them. An interrupted call is completed. Raises InvalidInput,
    DatabaseUnusable.
    """
    group_id = _group_id(group) if group is not None else None
    _check_folder(kind, path, group_id, main)
    if os.path.lexists(path) and not _may_be_unfinished(kind, path, encrypt):
        raise schema.already_there(path)
    key = _new_key(kind.key, path, group_id) if encrypt and kind.key else None
    schema.claim(path, lambda: schema.is_blank(path, key))
    try:
        if group is not None:
            give(path, group)
        with explained(kind, path), schema.filling(path, key, kind.journal) as connection:
            migrations.run(connection, kind.script.read_text(encoding="utf-8"))
    except BaseException:
        if schema.is_blank(path, key):  # not when another process finished it meanwhile
            private.remove_database(path)
        raise


def give(path: Path, group: str) -> None:
    """Let the accounts of a group read and write a file. Raises DatabaseUnusable."""
    group_id = _group_id(group)
    try:
        descriptor = os.open(path, os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0))
        try:
            if os.fstat(descriptor).st_nlink != 1:  # someone in the group replaced the file
                raise PermissionError
            os.fchown(descriptor, -1, group_id)
            os.fchmod(descriptor, 0o660)
        finally:
            os.close(descriptor)
    except OSError as error:
        raise DatabaseUnusable(
            f"cannot give {path} to the group: {files.reason(error)}; this account must be in it"
        ) from None


def _may_be_unfinished(kind: Kind, path: Path, encrypt: bool) -> bool:
    """Return whether a file of this account may be left by an interrupted `make`.

    Only a file that began as a side file is opened, to see whether it is empty.
    """
    about = path.lstat()
    if not stat.S_ISREG(about.st_mode) or (os.name == "posix" and about.st_uid != os.geteuid()):
        return False
    if schema.is_unfinished(path):
        return True
    head = path.read_bytes()[:100]
    if head.startswith(files.MAGIC):
        return int.from_bytes(head[68:72], "big") == kind.application_id
    return encrypt and schema.is_short(path)


def _new_key(of: encryption.KeyName, path: Path, group_id: int | None) -> str:
    """Return the key for a new file, made if there is none, never beside the file itself."""
    encryption.library()
    where = encryption.key_file(of)
    if _folder(where) == _folder(path):
        raise InvalidInput(f"{of.variable}: the key must not be beside the file that it opens")
    if group_id is None:
        return encryption.key_or_new(of)
    if not installation.named(of.variable):
        raise InvalidInput(f"--group: name the key by {of.variable}, in a folder of the group")
    _must_be_closed(where, group_id)
    key = encryption.key_or_new(of, group_id)
    try:
        about = where.stat()
    except OSError as error:
        raise DatabaseUnusable(f"cannot read {where}: {files.reason(error)}") from None
    if about.st_gid != group_id or not about.st_mode & 0o040:
        raise InvalidInput(f"{where} is not the group's to read; chgrp it, then chmod 640 it")
    return key


def _folder(path: Path) -> str:
    return os.path.realpath(path.parent)


def _check_folder(kind: Kind, path: Path, group_id: int | None, main: Path | None) -> None:
    if main is not None and _folder(path) == _folder(main):
        raise InvalidInput(f"the {kind.name} must be in a different folder from the main file")
    schema.refuse_network_share(path)
    _must_be_closed(path, group_id)
    if access.caller() is not None and not folders.is_kept(path.parent, shared=True):
        raise InvalidInput(
            f"by sudo ccu makes a {kind.name} only where no caller can change the path: in a folder"
            " made by root, named in full and without links"
        )


def _must_be_closed(path: Path, group_id: int | None) -> None:
    """Raise InvalidInput unless a new file's folder is only this account's or the group's."""
    folder = path.absolute().parent
    try:
        found = folder.stat()
    except (OSError, ValueError) as error:
        raise DatabaseUnusable(f"cannot make {path}: {files.reason(error)}") from None
    if not stat.S_ISDIR(found.st_mode):
        raise DatabaseUnusable(f"cannot make {path}: {folder} is not a folder")
    if os.name != "posix":
        return  # on Windows the folder's access list decides
    mode = stat.S_IMODE(found.st_mode)
    if group_id is None and mode & 0o077:
        raise InvalidInput(f"{folder} is open to other accounts; chmod 700 it, or give --group")
    if group_id is not None and (found.st_gid != group_id or mode & 0o2077 != 0o2070):
        raise InvalidInput(f"{folder} must be that group's alone; chgrp it, then chmod 2770 it")


def _group_id(group: str) -> int:
    try:
        import grp
    except ImportError:
        raise InvalidInput("--group: this system has no groups of files") from None
    try:
        return grp.getgrnam(group).gr_gid
    except (KeyError, ValueError):
        raise InvalidInput("--group: there is no such group on this machine") from None
