"""Files that a person names: no link and no swapped folder redirects what ccu reads or writes.

The attackers are real processes on a real file system (swapping.py). By sudo is SUDO_UID with the
number of another account, as sudo sets it.
"""

import contextlib
import os
import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from ccu.errors import InvalidInput
from ccu.imports import source
from ccu.options import typed_text
from ccu.output import Table, emit

from ..conftest import Ccu
from .accounts import AS_ROOT, NOBODY, give
from .swapping import LINUX, swapped

pytestmark = pytest.mark.skipif(os.name != "posix", reason="links and owners of files")

TRIES = 700
SECRET = "5ec4e7" * 10 + "5ec4"  # as a key's file: 64 hexadecimal digits


@pytest.fixture
def by_sudo(monkeypatch: pytest.MonkeyPatch) -> int:
    monkeypatch.setenv("SUDO_UID", str(NOBODY.pw_uid))
    return NOBODY.pw_uid


@pytest.fixture
def mine(tmp_path: Path) -> Path:
    """A folder of the caller's (where root runs the tests)."""
    folder = tmp_path / "mine"
    folder.mkdir()
    return give(folder) if os.geteuid() == 0 else folder


@pytest.fixture
def theirs(tmp_path: Path) -> Path:
    """The folder of the service account, with a database and a key in it."""
    folder = tmp_path / "theirs"
    folder.mkdir(mode=0o700)
    made = sqlite3.connect(folder / "ccu.db")
    made.execute("CREATE TABLE person (name)")
    made.commit()
    made.close()
    (folder / "key").write_text(f"{SECRET}\n")
    (folder / "note.txt").write_text("the service account's own words\n")
    return folder


def written(path: Path) -> str:
    """The result of writing a table there: empty, or the refusal."""
    try:
        emit(Table(("a",), [(1,)]), None, path)
    except InvalidInput as error:
        return str(error)
    return ""


def content(folder: Path) -> dict[str, bytes]:
    return {each.name: each.read_bytes() for each in folder.iterdir()}


# ---------------------------------------------------------------- races


@LINUX
def test_a_swapped_folder_never_redirects_what_is_written(mine: Path, theirs: Path) -> None:
    link = mine.with_name("link")
    link.symlink_to(theirs)
    before = content(theirs)
    with swapped(mine, link):
        told = [written(mine / "ccu.db") for _ in range(TRIES)]
    assert content(theirs) == before
    assert "" in told or any("it is a database" in each for each in told)


@LINUX
@AS_ROOT
def test_by_sudo_a_swapped_folder_never_redirects_what_is_written(
    mine: Path, theirs: Path, by_sudo: int
) -> None:
    """Nothing at all is made in the folder of the service account, of whatever name."""
    link = mine.with_name("link")
    link.symlink_to(theirs)
    before = content(theirs)
    with swapped(mine, link):
        told = [written(mine / "new.csv") for _ in range(TRIES)]
    assert content(theirs) == before
    told += [written(each / "new.csv") for each in (mine, link)]  # one is the folder, one the link
    assert "" in told  # it was written, where the caller asked for it
    assert any("by sudo ccu writes only into a folder that you own" in each for each in told)
    assert {each.name for each in mine.iterdir()} | {each.name for each in link.iterdir()} == {
        "new.csv", *before
    }  # fmt: skip


@LINUX
@pytest.mark.parametrize("sudo", [False, pytest.param(True, marks=AS_ROOT)])
def test_a_swapped_link_never_gives_a_key_to_read(
    sudo: bool, mine: Path, theirs: Path, request: pytest.FixtureRequest
) -> None:
    if sudo:
        request.getfixturevalue("by_sudo")
    text, link = mine / "calls.csv", mine / "link"
    text.write_text("time,address\n")
    if os.geteuid() == 0:
        give(text)
    link.symlink_to(theirs / "key")
    read = set()
    with swapped(text, link):
        for _ in range(TRIES):
            for reader in (_note, _export):
                try:
                    read.add(reader(text))
                except InvalidInput:
                    read.add("refused")
    assert read == {"time,address\n", "refused"}


def _note(path: Path) -> str:
    return typed_text.file_text(path, "--note-file")


def _export(path: Path) -> str:
    with source.opened(path, "auto", None) as export:
        return "".join(export.lines())


@LINUX
def test_import_suggest_never_prints_a_key(ccu: Ccu, mine: Path, theirs: Path) -> None:
    text, link = mine / "calls.csv", mine / "link"
    text.write_text("Received,Address\n01/30/2026 10:00,1 Main St\n")
    link.symlink_to(theirs / "key")
    with swapped(text, link):
        runs = [ccu("import", str(text), "--suggest") for _ in range(75)]
    assert {each.code for each in runs} == {0, 2}
    assert not [each for each in runs if SECRET[:20] in each.out + each.err]


# ---------------------------------------------------------------- never over a copy


def a_backup(ccu: Ccu, file: Path) -> None:
    assert ccu("backup", str(file)).code == 0


def an_encrypted_backup(ccu: Ccu, file: Path) -> None:
    os.environ["CCU_KEY_FILE"] = str(file.parent / "the-key")
    assert ccu("backup", "--encrypt", str(file)).code == 0


def another_programs_database(ccu: Ccu, file: Path) -> None:
    with contextlib.closing(sqlite3.connect(file)) as made:
        made.execute("CREATE TABLE a (b)")
        made.commit()


def a_second_name_of_the_database(ccu: Ccu, file: Path) -> None:
    os.link(file.parent / "ccu.db", file)


def a_database_with_its_wal(ccu: Ccu, file: Path) -> None:
    file.write_text("")
    file.with_name(file.name + "-wal").write_text("what is not in it yet")


def a_key(ccu: Ccu, file: Path) -> None:
    shutil.copy(file.parent / "ccu.db.audit-key", file)


def an_anchor(ccu: Ccu, file: Path) -> None:
    assert ccu("audit", "anchor", "--append", str(file)).code == 0


@pytest.mark.parametrize(
    "made",
    [
        a_backup,
        an_encrypted_backup,
        another_programs_database,
        a_second_name_of_the_database,
        a_database_with_its_wal,
        a_key,
        an_anchor,
    ],
)
@pytest.mark.parametrize("name", ["c.bak", "tuesday", "c.csv"])
@pytest.mark.parametrize("option", ["--output", "--rejects"])
def test_no_copy_is_replaced_whatever_its_name(
    option: str, name: str, made: Callable[[Ccu, Path], None], ccu: Ccu, tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    monkeypatch.setenv("CCU_KEY_FILE", "")
    file = tmp_path / name
    made(ccu, file)
    before = file.read_bytes()
    line = (
        ("settings", "-f", "csv") if option == "--output" else ("import", "-", "--layout", "demo")
    )
    done = ccu(*line, option, str(file), stdin="a\n1\n")
    assert (done.code, done.out) == (2, "")
    assert f"cannot write {option}: it is a" in done.err
    assert file.read_bytes() == before or made is a_second_name_of_the_database


ACCENTS = "caf\u00e9,\u00e9t\u00e9\n".encode() * 4096


@pytest.mark.parametrize("text", [ACCENTS, b"x" * 4096, b"", b"\xff\xfe\n"])
def test_other_files_are_replaced_when_told_to(text: bytes, ccu: Ccu, tmp_path: Path) -> None:
    file = tmp_path / "c.csv"
    file.write_bytes(text)
    assert ccu("settings", "--output", str(file)).code == 2 and file.read_bytes() == text
    assert ccu("settings", "--output", str(file), tty=True, stdin="y\n").code == 0
    assert file.read_text().startswith('"')


# ---------------------------------------------------------------- pipes, for an ordinary account


CODE = "import sys; from ccu.cli import main; sys.exit(main(sys.argv[1:]))"
BASH = shutil.which("bash")


@pytest.mark.skipif(BASH is None, reason="process substitution is bash's")
@pytest.mark.parametrize("from_where", ["<(cat list)", "/dev/stdin < list", "- < list", "pipe"])
def test_a_pipe_is_read(from_where: str, ccu: Ccu, tmp_path: Path) -> None:
    (tmp_path / "list").write_text("1 Main St\n")
    run = f"exec {sys.executable} -c '{CODE}' address --town Westport --file {from_where}"
    if from_where == "pipe":  # who writes to it is later than who reads
        os.mkfifo(tmp_path / "pipe")
        run = f"{{ sleep 0.3; cat list >pipe; }} & {run}"
    done = subprocess.run(
        [str(BASH), "-c", run], cwd=tmp_path, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    assert "MAIN ST" in done.stdout


@LINUX
def test_a_pipe_whose_writer_is_gone_already_is_read(ccu: Ccu, tmp_path: Path) -> None:
    """It wrote and left as ccu opened the pipe: ccu must not wait for another."""
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    kept_open = os.open(pipe, os.O_RDONLY | os.O_NONBLOCK)
    try:
        pipe.write_text("1 Main St\n")
        done = subprocess.run(
            [sys.executable, "-c", CODE, "address", "--town", "Westport", "--file", str(pipe)],
            capture_output=True,
            text=True,
            check=False,
            timeout=60,
        )
    finally:
        os.close(kept_open)
    assert done.returncode == 0, done.stderr
    assert "MAIN ST" in done.stdout


def test_a_pipe_is_no_layout(ccu: Ccu, tmp_path: Path) -> None:
    """Nobody writes to it: opening it in the ordinary way would wait for ever."""
    os.mkfifo(tmp_path / "pipe.toml")
    for line in (
        ("import", "-", "--layout", str(tmp_path / "pipe.toml")),
        ("settings", "--output", str(tmp_path / "pipe.toml")),
        ("audit", "anchor", "--append", str(tmp_path / "pipe.toml")),
    ):
        done = ccu(*line)
        assert (done.code, done.out) == (2, "")


@LINUX
def test_a_device_that_never_ends_is_not_read(ccu: Ccu, tmp_path: Path) -> None:
    for line in (
        ("address", "--file", "/dev/zero"),
        ("audit", "verify", "--anchor-file", "/dev/full"),
        ("import", "/dev/full", "--suggest", "--output", str(tmp_path / "first.toml")),
        ("person", "import", "/dev/zero", "--layout", "roster-hsd"),
    ):
        done = ccu(*line)
        assert done.code == 2 and "it is not an ordinary file" in done.err, line
    assert "contains no anchors" in ccu("audit", "verify", "--anchor-file", "/dev/null").err


def test_the_database_is_never_read_as_a_text(ccu: Ccu, tmp_path: Path, db_path: Path) -> None:
    """Opened and closed a second time it would lose SQLite's locks."""
    os.link(db_path, tmp_path / "text")
    for path in (db_path, tmp_path / "text"):
        for line in (
            ("import", str(path), "--layout", "demo"),
            ("person", "find", "--file", str(path)),
        ):
            done = ccu(*line)
            assert (done.code, done.out) == (2, "")
            assert "it is the database" in done.err, line
