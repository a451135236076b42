"""Making a compartment, in a folder that is closed to everybody whom it is not for."""

import contextlib
import os
import stat
from pathlib import Path

from ccu import files
from ccu.access import account as who
from ccu.access import installation
from ccu.database import encryption, file_header, migrations
from ccu.database import opening as db
from ccu.errors import DatabaseUnusable, InvalidInput
from ccu.files import folders
from ccu.side_file.kind import Kind, explained


def make(
    kind: Kind, path: Path, group: str | None, main: Path | None = None, encrypt: bool = False
) -> None:
    """Make the file, for this account alone or for the accounts of a group.

    Its folder must be closed to everybody else, because SQLite's other files stand there too, and
    a listing tells that there is something. What an interrupted call left is finished. Raises
    InvalidInput, DatabaseUnusable.
    """
    group_id = _group_id(group) if group is not None else None
    _check_folder(kind, path, group_id, main)
    made = InvalidInput(f"{path} is there already; it was left as it is")
    if os.path.lexists(path) and not _may_be_unfinished(kind, path, encrypt):
        raise made
    key = _new_key(kind.key, path, group_id) if encrypt and kind.key else None
    try:
        files.make_private(path)
    except FileExistsError:
        if not db.is_blank(path, key):
            raise made from None
    except (OSError, ValueError) as error:
        raise DatabaseUnusable(f"cannot make {path}: {files.reason(error)}") from None
    try:
        if group is not None:
            give(path, group)
        _fill(kind, path, key, made)
    except BaseException:
        if db.is_blank(path, key):  # not when another process finished it meanwhile
            files.remove_database(path)
        raise


def give(path: Path, group: str) -> None:
    """Let the accounts of a group read and write a file. Raises DatabaseUnusable."""
    group_id = _group_id(group)
    try:
        descriptor = os.open(path, os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0))
        try:
            if os.fstat(descriptor).st_nlink != 1:  # the group put another file there
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
    """Whether a file of this account may be what an interrupted `make` left.

    Only what was begun as such a file is opened, to see whether anything is in it.
    """
    about = path.lstat()
    if not stat.S_ISREG(about.st_mode) or (os.name == "posix" and about.st_uid != os.geteuid()):
        return False
    if file_header.is_unfinished(path):
        return True
    head = path.read_bytes()[:100]
    if head.startswith(file_header.MAGIC):
        return int.from_bytes(head[68:72], "big") == kind.application_id
    return encrypt and file_header.is_short(path)


def _fill(kind: Kind, path: Path, key: str | None, made: InvalidInput) -> None:
    with explained(kind, path), contextlib.closing(db.connect(path, key)) as connection:
        connection.execute(f"PRAGMA journal_mode={kind.journal}")
        with db.write(connection):
            if connection.execute("SELECT count(*) FROM sqlite_master").fetchone()[0]:
                raise InvalidInput(f"{path} was replaced by another database meanwhile")
            migrations.run(connection, kind.script.read_text(encoding="utf-8"))
        db.tidy(connection)  # so that the header says what the file is


def _new_key(of: encryption.KeyName, path: Path, group_id: int | None) -> str:
    """The key for a new file, made if there is none; never beside the file that it opens."""
    encryption.library()
    where = encryption.key_file(of)
    if where is not None and _folder(where) == _folder(path):
        raise InvalidInput(f"{of.variable}: the key must not be beside the file that it opens")
    if group_id is None:
        return encryption.key_or_new(of)
    if where is None or not installation.named(of.variable):
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
        raise InvalidInput(f"the {kind.name} must be in another folder than the main file")
    if files.on_network_share(path):
        raise DatabaseUnusable(f"{path} is on a network share, where SQLite loses data")
    _must_be_closed(path, group_id)
    if who.caller() is not None and not folders.is_kept(path.parent, shared=True):
        raise InvalidInput(
            f"by sudo ccu makes a {kind.name} only where no caller can change the path: in a folder"
            " made by root, named in full and without links"
        )


def _must_be_closed(path: Path, group_id: int | None) -> None:
    """The folder that a file is to be made in: this account's alone, or the group's."""
    folder = path.absolute().parent
    try:
        found = folder.stat()
    except (OSError, ValueError) as error:
        raise DatabaseUnusable(f"cannot make {path}: {files.reason(error)}") from None
    if not stat.S_ISDIR(found.st_mode):
        raise DatabaseUnusable(f"cannot make {path}: {folder} is not a folder")
    if os.name != "posix":
        return  # there the folder's access list decides
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
