"""Lines read from the keyboard.

Where input and output are the same terminal, the system's readline reads the line: the arrow keys
edit it, and nothing typed is kept in a history. Typer's own prompt is not used, because it writes a
space to standard output.
"""

import contextlib
import io
import locale
import sys
from collections.abc import Iterator

WAKE = 0.2  # seconds


class EndOfInput(KeyboardInterrupt):
    """Ctrl-D, or no terminal: stops the command as Ctrl-C does, unless a note ends this way."""


def read_line(question: str, begun: str = "") -> str:
    """Read one line without its end. Raises EndOfInput.

    `begun` is on the line already, to be typed on or removed, where the terminal can do that.
    Bytes that are not text come as surrogates, which every check of text refuses with a sentence.
    """
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
    """Whether `input` reads by readline here; if so, nothing typed is kept in its history.

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
