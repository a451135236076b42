"""Ctrl-C at the worst moment: what was saved is never told as not saved, and no stop is a bug."""

import contextlib
import os
import re
import signal
import sqlite3
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from ccu import start
from ccu.database import opening, written
from ccu.files import private
from ccu.session import Session

from ..audit.test_audit_complete import made
from ..conftest import Ccu
from ..dispatch_rows import Desk, row, text
from . import runs
from .test_files import CALL, NEW, folder, run

__all__ = ["folder", "made"]  # fixtures

NOTHING = b"Cancelled. Nothing was saved.\n"
REST = b"Cancelled. Nothing else was saved.\n"


def stop() -> None:
    os.kill(os.getpid(), signal.SIGINT)


def at_statement(words: str, after: bool) -> Callable[[], None]:
    """Be stopped before or after SQLite runs a statement."""

    class Stopped(sqlite3.Connection):
        def execute(self, sql: str, *values: Any) -> sqlite3.Cursor:
            if sql == words and not after:
                stop()
            found = super().execute(sql, *values)
            if sql == words:
                stop()
            return found

    connect = sqlite3.connect
    return in_program(
        lambda: setattr(
            sqlite3, "connect", lambda *name, **more: connect(*name, factory=Stopped, **more)
        )
    )


def in_program(prepare: Callable[[], object]) -> Callable[[], None]:
    """As `prepare`, in a process with the signals of the console script."""

    def change() -> None:
        start._answered[:] = [signal.SIGINT]
        start.answer_stops()
        prepare()

    return change


def stopping(owner: Any, name: str, late: bool = False) -> Callable[[], None]:
    """Be stopped in a function, before or after what it does."""
    function = getattr(owner, name)

    def stopped(*args: Any, **options: Any) -> Any:
        if not late:
            stop()
        found = function(*args, **options)
        stop()
        return found

    return in_program(lambda: setattr(owner, name, stopped))


def calls(path: Path) -> int:
    with contextlib.closing(sqlite3.connect(path)) as hand:
        return int(hand.execute("SELECT count(*) FROM call").fetchone()[0])


@pytest.mark.parametrize(
    ("within", "saved"),
    [
        (at_statement("BEGIN IMMEDIATE", after=True), False),
        (at_statement("COMMIT", after=False), False),
        (at_statement("COMMIT", after=True), True),
        (stopping(written, "change_of"), False),  # SQLite calls it, and drops what it raises
    ],
    ids=["begun", "before", "committed", "within SQLite"],
)
def test_a_stop_tells_whether_the_call_was_saved(
    within: Callable[[], None], saved: bool, folder: Path
) -> None:
    before = calls(folder / "town.db")
    done = run(folder, CALL, within)
    after = calls(folder / "town.db")
    assert (done.code, after - before, done.out) == (130, saved, b""), done
    told = re.sub(rb"call \d+ ", b"call N ", done.err)
    assert told == (b"Saved before the error: call N (log call).\n" + REST if saved else NOTHING)
    assert run(folder, "check --quiet").code == 0


def test_a_stop_after_the_command_is_done_changes_nothing(folder: Path) -> None:
    before = calls(folder / "town.db")
    done = run(folder, CALL, stopping(Session, "close"))
    assert (done.code, calls(folder / "town.db") - before) == (0, 1)
    assert done.out.startswith(b"Logged call ") and b"Cancelled" not in done.err


@pytest.mark.parametrize(
    ("line", "within", "name"),
    [
        ("backup copy.db", stopping(private, "publish", late=True), "copy.db"),
        (f"--db new.db {NEW}", stopping(opening, "tidy"), "new.db"),
    ],
)
def test_a_stop_names_the_file_that_is_there(
    line: str, within: Callable[[], None], name: str, folder: Path
) -> None:
    done = run(folder, line, within)
    assert done.code == 130
    assert done.err == f"Saved before the error: {name}.\n".encode() + REST
    assert run(folder, f"--db {name} check --quiet").code == 0


def test_a_stop_at_the_end_of_a_write_within_a_write_is_no_bug(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sqlite3, "connect", sqlite3.connect)
    before = signal.getsignal(signal.SIGINT)
    at_statement("RELEASE nested", after=True)()
    connection = opening.open_database(folder / "town.db")
    with pytest.raises(KeyboardInterrupt), opening.write(connection):
        connection.execute("INSERT INTO cad_text (text) VALUES ('zyx')")
        with opening.write(connection):
            pass
    assert not connection.in_transaction
    connection.close()
    signal.signal(signal.SIGINT, before)
    start._answered.clear()
    start.came.clear()


def test_a_stop_of_an_import_while_it_reads_its_staging_file_is_no_bug(
    ccu: Ccu, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """SQLite cannot detach a file while it is being read."""
    from ccu.imports.dispatch import staging_store

    def stopped(*_args: object) -> None:
        raise KeyboardInterrupt

    desk = Desk(ccu, tmp_path)
    assert desk.counts(text([row(Received="2025-01-02 10:01:00", Sent="", Cleared="")]))[1] == 1
    monkeypatch.setattr(staging_store.Stage, "reject", stopped)
    done = desk.bring(text([row(Sent="", Cleared="")]))
    assert (done.code, done.err) == (130, NOTHING.decode())


@pytest.mark.parametrize("line", ["--version", "--show-completion bash", "brief"])
def test_a_closed_output_is_one_sentence(line: str, folder: Path) -> None:
    program = f"{sys.executable} -c 'from ccu.start import run; run()' --db town.db {line} >&-"
    done = subprocess.run(
        ["sh", "-c", program.replace("--db town.db --", "--")], cwd=folder, capture_output=True,
        text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 8
    assert done.stderr == "ccu: error: cannot write to standard output: it is closed\n"


def test_a_bug_whose_report_has_no_room_is_one_sentence(folder: Path) -> None:
    def fail(*_args: object) -> None:
        raise ValueError("Zyx")

    def prepare() -> None:
        import tempfile

        Session.close = fail  # type: ignore[method-assign,assignment]
        tempfile.tempdir = str(folder / "none")

    done = runs.run(folder, "admin", "--db", "town.db", "brief", prepare=prepare)
    assert (done.code, done.err.count(b"\n"), b"Zyx" in done.err) == (1, 1, False), done
    assert b"set TMPDIR to a folder with room" in done.err


LOADING = """
import os, signal, sys
signal.signal(signal.{name}, signal.SIG_DFL)  # nohup and & ignore it

class Stopping:
    def find_spec(self, name, *_):
        if name == "typer":
            os.kill(os.getpid(), signal.{name})

sys.meta_path.insert(0, Stopping())
from ccu.start import run
run()
"""


@pytest.mark.parametrize("name", ["SIGINT", "SIGTERM", "SIGHUP"])
def test_a_stop_while_ccu_is_loaded_is_no_traceback(name: str) -> None:
    done = subprocess.run(
        [sys.executable, "-c", LOADING.replace("{name}", name), "brief"],
        capture_output=True,
        check=False,
    )
    assert (done.returncode, done.stdout, done.stderr) == (130, b"", NOTHING)
