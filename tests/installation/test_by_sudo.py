"""Who runs ccu by sudo as the service account: on the staff list for everything, or nothing."""

import contextlib
import functools
import json
import os
import pwd
import shlex
import shutil
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest

from .. import told_town as town
from ..access.test_roles import ROOT, needs_modes
from ..conftest import TODAY, Ccu, Result, run_ccu

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="sudo")
OWN = pwd.getpwuid(os.getuid()).pw_name if sys.platform != "win32" else ""
CALLER = "nobody"
UID = pwd.getpwnam(CALLER).pw_uid if sys.platform != "win32" else 0
NOT_SET_UP = (
    f"ccu: error: ccu was run by sudo as {OWN}, which is not the service account of this file;"
    f" as root, run: sudo -u {OWN} ccu settings service_account {OWN}\n"
)


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("sudo")
    town.make_with_trust(folder)
    shutil.copy(ROOT / "examples" / "roster.csv", folder)
    (folder / "export.csv").write_text("Incident,Address\n1,12 Main St\n")
    for each in ("wellness", "new-care"):
        (folder / each).mkdir(mode=0o700)
    return folder


@pytest.fixture
def here(made: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The told town, run by sudo for an account that is not on its list."""
    folder = tmp_path / "here"
    shutil.copytree(made, folder)
    monkeypatch.chdir(folder)
    monkeypatch.setenv("CCU_WELLNESS_DB", str(folder / "wellness" / "wellness.db"))
    monkeypatch.delenv("CCU_CARE_DB", raising=False)
    monkeypatch.delenv("CCU_TODAY", raising=False)
    monkeypatch.setenv("SUDO_UID", str(UID))
    named(folder, OWN)
    return folder


def named(folder: Path, account: str, role: str | None = None) -> None:
    """Name the service account; with a role the caller is on the staff list."""
    with contextlib.closing(sqlite3.connect(folder / "town.db")) as hand, hand:
        change = "UPDATE setting SET value = ? WHERE name = 'service_account'"
        hand.execute(change, (account,))
        if role is not None:
            hand.execute("INSERT INTO staff (login, role) VALUES (?, ?)", (CALLER, role))


def ran(folder: Path, row: str, *more: str) -> Result:
    path = row.split(" --")[0]
    words, stdin = (town.LINES | town.TRUST_LINES)[row]
    return run_ccu("--db", str(folder / "town.db"), *path.split(), *shlex.split(words), *more,
                   stdin=stdin)  # fmt: skip


def denials(folder: Path) -> list[tuple[int | None, str]]:
    with contextlib.closing(sqlite3.connect(folder / "town.db")) as hand:
        found = hand.execute("SELECT staff_id, detail FROM audit WHERE action = 'denied'")
        return found.fetchall()


def files(folder: Path) -> set[Path]:
    return set(folder.rglob("*"))


@pytest.mark.parametrize("account", [OWN, "", "another"])
def test_an_unknown_caller_may_run_no_command_at_all(here: Path, account: str) -> None:
    """Nor one that is on the list, where the file does not name the account that sudo made them."""
    named(here, account, role=None if account == OWN else "admin")
    before = files(here)
    rows = [*town.LINES, *town.TRUST_LINES]
    if account != OWN:  # asked before the row is looked at: each of the two meets half of them
        rows = rows[bool(account) :: 2]
    for row in rows:
        done = ran(here, row)
        assert (done.code, done.out) == (7, ""), (row, done.err)
        if account == OWN:
            assert "is not on the staff list" in done.err, row
        else:
            assert done.err == NOT_SET_UP, row
    assert denials(here) == [(None, json.dumps({"uid": UID}))] * len(rows)
    assert files(here) == before


@pytest.mark.parametrize(
    "line",
    [
        ("report", "--list"),
        ("report", "--define", "share_of_all_calls", "--output", "taken"),
        ("import", "export.csv", "--suggest"),
        ("person", "import", "export.csv", "--suggest", "--output", "taken"),
        ("address", "--file", "export.csv", "--output", "taken"),
    ],
)
def test_an_unknown_caller_may_not_run_open_commands_either(
    here: Path, line: tuple[str, ...]
) -> None:
    before = files(here)
    done = run_ccu("--db", "town.db", *line)
    assert (done.code, done.out) == (7, "")
    assert len(denials(here)) == 1
    assert files(here) == before


def test_a_caller_on_the_list_has_the_rights_of_their_role(here: Path) -> None:
    named(here, OWN, role="officer")
    for row in ("address", "check", "history", "settings"):
        assert ran(here, row).code == 0, row
    for line in (("import", "export.csv", "--suggest"), ("report", "--list"), ("demo",)):
        assert run_ccu("--db", "town.db", *line).code == 7, line
    assert ran(here, "staff add").code == 7
    assert len(denials(here)) == 4


def test_root_sets_the_file_up_and_then_it_is_asked_who_is_there(
    empty: Ccu, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    empty = functools.partial(empty, "--db", str(tmp_path / "ccu.db"))
    monkeypatch.delenv("CCU_DB")
    init = ("init", "--town", "Westport", "--state", "CT", "--timezone", "America/New_York")
    monkeypatch.delenv("CCU_TODAY")
    monkeypatch.setenv("SUDO_UID", str(UID))
    assert empty(*init) == (7, "", NOT_SET_UP)
    assert list(tmp_path.iterdir()) == []
    assert empty("history", "--address", "3 Elm St").code == 4
    monkeypatch.setenv("SUDO_UID", "0")
    assert empty(*init).code == 0
    assert empty("staff", "add", CALLER, "--role", "admin").code == 0
    monkeypatch.setenv("SUDO_UID", str(UID))
    assert empty("staff", "add", "friend", "--role", "admin") == (7, "", NOT_SET_UP)
    monkeypatch.setenv("SUDO_UID", "0")
    assert empty("settings", "service_account", OWN).code == 0
    monkeypatch.setenv("SUDO_UID", str(UID))
    assert empty("staff", "add", "friend", "--role", "admin").code == 0
    assert empty(*init).code == 2


def test_help_and_version_are_for_anybody(here: Path) -> None:
    for line in (("--help",), ("--version",), ("staff", "add", "--help"), ("address", "--help")):
        assert run_ccu("--db", "town.db", *line).code == 0


@pytest.mark.parametrize(
    ("account", "role", "told"), [(OWN, None, False), ("", "admin", False), (OWN, "officer", True)]
)
def test_completion_tells_a_caller_who_is_known_alone(
    here: Path, account: str, role: str | None, told: bool
) -> None:
    named(here, account, role=role)
    asked = subprocess.run(
        [sys.executable, "-c", "from ccu.start import run; run()"],
        env={**os.environ, "_CCU_COMPLETE": "complete_bash",
             "COMP_WORDS": f"ccu --db {here}/town.db call show ", "COMP_CWORD": "5"},
        capture_output=True,
        text=True,
        check=True,
    )  # fmt: skip
    assert bool(asked.stdout.split()) is told


@needs_modes
def test_an_unknown_caller_learns_nothing_about_files(made: Path, tmp_path: Path) -> None:
    closed = tmp_path / "closed.csv"
    closed.touch(mode=0)
    code = (
        "from ccu import access; access.login = lambda service_account='': 'stranger'\n"
        "from ccu.start import run; run()"
    )
    line = [sys.executable, "-c", code, "--db", str(made / "town.db"), "--today", TODAY]
    if os.geteuid() == 0:
        drop = "-dac_override,-dac_read_search"
        line = ["setpriv", f"--bounding-set={drop}", f"--inh-caps={drop}", *line]
    seen = []
    for path in (closed, tmp_path / "none.csv"):
        import_ = [*line, "import", str(path), "--layout", "demo"]
        done = subprocess.run(import_, capture_output=True, text=True, check=False)
        seen.append((done.returncode, done.stderr))
    assert seen[0] == seen[1] and seen[0][0] == 7


def test_a_caller_installs_no_completion(here: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", str(here))
    before = files(here)
    assert run_ccu("--install-completion").code == 7
    assert files(here) == before
