"""Where the text goes: standard output, a file written completely or not at all, standard error."""

import contextlib
import io
import os
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, TextIO

from ccu.errors import CcuError, InvalidInput
from ccu.files import reason
from ccu.files.folders import Place
from ccu.output.text import one_line

if TYPE_CHECKING:
    from ccu.files.named import Draft


class Sink:
    """An open stream to write to, and what a writer must know about it."""

    def __init__(self, stream: TextIO, terminal: bool = False, option: str = "--output") -> None:
        self.stream = stream
        self.terminal = terminal
        self.option = option

    @property
    def unicode(self) -> bool:
        """Whether every character can be written."""
        return (getattr(self.stream, "encoding", None) or "utf-8").lower().startswith("utf")

    def write(self, pieces: Iterable[str]) -> None:
        """Write the pieces as they come. An error raised while making them passes through."""
        for piece in pieces:
            try:
                self.stream.write(piece)
            except OSError as error:
                raise _told(error, self.stream, self.option) from None


@contextlib.contextmanager
def opened(output: Path | Place | None, option: str = "--output") -> Iterator[Sink]:
    """Standard output, or the file named by an option, open for writing and flushed at the end."""
    if output is not None and output != Path("-"):
        with _file(output, option) as stream:
            yield Sink(stream, option=option)
        return
    if sys.stdout is None or sys.stdout.closed:
        raise CcuError("cannot write to standard output: it is closed")
    if isinstance(sys.stdout, io.TextIOWrapper):
        flush_stdout()
        sys.stdout.reconfigure(errors="backslashreplace", newline="\n")
    yield Sink(sys.stdout, sys.stdout.isatty())
    flush_stdout()


def _told(error: OSError, stream: TextIO, option: str = "--output") -> Exception:
    """Return the error of a failed write as a sentence; BrokenPipeError as it is."""
    if stream is not sys.stdout:
        return InvalidInput(f"cannot write {option}: {reason(error)}")
    close_stdout_quietly()
    if isinstance(error, BrokenPipeError):
        return error
    return CcuError(f"cannot write to standard output: {reason(error)}")


def flush_stdout() -> None:
    """Write what is buffered, so that a failure can still be reported."""
    if sys.stdout is not None and not sys.stdout.closed:
        try:
            sys.stdout.flush()
        except OSError as error:
            raise _told(error, sys.stdout) from None


def close_stdout_quietly() -> None:
    """Discard what is still buffered, so that Python does not report it at exit."""
    with contextlib.suppress(OSError, ValueError, AttributeError):
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, sys.stdout.fileno())
        os.close(nowhere)


@contextlib.contextmanager
def _file(output: Path | Place, option: str) -> Iterator[TextIO]:
    """Open a private draft beside the file named; it takes that name at the end, or is removed."""
    from ccu.files import named

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


def _publish(stream: TextIO, draft: "Draft", option: str) -> None:
    try:
        stream.flush()
        os.fsync(stream.fileno())
        stream.close()  # Windows renames closed files only
        draft.publish()
    except OSError as error:
        raise _told(error, stream, option) from None


def say(text: str) -> None:
    """Write one line to standard error, for the person at the keyboard."""
    with contextlib.suppress(OSError, ValueError, AttributeError):  # standard error is closed
        sys.stderr.write(one_line(text) + "\n")
        sys.stderr.flush()


def say_error(sentence: str) -> None:
    """Write the sentence of an error to standard error."""
    say(f"ccu: error: {sentence}")
