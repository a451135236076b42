"""The rejects file: rows that could not be taken, with the reason, to be corrected and retried."""

import os
from collections.abc import Iterable
from itertools import chain
from pathlib import Path

from ccu import files
from ccu.errors import InvalidInput
from ccu.files import named
from ccu.output import formats, opened

Reject = tuple[int, str, list[str]]


def check(path: Path | None, export: Path, database: Path) -> None:
    """Refuse a name that cannot or must not be written. Raises InvalidInput; `path` may be None."""
    if path is None:
        return
    if str(path) == "-":
        raise InvalidInput("--rejects needs a file")
    try:
        target = Path(os.path.realpath(path))
        taken = [export, *(Path(f"{database}{end}") for end in ("", "-wal", "-shm", "-journal"))]
        if any(target == Path(os.path.realpath(other)) for other in taken):
            raise InvalidInput("--rejects must be another file than the one read and the database")
    except (OSError, ValueError) as error:
        raise InvalidInput(f"cannot write --rejects: {files.reason(error)}") from None
    named.check(path, "--rejects")


def write(path: Path, header: list[str], rejects: Iterable[Reject]) -> None:
    """Write the file, private and complete: line, reason, then the cells under their own names.

    A layout finds its columns by name, so a corrected file imports as it is; cells that a
    spreadsheet would run are guarded, and `Cells` knows such a file by its first two columns.
    """
    rows = ((line, reason, *cells) for line, reason, cells in rejects)  # of any number of cells
    with opened(path, "--rejects") as sink:
        for row in chain([("line", "reason", *header)], rows):
            sink.write([formats.csv_line(row, terminal=False)])
