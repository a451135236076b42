"""`--output DIR --format csv`: one CSV file for each section, in a private folder."""

from collections.abc import Iterable
from pathlib import Path

from ccu.errors import InvalidInput
from ccu.files import reason
from ccu.output import Format, emit
from ccu.report import text
from ccu.report.whole import Report


def check(folder: Path, names: Iterable[str]) -> None:
    """Before any figure is made. Raises InvalidInput for what is no folder of ours.

    One that holds anything but the files we write is somebody else's: it is left as it is. So is
    one with a section that is not written now: beside the new ones it would pass for this period's.
    """
    try:
        if not folder.exists():
            return
        if not folder.is_dir():
            raise InvalidInput(
                "cannot write --output: it is a file; CSV of sections needs a folder"
            )
        ours = {f"{name}.csv" for name in names}
        if any(each.name not in ours for each in folder.iterdir()):
            raise InvalidInput("cannot write --output: the folder has other files in it")
    except OSError as error:
        raise InvalidInput(f"cannot write --output: {reason(error)}") from None


def write(report: Report, folder: Path) -> list[str]:
    """Write the files and return their names; those of an earlier run are replaced."""
    check(folder, (section.name for section in report.sections))
    try:
        folder.mkdir(mode=0o700, exist_ok=True)
    except OSError as error:
        raise InvalidInput(f"cannot write --output: {reason(error)}") from None
    names = []
    for section in report.sections:
        names.append(f"{section.name}.csv")
        emit(text.table(section), Format.csv, folder / names[-1])
    return names
