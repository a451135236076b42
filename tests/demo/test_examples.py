"""The examples do what they say: scripts are run, the layout imports, what is named exists."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.conftest import Ccu

EXAMPLES = Path(__file__).resolve().parents[2] / "examples"

needs_sh = pytest.mark.skipif(os.name != "posix", reason="the scripts are for a POSIX shell")


def environment() -> dict[str, str]:
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    unwanted = ("CCU_DB", "CCU_TODAY", "SUDO_UID", "COLUMNS", "LINES", "FORCE_COLOR")
    kept = {name: value for name, value in os.environ.items() if name not in unwanted}
    return {**kept, "PATH": path, "NO_COLOR": "1", "TERM": "xterm"}


def script(name: str, *words: object, **more: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        ["sh", str(EXAMPLES / name), *map(str, words)],
        capture_output=True,
        text=True,
        env={**environment(), **more},
        check=False,
    )


def script_at_terminal(name: str, columns: int) -> str:
    """What a script shows at a terminal so wide."""
    pexpect = pytest.importorskip("pexpect")
    shown: str
    shown, code = pexpect.run(
        f"sh {EXAMPLES / name}",
        withexitstatus=True,
        env=environment(),
        encoding="utf-8",
        timeout=120,
        dimensions=(50, columns),
    )
    assert code == 0, shown
    return shown.replace("\r\n", "\n")


@needs_sh
def test_the_worked_day_prints_its_recorded_output() -> None:
    done = script("worked-day.sh")
    assert done.stderr == ""
    assert done.stdout == (EXAMPLES / "worked-day.txt").read_text(encoding="utf-8")


@needs_sh
def test_the_care_day_prints_its_recorded_output_in_a_pipe() -> None:
    done = script("care-day.sh")
    assert done.stderr == ""
    assert done.stdout == (EXAMPLES / "care-day.txt").read_text(encoding="utf-8")


@needs_sh
def test_the_care_day_prints_its_recorded_output_at_a_terminal() -> None:
    shown = script_at_terminal("care-day.sh", 100)
    assert shown == (EXAMPLES / "care-day-terminal.txt").read_text(encoding="utf-8")


def night(db_path: Path, *words: object) -> subprocess.CompletedProcess[str]:
    return script("nightly.sh", *words, CCU_DB=str(db_path))


def written(folder: Path, name: str) -> Path:
    """A backup of an earlier night, on the list of what nightly.sh made."""
    path = folder / name
    path.write_text(name)
    done = subprocess.run(["cksum", name], cwd=folder, capture_output=True, text=True, check=True)
    with (folder / "nightly.list").open("a") as file:
        file.write(done.stdout)
    return path


@pytest.fixture
def backups(tmp_path: Path) -> Path:
    folder = tmp_path / "back up"
    folder.mkdir(mode=0o700)
    return folder


@needs_sh
def test_a_good_night_is_silent_and_keeps_the_newest_backups(
    ccu: Ccu, db_path: Path, backups: Path
) -> None:
    old = [written(backups, f"ccu-2001-01-{day:02}-033000.db") for day in range(1, 11)]
    others = [backups / name for name in ("ccu-2001-01-01.db", "ccu-notes.db", "diary.txt")]
    for path in others:
        path.write_text("not made by nightly.sh")
    before = {*backups.iterdir()}
    for _twice_in_one_day in range(2):
        done = night(db_path, backups, 8)
        assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    assert [path.exists() for path in old] == [False] * 3 + [True] * 7
    new = sorted(path.name for path in {*backups.iterdir()} - before)
    assert len(new) == 2
    assert re.fullmatch(r"ccu-20\d\d-\d\d-\d\d-\d{6}\.db", new[0])
    assert new[1] == f"{new[0]}.anchor"
    assert all(path.exists() for path in others)


@needs_sh
def test_planted_and_altered_files_cost_no_backup(ccu: Ccu, db_path: Path, backups: Path) -> None:
    """Files with names that sort as the newest made the script delete the real backups."""
    real = [written(backups, f"ccu-2001-01-{day:02}-033000.db") for day in range(1, 9)]
    planted = [backups / f"ccu-2099-01-{day:02}.db" for day in range(1, 31)]
    for path in planted:
        path.write_text("planted")
    real[3].write_text("altered")
    done = night(db_path, backups, 7)
    assert (done.returncode, done.stdout) == (0, "")
    assert [path.exists() for path in real] == [False] + [True] * 7
    assert all(path.exists() for path in planted)
    assert done.stderr.count("has a future date and was not made here") == len(planted)
    assert f"{real[3]} changed after it was made" in done.stderr


@needs_sh
@pytest.mark.parametrize("keep", ["0", "00", "007", "6", "-1", "", "many", "7.5", "99999999999"])
def test_a_number_to_keep_that_would_cost_backups_is_refused(
    keep: str, ccu: Ccu, db_path: Path, backups: Path
) -> None:
    old = written(backups, "ccu-2001-01-01-033000.db")
    done = night(db_path, backups, keep)
    says = "nightly.sh: the number of backups to keep must be 7 to 9999\n"
    assert (done.returncode, done.stdout, done.stderr) == (2, "", says)
    assert sorted(backups.iterdir()) == [old, backups / "nightly.list"]


@needs_sh
@pytest.mark.parametrize("fault", ["the check fails", "the backup fails"])
def test_a_bad_night_deletes_nothing(fault: str, ccu: Ccu, db_path: Path, backups: Path) -> None:
    old = [written(backups, f"ccu-2001-01-{day:02}-033000.db") for day in range(1, 11)]
    before = sorted(backups.iterdir())
    if fault == "the check fails":
        db_path.write_text("not a database")
        done = night(db_path, backups, 7)
    else:  # no file may grow beyond 100 blocks, as on a full disk
        shell = 'ulimit -f 100; exec sh "$0" "$@"'
        done = subprocess.run(
            ["sh", "-c", shell, str(EXAMPLES / "nightly.sh"), str(backups), "7"],
            capture_output=True,
            text=True,
            env={**environment(), "CCU_DB": str(db_path)},
            check=False,
        )
        assert "its disk is full or failing" in done.stderr
    assert done.returncode == 4
    assert done.stderr.startswith("ccu: error: ")
    assert sorted(backups.iterdir()) == before
    assert all(path.exists() for path in old)


def test_the_first_layout_reads_the_header_in_its_comment(ccu: Ccu, tmp_path: Path) -> None:
    text = (EXAMPLES / "first-layout.toml").read_text(encoding="utf-8")
    header = next(line for line in text.splitlines() if line.startswith("#   Case No"))[4:]
    export = tmp_path / "export.csv"
    export.write_text(
        f"{header}\n"
        "26-1,01/30/2026 22:30:00,01/30/2026 22:31,01/30/2026 22:40,,12 MAIN ST,#3,WESTPORT,"
        "EDP,,PEER,1,4\n"
        "26-2,01/31/2026 02:10,,,,N/A,,,NOISE COMPLAINT,,GOA,3,4\n"
    )
    done = ccu("import", str(export), "--layout", str(EXAMPLES / "first-layout.toml"))
    assert done.code == 0, done.err
    assert done.out.split()[-5:] == ["2", "2", "0", "0", "0"]
    assert (
        "1  01/30/2026 22:30  yes   Person in crisis" in ccu("history", "-a", "12 Main St #3").out
    )


@pytest.mark.parametrize(
    "name", ["crontab", "ccu-nightly.service", "ccu-nightly.timer", "sudoers", "ccu.toml"]
)
def test_what_an_example_names_is_there(name: str) -> None:
    text = (EXAMPLES / name).read_text(encoding="utf-8")
    for named in re.findall(r"examples/([\w.-]+\w)", text):
        assert (EXAMPLES / named).is_file(), named
    if "/opt/ccu/nightly.sh" in text:
        assert os.access(EXAMPLES / "nightly.sh", os.X_OK)
