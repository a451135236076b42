"""The output formats, and which of them the name of a file asks for."""

from collections.abc import Collection
from enum import StrEnum
from pathlib import Path

from ccu.errors import InvalidInput
from ccu.files import Place


class Format(StrEnum):
    """The output formats, with the same rows, columns and cells in each."""

    table = "table"
    plain = "plain"
    json = "json"
    csv = "csv"
    markdown = "markdown"
    xlsx = "xlsx"
    html = "html"
    pdf = "pdf"


# Those that are read by a program or kept: with every column, where a screen has fewer.
FOR_FILES = (Format.json, Format.csv, Format.xlsx)

# The ending of a file -> its format.
_BY_ENDING = {
    **{"": "plain", ".txt": "plain", ".csv": "csv", ".xlsx": "xlsx", ".json": "json"},
    **{".md": "markdown", ".html": "html", ".htm": "html", ".pdf": "pdf", ".ics": "ics"},
}
# Those that no other format may be written into: a program opens them by their ending.
_OWN = ("xlsx", "html", "pdf", "ics")
_NEVER = (".xls", ".ods", ".doc", ".docx", ".odt", ".rtf", ".zip", ".gz")


def default_format(output: Path | Place | None, terminal: bool) -> Format:
    """Return the format when none is given. Raise InvalidInput for an ending of no format."""
    if terminal:
        return Format.table
    ending = output.suffix.lower() if output else ""
    if _BY_ENDING.get(ending) not in Format.__members__:
        raise _not_written(ending, tuple(Format))
    return Format(_BY_ENDING[ending])


def check_ending(output: Path, format: str | None, formats: Collection[str]) -> None:
    """Raise InvalidInput for an --output that its format, or the ending, does not go with.

    `formats`: those of the command. With a --format other endings than those of _OWN may be any.
    """
    ending = output.suffix.lower()
    of_ending = _BY_ENDING.get(ending)
    if format is None:
        if of_ending not in formats:
            raise _not_written(ending, formats)
    elif ending in _NEVER or (of_ending in _OWN and of_ending != format):
        can = "leave out --format" if of_ending in formats else f"end --output in .{format}"
        raise InvalidInput(f"--format {format} is not a {ending} file; {can}")


def meant(format: str | None, output: Path | Place | None) -> str | None:
    """Return the name of the format that is asked for, by name or by the ending of a file."""
    return format or (_BY_ENDING.get(output.suffix.lower()) if output else None)


def _not_written(ending: str, formats: Collection[str]) -> InvalidInput:
    """Return the error for an ending that none of these formats has."""
    known = {format: each for each, format in reversed(_BY_ENDING.items()) if format != "plain"}
    *most, last = [each for format, each in reversed(known.items()) if format in formats]
    named = f"{', '.join(most)} or {last}" if most else last
    return InvalidInput(f"ccu does not write {ending} here; end --output in {named}")
