"""Faults of the file, its folder, its disk and its surroundings: sentence, code, file intact.

Other faults of files have their tests elsewhere: a missing, foreign, newer, cut or read-only file,
names of any characters and links in tests/database/test_db.py, flipped bits in test_damage.py, a
umask of nothing in tests/files/test_private_files.py, output that goes nowhere or into `head` in
tests/output/test_output_program.py, a full disk and an import in tests/imports, a lock in
test_db.py and test_concurrency.py.
"""

import contextlib
import os
import resource
import shutil
import signal
import sqlite3
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import NamedTuple

import pytest

from ccu.database import opening, schema

from ..audit.test_audit_complete import made
from ..conftest import run_ccu
from ..files.accounts import AS_ROOT, NOBODY, as_nobody, give
from . import runs

__all__ = ["made"]

CALL = "log-call --address 1_Elm --nature crisis --when 13:00 --no-input --person unknown"
NEW = "init --town Westport --state CT --timezone America/New_York"
REFUSED = "cannot be used: the disk refused (full or failing; see df); nothing was written\n"


class Fault(NamedTuple):
    """What is wrong, a command line on town.db, its exit code and the end of its sentence.

    `before` is done to the folder, `within` in the process of the command.
    """

    name: str
    line: str
    code: int
    sentence: str = ""
    before: Callable[[Path], object] = lambda folder: None
    within: Callable[[], object] = lambda: None


def limit(size: int) -> Callable[[], None]:
    """No file may grow over so many bytes, as with a quota."""

    def set_limit() -> None:
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (size, size))

    return set_limit


def inherit(**values: str | None) -> Callable[[], None]:
    """Set variables of the environment; None unsets one."""

    def change() -> None:
        for name, value in values.items():
            os.environ.pop(name, None)
            if value is not None:
                os.environ[name] = value
        time.tzset()

    return change


def cut_by_one_byte(folder: Path) -> None:
    path = folder / "town.db"
    os.truncate(path, path.stat().st_size - 1)


def leave_wal(folder: Path) -> None:
    """A crash leaves what was committed in the write-ahead log, and an old -shm."""
    path = folder / "town.db"
    with contextlib.closing(sqlite3.connect(path)) as hand:
        hand.execute("PRAGMA wal_autocheckpoint=0")
        hand.execute("UPDATE setting SET value = '61' WHERE name = 'repeat_days'")
        hand.commit()
        for end in ("", "-wal", "-shm"):
            shutil.copy(f"{path}{end}", folder / f"copy{end}")
    for end in ("", "-wal", "-shm"):
        (folder / f"copy{end}").replace(f"{path}{end}")


FAULTS = [
    Fault("parent missing", "--db none/town.db settings", 4, "an administrator: ccu init\n"),
    Fault("parent missing, new", f"--db none/new.db {NEW}", 4, "make it first\n"),
    Fault("parent is a file", "--db town.db/x.db settings", 4, "an administrator: ccu init\n"),
    Fault("cut by a byte", "settings", 4, "restore a backup: ccu restore --force BACKUP\n",
          cut_by_one_byte),
    Fault("cut by a byte, copied", "backup copy.db", 4,
          "restore a backup: ccu restore --force BACKUP\n", cut_by_one_byte),
    Fault("log left by a crash", "settings repeat_days", 0, "", leave_wal),
    Fault("log left by a crash, copied", "backup copy.db", 0, "", leave_wal),
    Fault("quota", CALL, 4, REFUSED, within=limit(4096)),
    Fault("quota, copied", "backup copy.db", 4,
          "cannot write copy.db: its disk is full or failing\n", within=limit(300_000)),
    Fault("quota, new", f"--db new.db {NEW}", 4, REFUSED, within=limit(300_000)),
    Fault("quota, restored", "restore earlier.db --force", 4, "it was left as it was\n",
          within=limit(300_000)),
    Fault("restored from nothing", "restore nothing.db --force", 4,
          "nothing.db is empty; give the path of another backup\n",
          lambda folder: (folder / "nothing.db").touch()),
    Fault("a day that is none", "brief", 2, "CCU_TODAY must be a day such as 1/18/2026, or"
          " 2026-01-18T14:00\n", within=inherit(CCU_TODAY="Zyx")),
    Fault("clock set back", CALL, 0, within=inherit(CCU_TODAY="2026-01-31T13:00")),
    Fault("clock set back a year", "check --quiet", 0, within=inherit(CCU_TODAY="2025-01-31")),
    Fault("TZ unset", CALL, 0, within=inherit(TZ=None)),
    Fault("TZ wrong", CALL, 0, within=inherit(TZ="Nowhere/None")),
    Fault("HOME unset", CALL, 0, within=inherit(HOME=None, XDG_DATA_HOME=None)),
    Fault("TERM=dumb", "brief", 0, within=inherit(TERM="dumb")),
    Fault("LANG=C", "brief", 0, within=inherit(LANG="C", LC_ALL="C")),
    Fault("width 20", "brief", 0, within=inherit(COLUMNS="20")),
    Fault("width 20, history", "history --address 9_Elm_St", 0, within=inherit(COLUMNS="20")),
]  # fmt: skip


def dump(path: Path) -> list[str]:
    with contextlib.closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True)) as hand:
        return list(hand.iterdump())


@pytest.fixture
def folder(made: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(made, tmp_path / "here"))


def run(folder: Path, line: str, within: Callable[[], object] = lambda: None) -> runs.Run:
    words = [word.replace("_", " ") if "_E" in word else word for word in line.split()]
    named = () if "--db" in words else ("--db", "town.db")
    return runs.run(folder, "admin", *named, *words, prepare=within)


@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: fault.name)
def test_a_fault_is_one_sentence_and_harms_nothing(fault: Fault, folder: Path) -> None:
    fault.before(folder)
    names = sorted(each.name for each in folder.iterdir())
    before = (folder / "town.db").read_bytes()
    done = run(folder, fault.line, fault.within)
    assert (done.code, done.err.decode()[-len(fault.sentence) :]) == (fault.code, fault.sentence)
    if fault.code:
        assert (done.out, done.err.count(b"\n")) == (b"", 1), done
        left = {each.name for each in folder.iterdir()} - {"town.db-wal", "town.db-shm"}
        assert sorted(left) == [name for name in names if not name.endswith(("-wal", "-shm"))]
    if "cut" in fault.name:
        assert (folder / "town.db").read_bytes() == before
    else:
        assert run(folder, "check --quiet").code == 0
    if fault.line == "settings repeat_days":
        assert b"61" in done.out


@pytest.mark.parametrize(
    "line", ["backup COPY.db", "import export.csv --layout demo", "backup --encrypt COPY.db"]
)
def test_a_folder_and_a_file_may_have_bytes_that_are_no_text(line: str, folder: Path) -> None:
    folder = folder.rename(folder.with_name(os.fsdecode(b"caf\xe9 ?#%")))
    odd = os.fsdecode(b"\xff")
    key = inherit(CCU_KEY_FILE=f"{folder.parent}/{odd}.key")
    done = run(folder, line.replace("COPY", odd), key)
    assert done.code == 0, done.err
    if "backup" in line:
        assert run(folder, f"--db {odd}.db check", key).code == 0


@AS_ROOT
@pytest.mark.parametrize(
    ("mode", "owner", "sentence"),
    [
        (0o555, NOBODY.pw_uid, "town.db cannot be written: the file or its folder is read-only"),
        (0o755, 0, "cannot open {}/town.db: permission denied\n"),
    ],
    ids=["read-only folder", "another account's file"],
)
def test_an_account_that_may_not_write_there(
    mode: int, owner: int, sentence: str, made: Path
) -> None:
    with tempfile.TemporaryDirectory(dir="/tmp") as name:
        folder = Path(name, "here")
        folder.mkdir()
        for each in ("town.db", "town.db.audit-key"):
            shutil.copy(made / each, folder)
            os.chown(folder / each, owner, NOBODY.pw_gid)
        Path(name).chmod(0o755)
        give(folder).chmod(mode)
        before = (folder / "town.db").read_bytes()
        done = as_nobody(folder, lambda: run_ccu("--db", str(folder / "town.db"), "settings"))
        assert (done.code, done.out, done.err.count("\n")) == (4, "", 1), done
        assert sentence.format(folder) in done.err
        assert (folder / "town.db").read_bytes() == before
        assert len(list(folder.iterdir())) == 2


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Callable[[int], Path]]:
    """Make a disk of so many KiB, or another size of the same."""
    disk = tmp_path / "disk"
    disk.mkdir()

    def sized(size: int) -> Path:
        options = f"{'remount,' if disk.is_mount() else ''}size={size}k"
        command = ["mount", "-t", "tmpfs", "-o", options, "tmpfs", str(disk)]
        if subprocess.run(command, capture_output=True, check=False).returncode:
            pytest.skip("no disk can be mounted here")
        return disk

    yield sized
    if disk.is_mount():
        subprocess.run(["umount", str(disk)], check=True)


@AS_ROOT
@pytest.mark.parametrize("size", [4, 400, 844, 1324])
def test_a_disk_too_small_for_a_new_file(
    size: int, small_disk: Callable[[int], Path], tmp_path: Path
) -> None:
    """Nothing is left of it, no key either; or the file is complete though the disk is full."""
    path = small_disk(size) / "new.db"
    done = runs.run(tmp_path, "admin", "--db", str(path), *NEW.split())
    if done.code:
        assert (done.code, done.out, done.err.count(b"\n")) == (4, b"", 1), done
        assert list(path.parent.iterdir()) == []
    small_disk(64_000)
    line = ("check", "--quiet") if not done.code else tuple(NEW.split())
    assert runs.run(tmp_path, "admin", "--db", str(path), *line).code == 0


@AS_ROOT
def test_a_disk_too_small_for_a_backup_a_call_or_an_export(
    small_disk: Callable[[int], Path], folder: Path
) -> None:
    size = (folder / "town.db").stat().st_size // 1024 + 100
    disk = small_disk(size)
    for each in ("town.db", "town.db.audit-key"):
        shutil.copy(folder / each, disk)
    (disk / "filler").write_bytes(bytes(90_000))
    before = dump(folder / "town.db")
    export = "export --what calls --from 2026-01-01 --to 2026-01-31 --purpose grant --output rows"
    for line in (CALL, "backup copy.db", export, f"--db new.db {NEW}"):
        done = run(disk, line)
        assert (done.code in (2, 4), done.out, done.err.count(b"\n")) == (True, b"", 1), done
        names = {each.name for each in disk.iterdir()} - {"town.db-wal", "town.db-shm"}
        assert names == {"town.db", "town.db.audit-key", "filler"}
    small_disk(64_000)
    assert dump(disk / "town.db") == before
    for line in (CALL, "backup copy.db", export, f"--db new.db {NEW}", "check --quiet"):
        assert run(disk, line).code == 0


def test_every_connection_has_the_settings(folder: Path) -> None:
    settings = {"foreign_keys": 1, "synchronous": 2, "secure_delete": 1, "recursive_triggers": 1,
                "cell_size_check": 1, "mmap_size": 0, "temp_store": 2, "journal_mode": "wal",
                "busy_timeout": 30_000}  # fmt: skip
    with contextlib.closing(opening.open_database(folder / "town.db")) as connection:
        found = {name: connection.execute(f"PRAGMA {name}").fetchone()[0] for name in settings}
    assert found == settings
    with_bug = ((3, 7, 0), (3, 40, 1), (3, 44, 5), (3, 50, 6), (3, 51, 2))
    without = ((3, 44, 6), (3, 50, 7), (3, 51, 3), (3, 52, 0))
    for version in (*with_bug, *without):
        assert ("wal_autocheckpoint=0" in opening._pragmas(version)) == (version in with_bug)


def test_a_large_write_ahead_log_is_warned_of(folder: Path) -> None:
    with contextlib.closing(sqlite3.connect(folder / "town.db")) as reader:
        reader.execute("BEGIN")
        reader.execute("SELECT * FROM setting").fetchone()
        os.truncate(folder / "town.db-wal", 65 << 20)
        done = run(folder, "check --quiet")
    assert (done.code, done.err) == (0, b"")
    assert b"write-ahead log  warning  68 MB; is a reader stuck?" in done.out


@pytest.mark.parametrize("share", ["nfs4", "cifs", "smb3", "fuse.sshfs"])
def test_a_network_share_is_refused_by_init_and_warned_of_by_check(
    share: str, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    mounts = folder.parent / "mounts"
    mounts.write_text(f"/dev/a / ext4 rw 0 0\nserver:/x {folder} {share} rw 0 0\n")
    monkeypatch.setattr(schema, "MOUNTS", mounts)
    sentence = b"is on a network share, where SQLite loses data; use a folder on this machine's own"
    done = run(folder, f"--db new.db {NEW}")
    assert (done.code, done.err.count(b"\n"), sentence in done.err) == (4, 1, True), done
    assert not (folder / "new.db").exists()
    done = run(folder, "check")
    assert (done.code, sentence in done.out) == (0, True), done
    mounts.write_text(f"/dev/a / {share} rw 0 0\n/dev/b {folder} ext4 rw 0 0\n")
    assert b"network" not in run(folder, "check").out


def test_no_check_is_lost_with_python_optimized(folder: Path) -> None:
    """`python -O` takes out every assert: what is refused without it is refused with it."""
    code = """
import sys
from ccu.cli import main
lines = sys.stdin.read().splitlines()
print([int(main(["--db", "town.db", *line.split()])) for line in lines], file=sys.__stderr__)
"""
    lines = (
        "check --quiet\ncall edit 1 --nature nope\ncall show 99\nbackup town.db\nreport --month x"
    )
    done = subprocess.run(
        [sys.executable, "-O", "-c", code], cwd=folder, input=lines, capture_output=True,
        text=True, check=True,
    )  # fmt: skip
    assert done.stderr.splitlines()[-1] == "[0, 2, 3, 2, 2]", done
