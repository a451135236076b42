"""Every command records its event in the audit, and no event has personal text.

The command lines are those of told_town.py, whose words nobody uses, so that they can be looked for
anywhere in the audit.
"""

import contextlib
import shlex
import shutil
import sqlite3
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from ccu import access, cli
from ccu.demo import town as demo_town

from .. import told_town as town
from ..access.test_roles import EXAMPLES
from ..conftest import Result

# What shows nobody: codes, counts, accounts, numbers of records without a name, an office.
SHOWS_NOBODY = {
    "follow-up overdue",
    "provider find", "provider list", "provider show", "provider stale", "staff list", "settings",
    "codes list", "retention list",
    "seal list", "audit anchor", "audit verify",
}  # fmt: skip
SAYS_A_LINE = {"place verify", "settings --change"}  # with these words there is no list
OTHER_FILE = ("care", "wellness")  # whose reads and writes are in their own file, if anywhere
LINES = {
    **town.LINES,
    **{row: line for row, line in town.TRUST_LINES.items() if row.split()[0] not in OTHER_FILE},
    "export": (
        "--what calls --what people --from 2026-01-01 --to 2026-01-31 --purpose 'zyxgrant'"
        " --k 1 --output gone",
        "",
    ),
}
WORDS = (
    *town.IDENTITY, town.NARRATIVE, town.NOTE, town.HELPS, town.FLAG, town.SUGGESTED, town.REASON,
    "Main St", "MAIN ST", "Elm St", "Perdita", "Umberstone", "more tea", "thank you", "Stairs",
    "low door", "first weeks", "handover", "made twice", "two people", "zyxgrant", "gray coat",
    "Brindlewood", "loud voices", "town.db", "copy.db", "Harbor",
)  # fmt: skip


@pytest.fixture(scope="session")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("complete")
    town.make_with_trust(folder)
    demo_town.write_export(
        folder / "export.csv", demo_town.export_rows(20, datetime(2026, 1, 31), seed=1)
    )
    shutil.copy(EXAMPLES / "roster.csv", folder)
    shutil.copy(EXAMPLES / "directory.json", folder)
    return folder


@pytest.fixture(scope="session")
def before(made: Path) -> int:
    """The number of the town's events."""
    return len(audit(made))


@pytest.fixture
def here(made: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / "here"
    shutil.copytree(made, folder)
    monkeypatch.chdir(folder)
    return folder


def who_may(row: str) -> str:
    """An account of a role that may: the administrator's where it is one."""
    if row in access.ANYONE or row not in access.MAY or access.may("admin", row):
        return "admin"
    return next(role for role in town.ROLES if access.may(role, row))


def ran(folder: Path, row: str, *more: str) -> Result:
    path = row.split(" --")[0]
    words, stdin = LINES[row]
    db = folder / ("new.db" if path in town.NEW_FILE else "town.db")
    return town.run(db, who_may(row), *path.split(), *shlex.split(words), *more, stdin=stdin)


def audit(folder: Path) -> list[tuple[Any, ...]]:
    with contextlib.closing(sqlite3.connect(folder / "town.db")) as hand:
        return hand.execute(
            "SELECT action, record, record_id, staff_id, detail FROM audit ORDER BY id"
        ).fetchall()


def takes_output(row: str) -> bool:
    name, *rest = row.split(" --")[0].split()
    command = cli._load(name)
    for each in rest:
        command = command.commands[each]
    return any("--output" in param.opts for param in command.params)


@pytest.mark.parametrize("row", LINES)
def test_every_command_records_an_event_without_personal_text(
    row: str, here: Path, before: int
) -> None:
    if row == "audit rekey":  # in place of a lost key only
        (here / "town.db.audit-key").unlink()
    done = ran(here, row)
    assert done.code == 0, done.err
    events = audit(here)
    new = events[before:]
    path = row.split(" --")[0]
    if row in SHOWS_NOBODY or path in access.ANYONE or path.split()[0] in OTHER_FILE:
        assert [event for event in new if event[1] == "person"] == []
    else:
        assert new != [] and "write" not in {event[0] for event in new}  # rows after the last
        assert {event[3] for event in new} <= {1, *range(2, len(town.ROLES) + 2)}
    told = "\n".join(map(str, events))
    assert [word for word in WORDS if word in told] == []


@pytest.mark.parametrize("row", [row for row in LINES if takes_output(row)])
def test_every_output_into_a_file_is_an_export(row: str, here: Path, before: int) -> None:
    path = row.split(" --")[0]
    if path.split()[0] in OTHER_FILE or path in access.ANYONE or row in {"export", *SAYS_A_LINE}:
        pytest.skip("of another file, of nobody, or no rows")
    done = ran(here, row, "--output", "zyxfile.json", "--format", "json")
    assert done.code == 0, done.err
    assert (here / "zyxfile.json").stat().st_mode & 0o777 == 0o600
    events = audit(here)
    exports = [event for event in events[before:] if event[0] == "export"]
    assert len(exports) == 1
    assert f'"what": "{path}"' in exports[0][4]
    told = "\n".join(map(str, events))
    assert [word for word in (*WORDS, "zyxfile") if word in told] == []


def test_the_table_above_names_only_commands_that_are() -> None:
    assert {row.split(" --")[0] for row in access.MAY} >= SHOWS_NOBODY


def test_a_denial_is_an_event_of_ids_alone(here: Path) -> None:
    before = len(audit(here))
    done = town.run(here / "town.db", "analyst", "person", "show", "1")
    assert done.code == 7
    [event] = audit(here)[before:]
    assert event[:3] == ("denied", "person", 1)
    town.run(here / "town.db", "analyst", "history", "--address", "77 Zyxstreet Ln")
    town.run(here / "town.db", "analyst", "person", "find", "Zyxname")
    assert "zyx" not in str(audit(here)).lower()


def test_an_action_that_cannot_be_recorded_is_not_done(
    here: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Without the audit's table nothing is read: the command fails before it prints."""
    with contextlib.closing(sqlite3.connect(here / "town.db")) as hand, hand:
        hand.execute(
            "CREATE TRIGGER full BEFORE INSERT ON audit BEGIN SELECT raise(FAIL, 'x'); END"
        )
    monkeypatch.setenv("TMPDIR", str(here))
    monkeypatch.setattr("tempfile.tempdir", None)
    before = len(audit(here))
    for row in LINES:
        path = row.split(" --")[0]
        if row in SHOWS_NOBODY or path in access.ANYONE or path.split()[0] in OTHER_FILE:
            continue
        done = ran(here, row)
        assert done.code not in (0, 7), row
        assert [word for word in WORDS if word in done.out] == [], row
    assert len(audit(here)) == before
    assert not (here / "gone").exists()
