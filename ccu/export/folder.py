"""The folder of an export: private, new, and there whole or not at all."""

import contextlib
import os
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ccu.errors import InvalidInput
from ccu.files import reason, sync
from ccu.output import Document, Format, Table, emit, emit_document

ABOUT = "about.json"


@dataclass(frozen=True)
class File:
    """A file that was written; columns with their meaning."""

    name: str
    rows: int
    sha256: str
    columns: Mapping[str, str]


def check(target: Path) -> None:
    """Before anything is read. Raises InvalidInput for what is there already or can not be made."""
    try:
        if str(target) == "-":
            raise InvalidInput("--output needs a folder: an export is several files")
        if os.path.lexists(target):
            raise InvalidInput("cannot write --output: it is there already; name a new folder")
        if not target.absolute().parent.is_dir():
            raise InvalidInput("cannot write --output: no such folder to put it in")
    except (OSError, ValueError) as error:
        raise InvalidInput(f"cannot write --output: {reason(error)}") from None


@contextlib.contextmanager
def unfinished(target: Path) -> Iterator[Path]:
    """A private folder beside the one named; at the end it is gone, unless it was finished."""
    import shutil
    import tempfile

    try:
        part = Path(tempfile.mkdtemp(prefix=".ccu-", suffix=".tmp", dir=target.absolute().parent))
    except (OSError, ValueError) as error:
        raise InvalidInput(f"cannot write --output: {reason(error)}") from None
    try:
        yield part
    finally:
        shutil.rmtree(part, ignore_errors=True)


def add(
    part: Path, name: str, columns: Mapping[str, str], rows: Iterable[Any], format: Format
) -> File:
    """Write a table's file. Raises InvalidInput."""
    import hashlib

    table = Table(tuple(columns), list(rows))
    path = part / f"{name}.{format.value}"
    emit(table, format, path)
    digest = hashlib.sha256(path.read_bytes()).hexdigest()
    return File(path.name, len(list(table.rows)), digest, columns)


def add_about(part: Path, about: Mapping[str, Any]) -> None:
    """Write about.json. Raises InvalidInput."""
    emit_document(Document("Export", [], about), Format.json, part / ABOUT)


def finish(part: Path, target: Path) -> None:
    """Give the folder its name. Raises InvalidInput."""
    try:
        if os.path.lexists(target):  # made by somebody meanwhile: rename would take an empty one
            raise FileExistsError(17, "File exists")
        part.rename(target)
        with contextlib.suppress(OSError):  # some shares cannot
            sync(target.absolute().parent)
    except OSError as error:
        raise InvalidInput(f"cannot write --output: {reason(error)}") from None
