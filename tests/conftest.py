"""The front door: `ccu("history", "--address", "...") -> Result(code, out, err)`."""

import functools
import io
import os
import sqlite3
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from ccu import cli, digests

SHARED = Path(__file__).resolve().parents[2] / "shared" / "data"
TODAY = "2026-01-31"  # a Saturday; the tests' day unless a test says another


class Result(NamedTuple):
    """What a run printed, and its exit code."""

    code: int
    out: str
    err: str


Ccu = Callable[..., Result]

# A command's parser is made once in this process, not for every line: half of a line's time.
cli._load = functools.cache(cli._load)


# Tests write rows by hand too: their connections have the function that the file's triggers call.
_connect = sqlite3.connect


def _connect_as_ccu(*args: Any, **options: Any) -> sqlite3.Connection:
    connection: sqlite3.Connection = _connect(*args, **options)
    digests.register(connection)
    return connection


sqlite3.connect = _connect_as_ccu  # type: ignore[assignment]


class _Terminal(io.TextIOWrapper):
    def isatty(self) -> bool:
        return True


def run_ccu(*args: str, stdin: str | bytes = "", tty: bool = False) -> Result:
    """Run one command line in this process, as the console script would.

    `tty` makes stdin and stdout claim to be a terminal; tests/test_terminal.py uses a real one.
    """
    typed = stdin.encode("utf-8", "surrogateescape") if isinstance(stdin, str) else stdin
    kind = _Terminal if tty else io.TextIOWrapper
    out, err = io.BytesIO(), io.BytesIO()
    saved = sys.stdin, sys.stdout, sys.stderr
    umask = os.umask(0o077)
    sys.stdin = kind(io.BytesIO(typed), encoding="utf-8")
    sys.stdout = kind(out, encoding="utf-8")
    sys.stderr = kind(err, encoding="utf-8")
    try:
        code = int(cli.main(list(args)))
        sys.stdout.flush()
        sys.stderr.flush()
        return Result(code, out.getvalue().decode(), err.getvalue().decode())
    finally:
        sys.stdin, sys.stdout, sys.stderr = saved
        os.umask(umask)


@pytest.fixture
def empty(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Ccu:
    """The front door with CCU_DB naming a file that does not exist yet."""
    monkeypatch.setenv("CCU_DB", str(tmp_path / "ccu.db"))
    monkeypatch.setenv("CCU_TODAY", TODAY)
    monkeypatch.delenv("SUDO_UID", raising=False)
    monkeypatch.setenv("COLUMNS", "80")
    return run_ccu


@pytest.fixture
def ccu(empty: Ccu) -> Ccu:
    """The front door with a new file for Westport CT."""
    made = empty("init", "--town", "Westport", "--state", "CT", "--timezone", "America/New_York")
    assert made.code == 0, made.err
    return empty


@pytest.fixture
def db_path(tmp_path: Path) -> Path:
    """The file that `ccu` uses."""
    return tmp_path / "ccu.db"
