"""`ccu care`: a second file, and the same screens for accounts that cannot open it."""

import json
import os
import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Callable, Sequence
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from ccu.care.store import KIND
from ccu.database import opening as db
from ccu.database import side_file as compartment
from ccu.errors import DatabaseUnusable
from ccu.records.visibility import NOTICE

from ..conftest import TODAY, Ccu, Result, run_ccu
from ..steps import become, call, copy_file, merge
from ..steps import name as give_name
from .care_file import ROLES_WITHOUT, TEXT, add, listed, make, rows

ROOT = Path(__file__).resolve().parents[2]
HISTORY = ("history", "--person", "1")

# One run of ccu as some account.
_RUN = """
import sys
from ccu import cli
from ccu import access
login, *args = sys.argv[1:]
access.login = lambda service_account="": login
sys.exit(cli.main(args))
"""
# Command lines as some account, one after another, each with its result and the files under a
# folder that Python was asked to open; all of them again in each state of the care file.
_RUN_ALL = """
import json, os, sys
from pathlib import Path
from ccu import access
from tests.conftest import run_ccu
login, folder, lines, states = sys.argv[1:]
access.login = lambda service_account="": login
opened = []
def seen(event, told):
    if event in ("open", "sqlite3.connect", "os.listdir", "os.scandir"):
        if folder in str(told[0]):
            opened.append(str(told[0]))
sys.addaudithook(seen)
main = Path(folder, "ccu.db")
fresh = main.read_bytes()
found = []
for named, modes in json.loads(states):
    for path, mode in modes:
        os.chmod(path, mode)
    main.write_bytes(fresh)
    os.environ["CCU_CARE_DB"] = named
    ran = []
    for line in json.loads(lines):
        opened.clear()
        ran.append((run_ccu(*line), opened.copy()))
    found.append(ran)
print(json.dumps(found))
"""


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the main file and, in hsd/, the care file; made once, tests work on copies."""
    folder = tmp_path_factory.mktemp("made")
    with pytest.MonkeyPatch.context() as patched:
        patched.setenv("CCU_DB", str(folder / "ccu.db"))
        patched.setenv("CCU_TODAY", TODAY)
        patched.delenv("SUDO_UID", raising=False)
        init = ("init", "--town", "Westport", "--state", "CT", "--timezone", "America/New_York")
        assert run_ccu(*init).code == 0
        make(run_ccu, folder, patched)
    return folder


@pytest.fixture
def ccu(empty: Ccu, made: Path, db_path: Path) -> Ccu:
    """The front door with a copy of that main file."""
    copy_file(made / "ccu.db", db_path)
    return empty


@pytest.fixture
def file(ccu: Ccu, made: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A copy of that care file, and the clinician dlee at the keyboard."""
    shutil.copytree(made / "hsd", tmp_path / "hsd")
    path = tmp_path / "hsd" / "care.db"
    monkeypatch.setenv("CCU_CARE_DB", str(path))
    become(monkeypatch, "dlee")
    return path


# ---------------------------------------------------------------- notes


def test_a_note_comes_back_as_it_was_written(ccu: Ccu, file: Path) -> None:
    text = 'O\'Brien said: "no"\n\n[b]caf\u00e9[/b] \U0001f600 =1+1'
    assert add(ccu, "--call", "1", "--when", "2026-01-30 09:00", text=text) == 1
    assert listed(ccu) == [
        {
            "id": 1,
            "person": 1,
            "day": "2026-01-30",
            "call": 1,
            "by": "dlee",
            "part2": False,
            "corrects": None,
            "text": text,
            "notice": None,
        }
    ]


@pytest.mark.parametrize("format", ["table", "plain", "json", "csv", "markdown"])
def test_part_2_carries_its_notice_in_every_format(ccu: Ccu, file: Path, format: str) -> None:
    add(ccu)
    for command in (("care", "note", "list", "--person", "1"), HISTORY):
        shown = ccu(*command, "-f", format)
        assert shown.code == 0
        assert "42" not in shown.out.replace("203-555-0142", "")
    add(ccu, "--part2", text="Started at the clinic.")
    shown = ccu("care", "note", "list", "--person", "1", "-f", format)
    assert NOTICE in " ".join(shown.out.split())
    shown = ccu(*HISTORY, "-f", format)
    assert (NOTICE in shown.out) == ("Started at the clinic." in shown.out)
    assert (NOTICE in shown.out) == (format != "csv")  # which prints the calls alone


def test_the_notice_is_the_short_statement_of_42_cfr_2_32() -> None:
    assert NOTICE == "42 CFR part 2 prohibits unauthorized use or disclosure of these records."


def test_the_notes_of_one_person_are_read_together(ccu: Ccu, file: Path, db_path: Path) -> None:
    assert call(ccu, "unknown") == 2
    add(ccu, text="of the first record")
    add(ccu, person=2, text="of the second record")
    merge(db_path, 2, 1)
    for person in (1, 2):
        found = listed(ccu, person)
        assert [(each["id"], each["person"]) for each in found] == [(2, 1), (1, 1)]
    shown = json.loads(ccu("history", "--address", "12 Main St Apt 3", "-f", "json").out)
    assert [each["id"] for each in shown["care_notes"]] == [2, 1]
    refused = ccu("care", "note", "add", "--person", "2", "--file", "-", stdin=TEXT)
    assert (refused.code, refused.err) == (2, "ccu: error: person 2 was merged into person 1\n")


def test_a_correction_of_a_part_2_note_is_part_2(ccu: Ccu, file: Path) -> None:
    assert call(ccu, "unknown") == 2
    add(ccu, "--part2")
    add(ccu, "--corrects", "1", text="It was the other clinic.")
    assert [(each["corrects"], each["part2"]) for each in listed(ccu)] == [(1, True), (None, True)]
    other = ("care", "note", "add", "--person", "2", "--corrects", "1", "--file", "-")
    assert ccu(*other, stdin=TEXT).code == 2
    assert listed(ccu, 2) == []


@pytest.mark.parametrize(
    ("more", "text", "code", "says"),
    [
        (("--person", "9"), TEXT, 3, "no person 9"),
        (("--person", "1", "--call", "9"), TEXT, 3, "no call 9"),
        (("--person", "1", "--corrects", "9"), TEXT, 3, "no care note 9"),
        (("--person", "x"), TEXT, 2, "a person is named by its number, such as 12"),
        ((), TEXT, 2, "--person is missing"),
        (("--person", "1"), " \n", 2, "the note is empty"),
        (("--person", "1"), "a\x1b]0;b", 2, "the note holds control characters"),
        (("--person", "1"), "a" * 20_001, 2, "the note is longer than 20000 characters"),
        (("--person", "1", "--when", "tomorrow"), TEXT, 2, "--when"),
    ],
)
def test_what_cannot_be_kept_is_one_sentence(
    ccu: Ccu, file: Path, more: tuple[str, ...], text: str, code: int, says: str
) -> None:
    refused = ccu("care", "note", "add", *more, "--file", "-", stdin=text)
    assert (refused.code, refused.out) == (code, "")
    assert refused.err.startswith(f"ccu: error: {says}")
    assert refused.err.count("\n") == 1
    assert rows(file, "SELECT count(*) FROM care_note") == [(0,)]


def test_the_text_is_asked_for_and_never_an_argument(ccu: Ccu, file: Path) -> None:
    refused = ccu("care", "note", "add", "--person", "1")
    assert (refused.code, refused.out) == (2, "")
    assert ccu("care", "note", "add", "--person", "1", TEXT).code == 2
    asked = ccu("care", "note", "add", "--person", "1", stdin=f"{TEXT}\n.\n", tty=True)
    assert asked.code == 0, asked.err
    assert [each["text"] for each in listed(ccu)] == [TEXT]


def test_who_a_note_is_about_is_named_before_it_is_written(ccu: Ccu, file: Path) -> None:
    give_name(file.parents[1] / "ccu.db", 1, "Walter", "Pennington")
    done = ccu("care", "note", "add", "--person", "1", stdin="Some words.\n\n", tty=True)
    assert done.err.startswith("Person 1: Walter Pennington\n"), done.err
    assert "Pennington" not in ccu("care", "note", "list", "--person", "1", tty=True).err


def test_a_card_shows_the_last_five_and_all_on_request(ccu: Ccu, file: Path) -> None:
    for number in range(6):
        add(ccu, text=f"note number {number}")
    for command in (HISTORY, ("history", "--address", "12 Main St Apt 3")):
        few, every = ccu(*command).out, ccu(*command, "--all").out
        assert "Care notes (the last 5 of 6; --all lists every one)" in few
        assert "note number 5" in few and "note number 0" not in few
        assert "note number 0" in every
        assert len(json.loads(ccu(*command, "-f", "json").out)["care_notes"]) == 6


# ---------------------------------------------------------------- the audit


def test_reads_and_writes_are_audited_in_the_care_file_alone(
    ccu: Ccu, file: Path, db_path: Path
) -> None:
    def main() -> list[tuple[Any, ...]]:
        return rows(db_path, "SELECT action, record, record_id, detail FROM audit ORDER BY id")

    before = len(main())
    add(ccu)
    add(ccu, "--part2")
    listed(ccu)
    assert len(main()) == before
    assert ccu(*HISTORY).code == 0
    with_notes = main()[-1]
    file.rename(file.with_name("away.db"))
    assert ccu(*HISTORY).code == 0
    assert main()[-1] == with_notes
    found = rows(
        file.with_name("away.db"), "SELECT login, action, person_id, detail FROM care_audit"
    )
    assert [(each[:3], json.loads(each[3])) for each in found] == [
        (("dlee", "add", 1), {"corrects": None, "note": 1}),
        (("dlee", "add", 1), {"corrects": None, "note": 2}),
        (("dlee", "list", 1), {"notes": [2, 1], "to_file": False}),
        (("dlee", "history", 1), {"notes": [2, 1]}),
    ]


def test_no_word_of_a_note_is_in_the_main_file_or_its_backup(
    ccu: Ccu, file: Path, db_path: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    add(ccu)
    assert TEXT in ccu(*HISTORY).out
    become(monkeypatch, "boss")
    copy = tmp_path / "copy.db"
    assert ccu("backup", str(copy)).code == 0
    for path in (*tmp_path.glob("ccu.db*"), copy):
        assert TEXT.encode() not in path.read_bytes(), path
    assert any(TEXT.encode() in path.read_bytes() for path in file.parent.iterdir())


@pytest.mark.parametrize(
    "sql",
    [
        "UPDATE care_note SET text = 'x'",
        "UPDATE care_note SET part2 = 1",
        "UPDATE care_note SET corrects = 0",
        "UPDATE care_audit SET login = 'x'",
        "DELETE FROM care_audit",
        "INSERT INTO care_audit (at, login, action, previous, hash) VALUES"
        " ('2026-01-31T00:00:00+00:00', 'x', 'add', zeroblob(32), zeroblob(32))",
    ],
)
def test_notes_and_audit_refuse_to_be_changed(ccu: Ccu, file: Path, sql: str) -> None:
    add(ccu)
    with closing(sqlite3.connect(file)) as hand, pytest.raises(sqlite3.IntegrityError):
        hand.execute(sql)


CHANGED = "was changed or inserted by hand"


@pytest.mark.parametrize(
    ("sql", "told"),
    [
        (
            "UPDATE care_audit SET login = 'x' WHERE id = 2",
            "audit row 2 was changed or inserted by hand",
        ),
        (
            "UPDATE care_audit SET hash = randomblob(32) WHERE id = 1",
            "audit row 1 was changed or inserted by hand",
        ),
        ("DELETE FROM care_audit WHERE id = 2", "audit row 2 is missing"),
        ("DELETE FROM care_audit WHERE id = 3", "audit row 3 was cut from the end"),
        ("UPDATE care_audit SET id = 9 WHERE id = 3", "audit rows 3 to 8 are missing"),
    ],
)
def test_a_backup_finds_an_audit_that_was_tampered_with(
    ccu: Ccu, file: Path, sql: str, told: str
) -> None:
    for _ in range(3):
        add(ccu)
    copy = file.with_name("copy.db")
    with closing(sqlite3.connect(file)) as hand:
        for name in ("is_never_changed", "is_never_deleted", "is_a_chain"):
            hand.execute(f"DROP TRIGGER care_audit_{name}")
        hand.execute(sql)
        hand.commit()
    assert ccu("care", "backup", str(copy)) == (
        6,
        "",
        f"ccu: error: the care file: {told}\n",
    )
    assert not copy.exists()


def test_what_cannot_be_recorded_is_not_shown(ccu: Ccu, file: Path) -> None:
    add(ccu)
    card = ccu(*HISTORY).out
    file.with_name("care.db.audit-key").unlink()
    refused = ccu("care", "note", "list", "--person", "1")
    assert (refused.code, refused.out) == (4, "")
    shown = ccu(*HISTORY)
    assert TEXT in card and TEXT not in shown.out
    assert shown.out == card.split("\nCare notes")[0]
    assert shown.err.startswith("ccu: the care notes are not shown: the audit key ")


# ---------------------------------------------------------------- the file


def test_a_backup_of_the_care_file_is_private_and_complete(ccu: Ccu, file: Path) -> None:
    add(ccu)
    copy = file.with_name("copy.db")
    assert ccu("care", "backup", str(copy)).code == 0
    assert copy.stat().st_mode & 0o777 == 0o600
    assert rows(copy, "SELECT text FROM care_note") == [(TEXT,)]
    assert ccu("care", "backup", str(copy)).code == 2


def test_there_is_no_care_file_where_none_was_named(
    ccu: Ccu, file: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("CCU_CARE_DB")
    assert ccu("care", "init").code == 2
    before = sorted(tmp_path.rglob("*"))
    assert ccu("care", "note", "list", "--person", "1").code == 4
    assert sorted(tmp_path.rglob("*")) == before


def test_init_refuses_a_place_that_others_can_enter(ccu: Ccu, file: Path, tmp_path: Path) -> None:
    wide = tmp_path / "wide"
    wide.mkdir()
    for mode in (0o755, 0o750, 0o701):
        wide.chmod(mode)
        refused = ccu("care", "init", str(wide / "care.db"))
        assert (refused.code, refused.out) == (2, "")
        assert "is open to other accounts; chmod 700 it, or give --group" in refused.err
        refused = ccu("care", "init", str(wide / "care.db"), "--group", own_group())
        assert (refused.code, refused.out) == (2, "")
    assert list(wide.iterdir()) == []
    refused = ccu("care", "init", str(tmp_path / "care.db"))
    assert (
        refused.err
        == "ccu: error: the care file must be in a different folder from the main file\n"
    )
    assert ccu("care", "init", str(tmp_path / "none" / "care.db")).code == 4
    assert ccu("care", "init", str(file), "--group", "no such group").code == 2
    before = file.read_bytes()
    assert ccu("care", "init").code == 2
    assert file.read_bytes() == before


def test_init_for_a_group_makes_files_of_that_group(ccu: Ccu, file: Path, tmp_path: Path) -> None:
    shared = tmp_path / "shared"
    shared.mkdir()
    shared.chmod(0o2770)
    path = shared / "care.db"
    assert ccu("care", "init", str(path), "--group", own_group()).code == 0
    assert {each.stat().st_mode & 0o777 for each in shared.iterdir()} == {0o660}
    assert sorted(each.name for each in shared.iterdir()) == ["care.db", "care.db.audit-key"]


def test_an_account_is_warned_if_others_can_open_the_file(ccu: Ccu, file: Path) -> None:
    assert ccu("care", "note", "list", "--person", "1").err == ""
    file.chmod(0o604)
    warned = ccu("care", "note", "list", "--person", "1")
    assert warned.code == 0
    assert f"ccu: warning: {file} is open to other accounts; run chmod o= on it\n" in warned.err


def own_group() -> str:
    import grp

    return grp.getgrgid(os.getgid()).gr_name


def _garbage(path: Path) -> None:
    path.write_bytes(os.urandom(5000))


def _half(path: Path) -> None:
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])


def _scrambled(path: Path) -> None:
    content = path.read_bytes()
    path.write_bytes(content[:200] + bytes(len(content) - 200))


def _foreign(path: Path) -> None:
    path.unlink()
    with closing(sqlite3.connect(path)) as hand:
        hand.execute("CREATE TABLE care_note (id)")


def _newer(path: Path) -> None:
    with closing(sqlite3.connect(path)) as hand:
        hand.execute("PRAGMA user_version = 2")


def _without_table(path: Path) -> None:
    with closing(sqlite3.connect(path)) as hand:
        hand.execute("DROP TABLE care_note")


def _main(path: Path) -> None:
    path.unlink()
    path.symlink_to(path.parent.parent / "ccu.db")


@pytest.mark.parametrize(
    "damage",
    [_garbage, _half, _scrambled, _foreign, _newer, _without_table, _main, Path.write_text],
)
def test_a_file_that_is_not_sound_is_told_and_the_card_still_comes(
    ccu: Ccu, file: Path, damage: Callable[..., object]
) -> None:
    card = ccu(*HISTORY)
    for name in ("care.db-wal", "care.db-shm"):
        file.with_name(name).unlink(missing_ok=True)
    damage(file, "") if damage is Path.write_text else damage(file)
    refused = ccu("care", "note", "list", "--person", "1")
    assert (refused.code, refused.out, refused.err.count("\n")) == (4, "", 1)
    for command in (HISTORY, ("history", "--address", "12 Main St Apt 3")):
        shown = ccu(*command)
        assert (shown.code, shown.err.count("\n")) == (0, 1)
        assert shown.err.startswith(f"ccu: the care notes are not shown: {file}")
    assert ccu(*HISTORY).out == card.out
    assert ccu("log-call", "--when", "2026-01-31 01:00", "--nature", "crisis",
               "--address", "1 Elm St").code == 0  # fmt: skip


@pytest.mark.skipif(os.name != "posix", reason="POSIX locks")
@pytest.mark.parametrize("suffix", ["", "-shm"])
def test_naming_the_main_file_does_not_drop_its_locks(
    ccu: Ccu, file: Path, db_path: Path, suffix: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Closing any descriptor of a file gives up the locks that this process has on it."""
    other = (
        "import sqlite3, sys; sqlite3.connect(sys.argv[1], timeout=0).execute('BEGIN EXCLUSIVE')"
    )
    with closing(db.open_database(db_path)) as main, db.write(main):
        monkeypatch.setenv("CCU_CARE_DB", f"{db_path}{suffix}")
        with pytest.raises(DatabaseUnusable, match="is the main file; the other must be"):
            compartment.opened(KIND, db_path)
        done = subprocess.run([sys.executable, "-c", other, str(db_path)], capture_output=True)
    assert b"database is locked" in done.stderr


def _folder(path: Path) -> None:
    path.mkdir()


@pytest.mark.parametrize("make", [_folder, os.mkfifo])
def test_something_other_than_a_file_counts_as_absent(
    ccu: Ccu, file: Path, make: Callable[[Path], None]
) -> None:
    file.unlink()
    missing = ccu(*HISTORY), ccu("care", "note", "list", "--person", "1")
    make(file)
    assert (ccu(*HISTORY), ccu("care", "note", "list", "--person", "1")) == missing


# ---------------------------------------------------------------- whoever cannot open it


Lines = Sequence[tuple[str, ...]]


# What CCU_CARE_DB names, and the modes that files and folders are given first.
State = tuple[str, list[tuple[str, int]]]
Ran = list[tuple[Result, list[str]]]


def run_all(login: str, folder: Path, lines: Lines, states: Sequence[State]) -> list[Ran]:
    """Run command lines as an account in each state of the care file, all in one process.

    Root lays down the right to read everybody's files.
    """
    told = json.dumps(lines), json.dumps(states)
    line = [sys.executable, "-c", _RUN_ALL, login, str(folder), *told]
    if os.geteuid() == 0:
        drop = "-dac_override,-dac_read_search"
        line = ["setpriv", f"--bounding-set={drop}", f"--inh-caps={drop}", *line]
    done = subprocess.run(line, capture_output=True, text=True, check=False, cwd=ROOT)
    assert done.returncode == 0, done.stderr
    return [
        [(Result(*result), opened) for result, opened in ran] for ran in json.loads(done.stdout)
    ]


def run(login: str, folder: Path, *args: str) -> tuple[Result, list[str]]:
    """Run one command line so, with the care file that CCU_CARE_DB names."""
    return run_all(login, folder, [args], [(os.environ["CCU_CARE_DB"], [])])[0][0]


needs_modes = pytest.mark.skipif(
    os.name != "posix" or (os.geteuid() == 0 and shutil.which("setpriv") is None),
    reason="file modes, and root must be able to lay down its rights",
)

SCREENS = [
    (*HISTORY, "-f", "json"),
    ("history", "--address", "12 Main St Apt 3"),
    ("history", "--call", "1", "--all", "-f", "markdown"),
    ("person", "show", "1", "-f", "json"),
    ("brief",),
    ("check", "-f", "csv"),
    ("care", "note", "list", "--person", "1"),
    ("care", "note", "add", "--person", "1", "--file", "/dev/null"),
    ("care", "backup", "/nowhere/copy.db"),
    ("care", "note", "move", "1", "--person", "1"),
    ("care", "destroy", "--person", "1", "--authority", "CV-1", "--yes"),
]


def alike_without(file: Path, tmp_path: Path, login: str, screens: Lines) -> None:
    """Whether the file is closed or missing: the same screens, and the same files asked for."""
    name, folder = str(file), str(file.parent)
    *seen, unset, opened = run_all(
        login,
        tmp_path,
        screens,
        [
            (str(file.with_name("none.db")), [(name, 0)]),
            (name, []),
            (name, [(name, 0o400)]),  # what was read could not be recorded
            (name, [(name, 0o600), (folder, 0)]),
            ("", [(folder, 0o700)]),
            (name, []),
        ],
    )
    for number, screen in enumerate(screens):
        results = {each[number][0] for each in [*seen, unset]}
        assert len(results) == 1, (screen, results)
        work = {
            tuple(path.replace("none.db", "care.db") for path in each[number][1]) for each in seen
        }
        assert len(work) == 1, (screen, work)
        assert TEXT not in unset[number][0].out
    assert TEXT in opened[0][0].out  # and it was the file's mode that hid it


@needs_modes
@pytest.mark.parametrize("login", ["dlee", "boss"])
def test_a_closed_file_and_no_file_are_the_same_screens_and_the_same_work(
    ccu: Ccu, file: Path, tmp_path: Path, login: str
) -> None:
    add(ccu, "--part2")
    alike_without(file, tmp_path, login, SCREENS)


@needs_modes
@pytest.mark.slow
@pytest.mark.parametrize("login", ["dlee", "boss"])
def test_a_closed_file_and_no_file_are_the_same_in_a_process_for_each_screen(
    ccu: Ccu, file: Path, tmp_path: Path, login: str
) -> None:
    add(ccu, "--part2")
    for screen in SCREENS:
        alike_without(file, tmp_path, login, [HISTORY, screen])


@pytest.mark.parametrize("role", ROLES_WITHOUT)
def test_for_other_roles_the_file_is_not_even_looked_for(
    ccu: Ccu, file: Path, tmp_path: Path, role: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    add(ccu)
    states: list[State] = [(str(file), []), (str(file.with_name("none.db")), []), ("", [])]
    screens = (SCREENS[0], SCREENS[1], SCREENS[6], SCREENS[7], ("care", "init"))
    seen = run_all(f"the-{role}", tmp_path, screens, states)
    for screen, *each in zip(screens, *seen, strict=True):
        assert each[0] == each[1] == each[2]
        result, opened = each[0]
        assert str(file.parent) not in "".join(opened)
        assert "care_notes" not in result.out and "Care notes" not in result.out
        if screen[0] == "care":
            assert (result.code, result.out) == (7, "")


@pytest.mark.skipif(shutil.which("strace") is None, reason="needs strace")
@pytest.mark.parametrize(("login", "looked"), [("the-officer", 0), ("dlee", 1)])
def test_the_system_is_asked_for_the_file_once_or_never(
    ccu: Ccu, file: Path, tmp_path: Path, login: str, looked: int
) -> None:
    trace = tmp_path / "trace"
    named = file.with_name("none.db")
    line = ["strace", "-f", "-o", str(trace), "-e", "trace=file", sys.executable, "-c", _RUN]
    done = subprocess.run(
        [*line, login, *HISTORY],
        env={**os.environ, "CCU_CARE_DB": str(named)},
        capture_output=True,
        check=False,
    )
    if not trace.exists() or b"ptrace" in done.stderr:
        pytest.skip("strace may not trace here")
    assert done.returncode == 0, done.stderr
    assert trace.read_text(errors="replace").count(str(named.parent)) == looked


def test_the_file_serves_several_accounts_at_once(ccu: Ccu, file: Path, tmp_path: Path) -> None:
    line = ("care", "note", "add", "--person", "1", "--file", str(tmp_path / "note.txt"))
    (tmp_path / "note.txt").write_text(TEXT)
    started = [
        subprocess.Popen([sys.executable, "-c", _RUN, login, *line], stderr=subprocess.PIPE)
        for login in ("dlee", "boss", "dlee", "boss")
    ]
    for each in started:
        _out, err = each.communicate()
        assert each.returncode == 0, err
    assert sorted(each["by"] for each in listed(ccu)) == ["boss", "boss", "dlee", "dlee"]
    assert ccu("care", "backup", str(file.with_name("copy.db"))).code == 0
