"""The examples do what they say: scripts are run, the layout imports, what is named exists."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.conftest import Ccu

EXAMPLES = Path(__file__).resolve().parents[1] / "examples"

needs_sh = pytest.mark.skipif(os.name != "posix", reason="the scripts are for a POSIX shell")


def environment() -> dict[str, str]:
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    unwanted = ("CCU_DB", "CCU_TODAY", "SUDO_UID", "COLUMNS", "LINES", "FORCE_COLOR")
    kept = {name: value for name, value in os.environ.items() if name not in unwanted}
    return {**kept, "PATH": path, "NO_COLOR": "1", "TERM": "xterm"}


def script(name: str, *words: object) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        ["sh", str(EXAMPLES / name), *map(str, words)],
        capture_output=True,
        text=True,
        env=environment(),
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
def test_the_worked_day_prints_what_it_says() -> None:
    done = script("worked-day.sh")
    assert done.stderr == ""
    assert done.stdout == (EXAMPLES / "worked-day.txt").read_text(encoding="utf-8")


@needs_sh
def test_the_care_told_prints_what_it_says_in_a_pipe() -> None:
    done = script("care-day.sh")
    assert done.stderr == ""
    assert done.stdout == (EXAMPLES / "care-day.txt").read_text(encoding="utf-8")


@needs_sh
def test_the_care_told_prints_what_it_says_at_a_terminal() -> None:
    shown = script_at_terminal("care-day.sh", 100)
    assert shown == (EXAMPLES / "care-day-terminal.txt").read_text(encoding="utf-8")


@needs_sh
def test_a_good_night_is_silent_and_keeps_the_newest_copies(
    ccu: Ccu, db_path: Path, tmp_path: Path
) -> None:
    folder = tmp_path / "back up"
    folder.mkdir(mode=0o700)
    for old in ("ccu-2001-01-01.db", "ccu-2001-01-02.db", "ccu-notes.db", "diary.txt"):
        (folder / old).write_text("old")
    for _twice_in_one_day in range(2):
        done = script("nightly.sh", db_path, folder, 2)
        assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    kept = sorted(path.name for path in folder.iterdir())
    assert len(kept) == 5
    assert kept[0] == "ccu-2001-01-02.db"
    assert re.fullmatch(r"ccu-20\d\d-\d\d-\d\d\.db", kept[1])
    assert kept[2:] == [f"{kept[1]}.anchor", "ccu-notes.db", "diary.txt"]


@needs_sh
def test_a_bad_night_deletes_nothing(tmp_path: Path) -> None:
    damaged = tmp_path / "ccu.db"
    damaged.write_text("not a database")
    old = tmp_path / "ccu-2001-01-01.db"
    old.write_text("old")
    done = script("nightly.sh", damaged, tmp_path, 0)
    assert done.returncode == 4
    assert done.stderr.startswith("ccu: error: ")
    assert old.exists()


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
        "1  2026-01-30 22:30  yes   Person in crisis" in ccu("history", "-a", "12 Main St #3").out
    )


@pytest.mark.parametrize("name", ["crontab", "ccu-nightly.service", "ccu-nightly.timer", "sudoers"])
def test_what_an_example_names_is_there(name: str) -> None:
    text = (EXAMPLES / name).read_text(encoding="utf-8")
    for named in re.findall(r"examples/([\w.-]+\w)", text):
        assert (EXAMPLES / named).is_file(), named
    if "/opt/ccu/nightly.sh" in text:
        assert os.access(EXAMPLES / "nightly.sh", os.X_OK)
