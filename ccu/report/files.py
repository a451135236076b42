"""`--output DIR --format csv`: one CSV file for each section, in a private folder."""

from collections.abc import Iterable
from pathlib import Path

from ccu.errors import InvalidInput
from ccu.files import named, reason
from ccu.files.folders import Folder, Place
from ccu.output import Format, emit
from ccu.report import text
from ccu.report.whole import Report


def check(folder: Path, names: Iterable[str]) -> None:
    """Before any figure is made. Raises InvalidInput for what is no folder of ours.

    One that holds anything but the files we write is somebody else's: it is left as it is. So is
    one with a section that is not written now: beside the new ones it would pass for this period's.
    """
    with named.folder(folder, "--output") as found:
        _must_be_ours(found, names)


def _must_be_ours(found: Folder | None, names: Iterable[str]) -> None:
    ours = {f"{name}.csv" for name in names}
    try:
        others = {*found.names()} - ours if found is not None else set()
    except OSError as error:
        raise InvalidInput(f"cannot write --output: {reason(error)}") from None
    if others:
        raise InvalidInput("cannot write --output: the folder has other files in it")


def write(report: Report, folder: Path) -> list[str]:
    """Write the files and return their names; those of an earlier run are replaced."""
    names = [section.name for section in report.sections]
    with named.folder(folder, "--output", make=True) as found:
        assert found is not None
        _must_be_ours(found, names)
        for section in report.sections:
            emit(text.table(section), Format.csv, Place(found, f"{section.name}.csv"))
    return [f"{name}.csv" for name in names]
