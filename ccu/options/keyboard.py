"""Lines read from the keyboard.

Where input and output are the same terminal, the system's readline reads the line: the arrow keys
edit it, and nothing typed is kept in a history. Typer's own prompt is not used, because it writes a
space to standard output.

`<` goes back to the question before, in every command: where no form (questions.py) has asked it,
the command runs again, and what was answered before that question is not asked again.
"""

import contextlib
import io
import locale
import sys
from collections.abc import Iterator
from typing import Any, NoReturn

from ccu.errors import AskAgain, InvalidInput

WAKE = 0.2  # seconds

_before = ("", "")  # the question that was gone back to, and the answer it had


class EndOfInput(KeyboardInterrupt):
    """Ctrl-D, or no terminal: stops the command as Ctrl-C does, unless a note ends this way."""


class _Quiet:
    """Standard error, silent while a command that is run again is given its answers."""

    def __init__(self, stream: Any) -> None:
        self._stream = stream

    def write(self, text: str) -> int:
        """Write, or leave out, a text that was on the screen already."""
        return len(text) if AskAgain.given else int(self._stream.write(text))

    def __getattr__(self, name: str) -> Any:
        return getattr(self._stream, name)


def ask_before(first: int) -> NoReturn:
    """Ask the question before the `first` of the lines typed again.

    Raises AskAgain, which runs the command again, or InvalidInput where nothing can be taken back.
    """
    global _before
    if not first:
        raise InvalidInput("This is the first question; Ctrl-C cancels.")
    *given, _before = AskAgain.lines[:first]
    AskAgain.given[:] = given
    if not isinstance(sys.stderr, _Quiet):
        sys.stderr = _Quiet(sys.stderr)
    raise AskAgain


def answer_before(question: str) -> str:
    """Return the answer that this question had before it was gone back to, once."""
    global _before
    if AskAgain.given or _before[0] != question:
        return ""
    _, answer = _before
    _before = ("", "")
    return answer


def read_line(question: str, begun: str = "") -> str:
    """Read one line without its end. Raises EndOfInput.

    `begun` is on the line already, to be typed on or removed, where the terminal can do that.
    Bytes that are not text come as surrogates, which every check of text refuses with a sentence.
    """
    if AskAgain.given and AskAgain.given[0][0] == question:
        AskAgain.lines.append(AskAgain.given.pop(0))
        return AskAgain.lines[-1][1]
    AskAgain.given.clear()  # another question than before: what follows is asked
    line = _typed(question, begun)
    AskAgain.lines.append((question, line))
    return line


def _typed(question: str, begun: str) -> str:
    if isinstance(sys.stdin, io.TextIOWrapper) and sys.stdin.errors != "surrogateescape":
        sys.stdin.reconfigure(errors="surrogateescape")
    sys.stderr.flush()
    try:
        if _has_readline():
            import readline

            readline.set_startup_hook((lambda: readline.insert_text(begun)) if begun else None)
            with _waking():
                return input(question)
        sys.stderr.write(question)
        sys.stderr.flush()
        line = sys.stdin.readline()
    except EOFError:
        line = ""
    except KeyboardInterrupt:
        sys.stderr.write("\n")  # what is printed next has a line of its own
        raise
    if not line:
        sys.stderr.write("\n")
        raise EndOfInput
    return line.rstrip("\r\n")


def _has_readline() -> bool:
    """Return whether `input` reads by readline here; if so, nothing typed is kept in its history.

    Where the terminal is not set to UTF-8, readline would drop every letter with an accent.
    """
    try:
        if locale.getencoding().lower() not in ("utf-8", "utf8"):
            return False
        if not all(each.isatty() for each in (sys.stdin, sys.stdout)):
            return False
        if (sys.stdin.fileno(), sys.stdout.fileno()) != (0, 1):
            return False
        import readline
    except (ImportError, OSError, ValueError, AttributeError):
        return False
    readline.set_auto_history(False)
    return True


@contextlib.contextmanager
def _waking() -> Iterator[None]:
    """Interrupt the wait for a key now and then, which lets Python see a Ctrl-C.

    One that comes after the question was printed and before readline waits would wait for a key.
    """
    import signal

    try:
        before = signal.signal(signal.SIGALRM, lambda *_: None)
    except (AttributeError, ValueError):  # no such signal here, or not the main thread
        yield
        return
    signal.setitimer(signal.ITIMER_REAL, WAKE, WAKE)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)
