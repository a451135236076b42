"""By sudo ccu reads only files of the caller's and writes only into folders of theirs.

The caller is the account nobody, an admin of the town; ccu runs as the account of the tests.
"""

import functools
import os
import pwd
import shutil
import socket
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from ccu.audit import anchors
from ccu.errors import InvalidInput
from ccu.files import named

from ..conftest import Ccu, once
from .accounts import AS_ROOT, NOBODY, give, kept_by_root

pytestmark = AS_ROOT

READ = "by sudo ccu reads only an ordinary file that you own, at a path without links"
WRITE = "by sudo ccu writes only into a folder that you own, at a path without links"
MAKE = "by sudo ccu does not make"
KEY = "0123456789abcdef" * 4


@pytest.fixture
def sudo(ccu: Ccu, db_path: Path, monkeypatch: pytest.MonkeyPatch) -> Ccu:
    """The front door as the service account, run by nobody."""
    service = pwd.getpwuid(os.getuid()).pw_name
    once("test_named_by_sudo", lambda: start(ccu, service))
    monkeypatch.delenv("CCU_TODAY")  # by sudo nothing is recorded under another day
    monkeypatch.delenv("CCU_DB")  # nor is the file named by a variable
    monkeypatch.setenv("SUDO_UID", str(NOBODY.pw_uid))
    return functools.partial(ccu, "--db", str(db_path))


def start(ccu: Ccu, service: str) -> None:
    assert ccu("person", "add", "--file", "-", stdin="given: Ada\nfamily: Byron\n").code == 0
    assert ccu("staff", "add", NOBODY.pw_name, "--role", "admin").code == 0
    assert ccu(*CALL, "--no-input").code == 0
    assert ccu("settings", "service_account", service).code == 0


@pytest.fixture
def mine(tmp_path: Path) -> Path:
    (tmp_path / "mine").mkdir()
    return give(tmp_path / "mine")


@pytest.fixture
def theirs(tmp_path: Path) -> Path:
    folder = tmp_path / "theirs"
    folder.mkdir()
    (folder / "file").write_text("words of the service account\n")
    return folder


# ---------------------------------------------------------------- reading


def a_link(mine: Path, theirs: Path) -> Path:
    (mine / "link").symlink_to(theirs / "file")
    return mine / "link"


def a_link_to_ones_own(mine: Path, theirs: Path) -> Path:
    (mine / "real").write_text("mine")
    give(mine / "real")
    (mine / "link").symlink_to("real")
    return mine / "link"


def a_folder_that_is_a_link(mine: Path, theirs: Path) -> Path:
    (mine / "real").mkdir()
    (mine / "real" / "file").write_text("mine")
    give(mine / "real" / "file")
    (mine / "folder").symlink_to("real")
    return mine / "folder" / "file"


def a_second_name_of_the_database(mine: Path, theirs: Path) -> Path:
    os.link(mine.parent / "ccu.db", mine / "text")
    return mine / "text"


def a_second_name_of_the_key(mine: Path, theirs: Path) -> Path:
    os.link(mine.parent / "ccu.db.audit-key", mine / "text")
    return mine / "text"


def anothers_file(mine: Path, theirs: Path) -> Path:
    return theirs / "file"


def nothing(mine: Path, theirs: Path) -> Path:
    return mine / "nothing"


def a_folder(mine: Path, theirs: Path) -> Path:
    (mine / "folder").mkdir()
    return give(mine / "folder")


def a_pipe(mine: Path, theirs: Path) -> Path:
    os.mkfifo(mine / "pipe")
    return give(mine / "pipe")


def a_socket(mine: Path, theirs: Path) -> Path:
    with socket.socket(socket.AF_UNIX) as made:
        made.bind(str(mine / "socket"))
    return give(mine / "socket")


def a_device(mine: Path, theirs: Path) -> Path:
    return Path("/dev/null")


CALL = ("log-call", "--when", "2026-01-30 22:30", "--address", "1 Main St", "--nature", "crisis")
READERS = {
    "note": (*CALL, "--no-input", "--note-file", "FILE"),
    "person": ("person", "add", "--no-input", "--file", "FILE"),
    "export": ("import", "FILE", "--layout", "demo"),
    "suggest": ("import", "FILE", "--suggest"),
    "roster": ("person", "import", "FILE", "--layout", "roster-hsd", "--dry-run"),
    "addresses": ("address", "--town", "Westport", "--file", "FILE"),
    "anchors": ("audit", "verify", "--anchor-file", "FILE"),
}


@pytest.mark.parametrize("reader", READERS)
@pytest.mark.parametrize(
    "made",
    [
        a_link,
        a_link_to_ones_own,
        a_folder_that_is_a_link,
        a_second_name_of_the_database,
        a_second_name_of_the_key,
        anothers_file,
        nothing,
        a_folder,
        a_pipe,
        a_socket,
        a_device,
    ],
)
def test_what_is_not_the_callers_own_file_is_not_read(
    made: Callable[[Path, Path], Path], reader: str, sudo: Ccu, mine: Path, theirs: Path
) -> None:
    """One sentence for all of them: it does not tell what is there."""
    path = made(mine, theirs)
    done = sudo(*(str(path) if each == "FILE" else each for each in READERS[reader]))
    assert (done.code, done.out) == (2, "")
    assert READ in done.err
    assert "words of" not in done.err


def test_a_layout_is_a_file_of_the_callers_or_a_ready_one(
    sudo: Ccu, mine: Path, theirs: Path
) -> None:
    (theirs / "our.toml").write_text("source = 'secret words'")
    done = sudo("import", "-", "--layout", str(theirs / "our.toml"), stdin="a,b\n1,2\n")
    assert done.code == 2 and READ in done.err
    told = {sudo("import", "-", "--layout", str(theirs / name)).err for name in ("file", "none")}
    assert len(told) == 1 and "no such layout" in told.pop()
    layout = Path(__file__).parents[2] / "examples" / "layouts" / "milwaukee.toml"
    give(Path(shutil.copy(layout, mine / "our.toml")))
    for said in ("demo", str(mine / "our.toml")):
        assert READ not in sudo("import", "-", "--layout", said, stdin="a,b\n1,2\n").err


def test_the_callers_own_file_is_read(
    sudo: Ccu, mine: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (mine / "file").write_text("1 Main St\n")
    give(mine / "file")
    monkeypatch.chdir(mine)
    for path in (str(mine / "file"), "file", "./file", "../mine/file"):
        done = sudo("address", "--town", "Westport", "--file", path)
        assert done.code == 0 and "MAIN" in done.out, done.err
    assert sudo(*CALL, "--no-input", "--note-file", "-", stdin="words").code == 0


# ---------------------------------------------------------------- writing


def anothers_folder(mine: Path, theirs: Path) -> Path:
    return theirs / "new.csv"


def through_a_link(mine: Path, theirs: Path) -> Path:
    (mine / "folder").symlink_to(theirs)
    return mine / "folder" / "new.csv"


def through_a_link_to_ones_own(mine: Path, theirs: Path) -> Path:
    (mine.parent / "link").symlink_to(mine)
    return mine.parent / "link" / "new.csv"


def the_folder_of_the_database(mine: Path, theirs: Path) -> Path:
    give(mine.parent)
    return mine.parent / "new.csv"


def a_missing_folder(mine: Path, theirs: Path) -> Path:
    return mine / "missing" / "new.csv"


WRITERS = {
    "output": ("settings", "--output", "FILE"),
    "page": ("report", "--month", "2026-01", "-f", "html", "--output", "FILE"),
    "anchor": ("audit", "anchor", "--append", "FILE"),
    "sections": ("report", "--month", "2026-01", "-f", "csv", "--output", "FILE"),
    "rows": ("export", "--what", "calls", "--from", "2026-01-01", "--to", "2026-01-31",
             "--purpose", "grant", "--k", "1", "--output", "FILE"),
    "rejects": ("import", "-", "--layout", "demo", "--rejects", "FILE"),
}  # fmt: skip


@pytest.mark.parametrize("writer", WRITERS)
@pytest.mark.parametrize(
    "made",
    [
        anothers_folder,
        through_a_link,
        through_a_link_to_ones_own,
        the_folder_of_the_database,
        a_missing_folder,
    ],
)
def test_nothing_is_written_outside_the_callers_folders(
    made: Callable[[Path, Path], Path], writer: str, sudo: Ccu, mine: Path, theirs: Path
) -> None:
    path = made(mine, theirs)
    before = {each for each in mine.parent.rglob("*") if "ccu.db" not in each.name}
    done = sudo(*(str(path) if each == "FILE" else each for each in WRITERS[writer]))
    assert (done.code, done.out) == (2, "")
    assert WRITE in done.err
    assert {each for each in mine.parent.rglob("*") if "ccu.db" not in each.name} == before


@pytest.mark.parametrize("writer", ["output", "page", "anchor", "sections", "rows"])
def test_a_folder_of_the_callers_is_written_into(writer: str, sudo: Ccu, mine: Path) -> None:
    line = [str(mine / "new") if each == "FILE" else each for each in WRITERS[writer]]
    done = sudo(*line)
    assert done.code == 0, done.err
    assert [each.name for each in mine.iterdir()] == ["new"]


def test_a_link_in_the_callers_folder_is_not_followed(sudo: Ccu, mine: Path, theirs: Path) -> None:
    (mine / "new").symlink_to(theirs / "file")
    assert "not an ordinary file" in sudo("settings", "--output", str(mine / "new")).err
    assert "not a file of anchors" in sudo("audit", "anchor", "--append", str(mine / "new")).err
    os.link(theirs / "file", mine / "second")
    (theirs / "file").write_text("")  # it could be a file of anchors
    assert "not a file of anchors" in sudo("audit", "anchor", "--append", str(mine / "second")).err
    assert (theirs / "file").read_text() == ""


def test_no_database_is_made_by_sudo(
    sudo: Ccu, mine: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(mine)
    mine.chmod(0o700)
    for line in (("backup", str(mine / "copy")), ("backup", "--encrypt", str(mine / "copy"))):
        done = sudo(*line)
        assert (done.code, done.out) == (2, "")
        assert MAKE in done.err and "the nightly job makes backups" in done.err
    done = sudo("wellness", "init", str(mine / "wellness.db"))
    assert done.code != 0 and "by sudo" in done.err
    assert list(mine.iterdir()) == []


def test_no_editor_is_run_by_sudo(sudo: Ccu, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("EDITOR", "true")
    done = sudo("plan", "write", "--place", "1", "--edit")
    assert done.code == 7 and "by sudo" in done.err


# ---------------------------------------------------------------- the installation's own folder


@pytest.fixture
def kept() -> Iterator[Path]:
    base = kept_by_root()
    if base is None:
        pytest.skip("every folder that was tried can be changed by other accounts")
    with tempfile.TemporaryDirectory(dir=base) as made:
        yield Path(made)


@pytest.mark.parametrize("wrong", ["", "link", "relative", "writable", "parent", "owner", "other"])
def test_the_installations_folder_is_only_what_no_caller_can_change(
    wrong: str, kept: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SUDO_UID", str(NOBODY.pw_uid))
    backups = kept / "srv" / "backups"
    backups.mkdir(parents=True, mode=0o700)
    trusted = backups
    if wrong == "link":
        trusted = kept / "link"
        trusted.symlink_to(backups)
    elif wrong == "relative":
        monkeypatch.chdir(kept)
        trusted = Path("srv/backups")
    elif wrong == "writable":
        backups.chmod(0o770)
    elif wrong == "parent":
        backups.parent.chmod(0o777)
    elif wrong == "owner":
        give(backups)
    elif wrong == "other":
        trusted = kept / "other"
        trusted.mkdir(mode=0o700)
    path = (backups if wrong == "other" else trusted) / "copy.db"
    if not wrong:
        named.must_be_trusted(path, trusted)
        anchors.append(path, f"1 {'a' * 64}", trusted)
        assert path.read_text() == f"1 {'a' * 64}\n"
        return
    with pytest.raises(InvalidInput, match=MAKE):
        named.must_be_trusted(path, trusted)
    if wrong != "owner":  # then it is the caller's own
        with pytest.raises(InvalidInput, match=WRITE):
            anchors.append(path, f"1 {'a' * 64}", trusted)
        assert list(backups.iterdir()) == []
