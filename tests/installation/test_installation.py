"""`ccu.toml`: the file that fixes what people reach who run ccu by sudo.

Accounts are played in this process; tests/installation/test_sudo_installation.py has real ones.
"""

import os
import re
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest

from ccu import installation

from ..conftest import Ccu

pytestmark = pytest.mark.skipif(os.name != "posix", reason="sudo and accounts of POSIX")
INIT = ("init", "--town", "Westport", "--state", "CT", "--timezone", "America/New_York")
DB = "ccu: error: --db is not for an account that runs ccu by sudo; leave it out\n"
VARIABLES = (
    "CCU_DB", "CCU_AUDIT_KEY", "CCU_KEY_FILE", "CCU_CARE_DB", "CCU_CARE_KEY_FILE",
    "CCU_WELLNESS_DB", "CCU_TODAY",
)  # fmt: skip


def own() -> str:
    import pwd

    return pwd.getpwuid(os.getuid()).pw_name


def asks(monkeypatch: pytest.MonkeyPatch, login: str) -> None:
    """Let this account run ccu by sudo from now on."""
    import pwd

    monkeypatch.setenv("SUDO_UID", str(pwd.getpwnam(login).pw_uid))


@pytest.fixture
def config(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An installation whose service account is the one of this process; root is played by it."""
    folder = tmp_path / "opt"
    folder.mkdir(mode=0o755)
    path = folder / "ccu.toml"
    path.write_text(
        f'account = "{own()}"\ndatabase = "{tmp_path}/ccu.db"\nbackups = "{tmp_path}/backups"\n'
    )
    path.chmod(0o644)
    monkeypatch.setattr(installation, "place", lambda: path)
    monkeypatch.setattr(installation, "_ROOT", os.getuid())
    installation._read.cache_clear()
    return path


@pytest.fixture
def by_sudo(empty: Ccu, config: Path, monkeypatch: pytest.MonkeyPatch) -> Ccu:
    """The front door of the installation, asked by the account nobody, its first admin."""
    for variable in VARIABLES:
        monkeypatch.delenv(variable, raising=False)
    asks(monkeypatch, "nobody")
    assert empty(*INIT).code == 0
    return empty


@pytest.fixture
def other(tmp_path: Path, by_sudo: Ccu, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A file that the service account made for itself."""
    path = tmp_path / "other.db"
    with monkeypatch.context() as patch:
        patch.delenv("SUDO_UID")
        assert by_sudo("--db", str(path), *INIT).code == 0
    return path


def test_the_first_admin_is_the_person_who_asked(by_sudo: Ccu) -> None:
    assert by_sudo("staff", "list", "--format", "csv").out.splitlines()[1].startswith('"nobody"')
    assert by_sudo("settings", "service_account", "--format", "csv").out.count('""') == 1


def test_a_caller_names_no_other_file(by_sudo: Ccu, other: Path, db_path: Path) -> None:
    before = other.read_bytes()
    for words in (["--db", str(other)], [f"--db={other}"]):
        for command in (["settings"], ["staff", "list"], ["check"], INIT, ["demo"]):
            assert by_sudo(*words, *command) == (7, "", DB)
    assert other.read_bytes() == before
    assert by_sudo("--db", str(db_path), "settings").code == 0  # what the installation has


@pytest.mark.parametrize("variable", VARIABLES)
def test_a_callers_environment_is_refused(
    variable: str, by_sudo: Ccu, other: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(variable, str(other))
    done = by_sudo("settings")
    assert (done.code, done.out) == (7, "")
    assert done.err == (
        f"ccu: error: {variable} is not for an account that runs ccu by sudo; unset it\n"
    )


@pytest.mark.parametrize("uid", [None, "0", str(os.getuid())])
def test_the_account_itself_and_root_may_look_at_another_file(
    uid: str | None, by_sudo: Ccu, other: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("SUDO_UID") if uid is None else monkeypatch.setenv("SUDO_UID", uid)
    assert f"{other} already exists" in by_sudo("--db", str(other), *INIT).err
    monkeypatch.setenv("CCU_DB", str(other))
    assert f"{other} already exists" in by_sudo(*INIT).err


@pytest.mark.parametrize("words", [["--db", "{}", "--db", "{}"], ["--db={}", "--db", "{}"]])
def test_a_database_is_named_once(words: list[str], ccu: Ccu, db_path: Path) -> None:
    """A line of sudoers that begins with --db is not to be outdone by a second one."""
    line = [word.format(db_path) for word in words]
    says = "ccu: error: --db is given more than once; give it once\n"
    for command in (["settings"], ["check"], ["history", "--help"]):
        assert ccu(*line, *command) == (2, "", says)


@pytest.mark.parametrize("variable", VARIABLES[:3])
def test_without_ccu_toml_a_callers_environment_names_no_file(
    variable: str, ccu: Ccu, db_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("CCU_DB")
    monkeypatch.delenv("CCU_TODAY")
    assert ccu("--db", str(db_path), "settings", "service_account", own()).code == 0
    assert ccu("--db", str(db_path), "staff", "add", "nobody", "--role", "officer").code == 0
    asks(monkeypatch, "nobody")
    assert ccu("--db", str(db_path), "settings").code == 0
    monkeypatch.setenv(variable, str(db_path))
    assert ccu("--db", str(db_path), "settings").code == 7


def test_the_service_account_is_not_the_planted_settings(
    by_sudo: Ccu, db_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with sqlite3.connect(db_path) as hand:
        hand.execute("UPDATE setting SET value = 'daemon' WHERE name = 'service_account'")
    assert by_sudo("staff", "list").code == 0
    asks(monkeypatch, "daemon")
    done = by_sudo("staff", "list")
    assert (done.code, done.out) == (7, "")
    assert "nobody can add it" in done.err


def test_who_is_not_on_the_list_is_told_nothing_of_a_file_that_is_there(
    by_sudo: Ccu, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert by_sudo(*INIT).code == 2
    asks(monkeypatch, "daemon")
    assert by_sudo(*INIT).code == 7


def test_nobody_makes_themselves_admin_while_the_file_is_away(
    by_sudo: Ccu, db_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As while a backup is restored: a new file would be the admin's who comes first."""
    db_path.rename(db_path.with_name("moved.db"))
    asks(monkeypatch, "daemon")
    done = by_sudo(*INIT)
    assert (done.code, done.out) == (7, "")
    assert done.err.startswith(f"ccu: error: a database was here: {db_path}.audit-key")
    assert by_sudo("demo", "--no-tour").code == 7
    assert not db_path.exists()


def test_no_other_part_of_ccu_reads_a_variable_that_names_a_file() -> None:
    reads = re.compile(r"environ.*(variable|VARIABLE|CCU_)")
    source = Path(installation.__file__).parent
    found = {
        path.name
        for path in source.rglob("*.py")
        for line in path.read_text(encoding="utf-8").splitlines()
        if reads.search(line) and "CCU_TODAY" not in line
    }
    assert found == {"installation.py"}


def test_another_account_uses_its_own_files(
    empty: Ccu, config: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    config.write_text(config.read_text().replace(f'"{own()}"', '"daemon"'))
    monkeypatch.setenv("CCU_DB", str(tmp_path / "mine.db"))
    assert empty(*INIT).out.startswith(f"Made {tmp_path}/mine.db")


def test_another_account_without_sudo_is_told_of_the_installation(
    empty: Ccu, config: Path, db_path: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """They would see an empty town of their own, in which every address is clean."""
    config.write_text(config.read_text().replace(f'"{own()}"', '"daemon"'))
    monkeypatch.delenv("CCU_DB")
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "data"))
    lines = ((INIT, 7), (("history", "--address", "12 Main St"), 4), (("restore", "b.db"), 4))
    for line, code in lines:
        done = empty(*line)
        assert (done.code, done.out) == (code, "")
        assert done.err.startswith("ccu: error: this computer's database is ")
        assert "run ccu as the account daemon, by sudo -u daemon" in done.err
    assert not list(tmp_path.rglob("ccu.db"))


COMPLETE = (
    "import sys, pathlib, os; from ccu import installation, start;"
    " installation.place = lambda: pathlib.Path(sys.argv[1]);"
    " installation._ROOT = os.getuid(); start.run()"
)


@pytest.mark.parametrize(
    ("line", "variable", "offered"),
    [
        ("ccu staff retire nob", "", ["nobody"]),
        ("ccu --db {other} staff retire nob", "", []),
        ("ccu --db {other} --db {other} staff retire nob", "", []),
        ("ccu staff retire nob", "CCU_DB", []),
    ],
)
def test_completion_goes_by_the_same_rule(
    line: str, variable: str, offered: list[str], other: Path, config: Path
) -> None:
    words = line.format(other=other)
    done = subprocess.run(
        [sys.executable, "-c", COMPLETE, str(config)],
        env={
            **os.environ,
            **({variable: str(other)} if variable else {}),
            "_CCU_COMPLETE": "complete_bash",
            "COMP_WORDS": words,
            "COMP_CWORD": str(len(words.split()) - 1),
        },
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.stdout.split() == offered, done.stderr


# ---------------------------------------------------------------- the file itself


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("account = 'x", "cannot read {} as TOML: "),
        ("dattabase = '/x'", "{}: dattabase: there is no such key; the keys are account, "),
        ("account = 'daemon'\ndatabase = '/x'", "{}: backups: it is missing"),
        ("account = ''", "{}: account: it must be text in quotation marks"),
        ("account = 7", "{}: account: it must be text in quotation marks"),
        (
            "account = 'x'\ndatabase = 'ccu.db'",
            "{}: database: it must be a full path that starts with /",
        ),
        (
            "account = 'no-such-account'\ndatabase = '/x'\nbackups = '/y'",
            "{}: account: there is no such account on this machine",
        ),
    ],
)
def test_a_wrong_file_is_one_sentence(text: str, says: str, ccu: Ccu, config: Path) -> None:
    config.write_text(text)
    done = ccu("settings")
    assert (done.code, done.out, done.err.count("\n")) == (4, "", 1)
    assert done.err.startswith(f"ccu: error: {says.format(config)}")


def test_a_file_that_is_not_roots_alone_is_refused(
    ccu: Ccu, config: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refused(path: Path) -> bool:
        installation._read.cache_clear()
        done = ccu("settings")
        return done.code == 4 and f"{path} must belong to root" in done.err

    assert not refused(config)
    for path, safe in ((config, 0o644), (config.parent, 0o755)):
        for more in (0o020, 0o002):
            path.chmod(safe | more)
            assert refused(path)
        path.chmod(safe)
    monkeypatch.setattr(installation, "_ROOT", os.getuid() + 1)
    assert refused(config)


def test_a_link_or_a_folder_in_its_place_is_refused(ccu: Ccu, config: Path) -> None:
    kept = config.rename(config.with_name("kept"))
    config.symlink_to(kept)
    assert ccu("settings").code == 4
    config.unlink()
    config.mkdir(0o755)
    installation._read.cache_clear()
    assert ccu("settings").code == 4


def test_without_one_nothing_is_loaded_to_read_it(ccu: Ccu) -> None:
    code = (
        "import sys; from ccu import cli; cli.main(['history', '--address', '12 Main St']);"
        " print('tomllib' in sys.modules, file=sys.stderr)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stderr.strip() == "False"
