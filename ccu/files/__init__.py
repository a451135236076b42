"""Make private files, give finished ones their names, and know the databases in use.

folders  folders opened once, to work in by descriptor
named    the files that a person names: the only place where they are opened
"""

import contextlib
import os
import re
from collections import deque
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from ccu.files.folders import Folder


def reason(error: Exception) -> str:
    """Return the system's own words for an error, without the file's name."""
    return (getattr(error, "strerror", None) or "the system refused").lower()


def is_open(path: Path, bits: int = 0o077) -> bool:
    """Return whether the mode of a file gives other accounts one of these rights; never on Windows.

    False where there is nothing, or nothing that this account can look at.
    """
    try:
        return os.name == "posix" and bool(path.stat().st_mode & bits)
    except (OSError, ValueError):
        return False


def make_private(path: Path, content: bytes = b"", group: int | None = None) -> None:
    """Make a file that only its owner can read, and the accounts of a group if one is given.

    Raises FileExistsError when anything is there, a link too.
    """
    descriptor = os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600)
    try:
        os.write(descriptor, content)
        if group is not None:
            os.fchown(descriptor, -1, group)
            os.fchmod(descriptor, 0o640)
    finally:
        os.close(descriptor)


def make_key(path: Path, group: int | None = None, secret: str = "") -> None:
    """Make a file with a secret, else with 32 new random bytes in hexadecimal; one there stays.

    The file appears complete, so that a second process never reads half a key. Raises OSError,
    ValueError.
    """
    part = path.with_name(f".{path.name}.{os.getpid()}.part")
    try:
        part.unlink(missing_ok=True)
        make_private(part, f"{secret or os.urandom(32).hex()}\n".encode(), group)
        with contextlib.suppress(FileExistsError):  # another process was faster: its key counts
            publish(part, path)
    finally:
        with contextlib.suppress(OSError, ValueError):
            part.unlink(missing_ok=True)


def publish(part: Path, target: Path) -> None:
    """Give a finished file its name, on disk for good; never over a file that is there already.

    Raises FileExistsError. `part` may keep its own name too: the caller removes it.
    """
    sync(part)
    try:
        os.link(part, target, follow_symlinks=False)  # unlike rename, fails when the target exists
    except FileExistsError:
        raise
    except (OSError, AttributeError, NotImplementedError):  # a file system without hard links
        if os.path.lexists(target):
            raise FileExistsError(str(target)) from None
        part.rename(target)
    sync(target.parent)


# What a file of ours begins with: a key (64 hexadecimal digits, or that of parcels), an anchor.
_KEY = rb"([0-9a-fA-F]{64}|AGE-SECRET-KEY-1[0-9A-Z]+)\s*"
_ANCHOR = rb"[1-9][0-9]* [0-9a-f]{64}(\s|$)"


def is_key(content: bytes) -> bool:
    """Return whether this is the content of a key file: never text to be read into a record."""
    return re.fullmatch(_KEY, content) is not None


def is_proof(start: bytes) -> bool:
    """Return whether a file that begins so is a key or an anchor: never to be written over."""
    return is_key(start) or re.match(_ANCHOR, start) is not None


MAGIC = b"SQLite format 3\0"
BESIDE = ("", "-wal", "-shm", "-journal")  # a database and the files that SQLite adds
PAGE = 4096  # bytes, SQLCipher's own: an encrypted database has no partial page


def remove_database(path: Path) -> None:
    """Remove a database that was not finished, with the files that SQLite keeps beside it."""
    for suffix in BESIDE:
        with contextlib.suppress(OSError):
            path.with_name(path.name + suffix).unlink(missing_ok=True)


def sync(path: Path) -> None:
    """Ask the system to put a file or a folder's listing on the disk now."""
    if path.is_dir() and os.name != "posix":
        return  # Windows cannot open a folder
    descriptor = os.open(path, os.O_RDONLY if path.is_dir() else os.O_RDWR)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


class Place(NamedTuple):
    """A name in an open folder: where something is written."""

    folder: "Folder"
    name: str

    @property
    def suffix(self) -> str:
        """The ending of the name, such as .csv."""
        return Path(self.name).suffix


# ---------------------------------------------------------------- the databases in use

IN_USE: deque[Path] = deque(maxlen=16)  # opened in this process: three or four


def keep_out_of(database: Path) -> None:
    """Remember a database that this process opens: no file is read from it or written over it.

    Opening one again and closing it would also drop SQLite's locks (see opening.py).
    """
    path = Path(os.path.realpath(database))
    if path not in IN_USE:
        IN_USE.append(path)


def is_in_use(about: os.stat_result) -> bool:
    """Return whether a file, by any name, is a database of this process or SQLite's beside it."""
    return any(
        is_same(about, each.with_name(each.name + suffix)) for each in IN_USE for suffix in BESIDE
    )


def is_same(about: os.stat_result, path: Path) -> bool:
    """Return whether a path leads to this file; False where there is nothing to look at."""
    try:
        return os.path.samestat(about, path.stat())
    except (OSError, ValueError):
        return False
