"""The front door: `ccu("history", "--address", "...") -> Result(code, out, err)`."""

import functools
import io
import os
import sqlite3
import sys
from collections.abc import Callable
from datetime import UTC, datetime, time
from pathlib import Path
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

import pytest
from hypothesis import HealthCheck, settings

from ccu import cli
from ccu.database.connection import register
from ccu.records import audit

SHARED = Path(__file__).resolve().parents[2] / "shared" / "data"
ZONE = ZoneInfo("America/New_York")
TODAY = "2026-01-31"  # a Saturday; the tests' day unless a test sets another


# `make test` gives the same examples every time, so that a fresh clone never fails by chance;
# `make test-slow` searches at random, and prints the line that repeats what it finds.
settings.register_profile("fixed", derandomize=True, database=None, deadline=None)
settings.register_profile(
    "search", print_blob=True, deadline=None, suppress_health_check=[HealthCheck.too_slow]
)
settings.load_profile("fixed")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark the tests of properties, so that `make test-slow` can search them at random."""
    for item in items:
        if getattr(getattr(item, "obj", None), "is_hypothesis_test", False):
            item.add_marker("searched")


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
    register(connection)
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


def machine_clock() -> datetime:
    """The machine's clock in tests: it is at CCU_TODAY, so that --today alone differs from it."""
    said = os.environ.get("CCU_TODAY", "")
    try:
        moment = datetime.fromisoformat(said)
    except ValueError:
        return datetime.now(UTC)
    if len(said) <= 10:
        moment = datetime.combine(moment.date(), time(23, 59, 59))
    return (moment if moment.tzinfo else moment.replace(tzinfo=ZONE)).astimezone(UTC)


@pytest.fixture
def empty(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Ccu:
    """The front door with CCU_DB naming a file that does not exist yet."""
    monkeypatch.setenv("CCU_DB", str(tmp_path / "ccu.db"))
    monkeypatch.setenv("CCU_TODAY", TODAY)
    monkeypatch.setattr(audit, "clock", machine_clock)
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
