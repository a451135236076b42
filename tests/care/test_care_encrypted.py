"""`ccu care init --encrypt`: the care file under a key of its own."""

import os
import sqlite3
import stat
from contextlib import closing
from pathlib import Path

import pytest

from ccu.care.store import KEY
from ccu.database import encryption

from ..conftest import Ccu, Result
from .care_file import TEXT, add, listed, make
from .test_care_notes import HISTORY, SCREENS, needs_modes, own_group, run

SAYS = (
    "ccu: error: CCU_CARE_DB names no care file that this account can open"
    " (an encrypted one needs CCU_CARE_KEY_FILE too)\n"
)


@pytest.fixture
def key(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where the care file's key is; the main file's would be elsewhere, and is not there."""
    path = tmp_path / "keys" / "care-key"
    path.parent.mkdir(mode=0o700)
    monkeypatch.setenv("CCU_CARE_KEY_FILE", str(path))
    monkeypatch.setenv("CCU_KEY_FILE", str(tmp_path / "keys" / "none"))
    return path


@pytest.fixture
def file(ccu: Ccu, tmp_path: Path, key: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    return make(ccu, tmp_path, monkeypatch, "--encrypt")


def test_no_word_is_in_any_byte_of_the_file_its_log_or_its_copy(
    ccu: Ccu, file: Path, key: Path
) -> None:
    copy = file.with_name("copy.db")
    with closing(encryption.connect(f"file:{file}", encryption.key(KEY), 5)) as reader:
        reader.execute("SELECT count(*) FROM care_note").fetchone()  # keeps the -wal and -shm
        add(ccu)
        assert [each["text"] for each in listed(ccu)] == [TEXT]
        assert TEXT in ccu(*HISTORY).out
        assert ccu("care", "backup", str(copy)).code == 0
        assert file.with_name("care.db-wal").stat().st_size > 0
        for path in file.parent.iterdir():
            assert TEXT[4:20].encode() not in path.read_bytes(), path
            assert b"care_note" not in path.read_bytes(), path
    assert stat.S_IMODE(copy.stat().st_mode) == stat.S_IMODE(key.stat().st_mode) == 0o600
    assert key.read_text(encoding="ascii").strip() not in os.environ.values()


def test_a_copy_takes_the_place_of_the_file(ccu: Ccu, file: Path) -> None:
    add(ccu)
    copy = file.with_name("copy.db")
    assert ccu("care", "backup", str(copy)).code == 0
    for suffix in ("", "-wal", "-shm"):
        file.with_name(file.name + suffix).unlink(missing_ok=True)
    copy.rename(file)
    assert [each["text"] for each in listed(ccu)] == [TEXT]
    assert add(ccu) == 2


def test_destroyed_and_moved_as_in_a_plain_file(ccu: Ccu, file: Path) -> None:
    add(ccu)
    done = ccu("care", "destroy", "--person", "1", "--authority", "CV-1", "--yes")
    assert done.out == "Destroyed 1 care note of person 1, erased from the file.\n"
    assert listed(ccu) == []
    assert ccu("care", "backup", str(file.with_name("copy.db"))).code == 0


def _none(key: Path) -> None:
    key.unlink()


def _another(key: Path) -> None:
    key.write_text("ab" * 32 + "\n", encoding="ascii")


def _no_key(key: Path) -> None:
    key.write_text("secret\n", encoding="ascii")


def _open_to_all(key: Path) -> None:
    key.chmod(0o644)


def _a_groups(key: Path) -> None:
    key.chmod(0o640)  # the file itself is one account's


def _folder(key: Path) -> None:
    key.unlink()
    key.mkdir()


@pytest.mark.parametrize("damage", [_none, _another, _no_key, _open_to_all, _a_groups, _folder])
def test_without_the_key_the_file_seems_absent(
    ccu: Ccu, file: Path, key: Path, damage: object, monkeypatch: pytest.MonkeyPatch
) -> None:
    add(ccu)
    assert callable(damage)
    damage(key)
    locked = [ccu(*screen) for screen in SCREENS if screen[0] != "check"]
    monkeypatch.setenv("CCU_CARE_DB", str(file.with_name("none.db")))
    assert locked == [ccu(*screen) for screen in SCREENS if screen[0] != "check"]
    assert ccu("care", "note", "list", "--person", "1") == Result(4, "", SAYS)


@needs_modes
def test_a_key_of_another_account_opens_nothing(
    ccu: Ccu, file: Path, key: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    add(ccu)
    key.chmod(0)
    closed, _opened = run("dlee", tmp_path, *HISTORY)
    with monkeypatch.context() as patched:
        patched.setenv("CCU_CARE_DB", str(file.with_name("none.db")))
        missing, _opened = run("dlee", tmp_path, *HISTORY)
    assert closed == missing
    assert run("dlee", tmp_path, "care", "note", "list", "--person", "1")[0].err == SAYS
    key.chmod(0o600)
    assert TEXT in run("dlee", tmp_path, *HISTORY)[0].out


def test_each_bit_that_is_changed_is_found(ccu: Ccu, file: Path) -> None:
    add(ccu)
    sound = file.read_bytes()
    for at in (20, 5000, len(sound) - 100):
        content = bytearray(sound)
        content[at] ^= 1
        file.write_bytes(content)
        for name in ("care.db-wal", "care.db-shm"):
            file.with_name(name).unlink(missing_ok=True)
        refused = ccu("care", "backup", str(file.with_name("copy.db")))
        assert refused.code in (4, 6) and refused.err.count("\n") == 1
        assert not file.with_name("copy.db").exists()


def test_the_key_is_the_groups_where_the_file_is(
    ccu: Ccu, file: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shared, keys = tmp_path / "shared", tmp_path / "shared-key"
    for folder in (shared, keys):
        folder.mkdir()
        folder.chmod(0o2770)
    path, new = shared / "care.db", keys / "key"
    line = ("care", "init", str(path), "--group", own_group(), "--encrypt")
    refused = ccu(*line)  # the key of `file` is in a folder of one account
    assert refused.code == 2 and "must be that group's alone" in refused.err
    monkeypatch.delenv("CCU_CARE_KEY_FILE")
    assert "name the key by CCU_CARE_KEY_FILE" in ccu(*line).err
    monkeypatch.setenv("CCU_CARE_KEY_FILE", str(shared / "key"))
    assert "the key must not be beside the file that it opens" in ccu(*line).err
    monkeypatch.setenv("CCU_CARE_KEY_FILE", str(new))
    assert list(shared.iterdir()) == []
    made = ccu(*line)
    assert made.code == 0 and f"Made the key: {new}." in made.err
    assert stat.S_IMODE(new.stat().st_mode) == 0o640
    assert stat.S_IMODE(path.stat().st_mode) == 0o660
    monkeypatch.setenv("CCU_CARE_DB", str(path))
    add(ccu)
    if os.geteuid() == 0:
        os.chown(new, 12345, -1)  # another account of the group made it
    assert [each["text"] for each in listed(ccu)] == [TEXT]
    for mode in (0o660, 0o644, 0o641):
        new.chmod(mode)
        assert ccu("care", "note", "list", "--person", "1").err == SAYS


def test_a_key_that_the_group_cannot_read_makes_no_groups_file(
    ccu: Ccu, file: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shared, keys = tmp_path / "shared", tmp_path / "shared-key"
    for folder in (shared, keys):
        folder.mkdir()
        folder.chmod(0o2770)
    (keys / "key").write_text("cd" * 32)
    (keys / "key").chmod(0o600)
    monkeypatch.setenv("CCU_CARE_KEY_FILE", str(keys / "key"))
    refused = ccu("care", "init", str(shared / "care.db"), "--group", own_group(), "--encrypt")
    assert (refused.code, refused.out) == (2, "")
    assert "is not the group's to read; chgrp it, then chmod 640 it" in refused.err
    assert list(shared.iterdir()) == []


def test_init_leaves_a_file_and_a_key_that_are_there(ccu: Ccu, file: Path, key: Path) -> None:
    before, secret = file.read_bytes(), key.read_bytes()
    assert ccu("care", "init", "--encrypt").code == 2
    assert (file.read_bytes(), key.read_bytes()) == (before, secret)
    second = file.with_name("second.db")
    assert ccu("care", "init", str(second), "--encrypt").code == 0
    assert key.read_bytes() == secret


def test_a_plain_care_file_reads_no_key(
    ccu: Ccu, tmp_path: Path, key: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = make(ccu, tmp_path, monkeypatch)
    add(ccu)
    assert not key.exists()
    with closing(sqlite3.connect(path)) as hand:
        assert hand.execute("SELECT text FROM care_note").fetchall() == [(TEXT,)]
    _result, opened = run("dlee", tmp_path, *HISTORY)
    assert str(key) not in opened
