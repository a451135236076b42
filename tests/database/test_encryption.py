"""Encryption at rest: `ccu init --encrypt`, `ccu backup --encrypt`, the key."""

import contextlib
import hashlib
import json
import os
import sqlite3
import subprocess
import sys
import types
from collections.abc import Iterator
from pathlib import Path

import pytest

from ccu import files
from ccu.database import copies, encryption, opening
from ccu.database import opening as db
from ccu.imports.dispatch import run as cad
from ccu.imports.dispatch import staging_store as staging

from .. import dispatch_rows
from ..conftest import Ccu, Result, run_ccu
from ..steps import provider
from .test_db import made_by_schema

INIT = ("--town", "Westport", "--state", "CT", "--timezone", "America/New_York")
SECRET = ("gertrude", "quillfeather", "1957-03-08", "larkspur", "kettle whistling")
NOTE = "The kettle whistling since Tuesday.\n"
PERSON = "given: Gertrude\nfamily: Quillfeather\nborn: 1957-03-08\n"


@pytest.fixture
def key_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where the key of the test is, in a folder of its own; nothing is there yet."""
    path = tmp_path / "keys" / "key"
    path.parent.mkdir(mode=0o700)
    monkeypatch.setenv("CCU_KEY_FILE", str(path))
    return path


@pytest.fixture
def locked(empty: Ccu, key_file: Path) -> Ccu:
    """The front door with a new encrypted file."""
    made = empty("init", "--encrypt", *INIT)
    assert made.code == 0, made.err
    return empty


def refused(result: Result, says: str, code: int = 4) -> None:
    """One sentence, the right code, and nothing else."""
    assert (result.code, result.out) == (code, ""), result
    assert says in result.err
    assert result.err.startswith("ccu: error: ") and result.err.count("\n") == 1


def rows(connection: sqlite3.Connection) -> dict[str, list[tuple[object, ...]]]:
    """Everything in a file: the schema, and all rows of all tables."""
    found = {"": [*map(tuple, connection.execute("SELECT type, name, sql FROM sqlite_master"))]}
    for _kind, name, _sql in [each for each in found[""] if each[0] == "table"]:
        found[str(name)] = sorted(map(tuple, connection.execute(f"SELECT * FROM {name}")), key=repr)
    found[""].sort(key=repr)
    for pragma in ("user_version", "application_id", "journal_mode"):
        found[pragma] = [tuple(connection.execute(f"PRAGMA {pragma}").fetchone())]
    return found


@contextlib.contextmanager
def opened(path: Path) -> Iterator[sqlite3.Connection]:
    """An encrypted file, opened with the test's key."""
    with contextlib.closing(encryption.connect(f"file:{path}", encryption.key(), 5)) as connection:
        yield connection


def plain_words(folder: Path) -> list[tuple[str, str]]:
    """Return which secret words are in which file of the folder, whatever its name."""
    found = []
    for path in folder.rglob("*"):
        if path.is_file():
            content = path.read_bytes().lower()
            found += [(path.name, word) for word in SECRET if word.encode() in content]
    return found


def tour(ccu: Ccu) -> None:
    """A day's work that writes the secret words wherever ccu keeps such things."""
    call = ("log-call", "--when", "2026-01-30 22:30", "--address", "41 Larkspur Hollow Rd")
    assert ccu("person", "add", "--file", "-", stdin=PERSON).code == 0
    logged = ccu(*call, "--nature", "crisis", "--person", "1", "--note-file", "-", stdin=NOTE)
    assert logged.code == 0, logged.err
    provider(ccu, "Homes with Hope")
    for words in (
        ("refer", "1", "--to", "1", "--need", "housing"),
        ("follow-up", "done", "1", "--result", "reached"),
        ("history", "--address", "41 Larkspur Hollow Rd", "--full", "--reason", "to help"),
        ("history", "--person", "1"),
        ("report", "--month", "2026-01"),
        ("person", "find", "--file", "-"),
    ):
        done = ccu(
            *words, stdin="given: Gertrude\nfamily: Quillfeather\n" if "find" in words else ""
        )
        assert done.code == 0, (words, done.err)
    assert "whistling" in ccu("call", "show", "1", "--full", "--reason", "to help").out


def test_an_encrypted_day_of_work_has_no_plain_text_in_any_file(
    locked: Ccu, tmp_path: Path, db_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    with contextlib.closing(db.open_database(db_path)) as reader:
        reader.execute("SELECT count(*) FROM person").fetchone()  # keeps the -wal and -shm there
        tour(locked)
        export = tmp_path / "in"
        export.mkdir()
        desk = dispatch_rows.Desk(locked, export)
        desk.db = db_path
        content = dispatch_rows.text(
            [dispatch_rows.row(Where="41 Larkspur Hollow Rd")], dispatch_rows.HEADER
        )
        assert desk.counts(content)[:2] == (1, 1)
        desk.file.unlink()  # the export itself is the dispatch system's
        assert locked("backup", str(tmp_path / "copy.db")).code == 0
        assert (tmp_path / "ccu.db-wal").stat().st_size > 0
        assert plain_words(tmp_path) == []
    assert locked("check", "--quiet").code == 0
    with opened(tmp_path / "copy.db") as copy:
        assert copy.execute("SELECT given_name FROM person").fetchone()[0] == "Gertrude"
    assert plain_words(tmp_path) == []
    assert capfd.readouterr() == ("", "")


def test_no_draft_of_a_call_is_kept_beside_it(locked: Ccu, tmp_path: Path) -> None:
    done = locked("log-call", stdin="22:30\n12 Larkspur Rd\ncrisis\n", tty=True)
    assert done.code == 130
    assert "Your answers are not kept: the database is encrypted" in done.err
    assert list(tmp_path.glob("**/draft-*")) == []


def test_the_same_day_in_a_plain_file_is_in_its_bytes(ccu: Ccu, tmp_path: Path) -> None:
    tour(ccu)
    assert {word for _name, word in plain_words(tmp_path)} == set(SECRET)


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="reads /proc")
def test_what_an_import_stages_is_encrypted_too(locked: Ccu, db_path: Path) -> None:
    with contextlib.closing(db.open_database(db_path)) as connection:
        with staging.attached(connection, db_path):
            connection.execute("INSERT INTO staging.reject VALUES (1, '', 'Gertrude')")
            connection.execute("PRAGMA staging.cache_size=0")
            (staged,) = [
                each
                for each in Path("/proc/self/fd").iterdir()
                if each.is_symlink() and ".import-" in str(each.readlink())
            ]
            content = staged.read_bytes()
            assert len(content) > 4096
            assert not content.startswith(files.MAGIC) and b"Gertrude" not in content


def test_a_roster_is_imported_into_an_encrypted_file(locked: Ccu) -> None:
    file = Path(__file__).resolve().parents[2] / "examples" / "roster.csv"
    done = locked("person", "import", str(file), "--layout", "roster-hsd", "-f", "json")
    assert (done.code, json.loads(done.out)[0]["new"]) == (0, 4), done.err
    assert locked("person", "import", str(file), "--layout", "roster-hsd").code == 0


def test_a_migrated_file_leaves_an_encrypted_copy(
    locked: Ccu, db_path: Path, tmp_path: Path
) -> None:
    old = tmp_path / "old.db"
    made_by_schema(2, old)
    db_path.unlink()
    key = encryption.key_or_new()
    with copies.making(db_path, lambda part: copies.encrypt_into(old, part, key)):
        pass
    old.unlink()
    assert locked("settings", "town").code == 0
    (kept,) = tmp_path.glob("ccu.db.schema-2-*.bak")
    assert kept.stat().st_mode & 0o777 == 0o600
    for path in (kept, db_path):
        assert b"Brandvold" not in path.read_bytes()
    with opened(kept) as connection:
        assert connection.execute("PRAGMA user_version").fetchone()[0] == 2
        assert connection.execute("SELECT family_name FROM person").fetchone()[0] == "Brandvold"


# ---------------------------------------------------------------- making


def test_init_makes_the_key_apart_and_states_it_once(
    empty: Ccu, tmp_path: Path, db_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("CCU_KEY_FILE", raising=False)
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    key = encryption.key_file()
    assert key is not None
    code, out, err = empty("init", "--encrypt", *INIT)
    assert (code, out) == (0, f"Made {db_path} for Westport, CT.\n")
    assert err == (
        f"Made the key: {key}. Without it the file can never be opened: keep a copy of the key,"
        " apart from the file and its backups.\n"
    )
    assert (key.stat().st_mode & 0o777, key.parent.stat().st_mode & 0o777) == (0o600, 0o700)
    assert list(key.parent.iterdir()) == [key]
    before = key.read_text()
    again = empty("--db", str(tmp_path / "second.db"), "init", "--encrypt", *INIT)
    assert (again.code, key.read_text()) == (0, before)
    assert again.err.startswith(f"Using the existing key: {key}. Without it the file")
    assert empty("--db", str(tmp_path / "second.db"), "settings").code == 0


def test_a_key_beside_the_file_it_opens_is_warned_of(
    empty: Ccu, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CCU_KEY_FILE", str(tmp_path / "key"))
    assert "is beside the file it opens; keep it elsewhere" in empty("init", "--encrypt", *INIT).err
    assert "is beside the file it opens" in empty("check", "--quiet", "-f", "csv").out


def test_init_over_a_file_makes_no_key_and_leaves_it(
    ccu: Ccu, db_path: Path, key_file: Path
) -> None:
    before = db_path.read_bytes()
    refused(ccu("init", "--encrypt", *INIT), "already exists and was not changed", 2)
    assert not key_file.exists()
    assert db_path.read_bytes() == before


def test_an_interrupted_init_can_be_tried_again(empty: Ccu, key_file: Path, db_path: Path) -> None:
    encryption.key_or_new()
    with opened(db_path) as half:
        half.execute("PRAGMA journal_mode=WAL").fetchone()
    assert db_path.stat().st_size > 0
    db_path.chmod(0o644)
    assert empty("init", "--encrypt", *INIT).code == 0
    assert db_path.stat().st_mode & 0o777 == 0o600
    assert empty("check").code == 0


def test_an_encrypted_file_is_never_created_again(locked: Ccu, db_path: Path) -> None:
    for words in (("init", "--encrypt"), ("init",)):
        refused(locked(*words, *INIT), "already exists and was not changed", 2)
    assert locked("settings").code == 0


def test_of_many_who_make_it_at_once_one_does(empty: Ccu, key_file: Path, db_path: Path) -> None:
    code = "import sys; from ccu.cli import main; sys.exit(main(sys.argv[1:]))"
    words = [sys.executable, "-c", code, "init", "--encrypt", *INIT]
    running = [subprocess.Popen(words, stderr=subprocess.PIPE) for _ in range(4)]
    told = [each.communicate(timeout=120)[1] for each in running]
    assert sorted(each.returncode for each in running) == [0, 2, 2, 2], told
    assert empty("check").code == 0


def test_a_plain_file_imports_no_encryption_and_reads_no_key(
    empty: Ccu, key_file: Path, db_path: Path
) -> None:
    key_file.write_text("not a key")
    assert empty("init", *INIT).code == 0
    look = (
        "import sys; from ccu.cli import main; code = main(['check', '--quiet']);"
        " sys.exit(code or any(each.startswith('sqlcipher3') for each in sys.modules))"
    )
    assert subprocess.run([sys.executable, "-c", look], check=False).returncode == 0


# ---------------------------------------------------------------- backups


def test_a_backup_stays_encrypted_with_the_same_key(locked: Ccu, tmp_path: Path) -> None:
    tour(locked)
    copy = tmp_path / "copy.db"
    assert locked("backup", str(copy)).code == 0
    assert copy.stat().st_mode & 0o777 == 0o600
    with opened(copy) as connection:
        assert rows(connection)["user_version"] == [(db.SCHEMA_VERSION,)]
        assert rows(connection)["journal_mode"] == [("wal",)]
    assert locked("--db", str(copy), "settings").out == locked("settings").out
    assert sorted(each.name for each in tmp_path.iterdir() if ".part" in each.name) == []
    same = tmp_path / "same.db"
    assert locked("backup", "--encrypt", str(same)).code == 0
    with opened(same) as connection:
        assert rows(connection)["application_id"] == [(opening.APPLICATION_ID,)]


def test_an_encrypted_copy_of_a_plain_file_is_complete(
    ccu: Ccu, key_file: Path, db_path: Path, tmp_path: Path
) -> None:
    tour(ccu)
    copy = tmp_path / "new.db"
    done = ccu("backup", "--encrypt", str(copy))
    assert done.code == 0, done.err
    with contextlib.closing(sqlite3.connect(db_path)) as hand:
        whole = rows(hand)
    assert done.out.startswith(f"Copied to {copy} (")
    assert done.err.startswith(f"Made the key: {key_file}.")
    assert copy.stat().st_mode & 0o777 == 0o600
    assert all(word.encode() not in copy.read_bytes().lower() for word in SECRET)
    with opened(copy) as connection:
        assert rows(connection) == whole
        assert len(whole["sqlite_sequence"]) > 3  # numbers are never given out again
        assert [each for each in whole[""] if each[0] == "trigger"]
    assert opening.is_ours(db_path.read_bytes()[:100])  # the plain file is as it was
    # Put in its place, it is the town's file.
    db_path.rename(tmp_path / "plain.db")
    copy.rename(db_path)
    assert ccu("check", "--quiet", "-f", "csv").out.count("\n") == 2
    assert "plain.db is an unencrypted copy" in ccu("check", "--quiet", "-f", "csv").out
    assert "whistling" in ccu("call", "show", "1", "--full", "--reason", "to help").out


def test_an_encrypted_copy_never_goes_over_a_file(ccu: Ccu, key_file: Path, tmp_path: Path) -> None:
    copy = tmp_path / "copy.db"
    copy.write_text("mine")
    refused(ccu("backup", "--encrypt", str(copy)), "already exists; choose a new name", 2)
    assert copy.read_text() == "mine"
    refused(ccu("backup", "--encrypt", str(tmp_path / "none" / "copy.db")), "cannot write")
    assert [each.name for each in tmp_path.iterdir() if ".part" in each.name] == []


def test_there_is_no_way_to_take_the_encryption_off(locked: Ccu, tmp_path: Path) -> None:
    assert locked("backup", "--decrypt", str(tmp_path / "copy.db")).code == 2
    assert not (tmp_path / "copy.db").exists()


# ---------------------------------------------------------------- the key


def make_none(path: Path) -> None:
    path.unlink()


def make_open(path: Path) -> None:
    path.chmod(0o640)


def make_writable(path: Path) -> None:
    path.chmod(0o602)


def make_folder(path: Path) -> None:
    path.unlink()
    path.mkdir()


def make_pipe(path: Path) -> None:
    path.unlink()
    os.mkfifo(path, 0o600)


def make_short(path: Path) -> None:
    path.write_text(path.read_text()[:63])


def make_long(path: Path) -> None:
    path.write_text(path.read_text().strip() + "0\n")


def make_words(path: Path) -> None:
    path.write_text("correct horse battery staple\n")


def make_bytes(path: Path) -> None:
    path.write_bytes(bytes(range(200, 232)))


def make_empty(path: Path) -> None:
    path.write_text("")


def make_two(path: Path) -> None:
    path.write_text(path.read_text() * 2)


def make_somebody_elses(path: Path) -> None:
    if os.getuid() != 0:
        pytest.skip("only root gives a file away")
    os.chown(path, 65534, 65534)


def make_link_to_somebody_elses(path: Path) -> None:
    make_somebody_elses(path)
    path.rename(path.with_name("theirs"))
    path.symlink_to(path.with_name("theirs"))


@pytest.mark.skipif(os.name != "posix", reason="file modes")
@pytest.mark.parametrize(
    ("make", "says"),
    [
        (make_none, "does not exist; CCU_KEY_FILE names another"),
        (make_open, "is open to other accounts; run chmod 600 on it"),
        (make_writable, "is open to other accounts; run chmod 600 on it"),
        (make_folder, "is not a file"),
        (make_pipe, "is not a file"),
        (make_short, "is not a key: 64 hexadecimal digits on one line"),
        (make_long, "is not a key: 64 hexadecimal digits on one line"),
        (make_words, "is not a key: 64 hexadecimal digits on one line"),
        (make_bytes, "is not a key: 64 hexadecimal digits on one line"),
        (make_empty, "is not a key: 64 hexadecimal digits on one line"),
        (make_two, "is not a key: 64 hexadecimal digits on one line"),
        (make_somebody_elses, "belongs to another account"),
        (make_link_to_somebody_elses, "belongs to another account"),
    ],
)
def test_a_key_file_that_cannot_be_trusted_is_one_sentence(
    make: types.FunctionType,
    says: str,
    locked: Ccu,
    key_file: Path,
    tmp_path: Path,
    capfd: pytest.CaptureFixture[str],
) -> None:
    key = key_file.read_text().strip()
    make(key_file)
    for words in (("settings",), ("backup", str(tmp_path / "copy.db"))):
        result = locked(*words)
        refused(result, f"the key file {key_file} {says}")
        assert key[:12] not in result.err and "horse" not in result.err
    assert capfd.readouterr() == ("", "")


def test_a_key_is_taken_with_and_without_an_end_of_line(locked: Ccu, key_file: Path) -> None:
    key_file.write_bytes(key_file.read_text().strip().upper().encode() + b"\r\n")
    assert locked("settings").code == 0


def fingerprint(folder: Path) -> dict[str, str]:
    return {
        each.name: hashlib.sha256(each.read_bytes()).hexdigest()
        for each in folder.iterdir()
        if each.is_file() and not each.name.endswith("-shm")  # locks, no content
    }


@pytest.mark.parametrize("crashed", [False, True])
def test_a_wrong_key_opens_nothing_and_changes_nothing(
    crashed: bool,
    locked: Ccu,
    key_file: Path,
    db_path: Path,
    tmp_path: Path,
    capfd: pytest.CaptureFixture[str],
) -> None:
    folder = tmp_path / "left"
    folder.mkdir()
    with contextlib.closing(db.open_database(db_path)) as reader:
        reader.execute("SELECT count(*) FROM person").fetchone()
        tour(locked)  # into the -wal
        for end in ("", "-wal") if crashed else ():
            (folder / f"ccu.db{end}").write_bytes(db_path.with_name(f"ccu.db{end}").read_bytes())
    if not crashed:
        (folder / "ccu.db").write_bytes(db_path.read_bytes())
    right, before = key_file.read_text(), fingerprint(folder)
    key_file.write_text("5e" * 32)
    path = folder / "ccu.db"
    for words in (("settings",), ("check",), ("history", "--person", "1")):
        result = locked("--db", str(path), *words)
        refused(result, f"{path}: wrong key, or not a ccu database; the key is from {key_file}")
        assert "5e5e" not in result.err
    assert capfd.readouterr() == ("", "")
    assert crashed or fingerprint(folder) == before  # SQLite folds in a -wal left, key or none
    key_file.write_text(right)
    db_path.with_name("ccu.db.audit-key").rename(folder / "ccu.db.audit-key")
    assert "Gertrude" in locked("--db", str(path), "person", "show", "1").out


def test_without_a_key_an_encrypted_file_is_not_guessed_at(
    locked: Ccu, db_path: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.delenv("CCU_KEY_FILE")
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "nothing"))
    refused(
        locked("settings"),
        f"{db_path} is not a ccu database, or it is encrypted and there is no key at"
        f" {encryption.key_file()}; CCU_KEY_FILE names another",
    )


def test_without_the_extra_it_names_what_to_install(
    locked: Ccu, db_path: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setitem(sys.modules, "sqlcipher3", None)
    monkeypatch.setitem(sys.modules, "sqlcipher3.dbapi2", None)
    says = (
        "encryption needs the package sqlcipher3, which is not installed; see Encryption in"
        " docs/administrator.md"
    )
    refused(locked("settings"), says)
    new = tmp_path / "new.db"
    refused(locked("--db", str(new), "init", "--encrypt", *INIT), says)
    assert not new.exists()
    assert locked("--db", str(new), "init", *INIT).code == 0
    refused(locked("--db", str(new), "backup", "--encrypt", str(tmp_path / "copy.db")), says)
    assert locked("--db", str(new), "settings").code == 0


# ---------------------------------------------------------------- damage


@pytest.mark.parametrize("part", range(12))
def test_any_changed_bit_is_found_and_never_repaired(
    part: int, locked: Ccu, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    copy = tmp_path / "copy.db"
    assert locked("backup", str(copy)).code == 0
    content = bytearray(copy.read_bytes())
    at = len(content) * part // 12 + 97 * part + 17
    content[at] ^= 1 << part % 8
    copy.write_bytes(content)
    result = locked("--db", str(copy), "check")
    assert result.code in (4, 6), result
    assert result.err.count("\n") == 1
    assert copy.read_bytes() == content
    assert capfd.readouterr() == ("", "")


@pytest.mark.parametrize("left", [-1, -4096, 0.5, 100])
def test_a_file_cut_short_is_refused(left: float, locked: Ccu, db_path: Path) -> None:
    content = db_path.read_bytes()
    keep = int(left if left == 100 else len(content) * left if left > 0 else len(content) + left)
    db_path.write_bytes(content[:keep])
    result = locked("check")
    assert (result.code, result.err.count("\n")) == (4, 1)
    assert db_path.read_bytes() == content[:keep]


def test_a_busy_encrypted_file_is_busy_and_not_a_bug(
    locked: Ccu, db_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("ccu.database.opening.BUSY_SECONDS", 0.1)
    with contextlib.closing(db.open_database(db_path)) as other, db.write(other):
        refused(locked("settings", "town", "Marshport"), "is in use by another program", 5)


def test_completion_reads_an_encrypted_file_and_prints_nothing_with_a_wrong_key(
    locked: Ccu, key_file: Path
) -> None:
    asked = {
        **os.environ,
        "_CCU_COMPLETE": "complete_bash",
        "COMP_WORDS": "ccu log-call --nature overd",
        "COMP_CWORD": "3",
    }
    words = [sys.executable, "-c", "from ccu.start import run; run()"]
    for key, offered in ((None, ["overdose"]), ("5e" * 32, [])):
        if key:
            key_file.write_text(key)
        done = subprocess.run(words, env=asked, capture_output=True, text=True, check=False)
        assert (done.stdout.split(), done.stderr) == (offered, "")


def test_ctrl_c_ends_a_long_statement_of_an_encrypted_import(locked: Ccu, db_path: Path) -> None:
    with contextlib.closing(db.open_database(db_path)) as connection:
        with pytest.raises(KeyboardInterrupt), cad._interruptible(connection):
            connection.set_progress_handler(lambda: 1, 1_000)  # what a signal makes of it
            connection.execute(
                "WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n)"
                " SELECT max(i) FROM n"
            )


def test_encrypted_and_plain_files_return_the_same_rows(locked: Ccu, tmp_path: Path) -> None:
    plain = tmp_path / "plain" / "ccu.db"
    plain.parent.mkdir()
    assert locked("--db", str(plain), "init", *INIT).code == 0

    def on_plain(*words: str, stdin: str = "") -> Result:
        return run_ccu("--db", str(plain), *words, stdin=stdin)

    tour(locked)
    tour(on_plain)
    for words in (
        ("history", "--address", "41 Larkspur Hollow Rd", "-f", "json"),
        ("person", "show", "1", "-f", "json"),
        ("referral", "show", "1", "-f", "json"),
        ("report", "--month", "2026-01", "-f", "json"),
        ("brief", "-f", "json"),
    ):
        one, other = locked(*words), on_plain(*words)
        assert one.code == other.code == 0, (words, one.err, other.err)
        assert json.loads(one.out) == json.loads(other.out)
