"""Encryption at rest: the optional library, and the key it needs. Only opening.py uses it.

SQLCipher (the package sqlcipher3) replaces Python's sqlite3 for an encrypted file; for other files
nothing here is imported or read. The key is 32 bytes, 64 hex digits, in the owner's file outside
the data folder, and never on a command line, in an SQL text or in an error. Without it the file
cannot be opened.
"""

import contextlib
import os
import sqlite3
import stat
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ccu import database, files, installation
from ccu.errors import DatabaseUnusable
from ccu.files import private


@dataclass(frozen=True)
class KeyName:
    """A key by name: `variable` gives its file, by default `name` in the configuration folder."""

    variable: str
    name: str


MAIN = KeyName("CCU_KEY_FILE", "key")


def library() -> Any:
    """Return SQLCipher's module, a variant of sqlite3. Raises DatabaseUnusable if not installed."""
    try:
        import sqlcipher3.dbapi2 as module
    except ImportError:
        raise DatabaseUnusable(
            "encryption needs the package sqlcipher3, which is not installed; see Encryption in"
            " docs/administrator.md"
        ) from None
    return module


def connect(uri: str, key: str | None, timeout: float) -> sqlite3.Connection:
    """Connect by SQLCipher: with a key to an encrypted file, without one to a plain file.

    The connection is no sqlite3.Connection but has the same methods.
    """
    module = library()
    made = module.connect(uri, uri=True, timeout=timeout, isolation_level=None)
    made.execute("PRAGMA cipher_log_level=NONE")  # it writes to stderr about a wrong key
    if key is not None:
        made.set_key(raw(key))  # a call, not a PRAGMA, so that no SQL text has the key
    made.row_factory = module.Row
    connection: sqlite3.Connection = made
    return connection


def raw(key: str) -> str:
    """Return the key in SQLCipher's form for raw bytes (a passphrase costs 250 ms a command)."""
    return f"x'{key}'"


def uses_library(connection: sqlite3.Connection) -> bool:
    """Return whether SQLCipher made the connection."""
    return type(connection).__module__.startswith("sqlcipher3")


# ---------------------------------------------------------------- the key


def key_file(of: KeyName = MAIN) -> Path:
    """Return CCU_KEY_FILE, else `ccu/key` in the user's configuration folder."""
    named = installation.named(of.variable)
    if named:
        return Path(named)
    import platformdirs

    try:
        return platformdirs.user_config_path("ccu", appauthor=False) / of.name
    except (RuntimeError, KeyError):
        raise DatabaseUnusable(
            f"no home folder to look for the key in; name its file by {of.variable}"
        ) from None


def key_is_named() -> bool:
    """Return whether there is a key to try: CCU_KEY_FILE is set, or the default file exists."""
    if installation.named("CCU_KEY_FILE"):
        return True
    with contextlib.suppress(DatabaseUnusable, OSError):
        return os.path.lexists(key_file())
    return False


def has_key(of: KeyName = MAIN) -> bool:
    """Return whether the key exists. Raises DatabaseUnusable."""
    return os.path.lexists(key_file(of))


def key(of: KeyName = MAIN, group: int | None = None) -> str:
    """Return the key in its private file. Raises DatabaseUnusable.

    The accounts of a `group` may read the key of a file that is the group's.
    """
    path = key_file(of)
    text = _read(path, of, group).strip()
    if not files.is_key(text):
        raise DatabaseUnusable(
            f"the key file {path} is not a key: 64 hexadecimal digits on one line"
        )
    return text.decode("ascii").lower()


def key_or_new(of: KeyName = MAIN, group: int | None = None) -> str:
    """Return the key, made in its place if there is none yet. Raises DatabaseUnusable."""
    path = key_file(of)
    if not os.path.lexists(path):
        _make(path, of, group)
    return key(of, group)


def _make(path: Path, of: KeyName, group: int | None) -> None:
    try:
        if not installation.named(of.variable):
            path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        private.make_key(path, group)
    except (OSError, ValueError) as error:
        raise DatabaseUnusable(f"cannot make the key file {path}: {files.reason(error)}") from None


def _read(path: Path, of: KeyName, group: int | None) -> bytes:
    """Return the key in a file, which must be private and belong to the reader (or root)."""
    try:
        # O_NONBLOCK, so that a pipe of that name does not block
        descriptor = os.open(path, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0))
    except FileNotFoundError:
        raise DatabaseUnusable(
            f"the key file {path} does not exist; {of.variable} names another"
        ) from None
    except (OSError, ValueError) as error:
        raise DatabaseUnusable(f"cannot read the key file {path}: {files.reason(error)}") from None
    try:
        _must_be_private(path, os.fstat(descriptor), group)
        return os.read(descriptor, 200)
    finally:
        os.close(descriptor)


def _must_be_private(path: Path, about: os.stat_result, group: int | None) -> None:
    if not stat.S_ISREG(about.st_mode):
        raise DatabaseUnusable(f"the key file {path} is not a file")
    if os.name != "posix":
        return
    if about.st_gid == group and not about.st_mode & 0o037:
        return
    if about.st_uid not in (os.geteuid(), 0):
        raise DatabaseUnusable(f"the key file {path} belongs to another account")
    if stat.S_IMODE(about.st_mode) & 0o077:
        raise DatabaseUnusable(
            f"the key file {path} is open to other accounts; run chmod 600 on it,"
            " and ask whether the key is still secret"
        )


def must_unlock(connection: sqlite3.Connection, path: Path) -> None:
    """Read the first page, which fails with a wrong key as it does for a damaged file."""
    try:
        connection.execute("SELECT count(*) FROM sqlite_master").fetchone()
    except database.errors() as error:
        if getattr(error, "sqlite_errorcode", 0) & 0xFF != sqlite3.SQLITE_NOTADB:
            raise
        raise DatabaseUnusable(
            f"{path}: wrong key, or not a ccu database; the key is from {key_file()}"
        ) from None


def check_size(path: Path, size: int, wal: bool) -> None:
    """Raise DatabaseUnusable for a file without a key, or cut within a page (`wal`: has a WAL)."""
    if not key_is_named():
        raise DatabaseUnusable(
            f"{path} is not a ccu database, or it is encrypted and there is no key at"
            f" {key_file()}; CCU_KEY_FILE names another"
        )
    if size % files.PAGE and not wal:
        raise DatabaseUnusable(f"{path} is cut short, or is not a ccu database; restore a backup")
