"""The console script. It loads nothing but signals before it can answer a request to stop."""

import gc
import signal
import sys
from importlib import import_module

came: list[int] = []  # the requests to stop that came: Ctrl-C, SIGTERM, SIGHUP
_answered: list[int] = []  # the signals answered here, not by whoever started this program


def run() -> None:
    """Run the command line of this process, and exit.

    A request to stop ends it as Ctrl-C does: cleaned up, with a sentence.
    """
    for name in ("SIGINT", "SIGTERM", "SIGHUP"):
        number = getattr(signal, name, None)
        if number and signal.getsignal(number) in (signal.SIG_DFL, signal.default_int_handler):
            _answered.append(number)
    answer_stops()
    try:
        cli = import_module("ccu.cli")  # by name, because it reads `came`
    except KeyboardInterrupt:
        sys.stderr.write("Cancelled. Nothing was saved.\n")
        sys.exit(130)
    code = cli.main()
    gc.freeze()  # what was loaded is not searched for garbage once more on the way out
    sys.exit(code)


def answer_stops(ignore: bool = False) -> None:
    """Raise KeyboardInterrupt for a request to stop; or ignore it once a command is done."""
    for each in _answered:
        signal.signal(each, signal.SIG_IGN if ignore else _stop)


def _stop(number: int, _frame: object) -> None:
    came.append(number)
    raise KeyboardInterrupt
