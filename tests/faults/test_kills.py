"""Every writing command, killed at random: all of it is saved or none, and it can run again.

The lines are those of the told town. A killed process cannot be told from one that lost its power
with everything on the disk; what was not on the disk yet is test_power_cuts.py.
"""

import contextlib
import random
import shlex
import shutil
import sqlite3
from pathlib import Path
from typing import Any

import pytest

from .. import told_town as town
from ..audit.test_audit_complete import LINES, OTHER_FILE, made, who_may
from ..conftest import examples
from . import runs

__all__ = ["made"]

# Nothing is written, not even an event of the audit; or a new town each time, which takes long.
LEFT_OUT = {"help", "address", "check", "demo", "audit verify", "audit anchor"}
EVERY = sorted({*LINES} - LEFT_OUT)
EVERY = [row for row in EVERY if row.split()[0] not in OTHER_FILE]
# Read again by name alone, these write another row each time.
KEPT = ("copy.db", "gone", "new.db")

State = tuple[list[Any], list[Any]]


def state(folder: Path, row: str) -> State:
    """The events of the audit, and the number of rows of every table and their sums."""
    path = folder / database(row)
    if not path.exists():
        return [], []
    with contextlib.closing(sqlite3.connect(path)) as hand:
        if not hand.execute("SELECT 1 FROM sqlite_master WHERE name = 'audit'").fetchone():
            return [], []
        events = hand.execute("SELECT action, record, record_id, staff_id FROM audit ORDER BY id")
        sums = "SELECT name, row_count FROM table_digest WHERE name <> 'sqlite_master' ORDER BY 1"
        return events.fetchall(), hand.execute(sums).fetchall()


def database(row: str) -> str:
    return "new.db" if row in town.NEW_FILE else "town.db"


def here(made: Path, folder: Path, row: str) -> Path:
    """A copy of the town, ready for a line."""
    shutil.rmtree(folder, ignore_errors=True)
    shutil.copytree(made, folder)
    if row == "audit rekey":  # in place of a lost key only
        (folder / "town.db.audit-key").unlink()
    return folder


def run(folder: Path, row: str, after: float | None = None) -> runs.Run:
    words, stdin = LINES[row]
    line = ("--db", database(row), *row.split(" --")[0].split(), *shlex.split(words))
    return runs.run(folder, who_may(row), *line, stdin=stdin, after=after)


def check(folder: Path, row: str) -> runs.Run:
    return runs.run(folder, "admin", "--db", database(row), "check", "--quiet")


def be(folder: str, row: str) -> None:
    """Be the process that runs a line in a folder, for power.py."""
    words, stdin = LINES[row]
    line = ("--db", database(row), *row.split(" --")[0].split(), *shlex.split(words))
    out, err = Path(folder).parent / ".out", Path(folder).parent / ".err"
    runs.be(Path(folder), who_may(row), line, stdin, out, err, lambda: None)


def judge(folder: Path, row: str, before: State, after: State, reported: bool, why: object) -> None:
    """Raise unless all of a line is in the folder or none, sound, and it can be run again."""
    found = state(folder, row)
    if found not in (before, after):  # between two of several transactions
        assert before[0] == found[0][: len(before[0])], why
        assert found[0] == after[0][: len(found[0])], why
        assert len(before[0]) < len(found[0]) < len(after[0]), why
    if reported:
        assert found == after, why
    if (folder / "copy.db").exists():  # it is never half made, nor without its anchor
        copied = runs.run(folder, "admin", "--db", "copy.db", "check", "--quiet")
        assert copied.code == 0, (why, copied)
        assert (folder / "copy.db.anchor").read_bytes(), why
    if found == before or row in ("backup", "export", "audit rekey"):
        again = run(folder, row)  # a second try always works
        assert again.code == 0 or reported, (why, again)
    assert check(folder, row).code == 0, why


def killed_at_random(made: Path, folder: Path, row: str, chance: random.Random, times: int) -> int:
    """Kill a line so many times; return how many were killed before they ended."""
    here(made, folder, row)
    before = ([], []) if row in town.NEW_FILE else state(folder, row)
    done = run(folder, row)
    assert done.code == 0, done
    after, killed = state(folder, row), 0
    for _ in range(times):
        seconds = chance.uniform(0, done.seconds)
        stopped = run(here(made, folder, row), row, seconds)
        killed += stopped.code < 0
        judge(folder, row, before, after, bool(stopped.out), (row, seconds, stopped))
    return killed


@pytest.mark.parametrize("row", ["audit rekey", "backup", "export"])
def test_some_commands_killed_at_random(row: str, made: Path, tmp_path: Path) -> None:
    killed_at_random(made, tmp_path / "here", row, random.Random(row), examples(1, 40))


@pytest.mark.slow
def test_every_command_killed_at_random(made: Path, tmp_path: Path) -> None:
    chance, killed = random.Random(), 0
    for _ in range(examples(1, 12)):
        for row in EVERY:
            killed += killed_at_random(made, tmp_path / "here", row, chance, 1)
    assert killed
