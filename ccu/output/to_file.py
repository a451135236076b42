"""A file named by --output: its format by its ending; it is written completely or not at all."""

import contextlib
import os
from collections.abc import Collection, Iterator
from pathlib import Path
from typing import TextIO

from ccu.errors import InvalidInput
from ccu.files import Place, named
from ccu.output import Format, write_error

# The ending of a file -> its format.
BY_ENDING = {
    **{"": "plain", ".txt": "plain", ".csv": "csv", ".xlsx": "xlsx", ".json": "json"},
    **{".md": "markdown", ".html": "html", ".htm": "html", ".pdf": "pdf", ".ics": "ics"},
}
# Endings for one format only, because a program opens such files by their ending.
_OWN = ("xlsx", "html", "pdf", "ics")
_NEVER = (".xls", ".ods", ".doc", ".docx", ".odt", ".rtf", ".zip", ".gz")


def format_of(output: Path | Place) -> Format:
    """Return the format that the ending asks for. Raise InvalidInput for an ending of no format."""
    ending = output.suffix.lower()
    if BY_ENDING.get(ending) not in Format.__members__:
        raise _not_written(ending, tuple(Format))
    return Format(BY_ENDING[ending])


def check_ending(output: Path, format: str | None, formats: Collection[str]) -> None:
    """Raise InvalidInput for an --output whose ending does not match the format.

    `formats`: those of the command. With --format, any ending is allowed except those of _OWN.
    """
    ending = output.suffix.lower()
    of_ending = BY_ENDING.get(ending)
    if format is None:
        if of_ending not in formats:
            raise _not_written(ending, formats)
    elif ending in _NEVER or (of_ending in _OWN and of_ending != format):
        can = "leave out --format" if of_ending in formats else f"end --output in .{format}"
        raise InvalidInput(f"--format {format} is not a {ending} file; {can}")


def check_own(output: Path, option: str, ending: str) -> None:
    """Raise InvalidInput for an ending that belongs to another format than the fixed one."""
    if (said := output.suffix.lower()) not in ("", ".txt", ending):
        raise InvalidInput(f"ccu does not write {said} here; end {option} in {ending}")


def _not_written(ending: str, formats: Collection[str]) -> InvalidInput:
    """Return the error for an ending that none of these formats has."""
    known = {format: each for each, format in reversed(BY_ENDING.items()) if format != "plain"}
    *most, last = [each for format, each in reversed(known.items()) if format in formats]
    named = f"{', '.join(most)} or {last}" if most else last
    return InvalidInput(f"ccu does not write {ending} here; end --output in {named}")


@contextlib.contextmanager
def opened(output: Path | Place, option: str) -> Iterator[TextIO]:
    """Open a private draft beside the file; at the end it is renamed, or removed on failure."""
    with contextlib.ExitStack() as stack:
        if isinstance(output, Path):
            output = stack.enter_context(named.place(output, option))
        draft = named.Draft(output, option)
        stack.callback(draft.discard)
        stream = os.fdopen(
            draft.descriptor, "w", encoding="utf-8", errors="backslashreplace", newline="\n"
        )
        try:
            yield stream
            _publish(stream, draft, option)
        finally:
            with contextlib.suppress(OSError):  # reported already, or harmless
                stream.close()


def _publish(stream: TextIO, draft: named.Draft, option: str) -> None:
    try:
        stream.flush()
        os.fsync(stream.fileno())
        stream.close()  # Windows renames closed files only
        draft.publish()
    except OSError as error:
        raise write_error(error, stream, option) from None
