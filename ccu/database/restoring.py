"""Handle a missing database, and restore a backup in its place.

A missing file must never look like one that was not made yet: a new file in its place would be an
empty town without a single warning.

An interruption leaves the old file or the new one. The backup is copied beside the database, then
opened, migrated and checked under the name of an unfinished copy (copies.py). Only then does it get
the database's name. The old file is kept under another name.
"""

import contextlib
import os
import re
import shutil
import sqlite3
import time
from collections.abc import Iterator
from pathlib import Path

from ccu import access, database, files, installation
from ccu.database import copies, encryption, key_chain, opening, reasons
from ccu.errors import (
    CcuError,
    DatabaseBusy,
    DatabaseMissing,
    DatabaseUnusable,
    InvalidInput,
    NotAllowed,
)
from ccu.files import named, private

_OURS = re.compile(r".*\.(anchor|audit-key(\..+)?|parcel-key|bak)", re.DOTALL)


def traces(path: Path, usual: bool = False) -> list[Path]:
    """Return the files left from a database at `path`: keys, backups, the care file.

    `usual`: it is the default file of this run, so the installation's files belong to it.
    """
    key = installation.named(key_chain.VARIABLE)
    found = [Path(key)] if key and usual else []
    found += [path.with_name(f"{path.name}{suffix}") for suffix in ("-wal", "-journal")]
    found = [each for each in found if os.path.lexists(each)]
    of_this = re.compile(rf"{re.escape(path.stem)}[^A-Za-z0-9].*", re.DOTALL)
    left = _left_in(path.absolute().parent)
    found += [each for each in left if of_this.fullmatch(each.name)]
    # A copy by another name may be of this file, unless it can be of another that is here.
    copied = {each.name.removesuffix(".anchor") for each in left if each.suffix == ".anchor"}
    databases = [each for each in left if not _OURS.fullmatch(each.name) and each not in found]
    if all(each.name in copied for each in databases):
        found += databases
    config = installation.applied()
    if config and config.database == path and config.backups != path.parent:
        found += _left_in(config.backups)
    care = installation.named("CCU_CARE_DB")
    if usual and care and os.path.lexists(care):
        found.append(Path(care))
    return [each for each in dict.fromkeys(found) if each != path]


def _left_in(folder: Path) -> list[Path]:
    """Return the keys, anchors and databases in a folder; none if it cannot be listed."""
    try:
        names = sorted(folder.iterdir())
    except OSError:
        return []
    return [each for each in names if _OURS.fullmatch(each.name) or _is_database(each)]


def _is_database(path: Path) -> bool:
    try:
        if not path.is_file() or path.name.endswith(files.BESIDE[1:]):
            return False
        with path.open("rb") as file:
            head = file.read(100)
    except OSError:
        return False
    return opening.is_ours(head) or (path.suffix == ".db" and opening.may_be_encrypted(head))


def missing(path: Path, usual: bool, error: DatabaseMissing) -> DatabaseUnusable:
    """Return the error for a missing or empty file: a warning if there was a database."""
    found = traces(path, usual)
    if found:
        return DatabaseUnusable(
            f"a database was here: {path} is missing or empty, but {found[0]} is left. Restore a"
            " backup: ccu restore BACKUP"
        )
    return elsewhere(path, usual) or error


def refuse_new(path: Path, usual: bool) -> None:
    """Refuse to make a new file where one was, or in addition to a shared one.

    Files that `ccu init` makes beside an unfinished file do not count. It makes the audit key after
    the header, so an empty file with a key was emptied. Raises NotAllowed.
    """
    found = traces(path, usual)
    if os.path.lexists(path) and path.is_file():  # is_file raises in a folder that we cannot read
        begun = ("-wal", "-journal", ".audit-key" if path.stat().st_size else "-wal")
        found = [each for each in found if each.name not in {path.name + end for end in begun}]
    if found:
        more = f" and {len(found) - 1} more" if len(found) > 1 else ""
        raise NotAllowed(
            f"a database was here: {found[0]}{more} belongs to it, and a new file would lack"
            " its warnings; restore a backup: ccu restore BACKUP, or move"
            f" {', '.join(str(each) for each in found[:5])} away to start over"
        )
    shared = elsewhere(path, usual)
    if shared:
        raise NotAllowed(str(shared))


def elsewhere(path: Path, usual: bool) -> DatabaseUnusable | None:
    """Return the error for an account that must run ccu by sudo, because a file is shared.

    None if the account's own file is meant.
    """
    config = installation.found() if usual and not installation.named("CCU_DB") else None
    if config is None or installation.applied() is not None or access.caller() is not None:
        return None
    return DatabaseUnusable(
        f"this computer's database is {config.database}: run ccu as the account {config.account},"
        f" by sudo -u {config.account} {installation.place().parent}/bin/ccu, or name your own file"
        " with --db or CCU_DB"
    )


# ---------------------------------------------------------------- restoring


_MOVED = ("-wal", "-shm", "-journal", ".anchor")  # the old file's, not the new one's
_APART = 1000  # numbers to skip after those of the backup

_UNUSED = """
INSERT INTO sqlite_sequence (name, seq)
SELECT name, 0 FROM sqlite_master
WHERE type = 'table' AND sql LIKE '%AUTOINCREMENT%' AND name <> 'audit'
  AND name NOT IN (SELECT name FROM sqlite_sequence)
"""
_SKIP = "UPDATE sqlite_sequence SET seq = (seq / :apart + 2) * :apart WHERE name <> 'audit'"
_LAST = "SELECT at FROM audit ORDER BY id DESC LIMIT 1"


def must_be_restorable(backup: Path, path: Path, force: bool) -> None:
    """Refuse a file that cannot be a backup and, without `force`, to replace a database.

    Raises InvalidInput, DatabaseUnusable.
    """
    if not os.path.lexists(backup):
        raise InvalidInput("there is no such backup; give the path of one")
    try:
        encrypted = opening.is_encrypted(backup)
    except DatabaseMissing:
        raise DatabaseUnusable(f"{backup} is empty; give the path of another backup") from None
    wal = backup.with_name(backup.name + "-wal")
    with contextlib.suppress(FileNotFoundError):
        if wal.stat().st_size:
            raise InvalidInput(
                f"{backup} is in use or was not closed; run ccu --db {backup} check, then try again"
            )
    if not os.path.lexists(path):
        return
    if not path.is_file():
        raise InvalidInput(f"{path} is not a file; move it away")
    if path.samefile(backup):
        raise InvalidInput(f"{backup} is the database itself; give the path of a backup")
    if not force:
        raise InvalidInput(
            f"{path} exists; to replace it, and keep it under another name, add --force"
        )
    if not encrypted and _is_locked(path):
        raise InvalidInput(
            f"{backup} is not encrypted and {path} is; encrypt it first:"
            f" ccu --db {backup} backup --encrypt NEW.db, then restore NEW.db"
        )


def _is_locked(path: Path) -> bool:
    try:
        return opening.is_encrypted(path)
    except DatabaseUnusable:  # damaged: decide by its first bytes
        with path.open("rb") as file:
            return opening.may_be_encrypted(file.read(100))


@contextlib.contextmanager
def copied(backup: Path, path: Path) -> Iterator[Path]:
    """Copy a backup to a private file beside `path`, with the audit key beside it, for the block.

    Raises InvalidInput, DatabaseUnusable: without the audit key, too.
    """
    part = path.with_name(f".{path.name}.{os.getpid()}.part")
    copies.remove_leftovers(path.parent)
    for each in path.parent.glob(f".{path.name}.*.part.audit-key"):  # left by a killed process
        if not os.path.lexists(each.with_suffix("")):
            each.unlink(missing_ok=True)
    beside = part.with_name(f"{part.name}.audit-key")
    lock = -1
    try:
        lock = copies.make_locked(part)
        with named.opened(backup, str(backup), pipe=False) as source, part.open("r+b") as target:
            shutil.copyfileobj(source, target, 1 << 20)
        key = key_chain.path_of(path)
        key_chain.read(key)
        if key_chain.path_of(part) == beside:
            private.make_private(beside, key.read_bytes())
        yield part
    except OSError as error:
        raise DatabaseUnusable(
            f"cannot restore {path}: {files.reason(error)}; it was not changed"
        ) from None
    finally:
        if lock >= 0:
            os.close(lock)
        private.remove_database(part)
        for each in (beside, *part.parent.glob(f"{part.name}.schema-*.bak")):
            with contextlib.suppress(OSError):
                each.unlink()


def begin_apart(connection: sqlite3.Connection) -> None:
    """Make new records skip the numbers that records lost since the backup may have had.

    Otherwise papers, or care notes in their own file, would point to somebody else.
    """
    connection.execute(_UNUSED)
    connection.execute(_SKIP, {"apart": _APART})


def last_event(connection: sqlite3.Connection) -> str:
    """Return the time of the last audit event; the file has nothing recorded later."""
    row = connection.execute(_LAST).fetchone()
    return str(row[0]) if row else ""


def take_place(part: Path, path: Path) -> Path | None:
    """Give a finished copy the name of the database; return where the old one is kept, if any.

    The owner is that of the old file, else of the folder. Raises DatabaseBusy if another program
    has the old file open, and OSError.
    """
    kept = _new_name(path)
    old = path if os.path.lexists(path) else None
    if old is not None:
        _fold(old)
    if os.name == "posix":
        about = (old or path.parent).stat()
        if os.geteuid() == 0:
            os.chown(part, about.st_uid, about.st_gid)
    part.chmod(0o600)
    private.sync(part)
    if old is not None:
        try:
            os.link(old, kept, follow_symlinks=False)  # for now the old file keeps its name too
        except (OSError, NotImplementedError):  # a file system without hard links
            shutil.copy2(old, kept)
    for suffix in _MOVED:  # the old file's: SQLite would apply its -wal to the new one
        with contextlib.suppress(FileNotFoundError):
            path.with_name(path.name + suffix).replace(f"{kept}{suffix}")
    part.replace(path)
    with private.in_place(path):
        private.sync(path.parent)
    return kept if old is not None else None


def _new_name(path: Path) -> Path:
    name = f"{path.name}.before-restore-{time.strftime('%Y%m%d-%H%M%S')}"
    kept, number = path.with_name(name), 1
    while os.path.lexists(kept):  # twice in one second
        number += 1
        kept = path.with_name(f"{name}-{number}")
    return kept


def _fold(path: Path) -> None:
    """Checkpoint the write-ahead log into the file. Raises DatabaseBusy if it is in use.

    A file that cannot be opened is kept with the files beside it.
    """
    try:
        key = encryption.key() if opening.is_encrypted(path) else None
        connection = opening.connect(path, key)
    except CcuError:
        return
    try:
        connection.execute("PRAGMA busy_timeout=2000")
        connection.execute("PRAGMA locking_mode=EXCLUSIVE")
        connection.execute("BEGIN EXCLUSIVE")
        connection.execute("COMMIT")
        opening.tidy(connection)
    except database.errors() as error:
        if isinstance(reasons.explain(error, path), DatabaseBusy):
            raise DatabaseBusy(
                f"{path} is in use; nothing was changed: try again when ccu is not running"
            ) from None
    finally:
        connection.close()
