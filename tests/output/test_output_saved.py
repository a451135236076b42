"""Whoever runs a command that fails after it saved something is told what it saved."""

import shlex
import shutil
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from ccu import access
from ccu.audit.review import EXPORT, KINDS, OVERRIDE, WRITE

from .. import told_town
from ..conftest import Ccu
from ..faults.refused import rows
from ..test_screens import EVERY, EXAMPLES, ROLES

# Lines that need other files than the town; they print a sentence, as the lines of care notes do.
APART = {"demo", "init", "restore", "person import", "import", "audit rekey"}
LINES = {name for name in EVERY if not name.startswith(("care", "wellness"))} - APART


@pytest.fixture(scope="module")
def town(tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = told_town.make_with_trust(tmp_path_factory.mktemp("town"))
    shutil.copy(EXAMPLES / "directory.json", made.parent)
    return made


def test_what_was_saved_is_named_when_it_cannot_be_printed(
    town: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Every command line that writes, with a standard output that is full."""
    names = []
    db = shutil.copytree(town.parent, tmp_path / "copy") / town.name
    monkeypatch.chdir(db.parent)
    with closing(sqlite3.connect(town)) as before:
        (last,) = before.execute("SELECT max(id) FROM audit").fetchone()
    for name in sorted(LINES):
        shutil.copy(town, db)
        role = next((each for each in ROLES if access.MAY.get(name) and access.may(each, name)), "")
        words, stdin = EVERY[name]
        line = [each for each in name.split() if not each.startswith("--")] + shlex.split(words)
        done = told_town.run(db, role or "admin", *line, stdin=stdin, full=True)
        with closing(sqlite3.connect(db)) as found:
            sql = "SELECT action, record, record_id FROM audit WHERE id > ?"
            events = found.execute(sql, (last,)).fetchall()
        if name == "follow-up overdue":  # prints nothing, and it is no error
            continue
        assert done.code == 8, (name, done)
        assert "cannot write to standard output: no space left" in done.err, (name, done)
        written = [each for each in events if KINDS[each[0]] in (WRITE, OVERRIDE)]
        assert ("Saved before the error: " in done.err) == bool(written), (name, done, events)
        names += [name] if written else []
        assert not written or any(str(number or "") in done.err for _, _, number in written)
        disclosed = any(KINDS[each[0]] == EXPORT and each[1] == "person" for each in events)
        assert not disclosed or "(consent disclose)" in done.err, (name, done)
    assert len(names) > 50


def test_what_the_main_file_does_not_hold_is_told_by_its_sentence(
    ccu: Ccu, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "own").mkdir(mode=0o700)
    file = tmp_path / "own" / "wellness.db"
    monkeypatch.setenv("CCU_WELLNESS_DB", str(file))
    done = ccu("wellness", "init", full=True)
    assert done.code == 8
    assert done.err.startswith(f"Made {file}.")


def test_an_interrupt_after_saving_does_not_claim_that_nothing_was_saved(
    ccu: Ccu, monkeypatch: pytest.MonkeyPatch
) -> None:
    def interrupted(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("ccu.commands.everyday.log_call.emit_document", interrupted)
    call = ("log-call", "--when", "22:30", "--address", "9 Elm St", "--nature", "other")
    assert ccu(*call) == (
        130,
        "",
        "Saved before the error: call 1 (log call).\nCancelled. Nothing else was saved.\n",
    )


@pytest.mark.parametrize("output", ["", ".", "no such folder/merged.csv"])
def test_an_output_that_cannot_be_is_refused_before_anything_is_saved(
    ccu: Ccu, db_path: Path, output: str
) -> None:
    for given in ("Ana", "Anna"):
        person = f"given: {given}\nfamily: Roe\n"
        assert ccu("person", "add", "--file", "-", stdin=person).code == 0
    before = rows(db_path)
    done = ccu("person", "merge", "1", "2", "--prefer", "kept", "--output", output)
    assert (done.code, done.err.startswith("ccu: error: cannot write --output: ")) == (2, True)
    assert rows(db_path) == before
