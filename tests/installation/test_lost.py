"""A missing file is an alarm: nobody makes an empty town where a database was."""

import shutil
from pathlib import Path

import pytest

from ..conftest import Ccu

INIT = ("init", "--town", "Westport", "--state", "CT", "--timezone", "America/New_York")
ADDRESS = ("history", "--address", "12 Main St")


def files(folder: Path) -> set[str]:
    return {each.name for each in folder.rglob("*")}


@pytest.fixture
def backup(ccu: Ccu, db_path: Path) -> Path:
    """A backup as the nightly job names it, beside the file."""
    path = db_path.with_name("ccu-2026-01-30-033000.db")
    assert ccu("backup", str(path)).code == 0
    return path


def alarms(ccu: Ccu, db_path: Path, trace: Path) -> None:
    """The door, a list, `check` and a new file are refused, and nothing is made."""
    before = files(db_path.parent)
    for line in (ADDRESS, ("follow-up", "list"), ("check",), ("settings",)):
        done = ccu(*line)
        assert (done.code, done.out) == (4, ""), (line, done)
        assert done.err.startswith(f"ccu: error: a database was here: {db_path} is missing")
        assert f"{trace} is left. Restore a backup: ccu restore BACKUP" in done.err
        assert "init" not in done.err
    for new in (INIT, ("demo", "--no-tour", "--calls", "100")):
        done = ccu(*new)
        assert (done.code, done.out) == (7, ""), (new, done)
        assert f"ccu restore BACKUP, or move {trace}" in done.err
    assert files(db_path.parent) == before


def test_an_audit_key_that_is_left(ccu: Ccu, db_path: Path) -> None:
    db_path.unlink()
    key = Path(f"{db_path}.audit-key")
    alarms(ccu, db_path, key)
    key.unlink()
    assert ccu(*INIT).code == 0


def test_a_backup_that_is_left(ccu: Ccu, db_path: Path, backup: Path) -> None:
    db_path.unlink()
    Path(f"{db_path}.audit-key").unlink()
    alarms(ccu, db_path, backup)
    shutil.move(backup, db_path.with_name("another.db"))
    Path(f"{backup}.anchor").unlink()
    assert ccu(*INIT).code == 0


def test_a_backup_by_a_name_of_its_own_is_of_the_only_database_here(
    ccu: Ccu, db_path: Path
) -> None:
    copy, other = db_path.with_name("friday.db"), str(db_path.with_name("other.db"))
    assert ccu("backup", str(copy)).code == 0
    assert ccu("--db", other, *INIT).code == 0  # it belongs to the one that is there
    for left in (other, f"{other}.audit-key", db_path, f"{db_path}.audit-key"):
        Path(left).unlink()
    alarms(ccu, db_path, copy)


def test_a_care_file_that_is_left(
    empty: Ccu, db_path: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    care = tmp_path / "care" / "care.db"
    care.parent.mkdir()
    care.write_bytes(b"notes")
    monkeypatch.setenv("CCU_CARE_DB", str(care))
    alarms(empty, db_path, care)
    other = str(tmp_path / "trial.db")
    assert empty("--db", other, *INIT).code == 0  # a file of another name is another town's


def test_a_file_that_was_emptied(ccu: Ccu, db_path: Path) -> None:
    db_path.write_bytes(b"")
    done = ccu(*ADDRESS)
    assert (done.code, done.out) == (4, "")
    assert "a database was here" in done.err
    assert ccu(*INIT).code == 7
    assert db_path.read_bytes() == b""


def test_without_a_trace_an_administrator_is_named(empty: Ccu, db_path: Path) -> None:
    assert empty(*ADDRESS) == (
        4,
        "",
        f"ccu: error: there is no database {db_path}, so nothing was looked up: check --db"
        " or CCU_DB; for a new town, an administrator runs ccu init\n",
    )
    assert files(db_path.parent) == set()


def test_an_init_that_fails_leaves_no_trace(
    empty: Ccu, db_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from ccu.records import staff_list

    with monkeypatch.context() as patch:
        patch.setattr(staff_list, "add", lambda *_: 1 / 0)
        assert empty(*INIT).code == 1
    assert files(db_path.parent) == set()
    assert empty(*INIT).code == 0
