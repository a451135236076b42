"""Make private files and keys; give a finished file its name, on disk for good."""

import contextlib
import os
from collections.abc import Iterator
from pathlib import Path

from ccu.errors import SavedAndStopped
from ccu.files import BESIDE


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


@contextlib.contextmanager
def in_place(path: Path) -> Iterator[None]:
    """Within the block there is a new file `path`, or soon: Ctrl-C tells of one that is there."""
    try:
        yield
    except KeyboardInterrupt:
        if os.path.lexists(path):
            raise SavedAndStopped(str(path)) from None
        raise


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
