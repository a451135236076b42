"""What every command asks about files, and the databases in use.

private  files that only their owner reads; a finished file gets its name
folders  folders opened once, to work in by descriptor
named    the files that a person names: the only place where they are opened
"""

import os
import re
from collections import deque
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from ccu.files.folders import Folder


def reason(error: Exception) -> str:
    """Return the system's message for an error, without the file's name."""
    return (getattr(error, "strerror", None) or "the system refused").lower()


def is_open(path: Path, bits: int = 0o077) -> bool:
    """Return whether the mode of a file gives other accounts one of these rights; never on Windows.

    False if there is no file, or none that this account can see.
    """
    try:
        return os.name == "posix" and bool(path.stat().st_mode & bits)
    except (OSError, ValueError):
        return False


# The beginnings of our key files (64 hexadecimal digits, or of parcels) and anchors.
_KEY = rb"([0-9a-fA-F]{64}|AGE-SECRET-KEY-1[0-9A-Z]+)\s*"
_ANCHOR = rb"[1-9][0-9]* [0-9a-f]{64}(\s|$)"


def is_key(content: bytes) -> bool:
    """Return whether this is the content of a key file, which must never be read into a record."""
    return re.fullmatch(_KEY, content) is not None


def is_proof(start: bytes) -> bool:
    """Return whether these first bytes are of a key or an anchor, which must not be overwritten."""
    return is_key(start) or re.match(_ANCHOR, start) is not None


MAGIC = b"SQLite format 3\0"
BESIDE = ("", "-wal", "-shm", "-journal")  # a database and the files that SQLite adds
PAGE = 4096  # bytes, SQLCipher's own: an encrypted database has no partial page


class Place(NamedTuple):
    """A name in an open folder, as the target of a write."""

    folder: "Folder"
    name: str

    @property
    def suffix(self) -> str:
        """The ending of the name, such as .csv."""
        return Path(self.name).suffix


# ---------------------------------------------------------------- the databases in use

IN_USE: deque[Path] = deque(maxlen=16)  # opened in this process: three or four


def keep_out_of(database: Path) -> None:
    """Remember a database that this process opens, so that it is not read or overwritten as a file.

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
