"""Find files of ccu that other accounts can read, as sentences for `ccu check`.

The database, its -wal and its -shm are only checked by stat: see opening.py for why nothing may
open them while they are in use.
"""

import os
import stat
from collections.abc import Iterator
from pathlib import Path

from ccu import files
from ccu.database import encryption, opening
from ccu.errors import DatabaseUnusable


def exposed(database: Path, encrypted: bool) -> list[str]:
    """Return files of ccu that other accounts can read or write, and unencrypted copies.

    The audit key in use is checked with the audit.
    """
    database = _real(database)  # SQLite puts its files at the target of a link
    found = [_open(path) for path in _kept(database)]
    found += _folder(database.parent, "the folder")
    found += _key(database, encrypted)
    for path, head in _neighbours(database):
        copy = opening.is_ours(head)
        retired = path.name.startswith(f"{database.name}.audit-key.")  # it still verifies
        chance = encrypted and opening.may_be_encrypted(head)
        if copy or retired or chance or path.suffix == ".bak":
            found.append(_open(path))
        if copy and encrypted:
            found.append(f"{path} is an unencrypted copy; move it away or destroy it")
    return [sentence for sentence in found if sentence]


def about_key(database: Path, new: bool, of: encryption.KeyName = encryption.MAIN) -> list[str]:
    """Return what to print after a file was encrypted: where the key is and should not be."""
    made = "Made the key" if new else "Using the existing key"
    path = encryption.key_file(of)
    sentences = [
        f"{made}: {path}. Without it the file can never be opened: keep a copy of the key, apart"
        " from the file and its backups."
    ]
    if _real(path).parent == _real(database).parent:
        sentences.append(f"warning: {_beside(path)}")
    return sentences


def _beside(path: Path) -> str:
    return f"the key file {path} is beside the file it opens; keep it elsewhere"


def _kept(database: Path) -> Iterator[Path]:
    """Return the database and SQLite's files beside it."""
    for suffix in files.BESIDE:
        yield database.with_name(database.name + suffix)


def _open(path: Path) -> str:
    mode = _mode(path)
    if mode is None or not stat.S_ISREG(mode) or not files.is_open(path):
        return ""
    return f"{path} is open to other accounts; run chmod 600 on it"


def size(path: Path) -> int:
    """Return the length of a file in bytes; 0 if it is missing or not accessible."""
    try:
        return path.stat().st_size
    except (OSError, ValueError):
        return 0


def _real(path: Path) -> Path:
    return Path(os.path.realpath(path))


def _mode(path: Path) -> int | None:
    """Return the mode; None if there is no file or modes mean nothing (Windows)."""
    if os.name != "posix":
        return None
    try:
        return path.stat().st_mode
    except (OSError, ValueError):
        return None


def _folder(folder: Path, what: str) -> list[str]:
    mode = _mode(folder)
    if mode is None:
        return []
    found = []
    if mode & 0o022 and not mode & stat.S_ISVTX:
        found.append(f"{what} {folder} can be written by other accounts; run chmod 700 on it")
    if mode & 0o044:
        found.append(f"{what} {folder} can be listed by other accounts; run chmod 700 on it")
    return found


def _key(database: Path, encrypted: bool) -> list[str]:
    """Return the problems with the location of the encryption key."""
    try:
        path = encryption.key_file()
        if not os.path.lexists(path):
            return []
        folder = _real(path).parent
    except (DatabaseUnusable, OSError):
        return []
    found = [_open(path)]
    if folder == database.parent:
        found.append(_beside(path))
    elif encrypted:
        found += _folder(folder, "the key's folder")
    return found


def _neighbours(database: Path) -> Iterator[tuple[Path, bytes]]:
    """Yield other files of the folder with their first bytes, except those that may be in use."""
    try:
        inodes = {_inode(each.stat()) for each in _kept(database) if os.path.lexists(each)}
        paths = sorted(database.parent.iterdir())
    except OSError:
        return
    for path in paths:
        try:
            about = path.lstat()
            if not stat.S_ISREG(about.st_mode) or path.name.endswith(files.BESIDE[1:]):
                continue
            if _inode(about) in inodes:  # the file in use, or a second name of it
                continue
            with path.open("rb") as file:
                yield path, file.read(100)
        except OSError:
            continue


def _inode(about: os.stat_result) -> tuple[int, int]:
    return about.st_dev, about.st_ino
