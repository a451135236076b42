"""A command line in a process of its own: killed after some time, or left to end.

The process is forked, because starting Python takes longer than most commands.
"""

import io
import os
import signal
import sys
import time
import traceback
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import NamedTuple

import pytest

from ccu import cli
from ccu.records import audit

from .. import told_town
from ..conftest import machine_clock


class Run(NamedTuple):
    """How a process ended (a signal is negative), what it had printed, and its seconds."""

    code: int
    out: bytes
    err: bytes
    seconds: float


def run(
    folder: Path,
    login: str,
    *words: str,
    stdin: str = "",
    after: float | None = None,
    prepare: Callable[[], object] = lambda: None,
) -> Run:
    """Run a command line in a folder as an account; SIGKILL `after` so many seconds.

    `prepare` is called in the process before: to limit it, or to change what it inherits.
    """
    printed, err = folder.parent / ".out", folder.parent / ".err"  # the folder may be full
    for each in (printed, err):
        each.unlink(missing_ok=True)
    began = time.perf_counter()
    child = os.fork()
    if not child:
        be(folder, login, words, stdin, printed, err, prepare)
    if after is not None:
        time.sleep(after)
        with suppress(ProcessLookupError):
            os.kill(child, signal.SIGKILL)
    code = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    seconds = time.perf_counter() - began
    done = Run(code, printed.read_bytes() if printed.exists() else b"",
               err.read_bytes() if err.exists() else b"", seconds)  # fmt: skip
    for each in (printed, err):
        each.unlink(missing_ok=True)
    return done


def be(
    folder: Path,
    login: str,
    words: tuple[str, ...],
    stdin: str,
    printed: Path,
    err: Path,
    prepare: Callable[[], object],
) -> None:
    """Be the process: its output goes to files at once, so that a kill loses none of it."""
    code = 1
    try:
        os.chdir(folder)
        sys.stdin = io.TextIOWrapper(io.BytesIO(stdin.encode()), encoding="utf-8")
        sys.stdout, sys.stderr = printed.open("w"), err.open("w")
        with told_town.account(login), pytest.MonkeyPatch.context() as patch:
            patch.setenv("CCU_TODAY", told_town.AT)
            patch.setattr(audit, "clock", machine_clock)
            prepare()
            code = cli.main(list(words))
        sys.stdout.flush()
        sys.stderr.flush()
    except BaseException:
        err.write_text(traceback.format_exc())
    finally:
        os._exit(code)
