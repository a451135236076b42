"""Words about people stay where they were put: in no error, no trace of a bug, no log, no file left
behind, no audit row, no other program's command line; and none has to be typed on a command line.

The town and its command lines are those of told_town.py. Each is made to fail in several ways.
"""

import os
import re
import resource
import shlex
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

import ccu as package
from ccu import access, cli
from ccu.records import audit as audit_store

from . import told_town as town
from .access.test_roles import every_leaf
from .audit.test_audit_complete import LINES, WORDS, audit, here, made, ran, who_may
from .conftest import Result

__all__ = ["here", "made"]  # fixtures
PROGRAM = str(Path(sys.executable).parent / "ccu")
SOURCE = Path(package.__file__).parent
TYPED = "Zyxsecret O'Quagmorell 1987-03-29"
SAID = (*WORDS, "Zyxsecret", "Quagmorell", "1987-03-29")
PRIVATE = [row for row, (_words, stdin) in LINES.items() if stdin]  # what is told comes by stdin


def leaf(path: str) -> Any:
    name, *rest = path.split()
    command = cli._load(name)
    for each in rest:
        command = command.commands[each]
    return command


def leaked(text: str) -> list[str]:
    return [word for word in SAID if word.lower() in text.lower()]


@pytest.fixture
def tmp(here: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder for temporary files, beside the town's."""
    folder = here.parent / "tmp"
    folder.mkdir()
    monkeypatch.setenv("TMPDIR", str(folder))
    monkeypatch.setattr("tempfile.tempdir", None)
    return folder


def files(folder: Path) -> set[str]:
    """What lies there, but for what SQLite keeps beside an open file."""
    return {path.name for path in folder.iterdir() if not path.name.endswith(("-wal", "-shm"))}


def check(here: Path, tmp: Path, before: set[str], done: Result, code: int | None) -> None:
    """Nothing was said, nothing was left."""
    if code is not None:
        assert done.code == code, done
    assert leaked(done.err) == []
    assert "Traceback" not in done.err
    for trace in tmp.iterdir():
        assert trace.name.startswith("ccu-bug-")
        assert trace.stat().st_mode & 0o777 == 0o600
        assert leaked(trace.read_text()) == []
    assert files(here) - before <= {"new.db", "new.db.audit-key"}
    assert leaked("\n".join(map(str, audit(here)))) == []


def stop(*_given: object, **_named: object) -> int:
    raise KeyboardInterrupt


def bug(*_given: object, **_named: object) -> int:
    raise RuntimeError(f"{TYPED} {town.FAMILY} {town.NOTE}")


def writes_audit(row: str) -> bool:
    path = row.split(" --")[0]
    return path not in access.ANYONE and path.split()[0] not in ("care", "wellness")


# Each row with one of the faults; every row with both is slow.
@pytest.mark.parametrize(
    ("row", "fault", "code"),
    [
        pytest.param(row, fault, code, marks=[pytest.mark.slow] if (number - code) % 2 else [])
        for number, row in enumerate(row for row in LINES if writes_audit(row))
        for fault, code in ((bug, 1), (stop, 130))
    ],
)
def test_a_bug_and_ctrl_c_tell_nothing(
    row: str, fault: Callable[..., int], code: int, here: Path, tmp: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    """The worst moment: everything was read, and the event is about to be written."""
    if row == "audit rekey":  # makes a key in place of a lost one only
        (here / "town.db.audit-key").unlink()
    before = files(here)
    monkeypatch.setattr(audit_store, "add_event", fault)
    done = ran(here, row)
    monkeypatch.undo()
    if done.code == 0:  # a list of numbers, which is not recorded
        return
    check(here, tmp, before, done, code)
    assert bool(list(tmp.iterdir())) == (code == 1)


@pytest.mark.parametrize("row", LINES)
def test_wrong_usage_tells_nothing(row: str, here: Path, tmp: Path) -> None:
    before = files(here)
    for more in (["--no-such-option"], ["--no-such-option", TYPED], [TYPED, TYPED, TYPED]):
        done = ran(here, row, *more)
        assert done.code != 1, done.err
        assert leaked(done.err) == [] and "Traceback" not in done.err
    check(here, tmp, before | {"gone"}, done, None)
    assert list(tmp.iterdir()) == []


@pytest.mark.parametrize("path", sorted(every_leaf() - {"demo"}))
def test_no_option_repeats_its_value_in_an_error(path: str, here: Path, tmp: Path) -> None:
    """Somebody's name in the wrong place: whatever is refused, the name is not repeated."""
    row = next((row for row in LINES if row.split(" --")[0] == path), None)
    if row is None:
        pytest.skip("no command line yet")
    words, stdin = LINES[row]
    db = here / ("new.db" if path in town.NEW_FILE else "town.db")
    for number, param in enumerate(leaf(path).params):
        option = next((name for name in param.opts if name.startswith("--")), None)
        if option is None or param.is_flag or option in ("--output", "--help"):
            continue
        # Every third is tried without the rest of the line, too, which stops it earlier.
        for line in (shlex.split(words), []) if number % 3 == 0 else (shlex.split(words),):
            done = town.run(db, who_may(row), *path.split(), *line, option, TYPED, stdin=stdin)
            assert done.code != 1, (option, done.err)
            assert leaked(done.err) == [], (option, done.err)
    arguments = [param for param in leaf(path).params if not param.opts[0].startswith("-")]
    for count in range(1, len(arguments) + 1):
        done = town.run(db, who_may(row), *path.split(), *[TYPED] * count, stdin=stdin)
        assert done.code != 1, done.err
        assert leaked(done.err) == [], done.err
    assert list(tmp.iterdir()) == []


def nowhere(fault: str) -> int:
    """Where the output of a program goes that meets this fault."""
    if fault == "no room for the output":
        return os.open("/dev/full", os.O_WRONLY)
    reading, writing = os.pipe()
    os.close(reading)
    return writing


FAULTS = ("no room on the disk", "no room for the output", "no reader")


# Each row with one of the faults; every row with every fault is slow.
@pytest.mark.parametrize(
    ("row", "fault"),
    [
        pytest.param(row, fault, marks=[pytest.mark.slow] if (number - place) % 3 else [])
        for number, row in enumerate(row for row in PRIVATE if who_may(row) == "admin")
        for place, fault in enumerate(FAULTS)
    ],
)
def test_a_full_disk_and_a_closed_output_tell_nothing(
    row: str, fault: str, here: Path, tmp: Path
) -> None:
    """A real process, with the account of the tests: what it left, and what it said."""

    def limited() -> None:
        if fault == "no room on the disk":
            resource.setrlimit(resource.RLIMIT_FSIZE, (40_000, 40_000))

    words, stdin = LINES[row]
    before = files(here)
    path = row.split(" --")[0]
    with os.fdopen(nowhere(fault), "w") as out:
        done = subprocess.run(
            [PROGRAM, "--db", "town.db", "--today", town.AT, *path.split(), *shlex.split(words)],
            input=stdin, stdout=out, stderr=subprocess.PIPE, text=True, preexec_fn=limited,
            check=False, cwd=here,
        )  # fmt: skip
    check(here, tmp, before, Result(done.returncode, "", done.stderr), None)
    assert list(tmp.iterdir()) == []


# ---------------------------------------------------------------- the process list


def test_an_editor_sees_a_path_and_nothing_else(
    here: Path, tmp: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen = here.parent / "seen"
    script = here.parent / "editor.sh"
    script.write_text(
        f"#!/bin/sh\ntr '\\0' '\\n' </proc/$$/cmdline >{seen}\nenv >>{seen}\n"
        f'cat "$1" >>{seen}.file\n'
    )
    script.chmod(0o700)
    monkeypatch.setenv("EDITOR", str(script))
    monkeypatch.delenv("VISUAL", raising=False)
    before = files(here)
    done = town.run(here / "town.db", "clinician", "plan", "write", "--person", "1", "--edit")
    assert town.HELPS in Path(f"{seen}.file").read_text()  # it was there to be edited
    assert leaked(seen.read_text()) == []
    check(here, tmp, before, done, 0)
    assert list(tmp.iterdir()) == []


def test_no_other_program_is_run_and_nothing_is_logged() -> None:
    """The editor is the only one: nothing else could put words on a command line, or in a log.

    `urllib.parse` only quotes text; the rest of urllib reaches the network.
    """
    pattern = re.compile(
        r"^\s*(import|from) (subprocess|logging|syslog|multiprocessing|pty|setproctitle|http"
        r"|urllib(?!\.parse\b)|socket|smtplib|webbrowser)\b|os\.(system|popen|exec\w+|spawn\w+|fork)\b",
        re.MULTILINE,
    )
    found = {
        str(path.relative_to(SOURCE))
        for path in SOURCE.rglob("*.py")
        if pattern.search(path.read_text(encoding="utf-8"))
    }
    assert found == {"options/drafts.py"}


# ---------------------------------------------------------------- the shell's history

# Where free text is on the command line, and how else it can be given.
BY_STDIN = "--reason"  # - is a line of standard input
OTHER_WAY = {
    "log-call --person": "--person-file",
    "call edit --person": "--person-file",
    "person find words": "--file",
    "person add --description": "--file",
    "person add --race-ethnicity": "--file",
    "person edit --race-ethnicity": "--file",
    "export --purpose": "--file",
    "retention hold --authority": "--file",
}
# Words that are not about a person met: of the staff, of providers, of the town.
NOT_OF_PEOPLE = re.compile(
    "(provider|staff|init|settings|retention|report|import|address|audit|demo|wellness|care init)"
)
ABOUT_SOMEBODY = re.compile(
    r"\b(name|names|born|birth|note|notes|narrative|words|text|why|describ\w+|description)\b", re.I
)
CODED = {  # a code, a number or roles, though the help has such a word in it
    "refer --parties", "needs refer --parties", "place flag --source", "referral edit --reason",
    "referral expire --reason", "person merge --take", "person edit --clear",
    "person edit --drop-alias", "log-call --responder", "call edit --responder",
    "call edit --clear", "consult edit --clear", "seal lift --reason-code", "place unflag --why",
    "person add --missing", "person edit --missing", "care note add --corrects",
    "consent disclose --without-consent", "referral letter --without-consent",
    "parcel make --without-consent",
    "refer --to", "needs refer --to", "referral edit --person",
    "referral list --provider",  # the provider's name, not a person's
    "person import --layout", "person add --age", "person edit --age", "call decide --no-action",
}  # fmt: skip


def is_file(type: Any) -> bool:
    return "path" in f"{type} {type.name}".lower()


def is_choice(type: Any) -> bool:
    """Whether an option takes one of a few fixed words, such as --format."""
    return hasattr(type, "choices")


def free_options() -> list[tuple[str, Any]]:
    found = []
    for path in sorted(every_leaf()):
        for param in leaf(path).params:
            if getattr(param, "is_flag", False) or is_file(param.type) or is_choice(param.type):
                continue
            if (
                ABOUT_SOMEBODY.search(getattr(param, "help", None) or "")
                or "--reason" in param.opts
            ):
                found.append((path, param))
    return found


def test_whatever_is_about_somebody_can_be_said_elsewhere_than_on_the_command_line() -> None:
    for path, param in free_options():
        name = next((each for each in param.opts if each.startswith("--")), param.name)
        whole = f"{path} {name}"
        others = {each for other in leaf(path).params for each in other.opts}
        if whole in CODED or NOT_OF_PEOPLE.match(path) or name == BY_STDIN:
            continue
        assert OTHER_WAY.get(whole, "nothing") in others, f"{whole} has no other way in"


REASONS = {
    "call show --full": "1 --full", "call void": "2", "call unvoid": "5",
    "history --full": "--call 1 --full", "referral show --full": "1 --full",
    "follow-up show --full": "1 --full", "follow-up void": "4",
    "follow-up reopen": "7 --due 2026-02-03", "consult edit": "1 --minutes 6",
    "consult void": "1", "needs void": "1",
    "needs edit": "1 food=has", "consult show --full": "1 --full", "plan expire": "2",
    "person distinct": "1 2",
    "place exempt": "'9 Elm St' --category shelter",
}  # fmt: skip


@pytest.mark.parametrize("row", REASONS)
def test_a_reason_comes_by_standard_input(row: str, here: Path, tmp: Path) -> None:
    before, path = files(here), row.split(" --")[0]
    line = (*path.split(), *shlex.split(REASONS[row]), "--reason", "-")
    done = town.run(here / "town.db", "admin", *line, stdin=f"{TYPED}\nanother line\n")
    check(here, tmp, before, done, 0)
    raw = b"".join(path.read_bytes() for path in here.glob("town.db*"))
    assert TYPED.encode() in raw  # kept
    assert b"another line" not in raw


@pytest.mark.parametrize("row", ["call edit 1 --priority 2", "follow-up edit 5 --due 2026-02-04"])
def test_a_reason_that_is_not_needed_comes_so_too(row: str, here: Path, tmp: Path) -> None:
    done = town.run(here / "town.db", "admin", *row.split(), "--reason", "-", stdin=TYPED)
    check(here, tmp, {*files(here)}, done, 0)
    assert TYPED.encode() in b"".join(path.read_bytes() for path in here.glob("town.db*"))


@pytest.mark.parametrize("wrong", ["", " \n", "a\x1bb\n", "\udcff\n", "x" * 5000])
def test_an_invalid_reason_is_refused(wrong: str, here: Path) -> None:
    done = town.run(here / "town.db", "admin", *"call void 1 --reason -".split(), stdin=wrong)
    assert (done.code, done.out) == (2, "")
    assert "--reason" in done.err


def test_every_free_reason_is_in_the_table_above() -> None:
    named = {
        f"{path} --reason"
        for path, param in free_options()
        if "--reason" in param.opts and f"{path} --reason" not in CODED
    }
    others = {"plan approve --reason", "call edit --reason", "follow-up edit --reason"}
    assert named - others == {f"{row.split(' --')[0]} --reason" for row in REASONS}


def test_the_folder_of_the_town_has_no_copy_of_what_was_typed(here: Path, tmp: Path) -> None:
    """A day's private input, and afterwards only the database holds it."""
    shutil.rmtree(here / "gone", ignore_errors=True)
    before = files(here)
    for row in PRIVATE:
        ran(here, row)
    assert files(here) == before
    assert list(tmp.iterdir()) == []
