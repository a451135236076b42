"""The front door: `ccu("history", "--address", "...") -> Result(code, out, err)`."""

import _sqlite3
import compileall
import contextlib
import ctypes
import errno
import functools
import gc
import hashlib
import io
import os
import shutil
import signal
import sqlite3
import sys
from collections.abc import Callable
from datetime import UTC, datetime, time
from pathlib import Path
from typing import Any, NamedTuple, TypeVar
from zoneinfo import ZoneInfo

import pytest
import typer
from hypothesis import HealthCheck, settings

from ccu import access, cli
from ccu.database import opening, schema
from ccu.records import audit

# ccu looks for garbage seldom, as one command is short. Here thousands run in one process, and the
# files of those that failed would stay open.
gc.set_threshold(700)

# What a shell runs in the background ignores Ctrl-C, and so would every ccu that the tests start.
if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.default_int_handler)

# Tests of a full disk limit the size of a process's files, and Python 3.11 keeps a compiled module
# that was cut short by such a limit: compile them all before.
compileall.compile_dir(Path(cli.__file__).parent, quiet=2)

# SQLite counts its memory under a lock at every allocation, a sixth of the time of these tests, as
# they open a file for every line. Nothing reads the counts; no file is open yet.
_NO_COUNTS = (9, 0)  # SQLITE_CONFIG_MEMSTATUS
if (_library := getattr(_sqlite3, "__file__", None)) and os.name == "posix":
    _sqlite = ctypes.CDLL(_library)
    _sqlite.sqlite3_shutdown()
    _sqlite.sqlite3_config(*_NO_COUNTS)
    _sqlite.sqlite3_initialize()

# Keep the tests as pytest compiles them: 6 s a process.
sys.dont_write_bytecode = False

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


def examples(fixed: int, searched: int) -> int:
    """How many examples of a slow property `make test` tries, and how many `make test-slow`.

    The fixed ones are the same every time, so that many of them prove no more the next time.
    """
    return searched if settings.get_current_profile_name() == "search" else fixed


def pytest_xdist_auto_num_workers() -> int:
    """One worker more than processors: a fifth of the time, tests wait for disks and terminals."""
    return (os.cpu_count() or 1) + 1


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
T = TypeVar("T")

# The parsers are made once in this process, not for every line: half of a line's time.
cli._load = functools.cache(cli._load)
typer.main.get_command = functools.cache(typer.main.get_command)


# Tests write rows by hand too: their connections have the function that the file's triggers call.
_connect = sqlite3.connect


def _connect_as_ccu(*args: Any, **options: Any) -> sqlite3.Connection:
    connection: sqlite3.Connection = _connect(*args, **options)
    opening.register(connection, args[0] if args else "")
    return connection


sqlite3.connect = _connect_as_ccu  # type: ignore[assignment]

# Each command writes at least to the audit, and waits for the disk three times. What `run_ccu`
# writes need not outlive a loss of power: tests of that run ccu in other processes, which wait.
_pragmas = opening._pragmas


def _pragmas_without_waiting(version: tuple[int, ...]) -> list[str]:
    return [*_pragmas(version), "synchronous=OFF"]


# The empty database that `ccu check` and `ccu backup` compare a file with is made once too.
_make_empty_database = schema.in_memory


@functools.cache
def _empty_database() -> bytes:
    with contextlib.closing(_make_empty_database()) as made:
        return made.serialize()


def _copy_of_empty_database() -> sqlite3.Connection:
    connection = sqlite3.connect(":memory:", isolation_level=None)
    connection.deserialize(_empty_database())
    return connection


schema.in_memory = _copy_of_empty_database


class _Terminal(io.TextIOWrapper):
    def isatty(self) -> bool:
        return True


class _Disk(io.BytesIO):
    """Standard output on a disk, which may be full."""

    full = False

    def write(self, data: Any) -> int:
        if self.full:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        return super().write(data)


def run_ccu(*args: str, stdin: str | bytes = "", tty: bool = False, full: bool = False) -> Result:
    """Run one command line in this process, as the console script would.

    `tty` makes stdin and stdout claim to be a terminal; tests/test_terminal.py uses a real one.
    `full`: nothing can be written to stdout.
    """
    typed = stdin.encode("utf-8", "surrogateescape") if isinstance(stdin, str) else stdin
    kind = _Terminal if tty else io.TextIOWrapper
    out, err = _Disk(), io.BytesIO()
    out.full = full
    saved = sys.stdin, sys.stdout, sys.stderr
    umask = os.umask(0o077)
    sys.stdin = kind(io.BytesIO(typed), encoding="utf-8")
    sys.stdout = kind(out, encoding="utf-8")
    sys.stderr = kind(err, encoding="utf-8")
    opening._pragmas = _pragmas_without_waiting
    try:
        code = int(cli.main(list(args)))
        out.full = False
        sys.stdout.flush()
        sys.stderr.flush()
        return Result(code, out.getvalue().decode(), err.getvalue().decode())
    finally:
        opening._pragmas = _pragmas
        sys.stdin, sys.stdout, sys.stderr = saved
        os.umask(umask)


_made: dict[tuple[object, ...], tuple[bytes, Any]] = {}


def once(setup: str, make: Callable[[], T]) -> T:
    """Do a set-up once in this process: later tests get a copy of the file that it made.

    It may depend on the file of CCU_DB as it is now, the account, CCU_TODAY and the audit's clock,
    and on nothing else. Only that file is copied. Returns what `make` returned, as it was then.
    """
    if "CCU_DB" not in os.environ:  # the file is named by --db
        return make()
    path = Path(os.environ["CCU_DB"])
    log = path.with_name(f"{path.name}-wal")
    if log.exists():  # the test has the file open: it is not all there is
        return make()
    before = hashlib.sha256(path.read_bytes()).digest()
    key = (setup, before, os.environ["CCU_TODAY"], access.login(), audit.clock())
    if key not in _made:
        found = make()
        assert not log.exists()
        _made[key] = path.read_bytes(), found
        return found
    made, result = _made[key]
    path.write_bytes(made)
    again: T = result
    return again


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


@pytest.fixture(scope="session", autouse=True)
def home(tmp_path_factory: pytest.TempPathFactory) -> None:
    """Keep drafts and files of the usual place out of the home folder of whoever runs the tests."""
    os.environ["XDG_DATA_HOME"] = str(tmp_path_factory.mktemp("home"))


@pytest.fixture
def empty(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Ccu:
    """The front door with CCU_DB naming a file that does not exist yet."""
    monkeypatch.setenv("CCU_DB", str(tmp_path / "ccu.db"))
    monkeypatch.setenv("CCU_TODAY", TODAY)
    monkeypatch.setattr(audit, "clock", machine_clock)
    monkeypatch.delenv("SUDO_UID", raising=False)
    monkeypatch.setenv("COLUMNS", "80")
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "home"))
    return run_ccu


@pytest.fixture(scope="session")
def new_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A new file for Westport CT, made once: every test has its own copy."""
    path = tmp_path_factory.mktemp("new") / "ccu.db"
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("CCU_DB", str(path))
        patch.setenv("CCU_TODAY", TODAY)
        patch.setattr(audit, "clock", machine_clock)
        patch.delenv("SUDO_UID", raising=False)
        made = run_ccu("init", "--town", "Westport", "--state", "CT", "--timezone", str(ZONE))
    assert made.code == 0, made.err
    return path


@pytest.fixture
def ccu(empty: Ccu, new_file: Path, db_path: Path) -> Ccu:
    """The front door with a new file for Westport CT."""
    for suffix in ("", ".audit-key"):
        shutil.copy(f"{new_file}{suffix}", f"{db_path}{suffix}")
    return empty


@pytest.fixture
def db_path(tmp_path: Path) -> Path:
    """The file that `ccu` uses."""
    return tmp_path / "ccu.db"
