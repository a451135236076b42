"""What ccu puts on the machine is its owner's alone, and `ccu check` reports when it is not."""

import contextlib
import csv
import io
import json
import os
import sqlite3
import stat
import subprocess
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

import pytest

from ccu.database import opening as db
from ccu.records import settings

from .. import dispatch_rows
from ..conftest import Ccu

pytestmark = pytest.mark.skipif(os.name != "posix", reason="file modes")

INIT = ("--town", "Westport", "--state", "CT", "--timezone", "America/New_York")
RUN = "import os, sys; os.umask(0); from ccu.cli import main; sys.exit(main(sys.argv[1:]))"
# Command lines in one process, each with a umask of nothing and its own database.
RUN_ALL = """
import json, os, sys
from ccu.cli import main
for database, words in json.loads(sys.argv[1]):
    os.umask(0)
    os.environ["CCU_DB"] = database
    if main(words) != 0:
        sys.exit(f"failed: {words}")
"""


@pytest.fixture(autouse=True)
def apart(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The key's and the temporary folder are the test's own; the key's is made."""
    monkeypatch.setenv("CCU_KEY_FILE", str(tmp_path / "keys" / "key"))
    (tmp_path / "keys").mkdir(mode=0o700)
    (tmp_path / "tmp").mkdir(mode=0o700)
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "tmp"))
    monkeypatch.setenv("TMPDIR", str(tmp_path / "tmp"))
    return tmp_path


def warnings(ccu: Ccu) -> list[str]:
    """What `ccu check` reports as not private."""
    done = ccu("check", "--quiet", "-f", "csv")
    assert done.code == 0, done.err
    told = list(csv.reader(io.StringIO(done.out)))[1:]
    assert {row[0] for row in told} <= {"private", "audit chain"} and {row[1] for row in told} <= {
        "warning"
    }
    return [row[2] for row in told]


@pytest.mark.parametrize("encrypt", [(), ("--encrypt",)])
def test_every_file_is_private_under_a_umask_of_nothing(
    encrypt: tuple[str, ...], empty: Ccu, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk = dispatch_rows.Desk(empty, tmp_path / "tmp")
    desk.file.write_text(
        dispatch_rows.text([dispatch_rows.row(), dispatch_rows.row(Received="never")])
    )
    made = tmp_path / "made"
    made.mkdir(mode=0o700)
    monkeypatch.setenv("CCU_KEY_FILE", str(made / "key"))
    rejects = ("--rejects", str(made / "rejects.csv"))
    main, demo = str(made / "ccu.db"), str(made / "demo.db")
    html = ("-f", "html", "--output", str(made / "january.html"))
    call = ("log-call", "--when", "2026-01-30 22:30", "--address", "1 Main St", "--nature")
    lines = [
        (main, ("init", *encrypt, *INIT)),
        (main, (*call, "crisis")),
        (main, ("import", str(desk.file), "--layout", str(desk.layout), *rejects)),
        (main, ("settings", "--output", str(made / "settings.csv"), "-f", "csv")),
        (main, ("report", "--month", "2026-01", *html)),
        (main, ("backup", str(made / "copy.db"))),
        (main, ("backup", "--encrypt", str(made / "locked.db"))),
        (demo, ("demo", "--calls", "100")),
    ]
    done = subprocess.run(
        [sys.executable, "-c", RUN_ALL, json.dumps(lines)],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    files = [each for each in made.rglob("*") if each.is_file()]
    assert {"key", "rejects.csv", "january.html", "locked.db"} <= {each.name for each in files}
    assert {each.name for each in files if stat.S_IMODE(each.stat().st_mode) != 0o600} == set()
    assert [each.name for each in (tmp_path / "tmp").iterdir()] == ["our.toml", "calls.csv"]


def a_database(folder: Path) -> Path:
    return folder / "ccu.db"


def a_wal(folder: Path) -> Path:
    return folder / "ccu.db-wal"


def a_shm(folder: Path) -> Path:
    return folder / "ccu.db-shm"


def an_audit_key(folder: Path) -> Path:
    return folder / "ccu.db.audit-key"


def a_retired_audit_key(folder: Path) -> Path:
    path = folder / "ccu.db.audit-key.1234"
    path.write_text("00" * 32)
    return path


def a_backup(folder: Path) -> Path:
    return folder / "tuesday"


def a_migration_copy(folder: Path) -> Path:
    path = folder / "ccu.db.schema-1-20250101-000000.bak"
    path.write_text("old")
    return path


def an_encryption_key(folder: Path) -> Path:
    path = folder / "keys" / "key"
    path.write_text("ab" * 32)
    return path


REACHED = [
    a_database,
    a_wal,
    a_shm,
    an_audit_key,
    a_retired_audit_key,
    a_backup,
    a_migration_copy,
    an_encryption_key,
]
MODES = [0o640, 0o620, 0o604, 0o602]


# Each file with one of the modes; every file with every mode is slow.
@pytest.mark.parametrize(
    ("which", "mode"),
    [
        pytest.param(which, mode, marks=[pytest.mark.slow] if (number - place) % 4 else [])
        for number, which in enumerate(REACHED)
        for place, mode in enumerate(MODES)
    ],
)
def test_check_names_each_file_that_others_can_reach(
    which: Callable[[Path], Path], mode: int, ccu: Ccu, tmp_path: Path, db_path: Path
) -> None:
    assert ccu("backup", str(tmp_path / "tuesday")).code == 0
    with contextlib.closing(db.open_database(db_path)) as reader:
        reader.execute("SELECT count(*) FROM person").fetchone()  # keeps the -wal and -shm there
        assert warnings(ccu) == []
        path = which(tmp_path)
        # Something in the -wal: SQLite corrects the mode of an empty one itself.
        assert ccu("settings", "town", "Marshport").code == 0
        path.chmod(mode)
        (told,) = warnings(ccu)
        assert told.startswith(f"{path} is open to other accounts")
        assert "run chmod 600 on it" in told
        path.chmod(0o600)
        assert warnings(ccu) == []


@pytest.mark.parametrize("mode", [0o640, 0o604])
def test_check_names_an_encrypted_copy_that_others_can_reach(
    mode: int, empty: Ccu, tmp_path: Path
) -> None:
    assert empty("init", "--encrypt", *INIT).code == 0
    copy = tmp_path / "tuesday"
    assert empty("backup", str(copy)).code == 0
    assert warnings(empty) == []
    copy.chmod(mode)
    assert warnings(empty) == [f"{copy} is open to other accounts; run chmod 600 on it"]


@pytest.mark.parametrize(
    ("mode", "says"),
    [
        (0o755, ["listed"]),
        (0o750, ["listed"]),
        (0o704, ["listed"]),
        (0o730, ["written"]),
        (0o777, ["written", "listed"]),
        (0o1777, ["listed"]),
        (0o711, []),
        (0o700, []),
    ],
)
def test_check_states_what_others_can_do_in_the_folder(
    mode: int, says: list[str], ccu: Ccu, tmp_path: Path
) -> None:
    tmp_path.chmod(mode)
    try:
        assert warnings(ccu) == [
            f"the folder {tmp_path} can be {each} by other accounts; run chmod 700 on it"
            for each in says
        ]
    finally:
        tmp_path.chmod(0o700)


def test_check_states_where_the_key_should_not_be(empty: Ccu, tmp_path: Path) -> None:
    assert empty("init", "--encrypt", *INIT).code == 0
    assert warnings(empty) == []
    (tmp_path / "keys").chmod(0o755)
    (told,) = warnings(empty)
    assert (
        told
        == f"the key's folder {tmp_path / 'keys'} can be listed by other accounts; run chmod 700 "
        "on it"
    )


def test_check_names_a_plain_copy_beside_an_encrypted_file(empty: Ccu, tmp_path: Path) -> None:
    assert empty("init", "--encrypt", *INIT).code == 0
    plain = tmp_path / "before.db"
    assert empty("--db", str(plain), "init", *INIT).code == 0
    (tmp_path / "notes.txt").write_text("not a database")
    assert warnings(empty) == [f"{plain} is an unencrypted copy; move it away or destroy it"]


def test_check_looks_past_what_it_cannot_read(ccu: Ccu, tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.bak")
    (tmp_path / "loop.bak").symlink_to(tmp_path / "loop.bak")
    (tmp_path / "folder.bak").mkdir()
    (tmp_path / "short.bak").write_bytes(b"")
    (tmp_path / "short.bak").chmod(0o600)
    assert warnings(ccu) == []


def test_check_lets_go_of_no_lock_of_the_file_in_use(ccu: Ccu, db_path: Path) -> None:
    """A second name of the file in the folder: opening and closing it would drop SQLite's locks."""
    os.link(db_path, db_path.with_name("other-name.db"))
    opened: list[str] = []

    def see(event: str, args: tuple[object, ...]) -> None:
        if event == "open" and watching and "db" in str(args[0]):
            opened.append(Path(str(args[0])).name)

    watching = False
    sys.addaudithook(see)
    from ccu.check import privacy

    watching = True
    privacy.exposed(db_path, False)
    watching = False
    assert opened == ["ccu.db.audit-key"]


# ---------------------------------------------------------------- what a bug leaves


def test_the_report_of_a_bug_shows_where_and_no_data(
    ccu: Ccu, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(connection: object) -> None:
        name = "Gertrude Quillfeather"
        try:
            int(name)
        except ValueError as error:
            raise OSError(28, f"born 1957-03-08: {name}", f"/home/{name}") from error

    monkeypatch.setattr(settings, "load", fail)
    done = ccu("settings")
    assert (done.code, done.out) == (1, "")
    path = Path(done.err.split("details are in ")[1].strip())
    text = path.read_text()
    assert path.parent == tmp_path / "tmp"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    for secret in ("Gertrude", "Quillfeather", "1957", "/home"):
        assert secret not in text + done.err
    assert "builtins.OSError ENOSPC" in text and "builtins.ValueError" in text
    assert f"{__file__}:" in text and " in test_the_report_of_a_bug" in text
    assert "ccu/session.py:" in text


def test_a_bug_of_sqlite_shows_its_type_only(ccu: Ccu, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(connection: object) -> None:
        with contextlib.closing(sqlite3.connect(":memory:")) as hand:
            hand.execute("SELECT * FROM Quillfeather")

    monkeypatch.setattr(settings, "load", fail)
    done = ccu("settings")
    assert done.code == 1
    text = Path(done.err.split("details are in ")[1].strip()).read_text()
    assert "sqlite3.OperationalError SQLITE_ERROR" in text
    assert "Quillfeather" not in text


# ---------------------------------------------------------------- what others see of a run


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="reads /proc")
def test_an_editor_and_ccu_itself_show_no_word_and_no_key(empty: Ccu, tmp_path: Path) -> None:
    """/proc/PID/cmdline is every account's to read; environ is the owner's, and holds a path."""
    assert empty("init", "--encrypt", *INIT).code == 0
    assert empty("person", "add", "--file", "-", stdin="given: Gertrude\n").code == 0
    seen, script = tmp_path / "seen", tmp_path / "editor.py"
    script.write_text(
        "import os, pathlib, sys, json\n"
        "look = lambda pid, what: pathlib.Path(f'/proc/{pid}/{what}').read_bytes().decode()\n"
        "pids = ('self', os.getppid())\n"
        "found = [look(pid, what) for pid in pids for what in ('cmdline', 'environ', 'comm')]\n"
        f"pathlib.Path({str(seen)!r}).write_text(json.dumps([sys.argv[1:], found]))\n"
        "pathlib.Path(sys.argv[1]).write_text('What helps:\\n- hum softly\\n')\n"
    )
    words = [sys.executable, "-c", RUN, "plan", "write", "--person", "1", "--edit"]
    done = subprocess.run(
        words,
        env={**os.environ, "EDITOR": f"{sys.executable} {script}"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    given, found = json.loads(seen.read_text())
    assert len(given) == 1 and given[0].startswith(str(tmp_path / "tmp" / "ccu-edit-"))
    key = (tmp_path / "keys" / "key").read_text().strip()
    assert found[3].rstrip("\0").split("\0") == words
    assert not [each for each in found if key in each or "Gertrude" in each or "hum" in each]
    assert list((tmp_path / "tmp").iterdir()) == []
