"""Files on the machine: making one private, publishing one whole, folders opened once.

A path that is checked and then used again can lead elsewhere the second time: somebody replaced a
folder by a link in between. A `Folder` follows a path once, and what is done in it goes by its
descriptor. Where the system has no functions by descriptor (Windows), the folder's path is used, as
it was found.
"""

import codecs
import contextlib
import os
import re
import stat
import sys
from collections import deque
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType


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


# ---------------------------------------------------------------- folders


BY_DESCRIPTOR = {os.open, os.stat, os.rename, os.unlink, os.mkdir} <= os.supports_dir_fd
_FLAGS = getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0)
_FOLDER = os.O_RDONLY | getattr(os, "O_DIRECTORY", 0)
# O_PATH needs no right to list a folder: to pass through one it is enough that it can be entered.
_STEP = _FOLDER | getattr(os, "O_PATH", 0)
_BESIDE = ("", "-wal", "-shm", "-journal")


class Folder:
    """An open folder. Its methods raise OSError and follow no link in the last place."""

    def __init__(self, descriptor: int | None, path: Path) -> None:
        self.descriptor = descriptor  # None: by the path
        self.path = path

    def __enter__(self) -> "Folder":
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        at: TracebackType | None,
    ) -> None:
        if self.descriptor is not None:
            os.close(self.descriptor)

    def _name(self, name: str) -> str:
        return name if self.descriptor is not None else str(self.path / name)

    def about(self) -> os.stat_result:
        """Return what the system knows of the folder itself."""
        return self.path.stat() if self.descriptor is None else os.fstat(self.descriptor)

    def open(self, name: str, flags: int) -> int:
        """Open a file, private where it is made; returns the descriptor."""
        return os.open(self._name(name), flags | _FLAGS, 0o600, dir_fd=self.descriptor)

    def read(self, name: str) -> bytes:
        """Return the content of a file."""
        with os.fdopen(self.open(name, os.O_RDONLY), "rb") as file:
            return file.read()

    def stat(self, name: str) -> os.stat_result | None:
        """Return what is there under a name; None when there is nothing."""
        try:
            return os.stat(self._name(name), dir_fd=self.descriptor, follow_symlinks=False)
        except FileNotFoundError:
            return None

    def names(self) -> list[str]:
        """Return the names in the folder."""
        return os.listdir(self.path if self.descriptor is None else self.descriptor)  # noqa: PTH208

    def remove(self, name: str) -> None:
        """Remove a file or a link, if it is there."""
        try:
            os.unlink(self._name(name), dir_fd=self.descriptor)
        except FileNotFoundError:
            return

    def rename(self, name: str, to: str) -> None:
        """Give a file another name within the folder, replacing a file that has it."""
        if self.descriptor is None:
            (self.path / name).replace(self.path / to)  # on Windows rename replaces nothing
        else:
            os.rename(name, to, src_dir_fd=self.descriptor, dst_dir_fd=self.descriptor)

    def make_folder(self, name: str) -> "Folder":
        """Make a private folder within and open it."""
        os.mkdir(self._name(name), 0o700, dir_fd=self.descriptor)
        return self.enter(name)

    def enter(self, name: str) -> "Folder":
        """Open a folder within, which must not be a link."""
        if self.descriptor is None:
            return Folder(None, self.path / name)
        return Folder(_listable(self.open(name, _STEP)), self.path / name)

    def remove_folder(self, name: str) -> None:
        """Remove a folder within and the files in it."""
        with self.enter(name) as inner:
            for each in inner.names():
                inner.remove(each)
        os.rmdir(self._name(name), dir_fd=self.descriptor)

    def sync(self) -> None:
        """Ask the system to put the folder's listing on the disk now."""
        if self.descriptor is not None:
            os.fsync(self.descriptor)


def walk(path: Path) -> Folder:
    """Open a folder by a path without any link in it, each part in the one before.

    A relative path begins at the current folder. Raises OSError, also for a link.
    """
    if not BY_DESCRIPTOR:
        return Folder(None, path)
    descriptor = os.open(path.anchor or ".", _STEP)
    for part in path.parts[1 if path.anchor else 0 :]:
        try:
            deeper = os.open(part, _STEP | _FLAGS, dir_fd=descriptor)
        finally:
            os.close(descriptor)
        descriptor = deeper
    return Folder(_listable(descriptor), path)


def _listable(descriptor: int) -> int:
    """Open the folder for listing and syncing, too, where that is allowed."""
    try:
        better = os.open(".", _FOLDER, dir_fd=descriptor)
    except PermissionError:
        return descriptor
    os.close(descriptor)
    return better


def is_kept(path: Path, shared: bool = False) -> bool:
    """Whether only root and this account can change where a path leads: no link, no other's folder.

    The last folder must be this account's own, or, `shared`, may be root's for a group to write.
    """
    if not BY_DESCRIPTOR or not path.is_absolute():
        return False
    try:
        folders = [path, *path.parents]
        found = []
        for each in folders:
            with walk(each) as folder:
                found.append(folder.about())
    except OSError:
        return False
    # In a folder such as /tmp (sticky) others can add names and change none of ours.
    closed = [not each.st_mode & 0o022 or each.st_mode & stat.S_ISVTX for each in found]
    owners = [each.st_uid in (0, os.geteuid()) for each in found]
    last = found[0]
    if shared:
        closed[0] = not last.st_mode & 0o002
    return all(closed) and all(owners) and (shared or last.st_uid == os.geteuid())


@dataclass(frozen=True)
class Place:
    """A name in an open folder: where something is written."""

    folder: Folder
    name: str

    @property
    def suffix(self) -> str:
        """The ending of the name, such as .csv."""
        return Path(self.name).suffix


# ---------------------------------------------------------------- the databases in use

_in_use: deque[Path] = deque(maxlen=16)  # opened in this process: three or four


def keep_out_of(database: Path) -> None:
    """Remember a database that this process opens: nobody's file is read from or written over it.

    Opening one a second time and closing it would also drop SQLite's locks (see opening.py).
    """
    path = Path(os.path.realpath(database))
    if path not in _in_use:
        _in_use.append(path)


def is_in_use(about: os.stat_result) -> bool:
    """Whether a file is a database of this process, or what SQLite keeps beside it, by any name."""
    return any(
        _is(about, each.with_name(each.name + suffix)) for each in _in_use for suffix in _BESIDE
    )


def holds_database(folder: Folder) -> bool:
    """Whether a database of this process is in the folder."""
    about = folder.about()
    return any(_is(about, each.parent) for each in _in_use)


def _is(about: os.stat_result, path: Path) -> bool:
    try:
        return os.path.samestat(about, path.stat())
    except (OSError, ValueError):
        return False
