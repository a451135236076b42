"""`ccu wellness`: a log that keeps nobody's identity, and does not show why there is nothing."""

import hashlib
import itertools
import os
import shutil
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ccu import access
from ccu.wellness import store

from ..conftest import Ccu, Result, run_ccu

FORMATS = ("table", "plain", "json", "csv", "markdown")
KINDS = ("peer_support", "clinician", "chaplain", "debriefing", "referral_out", "other")


@pytest.fixture
def file(empty: Ccu, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A wellness file; there is no main file."""
    folder = tmp_path / "wellness"
    folder.mkdir(mode=0o700)
    path = folder / "wellness.db"
    monkeypatch.setenv("CCU_WELLNESS_DB", str(path))
    made = empty("wellness", "init")
    assert made.code == 0, made.err
    return path


def add(minutes: int = 30, kind: str = "clinician", month: str = "2026-01") -> None:
    done = run_ccu("wellness", "add", "--kind", kind, "--minutes", str(minutes), "--month", month)
    assert done.code == 0, done.err


def kept(path: Path) -> list[tuple[Any, ...]]:
    with closing(sqlite3.connect(path)) as hand:
        return hand.execute("SELECT * FROM wellness ORDER BY month, kind").fetchall()


def test_only_the_sum_of_a_type_and_a_month_is_stored(empty: Ccu, file: Path) -> None:
    add(38)
    add(7)
    add(90, kind="chaplain", month="2025-12")
    with closing(sqlite3.connect(file)) as hand:
        columns = [row[1] for row in hand.execute("PRAGMA table_info(wellness)")]
        tables = {row[0] for row in hand.execute("SELECT name FROM sqlite_master")}
    assert columns == ["month", "kind", "contacts", "minutes"]
    assert tables == {"wellness", "wellness_kind"}
    assert kept(file) == [("2025-12", "chaplain", 1, 90), ("2026-01", "clinician", 2, 60)]


def test_the_file_has_no_rowid_to_tell_an_order(empty: Ccu, file: Path) -> None:
    with closing(sqlite3.connect(file)) as hand, pytest.raises(sqlite3.OperationalError):
        hand.execute("SELECT rowid FROM wellness")


def test_the_order_of_the_contacts_is_in_no_byte(
    empty: Ccu, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    contacts = [
        (15, "clinician", "2026-01"),
        (600, "other", "2025-11"),
        (45, "chaplain", "2025-12"),
    ]
    found = set()
    for number, order in enumerate(itertools.permutations(contacts)):
        folder = tmp_path / str(number)
        folder.mkdir(mode=0o700)
        monkeypatch.setenv("CCU_WELLNESS_DB", str(folder / "w.db"))
        assert empty("wellness", "init").code == 0
        for contact in order:
            add(*contact)
        assert [each.name for each in folder.iterdir()] == ["w.db"]
        found.add(hashlib.sha256((folder / "w.db").read_bytes()).hexdigest())
    assert len(found) == 1


@settings(max_examples=200)
@given(st.integers(1, store.LONGEST))
def test_minutes_are_kept_to_the_nearest_quarter(minutes: int) -> None:
    quarters = store.quarters(minutes)
    assert quarters % 15 == 0
    assert abs(quarters - minutes) <= 7 or (quarters == 15 and minutes < 8)


def test_it_asks_at_a_terminal_and_states_what_was_kept(empty: Ccu, file: Path) -> None:
    asked = empty("wellness", "add", stdin="nothing\n1\n0\n40\n", tty=True)
    assert (asked.code, asked.out) == (0, "Added to 2026-01: peer support, 45 minutes.\n")
    assert kept(file) == [("2026-01", "peer_support", 1, 45)]


@pytest.mark.parametrize(
    ("options", "says"),
    [
        ("--minutes 30", "--kind is missing"),
        ("--kind clinician", "--minutes is missing"),
        (
            "--kind c --minutes 30",
            "--kind: not a valid choice; choose from peer_support, clinician",
        ),
        ("--kind 7 --minutes 30", "--kind: not a valid choice"),
        ("--kind other --minutes 0", "--minutes must be a whole number from 1"),
        (
            "--kind other --minutes 1441",
            "--minutes must be a whole number from 0 to 1440, or 1 h 20",
        ),
        ("--kind other --minutes -5", "--minutes must be a whole number"),
        ("--kind other --minutes 30 --month 2026-02", "--month is in the future"),
        ("--kind other --minutes 30 --month 2026-13", '--month "2026-13" cannot be read'),
        ("--kind other --minutes 30 --name x", "no such option: --name"),
    ],
)
def test_what_cannot_be_kept_is_one_sentence(
    empty: Ccu, file: Path, options: str, says: str
) -> None:
    refused = empty("wellness", "add", *options.split())
    assert (refused.code, refused.out) == (2, "")
    assert refused.err.startswith(f"ccu: error: {says}")
    assert refused.err.count("\n") == 1
    assert kept(file) == []


def test_a_total_needs_eleven_contacts(empty: Ccu, file: Path) -> None:
    nothing = '"year","contacts","hours"\n"2026","",""\n'
    for number, kind in zip(range(10), itertools.cycle(KINDS)):
        add(45, kind)
        total = empty("wellness", "total", "--year", "2026", "-f", "csv")
        assert total.out == nothing, number
    add(45, month="2025-12")
    assert empty("wellness", "total", "--year", "2026", "-f", "csv").out == nothing
    add(45)
    total = empty("wellness", "total", "--year", "2026", "-f", "csv")
    assert total == (0, '"year","contacts","hours"\n"2026","11","8"\n', "")
    assert empty("wellness", "total", "--year", "2025", "-f", "csv").code == 0


def test_few_none_no_file_damaged_and_no_main_file_are_one_answer(
    empty: Ccu, file: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def answers() -> list[Result]:
        return [empty("wellness", "total", "--year", "2026", "-f", format) for format in FORMATS]

    none = answers()
    add()
    few = answers()
    monkeypatch.setenv("CCU_WELLNESS_DB", str(tmp_path / "none" / "w.db"))
    missing = answers()
    monkeypatch.setenv("CCU_WELLNESS_DB", str(tmp_path))
    folder = answers()
    monkeypatch.delenv("CCU_WELLNESS_DB")
    unset = answers()
    monkeypatch.setenv("CCU_WELLNESS_DB", str(file))
    file.write_bytes(file.read_bytes()[:5000])
    cut = answers()
    file.write_bytes(os.urandom(9000))
    garbage = answers()
    with closing(sqlite3.connect(tmp_path / "other.db")) as hand:
        hand.execute("CREATE TABLE wellness (month, contacts, minutes)")
    monkeypatch.setenv("CCU_WELLNESS_DB", str(tmp_path / "other.db"))
    foreign = answers()
    assert none == few == missing == folder == unset == cut == garbage == foreign
    assert {code for code, _out, _err in none} == {0}
    assert {err for _code, _out, err in none} == {
        "Fewer than 11 contacts, or none that this account can read.\n"
    }


@pytest.mark.skipif(
    os.name != "posix" or (os.geteuid() == 0 and shutil.which("setpriv") is None),
    reason="file modes, and root must be able to lay down its rights",
)
def test_not_allowed_is_the_same_answer_as_none(empty: Ccu, file: Path) -> None:
    for _ in range(11):
        add(60)
    line = [sys.executable, "-c", "from ccu.start import run; run()"]
    if os.geteuid() == 0:
        drop = "-dac_override,-dac_read_search"
        line = ["setpriv", f"--bounding-set={drop}", f"--inh-caps={drop}", *line]

    def run(*args: str, path: Path) -> tuple[int, bytes, bytes]:
        names = {**os.environ, "CCU_WELLNESS_DB": str(path)}
        done = subprocess.run([*line, *args], env=names, capture_output=True, check=False)
        return done.returncode, done.stdout, done.stderr

    adding = ("wellness", "add", "--kind", "other", "--minutes", "5")
    missing = file.with_name("none.db")
    for args in (("wellness", "total", "--year", "2026"), adding):
        file.chmod(0)
        assert run(*args, path=file) == run(*args, path=missing)
        file.chmod(0o400)
        assert run(*args, path=file) == run(*args, path=missing)
        file.chmod(0o600)
        assert run(*args, path=file) != run(*args, path=missing)


def test_the_main_file_is_not_opened_and_does_not_change(
    ccu: Ccu, file: Path, db_path: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def state() -> dict[str, tuple[bytes, int]]:
        return {
            path.name: (path.read_bytes(), path.stat().st_mtime_ns)
            for path in tmp_path.glob("ccu.db*")
        }

    before = state()
    seen = """
import sys
opened = []
sys.addaudithook(lambda event, told: opened.append(str(told)) if event in
                 ("open", "sqlite3.connect") else None)
from ccu import cli
code = cli.main(sys.argv[1:])
sys.exit(any("ccu.db" in each for each in opened) or code)
"""
    for args in ("add --kind other --minutes 30", "total --year 2026"):
        done = subprocess.run(
            [sys.executable, "-c", seen, "wellness", *args.split()], capture_output=True
        )
        assert done.returncode == 0, done.stderr
    assert kept(file) == [("2026-01", "other", 1, 30)]
    assert state() == before
    monkeypatch.setenv("CCU_DB", str(tmp_path / "none" / "ccu.db"))
    add()
    assert not (tmp_path / "none").exists()


def test_nobody_at_the_keyboard_is_asked_for(
    empty: Ccu, file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:

    def asked(service_account: str = "") -> str:
        raise AssertionError("the wellness log wants to know who is there")

    monkeypatch.setattr(access, "login", asked)
    add()
    assert empty("wellness", "total", "--year", "2026").code == 0


def test_it_is_in_no_backup_and_no_report(ccu: Ccu, file: Path, tmp_path: Path) -> None:
    for _ in range(11):
        add(60, kind="chaplain")
    copy = tmp_path / "copy.db"
    assert ccu("backup", str(copy)).code == 0
    assert b"chaplain" not in copy.read_bytes().lower()
    assert b"chaplain" in file.read_bytes().lower()
    with_log = ccu("report", "--year", "2026", "-f", "json")
    file.unlink()
    assert ccu("report", "--year", "2026", "-f", "json") == with_log
    assert "wellness" not in with_log.out.lower()


def test_adding_without_a_file_is_one_sentence(
    empty: Ccu, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    sentence = "ccu: error: CCU_WELLNESS_DB names no wellness file that this account can open\n"
    monkeypatch.delenv("CCU_WELLNESS_DB", raising=False)
    line = ("wellness", "add", "--kind", "other", "--minutes", "5")
    assert empty(*line) == (4, "", sentence)
    monkeypatch.setenv("CCU_WELLNESS_DB", str(tmp_path / "none.db"))
    assert empty(*line) == (4, "", sentence)
    assert list(tmp_path.iterdir()) == []
    assert empty("wellness", "add", tty=True, stdin="1\n5\n") == (4, "", sentence)


def test_init_refuses_an_open_folder_and_a_file_that_is_there(
    empty: Ccu, file: Path, tmp_path: Path
) -> None:
    add()
    before = file.read_bytes()
    assert empty("wellness", "init").code == 2
    assert file.read_bytes() == before
    wide = tmp_path / "wide"
    wide.mkdir()
    wide.chmod(0o755)
    assert empty("wellness", "init", str(wide / "w.db")).code == 2
    assert list(wide.iterdir()) == []


def test_several_at_once_lose_nothing(empty: Ccu, file: Path) -> None:
    line = [sys.executable, "-c", "from ccu.start import run; run()", "wellness", "add"]
    line += ["--kind", "other", "--minutes", "30", "--month", "2026-01"]
    started = [subprocess.Popen(line, stderr=subprocess.PIPE) for _ in range(6)]
    for each in started:
        _out, err = each.communicate()
        assert each.returncode == 0, err
    assert kept(file) == [("2026-01", "other", 6, 180)]
