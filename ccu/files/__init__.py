"""Files on the machine: making one private, publishing one whole, what a file begins with."""

import codecs
import contextlib
import os
import re
import sys
from pathlib import Path


def reason(error: Exception) -> str:
    """The system's own words for why, without the file's name."""
    return (getattr(error, "strerror", None) or "the system refused").lower()


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


def publish(part: Path, target: Path) -> None:
    """Give a finished file its name, on disk for good; never over a file that is there already.

    Raises FileExistsError. `part` is gone afterwards.
    """
    sync(part)
    try:
        os.link(part, target, follow_symlinks=False)  # unlike rename, fails when the target exists
        part.unlink()
    except FileExistsError:
        raise
    except (OSError, AttributeError, NotImplementedError):  # a file system without hard links
        if os.path.lexists(target):
            raise FileExistsError(str(target)) from None
        part.rename(target)
    sync(target.parent)


# What a file of ours begins with: a key (64 hexadecimal digits, nothing more), an anchor.
_KEY = re.compile(rb"[0-9a-fA-F]{64}\s*")
_ANCHOR = re.compile(rb"[1-9][0-9]* [0-9a-f]{64}(\s|$)")


def is_key(content: bytes) -> bool:
    """Whether this is what a key's file holds: never text to be read into a record."""
    return _KEY.fullmatch(content) is not None


def is_proof(start: bytes) -> bool:
    """Whether a file that begins so is a key or an anchor: nothing is to be written over it."""
    return is_key(start) or _ANCHOR.match(start) is not None


MAGIC = b"SQLite format 3\0"
PAGE = 4096  # bytes, SQLCipher's own: an encrypted database is whole pages


def is_database(start: bytes, size: int) -> bool:
    """Whether a file that begins so is an SQLite database, or looks like an encrypted one."""
    if start.startswith(MAGIC):
        return True
    if not size or size % PAGE:
        return False
    try:
        codecs.getincrementaldecoder("utf-8")().decode(start)
    except UnicodeDecodeError:
        return True  # no text: what is encrypted looks like chance
    return False


def remove_database(path: Path) -> None:
    """Take away a database that was not finished, with the files SQLite keeps beside it."""
    for suffix in ("", "-wal", "-shm", "-journal"):
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


def on_network_share(path: Path) -> bool:
    """Whether the file lies on NFS, SMB or the like. Only Linux can be asked without privileges."""
    if not sys.platform.startswith("linux"):
        return str(path).startswith("\\\\")
    try:
        mounts = Path("/proc/mounts").read_text(encoding="utf-8", errors="replace").splitlines()
    except OSError:
        return False
    home = Path(os.path.realpath(path)).parent
    best, kind = "", ""
    for fields in (line.split(" ") for line in mounts):
        point = fields[1].replace("\\040", " ")
        if home.is_relative_to(point) and len(point) >= len(best):
            best, kind = point, fields[2]
    return kind.startswith(("nfs", "cifs", "smb", "fuse.sshfs", "afs"))
