"""Make new databases from schema.sql, and compare a file's definitions with it."""

import contextlib
import os
import sqlite3
import stat
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

from ccu import database, files
from ccu.database import digests, key_chain, migrations, opening
from ccu.errors import CcuError, DatabaseBusy, DatabaseUnusable, InvalidInput
from ccu.files import private

_ONE_PAGE = 65_536  # bytes of the largest
MOUNTS = Path("/proc/mounts")
ON_SHARE = "is on a network share, where SQLite loses data; use a folder on this machine's own disk"

_DEFINED = """
SELECT type, name, sql FROM sqlite_master
WHERE sql IS NOT NULL AND name NOT LIKE 'sqlite!_%' ESCAPE '!'
"""


def sql() -> str:
    """Return the text of schema.sql: in the package in a wheel, one folder up in a checkout."""
    here = Path(__file__).resolve().parent.parent
    for folder in (here, here.parent):
        path = folder / "schema.sql"
        if path.is_file():
            return path.read_text(encoding="utf-8")
    raise FileNotFoundError("schema.sql is missing from the installation")


def make(connection: sqlite3.Connection) -> None:
    """Make the tables of a new database, inside the caller's transaction."""
    migrations.run(connection, sql())
    digests.install(connection)
    digests.seal(connection, names(connection))


def make_views(connection: sqlite3.Connection, new: sqlite3.Connection) -> None:
    """Replace the views of a file by those of a new database, inside the caller's transaction.

    Views have no data. A view that another program made stays.
    """
    views = new.execute(
        "SELECT name, sql FROM sqlite_master WHERE type = 'view' ORDER BY rowid"
    ).fetchall()
    for name, _sql in views:
        connection.execute(f"DROP VIEW IF EXISTS {name}")
    for _name, sql in views:
        connection.execute(sql)


def in_memory() -> sqlite3.Connection:
    """Return a new, empty database to compare a file with."""
    connection = sqlite3.connect(":memory:", isolation_level=None)
    opening.register(connection)
    make(connection)
    return connection


def names(connection: sqlite3.Connection) -> set[str]:
    """Return the tables, indexes, views and triggers of a database, except SQLite's own."""
    found = connection.execute("SELECT name FROM sqlite_master WHERE sql IS NOT NULL")
    return {row[0] for row in found if not row[0].startswith("sqlite")}


# ---------------------------------------------------------------- making a file


@contextlib.contextmanager
def creating(path: Path, encrypt: bool = False) -> Iterator[sqlite3.Connection]:
    """Make a new database at `path`, readable by its owner only; the block fills it.

    `encrypt`: with the key of encryption.py, which is made if there is none.

    Schema and filling are one transaction: the result is a complete database, or an empty file that
    a second try can complete. Raises InvalidInput if the file exists. Another process may do the
    same at the same time: the second one finds the file complete.
    """
    refuse_network_share(path)
    key = None
    if encrypt:
        from ccu.database import encryption

        encryption.library()
        if os.path.lexists(path) and not is_short(path):
            raise already_there(path)  # before a key is made
        key = encryption.key_or_new()
    new = claim(path, lambda: _is_unfinished(path, key))
    audit_key = None
    try:
        with filling(path, key) as connection:
            make(connection)
            where = key_chain.key_path(connection)
            audit_key = None if os.path.lexists(where) else where
            key_chain.make(where)
            yield connection
    except BaseException:
        # unless another process finished it meanwhile
        if _is_unfinished(path, key) and (audit_key is None or _removed(audit_key)) and new:
            private.remove_database(path)
        raise


def _removed(key: Path) -> bool:
    """Remove a new audit key before its database, because a key alone looks like a lost database.

    Returns whether no key is left. None was made in a folder that this account may not enter.
    """
    with contextlib.suppress(OSError):
        key.unlink(missing_ok=True)
    return not os.path.lexists(key)


def refuse_network_share(path: Path) -> None:
    """Raise DatabaseUnusable for a path on a network share."""
    if on_network_share(path):
        raise DatabaseUnusable(f"{path} {ON_SHARE}")


def on_network_share(path: Path) -> bool:
    """Return whether the file is on NFS, SMB or similar; known without privileges only on Linux."""
    if not sys.platform.startswith("linux"):
        return str(path).startswith("\\\\")
    try:
        mounts = MOUNTS.read_text(encoding="utf-8", errors="replace").splitlines()
    except OSError:
        return False
    home = Path(os.path.realpath(path)).parent
    best, type_ = "", ""
    for fields in (line.split(" ") for line in mounts):
        point = fields[1].replace("\\040", " ")
        if home.is_relative_to(point) and len(point) >= len(best):
            best, type_ = point, fields[2]
    return type_.startswith(("nfs", "cifs", "smb", "fuse.sshfs", "afs"))


def already_there(path: Path) -> InvalidInput:
    """Return the error for a file that was not made by this call."""
    return InvalidInput(f"{path} already exists and was not changed; for a new file: --db FILE")


def claim(path: Path, unfinished: Callable[[], bool]) -> bool:
    """Make an empty private file, or take an `unfinished` one; return whether it is new.

    Raises InvalidInput if there is another file, DatabaseUnusable if it cannot be made.
    """
    try:
        private.make_private(path)
        return True
    except FileExistsError:
        if not unfinished():
            raise already_there(path) from None
        with contextlib.suppress(OSError):  # another account's, which cannot be written either
            path.chmod(0o600)
        return False
    except (OSError, ValueError) as error:
        raise DatabaseUnusable(f"cannot make {path}: {files.reason(error)}") from None


@contextlib.contextmanager
def filling(path: Path, key: str | None, journal: str = "WAL") -> Iterator[sqlite3.Connection]:
    """Open an empty file in a journal mode; the block fills it, in one transaction."""
    with contextlib.closing(opening.connect(path, key)) as connection:
        _retry_busy(lambda: connection.execute(f"PRAGMA journal_mode={journal}"))
        with opening.write(connection):
            if not _is_empty(connection):
                raise already_there(path)
            yield connection
        # So that the header identifies the file. It fails on a full disk, but the file is complete,
        # and SQLite does it later.
        with private.in_place(path), contextlib.suppress(*database.errors()):
            opening.tidy(connection)


def _retry_busy(action: Callable[[], object]) -> None:
    """Retry: journal_mode fails with "busy" at once while another process sets it."""
    for _ in range(int(opening.BUSY_SECONDS * 20)):
        try:
            action()
            return
        except database.errors() as error:
            if getattr(error, "sqlite_errorcode", 0) & 0xFF != sqlite3.SQLITE_BUSY:
                raise
            time.sleep(0.05)
    raise DatabaseBusy("the database is in use by another program; nothing was written, try again")


def _is_empty(connection: sqlite3.Connection) -> bool:
    tables = connection.execute("SELECT count(*) FROM sqlite_master").fetchone()[0]
    return not tables and not opening.version_of(connection)


def _is_unfinished(path: Path, key: str | None) -> bool:
    """Return whether the file was left by an interrupted `creating`."""
    if key is not None and is_short(path) and path.stat().st_size:
        return is_blank(path, key)
    return is_unfinished(path)


def is_blank(path: Path, key: str | None) -> bool:
    """Return whether the file can be opened, with the key if there is one, and is empty."""
    try:
        with contextlib.closing(opening.connect(path, key)) as connection:
            return _is_empty(connection)
    except CcuError:
        return False
    except database.errors():
        return False


def is_short(path: Path) -> bool:
    """Return whether the file is so short that it may be an unfinished one."""
    try:
        about = path.stat()
    except (OSError, ValueError):
        return False
    return stat.S_ISREG(about.st_mode) and about.st_size <= _ONE_PAGE


def is_unfinished(path: Path) -> bool:
    """Return whether the file is empty, or a plain database with a header alone."""
    if not is_short(path):
        return False
    try:
        content = path.read_bytes()
    except OSError:
        return False
    return not content or (
        content.startswith(files.MAGIC)
        and content[60:64] == content[68:72] == bytes(4)
        and content[103:105] == bytes(2)  # the first page has no entry, so there is no table
    )


# ---------------------------------------------------------------- comparing


def changed_triggers(connection: sqlite3.Connection) -> list[str]:
    """Return a sentence for each trigger that is missing, altered or added by hand."""
    with contextlib.closing(in_memory()) as new:
        return [text for _result, text in compare(connection, new) if "trigger" in text]


def compare(connection: sqlite3.Connection, new: sqlite3.Connection) -> Iterator[tuple[str, str]]:
    """Return the definitions of schema.sql that are missing or altered, and additional ones."""
    found, ours = _defined(connection), _defined(new)
    for (type_, name), sql in ours.items():
        if (type_, name) not in found:
            yield "bad", f"the {type_} {name} is missing"
        elif found[type_, name] != sql and (
            type_ != "table" or _shape(connection, name) != _shape(new, name)
        ):
            yield "bad", f"the {type_} {name} was altered"
    for type_, name in found.keys() - ours.keys():
        if type_ == "trigger":
            yield "bad", "a trigger was inserted by hand"
        else:
            yield "warning", f"the {type_} {name} is another program's"


def _defined(connection: sqlite3.Connection) -> dict[tuple[str, str], str]:
    return {(row[0], row[1]): " ".join(row[2].split()) for row in connection.execute(_DEFINED)}


def _shape(connection: sqlite3.Connection, table: str) -> list[list[tuple[object, ...]]]:
    """Return columns and references; the SQL of a migrated table differs from schema.sql."""
    return [
        sorted(tuple(row) for row in connection.execute(f'PRAGMA {about}("{table}")'))
        for about in ("table_xinfo", "foreign_key_list")
    ]
