"""`ccu backup` and `ccu check`."""

import contextlib
import os
import signal
import sqlite3
import subprocess
import sys
import time
from pathlib import Path

import pytest

from ccu import access
from ccu.check import store

from ..conftest import Ccu

posix = pytest.mark.skipif(os.name != "posix", reason="signals")


def test_a_backup_is_the_same_records_and_private(ccu: Ccu, tmp_path: Path) -> None:
    copy = tmp_path / "copy.db"
    result = ccu("backup", str(copy))
    assert result.code == 0
    assert result.out.startswith(f"Copied to {copy} (")
    assert copy.stat().st_mode & 0o777 == 0o600
    assert ccu("--db", str(copy), "settings").out == ccu("settings").out
    assert ccu("--db", str(copy), "check").code == 0
    assert [path.name for path in tmp_path.iterdir() if ".part" in path.name] == []


def test_a_backup_never_goes_over_a_file(ccu: Ccu, tmp_path: Path) -> None:
    copy = tmp_path / "copy.db"
    copy.write_text("mine")
    assert ccu("backup", str(copy)) == (
        2,
        "",
        f"ccu: error: {copy} already exists; choose a new name\n",
    )
    assert copy.read_text() == "mine"


def test_a_backup_into_no_folder_is_one_sentence(ccu: Ccu, tmp_path: Path) -> None:
    result = ccu("backup", str(tmp_path / "none" / "copy.db"))
    assert (result.code, result.out) == (4, "")
    assert result.err.count("\n") == 1


@pytest.mark.skipif(os.name != "posix", reason="a service account")
def test_the_service_account_backs_up_by_cron_and_is_on_no_list(
    ccu: Ccu, db_path: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(access, "login", lambda service_account="": "ccu-service")
    assert ccu("backup", str(tmp_path / "copy.db")).code == 7
    with contextlib.closing(sqlite3.connect(db_path)) as hand, hand:
        hand.execute("UPDATE setting SET value = 'ccu-service' WHERE name = 'service_account'")
    assert ccu("backup", str(tmp_path / "copy.db")).code == 0
    assert ccu("--db", str(tmp_path / "copy.db"), "check").code == 0
    with contextlib.closing(sqlite3.connect(db_path)) as hand:
        row = hand.execute("SELECT staff_id, action FROM audit ORDER BY id DESC").fetchone()
    assert row == (None, "backup")


def test_check_reports_no_fault(ccu: Ccu) -> None:
    result = ccu("check", "--format", "csv")
    assert result.code == 0
    results = [line.split(",")[1] for line in result.out.splitlines()[1:]]
    # and integrity, schema, rows, settings, private, what can be found, the audit's chain,
    # destroyed records, copies cut short, places that may be one house
    assert len(results) == len(store.RULES) + 10
    assert set(results) == {'"ok"'}
    assert ccu("check", "--quiet") == (0, "", "")


def test_check_warns_of_a_file_others_can_read(ccu: Ccu, db_path: Path) -> None:
    db_path.chmod(0o644)
    result = ccu("check", "--quiet", "--format", "csv")
    assert result.code == 0
    assert "is open to other accounts; run chmod 600 on it" in result.out


def test_check_finds_a_dangling_record(ccu: Ccu, db_path: Path) -> None:
    hand = sqlite3.connect(db_path)
    hand.execute("PRAGMA foreign_keys=OFF")
    hand.execute("INSERT INTO call_danger (call_id, danger) VALUES (99, 'weapon')")
    hand.commit()
    hand.close()
    result = ccu("check", "--quiet")
    assert result.code == 6
    assert "call_danger points to missing rows of call: 1" in result.out
    assert result.err.startswith("ccu: error: 1 of ")


def test_check_finds_a_row_cut_out_of_the_audit(ccu: Ccu, db_path: Path) -> None:
    hand = sqlite3.connect(db_path)
    hand.execute("DROP TRIGGER audit_is_never_deleted")
    hand.execute("DELETE FROM audit WHERE id = 2")
    hand.commit()
    hand.close()
    result = ccu("check", "--quiet")
    assert result.code == 6
    assert "audit row 2 is missing" in result.out


@pytest.mark.parametrize("at", [0.3, 0.5, 0.7])
def test_check_finds_a_page_overwritten(at: float, ccu: Ccu, db_path: Path) -> None:
    content = bytearray(db_path.read_bytes())
    page = int(len(content) / 4096 * at) * 4096
    content[page : page + 2000] = b"\xff" * 2000
    db_path.write_bytes(content)
    result = ccu("check")
    assert result.code in (4, 6)
    assert "Traceback" not in result.err


@pytest.mark.parametrize("end", ["-wal", "-shm", "-journal"])
def test_no_output_goes_where_the_database_keeps_what_is_not_in_it_yet(
    end: str, ccu: Ccu, db_path: Path
) -> None:
    target = db_path.with_name(db_path.name + end)
    before = target.read_bytes() if target.exists() else None
    done = ccu("settings", "--output", str(target))
    assert (done.code, done.out) == (2, "")
    assert (target.read_bytes() if target.exists() else None) == before


def backing_up(db_path: Path, folder: Path, *more: str) -> tuple[subprocess.Popen[str], Path]:
    """A running backup of a larger file into a folder, stopped in the middle; and its part."""
    with sqlite3.connect(db_path) as hand:
        hand.execute(
            "WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 100000)"
            " INSERT INTO cad_text (text) SELECT 'Brandvold number ' || i FROM n"
        )
    command = [sys.executable, "-c", "from ccu.start import run; run()", "backup"]
    running = subprocess.Popen(
        [*command, str(folder / "copy.db"), *more], stderr=subprocess.PIPE, text=True
    )
    while running.poll() is None:
        for part in folder.glob(".copy.db.*.part"):
            if part.stat().st_size > 1_000_000:
                running.send_signal(signal.SIGSTOP)
                return running, part
        time.sleep(0.002)
    raise AssertionError("it ended before it could be stopped")


def killed(running: subprocess.Popen[str]) -> None:
    running.kill()
    running.communicate()


@posix
def test_a_copy_that_a_kill_left_goes_with_the_next_backup(
    ccu: Ccu, db_path: Path, tmp_path: Path
) -> None:
    folder = tmp_path / "copies"
    folder.mkdir()
    running, part = backing_up(db_path, folder)
    killed(running)
    assert b"Brandvold number" in part.read_bytes()
    assert ccu("backup", str(folder / "next.db")).code == 0
    assert sorted(each.name for each in folder.iterdir()) == ["next.db", "next.db.anchor"]


@posix
def test_an_empty_copy_left_by_a_kill_is_removed_too(ccu: Ccu, tmp_path: Path) -> None:
    folder = tmp_path / "copies"
    folder.mkdir()
    (folder / ".a.db.12088.part").write_bytes(b"")
    (folder / ".a.db.12088.part-journal").write_bytes(bytes(512))
    (folder / ".b.db.12089.part-journal").write_bytes(bytes(512))
    assert ccu("backup", str(folder / "next.db")).code == 0
    assert sorted(each.name for each in folder.iterdir()) == ["next.db", "next.db.anchor"]


@posix
def test_a_copy_that_a_kill_left_is_reported_and_purged(
    ccu: Ccu, db_path: Path, tmp_path: Path
) -> None:
    running, part = backing_up(db_path, tmp_path)
    killed(running)
    again = os.open(part, os.O_RDONLY)  # what was in it is gone from its bytes, too
    said = ccu("check", "--quiet", "--format", "csv")
    assert said.code == 0
    assert f"{part.name} is left over from one; ccu purge or ccu backup removes it" in said.out
    for name in ("calls", "people", "referrals", "needs", "consults", "plans", "consents",
                 "disclosures", "reasons", "sealed", "imports"):  # fmt: skip
        assert ccu("retention", "set", name, "never", "--source", "policy").code == 0
    with sqlite3.connect(db_path) as hand:
        hand.execute("UPDATE staff SET role = 'records'")
    assert ccu("purge", "--yes").code == 0
    assert not part.exists()
    size = os.fstat(again).st_size
    assert set(os.pread(again, size, 0)) == {0}
    os.close(again)
    assert ccu("check", "--quiet") == (0, "", "")


@posix
def test_a_backup_that_runs_is_left_alone(ccu: Ccu, db_path: Path, tmp_path: Path) -> None:
    folder = tmp_path / "copies"
    folder.mkdir()
    running, part = backing_up(db_path, folder)
    assert ccu("backup", str(folder / "other.db")).code == 0
    assert part.exists()
    running.send_signal(signal.SIGCONT)
    said = running.communicate(timeout=60)
    assert running.returncode == 0, said
    assert {"copy.db", "other.db"} < {each.name for each in folder.iterdir()}
    assert ccu("--db", str(folder / "copy.db"), "check", "--quiet").code == 0
    assert not part.exists()


@posix
@pytest.mark.parametrize("stop", [signal.SIGTERM, signal.SIGHUP])
def test_a_backup_told_to_stop_leaves_nothing_behind(
    stop: signal.Signals, ccu: Ccu, db_path: Path, tmp_path: Path
) -> None:
    with sqlite3.connect(db_path) as hand:
        hand.execute(
            "WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 300000)"
            " INSERT INTO cad_text (text) SELECT 'text number ' || i FROM n"
        )
    folder = tmp_path / "copies"
    folder.mkdir()
    command = [sys.executable, "-c", "from ccu.start import run; run()", "backup"]
    running = subprocess.Popen(
        [*command, str(folder / "copy.db")], stderr=subprocess.PIPE, text=True
    )
    while running.poll() is None and not list(folder.iterdir()):
        time.sleep(0.005)
    running.send_signal(stop)
    _, said = running.communicate(timeout=60)
    if running.returncode == 0:
        assert sorted(path.name for path in folder.iterdir()) == ["copy.db", "copy.db.anchor"]
    else:
        assert (running.returncode, said.count("\n")) == (130, 1)
        assert list(folder.iterdir()) == []
