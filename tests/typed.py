"""A command at a real terminal of 80 columns and 24 rows: what it asks, and what is typed."""

import os
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from .conftest import TODAY

PROGRAM = ["-c", "import sys; from ccu.cli import main; sys.exit(main(sys.argv[1:]))"]


def start(db_path: Path, *args: str, **more: str) -> Any:
    """Start a command line; returns the terminal. Skips where there are none.

    `more` are variables of its environment; an empty one is left out.
    """
    pexpect = pytest.importorskip("pexpect")
    if not hasattr(pexpect, "spawn"):
        pytest.skip("no pseudo-terminals here")
    usual = {"CCU_DB": str(db_path), "CCU_TODAY": TODAY, "TERM": "xterm", "LC_ALL": "C.UTF-8"}
    environment = {**os.environ, **usual, **more}
    return pexpect.spawn(
        sys.executable,
        [*PROGRAM, *args],
        env={name: value for name, value in environment.items() if value},
        encoding="utf-8",
        timeout=30,
        codec_errors="replace",
        dimensions=(24, 80),
    )


def interrupt(terminal: Any) -> None:
    """Press Ctrl-C once the terminal reads: a signal between prompt and read waits for a key."""
    time.sleep(0.3)
    terminal.sendintr()


def answer(
    db_path: Path, args: Sequence[str], *steps: tuple[str, str | None], code: int = 0
) -> str:
    """Run a command line, wait for each text and type its answer (None: nothing).

    Returns all that was on the screen. The command must end with `code`.
    """
    terminal = start(db_path, *args)
    seen = ""
    for text, typed in steps:
        terminal.expect_exact(text)
        seen += f"{terminal.before}{terminal.after}"
        if typed is not None:
            terminal.sendline(typed)
    seen += str(terminal.read())
    terminal.close()
    assert terminal.exitstatus == code, seen
    return seen.replace("\r", "")
