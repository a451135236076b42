"""Where the text goes: standard output, a file written whole or not at all, standard error."""

import contextlib
import io
import os
import stat
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import TextIO

from ccu.errors import CcuError, InvalidInput
from ccu.files import proves, reason, sync
from ccu.output.text import one_line

DATABASES = (".db", ".sqlite", ".sqlite3")


class Sink:
    """An open place to write to, and what a writer must know of it."""

    def __init__(self, stream: TextIO, terminal: bool = False) -> None:
        self.stream = stream
        self.terminal = terminal

    @property
    def unicode(self) -> bool:
        """Whether every character can be written."""
        return (getattr(self.stream, "encoding", None) or "utf-8").lower().startswith("utf")

    def write(self, pieces: Iterable[str]) -> None:
        """Write the pieces as they come. An error of whoever makes them stays that error."""
        for piece in pieces:
            try:
                self.stream.write(piece)
            except OSError as error:
                raise _told(error, self.stream) from None


@contextlib.contextmanager
def opened(output: Path | None) -> Iterator[Sink]:
    """Standard output, or the file named by --output, open for writing and flushed at the end."""
    if output is not None and str(output) != "-":
        with _file(output) as stream:
            yield Sink(stream)
        return
    if sys.stdout is None or sys.stdout.closed:
        raise CcuError("cannot write to standard output: it is closed")
    if isinstance(sys.stdout, io.TextIOWrapper):
        flush_stdout()
        sys.stdout.reconfigure(errors="backslashreplace", newline="\n")
    yield Sink(sys.stdout, sys.stdout.isatty())
    flush_stdout()


def _told(error: OSError, stream: TextIO) -> Exception:
    """The system's refusal to write as a sentence; BrokenPipeError stays what it is."""
    if stream is not sys.stdout:
        return InvalidInput(f"cannot write --output: {reason(error)}")
    close_stdout_quietly()
    if isinstance(error, BrokenPipeError):
        return error
    return CcuError(f"cannot write to standard output: {reason(error)}")


def flush_stdout() -> None:
    """Hand over what is buffered now, so that a failure is told while it can still be told."""
    if sys.stdout is not None and not sys.stdout.closed:
        try:
            sys.stdout.flush()
        except OSError as error:
            raise _told(error, sys.stdout) from None


def close_stdout_quietly() -> None:
    """Let what is still buffered go nowhere, or Python complains about it when it ends."""
    with contextlib.suppress(OSError, ValueError, AttributeError):
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, sys.stdout.fileno())
        os.close(nowhere)


@contextlib.contextmanager
def _file(output: Path) -> Iterator[TextIO]:
    """A new private file beside the one named, which takes its name at the end; else it is gone."""
    import tempfile

    try:
        target = Path(os.path.realpath(output))  # a link keeps pointing where it did
        _must_be_replaceable(target)
        handle, name = tempfile.mkstemp(prefix=".ccu-", suffix=".tmp", dir=target.parent)
    except (OSError, ValueError) as error:  # ValueError: a NUL in the name
        missing = isinstance(error, FileNotFoundError | NotADirectoryError)
        why = "no such folder" if missing else reason(error)
        raise InvalidInput(f"cannot write --output: {why}") from None
    part = Path(name)
    stream = os.fdopen(handle, "w", encoding="utf-8", errors="backslashreplace", newline="\n")
    try:
        yield stream
        _publish(stream, part, target)
    finally:
        with contextlib.suppress(OSError):  # told already, or of no consequence
            stream.close()
        part.unlink(missing_ok=True)


def _publish(stream: TextIO, part: Path, target: Path) -> None:
    try:
        stream.flush()
        os.fsync(stream.fileno())
        stream.close()  # Windows renames closed files only
        part.replace(target)
    except OSError as error:
        raise _told(error, stream) from None
    with contextlib.suppress(OSError):  # some shares cannot; the file itself is on disk
        sync(target.parent)


def _must_be_replaceable(target: Path) -> None:
    """Refuse what a rename must not take the place of: a folder, a device, a database."""
    if target.name.endswith(("-wal", "-shm", "-journal")):  # what is not in a database yet
        raise InvalidInput("cannot write --output: it belongs to a database")
    if not target.exists():
        return
    mode = target.stat().st_mode
    if stat.S_ISDIR(mode):
        raise InvalidInput("cannot write --output: it is a folder")
    if not stat.S_ISREG(mode):
        raise InvalidInput("cannot write --output: it is not an ordinary file")
    in_use = target.with_name(f"{target.name}-wal").exists()  # of any name, ours while it is open
    if in_use or target.suffix.lower() in DATABASES:
        raise InvalidInput("cannot write --output: it is a database")
    if proves(target):
        raise InvalidInput("cannot write --output: it is a key or an anchor")


def say(text: str) -> None:
    """One line to the person at the keyboard, on standard error."""
    with contextlib.suppress(OSError, ValueError, AttributeError):  # nobody there: nothing to say
        sys.stderr.write(one_line(text) + "\n")
        sys.stderr.flush()


def say_error(sentence: str) -> None:
    """The sentence of an error, as every error of ccu is told."""
    say(f"ccu: error: {sentence}")
