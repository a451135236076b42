"""The rejects file: rows that could not be taken, with the reason, to be corrected and retried."""

import os
from collections.abc import Iterable, Iterator
from pathlib import Path

from ccu import files
from ccu.errors import InvalidInput
from ccu.files import named
from ccu.output import opened
from ccu.output.text import csv_cell

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

    def lines() -> Iterator[str]:
        yield _line(["line", "reason", *header])
        for line, reason, cells in rejects:
            yield _line([line, reason, *cells])

    with opened(path, "--rejects") as sink:
        sink.write(lines())


def _line(cells: list[object]) -> str:
    quoted = (csv_cell(cell, terminal=False).replace('"', '""') for cell in cells)
    return '"' + '","'.join(quoted) + '"\n'
