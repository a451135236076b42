"""Folders opened once, and the files in them that must not be overwritten.

A path that is checked and then used again can lead elsewhere the second time: another account may
have replaced a folder by a link in between. A `Folder` follows a path once, and everything in it is
reached by its descriptor. On systems without functions by descriptor (Windows), the folder's
resolved path is used.
"""

import codecs
import os
import stat
from pathlib import Path
from types import TracebackType

from ccu import files

BY_DESCRIPTOR = {os.open, os.stat, os.rename, os.unlink, os.mkdir} <= os.supports_dir_fd
_FLAGS = getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0)
_FOLDER = os.O_RDONLY | getattr(os, "O_DIRECTORY", 0)
# O_PATH needs no right to list a folder: to pass through one it is enough that it can be entered.
_STEP = _FOLDER | getattr(os, "O_PATH", 0)


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
        """Return the status of the folder itself."""
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
        """Remove a folder within and what is in it."""
        with self.enter(name) as inner:
            for each in inner.names():
                about = inner.stat(each)
                if about is not None and stat.S_ISDIR(about.st_mode):
                    inner.remove_folder(each)
                else:
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
    """Return whether only root and this account can change where a path leads.

    The last folder must be this account's or, if `shared`, may be root's, writable by a group.
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
    # In a sticky folder such as /tmp others can add names but not change ours.
    closed = [not each.st_mode & 0o022 or each.st_mode & stat.S_ISVTX for each in found]
    owners = [each.st_uid in (0, os.geteuid()) for each in found]
    last = found[0]
    if shared:
        closed[0] = not last.st_mode & 0o002
    return all(closed) and all(owners) and (shared or last.st_uid == os.geteuid())


def is_database(start: bytes, size: int) -> bool:
    """Whether a file that begins so is an SQLite database, or looks like an encrypted one."""
    if start.startswith(files.MAGIC):
        return True
    if not size or size % files.PAGE:
        return False
    try:
        codecs.getincrementaldecoder("utf-8")().decode(start)
    except UnicodeDecodeError:
        return True  # not text: encrypted content looks random
    return False


def holds_database(folder: Folder) -> bool:
    """Return whether a database of this process is in the folder."""
    about = folder.about()
    return any(files.is_same(about, each.parent) for each in files.IN_USE)
