"""`import ccu`: the answers of the commands as data, by the commands' own gate."""

import json
import shutil
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

import ccu
from ccu.errors import DatabaseMissing, InvalidInput, NotAllowed
from ccu.records import audit

from . import told_town as town
from .conftest import machine_clock


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return town.make(tmp_path_factory.mktemp("door"))


@pytest.fixture
def db(made: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A copy of the town, on its day."""
    for suffix in ("", ".audit-key"):
        shutil.copy(f"{made}{suffix}", f"{tmp_path / 'town.db'}{suffix}")
    monkeypatch.setenv("CCU_TODAY", town.AT)
    monkeypatch.setattr(audit, "clock", machine_clock)
    monkeypatch.delenv("SUDO_UID", raising=False)
    return tmp_path / "town.db"


def events(db: Path) -> list[tuple[str | None, str]]:
    """Each audit event: the login and the action, in order."""
    sql = "SELECT login, action FROM audit LEFT JOIN staff ON staff.id = audit.staff_id"
    with closing(sqlite3.connect(db)) as connection:
        return connection.execute(f"{sql} ORDER BY audit.id").fetchall()


def by_command(db: Path, login: str, *words: str) -> Any:
    done = town.run(db, login, *words, "--format", "json")
    assert done.code == 0, done.err
    return json.loads(done.out)


@pytest.mark.parametrize("login", ["officer", "clinician"])
def test_history_is_what_the_command_shows_this_account(db: Path, login: str) -> None:
    expected = by_command(db, login, "history", "--address", town.PLACE)
    before = events(db)
    with town.account(login):
        found = ccu.open(db).history(town.PLACE)
    assert found == expected
    assert found["calls"]
    added = events(db)[len(before) :]
    assert (login, "history") in added


def test_what_a_role_may_not_do_is_refused_and_recorded(db: Path) -> None:
    before = events(db)
    with town.account("analyst"), pytest.raises(NotAllowed, match="needs the role"):
        ccu.open(db).history(town.PLACE)
    assert events(db)[len(before) :] == [("analyst", "denied")]
    with town.account("stranger"), pytest.raises(NotAllowed):
        ccu.open(db).report("2026-01")
    assert events(db)[-1] == (None, "denied")


def test_the_report_is_the_command_s(db: Path) -> None:
    with town.account("analyst"):
        found = ccu.open(str(db)).report("2026-01")
    assert found == by_command(db, "analyst", "report", "--month", "2026-01")
    assert found["sections"]


def test_overdue_work_stays_new(db: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CCU_TODAY", "2026-02-20")
    with town.account("officer"):
        first, second = (ccu.open(db).overdue() for _time in range(2))
    assert first == second
    assert first
    assert all(row["new"] for row in first)


def test_without_a_path_it_is_the_file_of_the_commands(
    db: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CCU_DB", str(db))
    with town.account("officer"):
        assert ccu.open().overdue() == ccu.open(db).overdue()


def test_errors_are_exceptions_and_the_streams_come_back(db: Path) -> None:
    streams = sys.stdin, sys.stdout
    with town.account("officer"):
        with pytest.raises(InvalidInput):
            ccu.open(db).history("")
        with pytest.raises(DatabaseMissing):
            ccu.open(db.with_name("other.db"))
    assert (sys.stdin, sys.stdout) == streams
    assert not db.with_name("other.db").exists()


def test_importing_ccu_loads_nothing_else() -> None:
    new = "[*{*sys.modules} - before]"
    code = f"import json, sys; before = {{*sys.modules}}; import ccu; print(json.dumps({new}))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    loaded = {name.partition(".")[0] for name in json.loads(done.stdout)}
    assert loaded <= {"ccu", "__future__", *sys.stdlib_module_names}
    assert not loaded & {"sqlite3", "argparse", "dataclasses"}
    assert "ccu.door" not in done.stdout
