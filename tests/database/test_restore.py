"""`ccu restore`: a backup takes the database's place, and nothing is lost on the way."""

import contextlib
import os
import shutil
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest

from ccu import access

from ..conftest import Ccu

AT = "2026-01-05T12:00:00+00:00"
SCHEMAS = Path(__file__).parents[1] / "schemas"


@pytest.fixture
def backup(ccu: Ccu, db_path: Path, tmp_path: Path) -> Path:
    """A backup with one call; the file has had another since."""
    folder = tmp_path / "backups"
    folder.mkdir()
    log_call(ccu)
    path = folder / "ccu-2026-01-30-033000.db"
    assert ccu("backup", str(path)).code == 0
    log_call(ccu)
    return path


def log_call(ccu: Ccu) -> int:
    """Log a call; its number."""
    line = ("log-call", "--address", "12 Main St", "--nature", "crisis", "--when", "09:00")
    done = ccu(*line, "--no-input", "--format", "json")
    assert done.code == 0, done.err
    return max(calls(Path(os.environ["CCU_DB"])))


def calls(path: Path) -> list[int]:
    with contextlib.closing(sqlite3.connect(path)) as hand:
        return [row[0] for row in hand.execute("SELECT id FROM call ORDER BY id")]


def kept(db_path: Path) -> list[str]:
    return sorted(
        str(each)
        for each in db_path.parent.glob(f"{db_path.name}.before-restore-*")
        if not each.name.endswith((".anchor", "-wal", "-shm", "-journal"))
    )


def left(db_path: Path) -> list[str]:
    return [each.name for each in db_path.parent.iterdir() if each.name.startswith(".")]


def test_a_missing_file_is_restored(ccu: Ccu, db_path: Path, backup: Path) -> None:
    db_path.unlink()
    before = backup.read_bytes()
    done = ccu("restore", str(backup))
    assert done.code == 0, done.err
    assert done.out == (
        f"Restored {db_path} from {backup}: everything recorded until Jan 31, 2026, 11:59 PM.\n"
    )
    assert "Back up to a new folder." in done.err
    assert calls(db_path) == [1]
    assert db_path.stat().st_mode & 0o777 == 0o600
    assert backup.read_bytes() == before
    assert ccu("audit", "verify").code == 0
    assert ccu("check", "--quiet").code == 0
    with contextlib.closing(sqlite3.connect(db_path)) as hand:
        found = hand.execute("SELECT action, staff_id FROM audit ORDER BY id DESC LIMIT 1")
        assert found.fetchone() == ("restore", 1)
    assert left(db_path) + kept(db_path) == []


def test_new_records_have_numbers_that_no_lost_record_had(
    ccu: Ccu, db_path: Path, backup: Path
) -> None:
    """Call 2 is lost; a paper or a care note about it must not become another call's."""
    assert ccu("restore", "--force", str(backup)).code == 0
    assert log_call(ccu) == 2001
    assert ccu("check", "--quiet").code == 0


def test_a_live_file_is_replaced_only_by_force_and_kept(
    ccu: Ccu, db_path: Path, backup: Path
) -> None:
    before = db_path.read_bytes()
    done = ccu("restore", str(backup))
    assert (done.code, done.out) == (2, "")
    assert "to replace it, and keep it under another name, add --force" in done.err
    assert db_path.read_bytes() == before
    done = ccu("restore", "--force", str(backup))
    (old,) = kept(db_path)
    assert done.code == 0
    assert f"The previous database is kept as {old}.\n" in done.err
    assert "New numbers start at the next thousand, so that a number given" in done.err
    assert calls(Path(old)) == [1, 2]
    assert calls(db_path) == [1]


def test_a_file_in_use_is_not_replaced(
    ccu: Ccu, db_path: Path, backup: Path, tmp_path: Path
) -> None:
    reader = subprocess.Popen(
        [
            sys.executable, "-c",
            f"import sqlite3; a = sqlite3.connect({str(db_path)!r}); a.execute('BEGIN');"
            "a.execute('SELECT count(*) FROM call').fetchone(); print(1, flush=True); input()",
        ],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE,
    )  # fmt: skip
    try:
        assert reader.stdout is not None and reader.stdout.readline()
        done = ccu("restore", "--force", str(backup))
    finally:
        reader.communicate(b"\n")
    assert (done.code, done.out) == (5, "")
    assert "is in use" in done.err
    assert calls(db_path) == [1, 2]
    assert left(db_path) + kept(db_path) == []


@pytest.mark.parametrize("fault", ["damaged", "cut", "text", "none", "itself", "key", "changed"])
def test_a_damaged_backup_changes_nothing(
    fault: str, ccu: Ccu, db_path: Path, backup: Path
) -> None:
    content = backup.read_bytes()
    if fault == "damaged":
        backup.write_bytes(content[: len(content) // 2] + bytes(len(content) - len(content) // 2))
    elif fault == "cut":
        backup.write_bytes(content[: len(content) // 2])
    elif fault == "text":
        backup.write_text("name,born\n")
    elif fault == "none":
        backup.unlink()
    elif fault == "itself":
        backup = db_path
    elif fault == "key":
        backup = Path(f"{db_path}.audit-key")
    else:  # by another program
        with contextlib.closing(sqlite3.connect(backup)) as hand, hand:
            hand.execute("DROP TRIGGER audit_is_never_changed")
            hand.execute("UPDATE audit SET detail = '{}' WHERE id = 2")
    before = db_path.read_bytes()
    done = ccu("restore", "--force", str(backup))
    assert done.code in (2, 4, 6), done
    assert (done.out, done.err.count("\n")) == ("", 1)
    assert db_path.read_bytes() == before
    assert left(db_path) + kept(db_path) == []


def test_without_the_audit_key_nothing_is_restored(ccu: Ccu, db_path: Path, backup: Path) -> None:
    db_path.unlink()
    Path(f"{db_path}.audit-key").unlink()
    done = ccu("restore", str(backup))
    assert (done.code, done.out) == (4, "")
    assert f"the audit key {db_path}.audit-key is missing" in done.err
    assert not db_path.exists()


def test_a_damaged_file_is_kept_with_what_sqlite_left_beside_it(
    ccu: Ccu, db_path: Path, backup: Path
) -> None:
    """Its write-ahead log must not be read into the file that takes its place."""
    wal = Path(f"{db_path}-wal")
    db_path.write_bytes(b"SQLite format 3\0" + bytes(200))
    wal.write_bytes(b"of the damaged file")
    assert ccu("restore", "--force", str(backup)).code == 0
    (old,) = kept(db_path)
    assert Path(old).read_bytes() == b"SQLite format 3\0" + bytes(200)
    assert Path(f"{old}-wal").read_bytes() == b"of the damaged file"
    assert calls(db_path) == [1]
    assert ccu("check", "--quiet").code == 0


def test_a_backup_of_an_older_ccu_is_brought_up_to_date(
    ccu: Ccu, db_path: Path, tmp_path: Path
) -> None:
    old = tmp_path / "old" / "ccu.db"
    old.parent.mkdir()
    with contextlib.closing(sqlite3.connect(old)) as hand, hand:
        hand.executescript((SCHEMAS / "2.sql").read_text(encoding="utf-8"))
        hand.execute("INSERT INTO staff (login, role) VALUES (?, 'admin')", (access.login(),))
        hand.execute("INSERT INTO audit (at, staff_id, action) VALUES (?, 1, 'staff-add')", (AT,))
        hand.execute("UPDATE setting SET value = 'America/New_York' WHERE name = 'timezone'")
    content = old.read_bytes()
    done = ccu("restore", "--force", str(old))
    assert (done.code, done.err.count("error")) == (0, 0), done
    assert old.read_bytes() == content
    assert left(db_path) == []
    assert ccu("check", "--quiet").code == 0


KILLED = """
import os, sys
from pathlib import Path
from ccu.files import private
from ccu import cli, files
from ccu.database import restoring
def die(*args, **named): os._exit(9)
def after(function): return lambda *args, **named: (function(*args, **named), die())
{step}
sys.exit(cli.main(["restore", "--force", {backup!r}]))
"""
STEPS = {
    "when it is copied": "restoring.shutil.copyfileobj = after(restoring.shutil.copyfileobj)",
    "before it is complete": "restoring.begin_apart = after(restoring.begin_apart)",
    "when it is on the disk": "private.sync = die",
    "before the old one is kept": "os.link = die",
    "when the old one is kept": "os.link = after(os.link)",
    "before it takes the place": "Path.replace = die",
    "when it has taken the place": "Path.replace = after(Path.replace)",
}


@pytest.mark.parametrize("step", STEPS)
def test_killed_at_any_point_the_old_or_the_new_file_is_there(
    step: str, ccu: Ccu, db_path: Path, backup: Path
) -> None:
    code = KILLED.format(step=STEPS[step], backup=str(backup))
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, check=False)
    assert done.returncode == 9, done
    assert calls(db_path) == ([1] if step == "when it has taken the place" else [1, 2])
    assert ccu("check", "--quiet").code == 0
    assert ccu("restore", "--force", str(backup)).code == 0
    assert calls(db_path) == [1]
    assert left(db_path) == []


@pytest.mark.skipif(os.name != "posix" or os.geteuid() != 0, reason="giving a file needs root")
def test_root_restores_for_the_account_that_owns_the_file(
    ccu: Ccu, db_path: Path, backup: Path
) -> None:
    shutil.chown(db_path, "daemon", "daemon")
    assert ccu("restore", "--force", str(backup)).code == 0
    assert (db_path.owner(), db_path.group()) == ("daemon", "daemon")
    assert db_path.stat().st_mode & 0o777 == 0o600


@pytest.fixture
def encrypted(ccu: Ccu, backup: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An encrypted backup of the file, with two calls."""
    pytest.importorskip("sqlcipher3")
    keys = tmp_path / "keys"
    keys.mkdir(mode=0o700)
    monkeypatch.setenv("CCU_KEY_FILE", str(keys / "key"))
    path = backup.with_name("encrypted.db")
    assert ccu("backup", "--encrypt", str(path)).code == 0
    return path


def test_an_encrypted_backup_stays_encrypted(ccu: Ccu, db_path: Path, encrypted: Path) -> None:
    done = ccu("restore", "--force", str(encrypted))
    assert done.code == 0, done.err
    assert not db_path.read_bytes().startswith(b"SQLite")
    assert ccu("call", "show", "2").code == 0
    assert ccu("check", "--quiet").code == 0
    assert left(db_path) == []


def test_a_plain_backup_does_not_replace_an_encrypted_file(
    ccu: Ccu, db_path: Path, backup: Path, encrypted: Path
) -> None:
    assert ccu("restore", "--force", str(encrypted)).code == 0
    before = db_path.read_bytes()
    done = ccu("restore", "--force", str(backup))
    assert (done.code, done.out) == (2, "")
    assert "is not encrypted" in done.err
    assert db_path.read_bytes() == before
    db_path.unlink()
    done = ccu("restore", str(backup))
    assert done.code == 0
    assert "warning: this backup is not encrypted, but there is a key" in done.err
