"""What the first bytes of a file say, read without SQLite: what is not ours is left untouched.

Never while a connection of this process is open to the file: see opening.py.
"""

import os
import stat
from pathlib import Path

from ccu import files
from ccu.errors import DatabaseUnusable

MAGIC = files.MAGIC
APPLICATION_ID = 0x43435531  # 'CCU1', as in schema.sql
_ONE_PAGE = 65_536  # the largest


def is_ours(head: bytes) -> bool:
    """Whether a file that begins so is a plain ccu database."""
    return head.startswith(MAGIC) and int.from_bytes(head[68:72], "big") == APPLICATION_ID


def may_be_encrypted(head: bytes) -> bool:
    """Whether a file with these first 100 bytes may be encrypted: they look like chance."""
    return len(head) == 100 and not head.startswith(MAGIC) and not head.isascii()


def is_encrypted(path: Path, newest: int) -> bool:
    """Whether a database is encrypted; `newest` is the highest schema version that can be read.

    Raises DatabaseUnusable for what is neither a plain database of ours nor perhaps encrypted.
    """
    descriptor = None
    try:
        descriptor = os.open(path, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0))
        if not stat.S_ISREG(os.fstat(descriptor).st_mode):
            raise DatabaseUnusable(f"{path} is not a file")
        head, size = os.read(descriptor, 100), os.fstat(descriptor).st_size
    except (FileNotFoundError, NotADirectoryError):
        raise DatabaseUnusable(
            f"{path} does not exist; ccu init makes it, --db or CCU_DB names another"
        ) from None
    except OSError as error:
        raise DatabaseUnusable(f"cannot open {path}: {files.reason(error)}") from None
    finally:
        if descriptor is not None:
            os.close(descriptor)
    if not head:
        raise DatabaseUnusable(f"{path} is empty; ccu init makes it a ccu database")
    wal = os.path.lexists(path.with_name(path.name + "-wal"))
    if may_be_encrypted(head) and size >= files.PAGE:
        _check_encrypted(path, size, wal)
        return True
    if len(head) < 100 or not head.startswith(MAGIC):
        raise DatabaseUnusable(f"{path} is not a ccu database")
    if not {head[18], head[19]} <= {1, 2}:  # SQLite would open it for reading alone
        raise DatabaseUnusable(f"{path} is damaged; keep it, restore a backup, and run ccu check")
    if wal:
        return False  # the header may be older than the content: the open connection decides
    if int.from_bytes(head[68:72], "big") != APPLICATION_ID:
        raise DatabaseUnusable(f"{path} is another program's database, not ccu's")
    version = int.from_bytes(head[60:64], "big")
    if version > newest:
        raise too_new(path, version, newest)
    page = int.from_bytes(head[16:18], "big")
    if size < int.from_bytes(head[28:32], "big") * (65_536 if page == 1 else page):
        raise DatabaseUnusable(f"{path} is cut short; keep it and restore a backup")
    return False


def _check_encrypted(path: Path, size: int, wal: bool) -> None:
    from ccu.database import encryption

    if not encryption.key_is_named():
        raise DatabaseUnusable(
            f"{path} is not a ccu database, or it is encrypted and there is no key at"
            f" {encryption.place()}; CCU_KEY_FILE names another"
        )
    if size % files.PAGE and not wal:
        raise DatabaseUnusable(f"{path} is cut short, or is not a ccu database; restore a backup")


def too_new(path: Path, version: int, newest: int) -> DatabaseUnusable:
    """The sentence for a file of a later schema than the newest this ccu knows."""
    return DatabaseUnusable(
        f"{path} was made by a newer ccu (schema {version}, this one knows {newest});"
        " it was left as it is"
    )


def is_short(path: Path) -> bool:
    """Whether the file is so short that it may be an unfinished one."""
    try:
        about = path.stat()
    except (OSError, ValueError):
        return False
    return stat.S_ISREG(about.st_mode) and about.st_size <= _ONE_PAGE


def is_unfinished(path: Path) -> bool:
    """Whether the file is empty, or a plain database with a header alone."""
    if not is_short(path):
        return False
    try:
        content = path.read_bytes()
    except OSError:
        return False
    return not content or (
        content.startswith(MAGIC)
        and content[60:64] == content[68:72] == bytes(4)
        and content[103:105] == bytes(2)  # no entry in the first page: no table
    )
