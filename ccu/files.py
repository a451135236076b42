"""Files on the machine: who else can read them, publishing one whole, reading one by lines."""

import contextlib
import os
import re
import sys
from collections.abc import Iterator
from pathlib import Path

from ccu.errors import InvalidInput


def reason(error: Exception) -> str:
    """The system's own words for why, without the file's name."""
    return (getattr(error, "strerror", None) or "the system refused").lower()


def make_private(path: Path) -> None:
    """Make an empty file that only its owner can read. Raises FileExistsError when it is there."""
    os.close(os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))


def publish(part: Path, target: Path) -> None:
    """Give a finished file its name, on disk for good; never over a file that is there already.

    Raises FileExistsError. `part` is gone afterwards.
    """
    sync(part)
    try:
        os.link(part, target)  # unlike rename, fails when the target exists
        part.unlink()
    except FileExistsError:
        raise
    except (OSError, AttributeError, NotImplementedError):  # a file system without hard links
        if target.exists():
            raise FileExistsError(str(target)) from None
        part.rename(target)
    sync(target.parent)


# What a file of ours begins with: a key (64 hexadecimal digits, nothing more), an anchor.
_KEY = re.compile(rb"[0-9a-fA-F]{64}\s*")
_ANCHOR = re.compile(rb"[1-9][0-9]* [0-9a-f]{64}(\s|$)")


def is_key(content: bytes) -> bool:
    """Whether this is what a key's file holds: never text to be read into a record."""
    return _KEY.fullmatch(content) is not None


def proves(path: Path) -> bool:
    """Whether a file is a key or an anchor: nothing is to be written over it."""
    try:
        with path.open("rb") as file:
            start = file.read(100)
    except OSError:
        return False
    return is_key(start) or _ANCHOR.match(start) is not None


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
    home = path.absolute().parent.resolve()
    best, kind = "", ""
    for fields in (line.split(" ") for line in mounts):
        point = fields[1].replace("\\040", " ")
        if home.is_relative_to(point) and len(point) >= len(best):
            best, kind = point, fields[2]
    return kind.startswith(("nfs", "cifs", "smb", "fuse.sshfs", "afs"))


def text_lines(path: Path | None, option: str) -> Iterator[str]:
    """The lines of a text file, or of stdin for None, one at a time; bytes that are not UTF-8 are
    taken as Windows-1252. Raises InvalidInput naming the option.
    """
    if path is None:
        yield from (_decoded(line) for line in sys.stdin.buffer)
        return
    try:
        with path.open("rb") as file:
            for line in file:
                if is_key(line):
                    raise InvalidInput(f"cannot read {option}: it is a key")
                yield _decoded(line)
    except OSError as error:
        raise InvalidInput(f"cannot read {option}: {reason(error)}") from None


def _decoded(line: bytes) -> str:
    line = line.removeprefix(b"\xef\xbb\xbf").rstrip(b"\r\n")
    try:
        return line.decode("utf-8")
    except UnicodeDecodeError:
        return line.decode("cp1252", "replace")
