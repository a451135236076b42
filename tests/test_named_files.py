"""Files that a person names: no link and no swapped folder redirects what ccu reads or writes.

The attackers are real processes on a real file system (swapping.py). By sudo is SUDO_UID with the
number of another account, as sudo sets it.
"""

import os
import sqlite3
from pathlib import Path

import pytest

from ccu import typed
from ccu.cad import source
from ccu.errors import InvalidInput
from ccu.output import Table, emit

from .accounts import AS_ROOT, NOBODY, give
from .conftest import Ccu
from .swapping import LINUX, swapped

pytestmark = pytest.mark.skipif(os.name != "posix", reason="links and owners of files")

TRIES = 1500
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
    """What came of writing a table there: empty, or the refusal."""
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
    return typed.file_text(path, "--note-file")


def _export(path: Path) -> str:
    with source.opened(path, "auto", None) as export:
        return "".join(export.lines())


@LINUX
def test_import_suggest_never_prints_a_key(ccu: Ccu, mine: Path, theirs: Path) -> None:
    text, link = mine / "calls.csv", mine / "link"
    text.write_text("Received,Address\n01/30/2026 10:00,1 Main St\n")
    link.symlink_to(theirs / "key")
    with swapped(text, link):
        runs = [ccu("import", str(text), "--suggest") for _ in range(150)]
    assert {each.code for each in runs} == {0, 2}
    assert not [each for each in runs if SECRET[:20] in each.out + each.err]
