"""The folder of an export: private, new, and complete or absent.

Until it is complete and reported, it is locked and has a file `.unfinished` in it. The next export
recognizes by that what a killed process left, and replaces or removes it.
"""

import contextlib
import os
import re
import stat
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ccu.errors import InvalidInput
from ccu.files import Place, named, reason
from ccu.files.folders import Folder
from ccu.output import Document, Format, Table, emit, emit_document, opened

ABOUT = "about.json"
_MARK = ".unfinished"
_PART = re.compile(r"\.ccu-[0-9a-f]{16}\.tmp")


@dataclass(frozen=True)
class File:
    """A file that was written; `columns` maps each column to its meaning."""

    name: str
    rows: int
    sha256: str
    columns: Mapping[str, str]


def check(target: Path, option: str) -> None:
    """Raise InvalidInput for a folder that exists or cannot be made, before anything is read.

    `option`: the one that named it.
    """
    if str(target) == "-":
        raise InvalidInput(f"{option} needs a folder: an export is several files")
    with named.place(target, option, follow=False) as at:
        _must_be_new(at, option)


def _must_be_new(at: Place, option: str) -> None:
    try:
        there = not at.name or at.folder.stat(at.name) is not None
        there = there and not _is_left(at.folder, at.name)
    except (OSError, ValueError) as error:
        raise InvalidInput(f"cannot write {option}: {reason(error)}") from None
    if there:
        raise InvalidInput(f"cannot write {option}: it exists; name a new folder")


def _is_left(parent: Folder, name: str) -> bool:
    """Return whether a folder was left by a killed export that did not report it."""
    about = parent.stat(name) if name else None
    if about is None or not stat.S_ISDIR(about.st_mode) or os.name != "posix":
        return False
    with contextlib.suppress(OSError), parent.enter(name) as found:
        own = found.about().st_uid == os.geteuid()
        marked = _PART.fullmatch(name) or found.stat(_MARK) is not None
        return bool(own and marked and _locked(found))
    return False


def _locked(folder: Folder) -> bool:
    """Lock a folder for as long as it is open; False while another process has it locked."""
    if folder.descriptor is None:
        return True
    import fcntl

    try:
        fcntl.flock(folder.descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


@dataclass(frozen=True)
class Unfinished:
    """A private folder beside its final place."""

    at: Place
    name: str
    folder: Folder
    option: str


@contextlib.contextmanager
def unfinished(target: Path, option: str) -> Iterator[Unfinished]:
    """Make a private folder beside the one named; it is removed unless it was finished.

    Report the export before the block ends.
    """
    name = f".ccu-{os.urandom(8).hex()}.tmp"
    with named.place(target, option, follow=False) as at:
        with contextlib.suppress(OSError):  # a folder that cannot be listed
            for left in at.folder.names():
                if _PART.fullmatch(left) and _is_left(at.folder, left):
                    at.folder.remove_folder(left)
        try:
            part = at.folder.make_folder(name)
            _locked(part)
            os.close(part.open(_MARK, os.O_WRONLY | os.O_CREAT))
        except OSError as error:
            raise InvalidInput(f"cannot write {option}: {reason(error)}") from None
        try:
            with part:
                try:
                    yield Unfinished(at, name, part, option)
                finally:
                    with contextlib.suppress(OSError):
                        part.remove(_MARK)
        finally:
            with contextlib.suppress(OSError):
                at.folder.remove_folder(name)


def add(
    part: Unfinished, name: str, columns: Mapping[str, str], rows: Iterable[Any], format: Format
) -> File:
    """Write a table's file. Raises InvalidInput."""
    import hashlib

    table = Table(tuple(columns), list(rows))
    file = f"{name}.{format.value}"
    emit(table, format, Place(part.folder, file))
    digest = hashlib.sha256(part.folder.read(file)).hexdigest()
    return File(file, len(list(table.rows)), digest, columns)


def add_binary(part: Unfinished, path: tuple[str, ...], rows: int, content: bytes) -> File:
    """Write a file that is not text in folders within, made as needed. Raises InvalidInput."""
    import hashlib

    with contextlib.ExitStack() as stack:
        place = Place(part.folder, path[0])
        try:
            for name in path[1:]:
                made = place.folder.stat(place.name) is not None
                inner = (place.folder.enter if made else place.folder.make_folder)(place.name)
                place = Place(stack.enter_context(inner), name)
        except OSError as error:
            raise InvalidInput(f"cannot write {part.option}: {reason(error)}") from None
        with opened(place) as sink:
            sink.write_binary(content)
    return File("/".join(path), rows, hashlib.sha256(content).hexdigest(), {})


def add_about(part: Unfinished, about: Mapping[str, Any]) -> None:
    """Write about.json. Raises InvalidInput."""
    emit_document(Document("Export", [], about), Format.json, Place(part.folder, ABOUT))


def finish(part: Unfinished) -> None:
    """Move the folder to its final name. Raises InvalidInput."""
    _must_be_new(part.at, part.option)  # rename would replace an empty folder made meanwhile
    try:
        if _is_left(part.at.folder, part.at.name):
            part.at.folder.remove_folder(part.at.name)
        part.at.folder.rename(part.name, part.at.name)
        with contextlib.suppress(OSError):  # some shares cannot
            part.at.folder.sync()
    except OSError as error:
        raise InvalidInput(f"cannot write {part.option}: {reason(error)}") from None
