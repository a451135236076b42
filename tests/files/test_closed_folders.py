"""A folder that the account may not enter: one sentence, whichever way a path in it is named."""

import os
import shlex
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from ..conftest import Result, run_ccu
from .accounts import AS_ROOT, NOBODY, as_nobody, give

pytestmark = AS_ROOT

VARIABLES = ("CCU_DB", "CCU_AUDIT_KEY", "CCU_KEY_FILE", "CCU_CARE_DB", "CCU_CARE_KEY_FILE",
             "CCU_WELLNESS_DB", "SUDO_UID", "HOME", "XDG_DATA_HOME", "XDG_CONFIG_HOME")  # fmt: skip
INIT = "init --town Westport --state CT --timezone America/New_York"
EXPORT = "export --what calls --from 2026-01-01 --to 2026-01-31 --purpose grant --k 1"
CALL = (
    "log-call --when '2026-01-30 22:30' --address '1 Main St' --nature crisis --no-input"
    " --person unknown"
)
# A command line, where F is a file in the closed folder; before it, variables that name one.
LINES = [
    "--db F settings", "--db F history --address '1 Main St'", f"--db F {INIT}", "--db F demo",
    "CCU_DB=F settings", "CCU_DB=F check", f"CCU_DB=F {INIT}", f"CCU_DB=F {INIT} --encrypt",
    f"CCU_DB=new.db CCU_AUDIT_KEY=F {INIT}", f"CCU_DB=new.db CCU_KEY_FILE=F {INIT} --encrypt",
    "CCU_DB= XDG_DATA_HOME=F settings", f"CCU_DB= XDG_DATA_HOME=F {INIT}",
    f"CCU_DB=new.db XDG_CONFIG_HOME=F {INIT} --encrypt",
    "CCU_AUDIT_KEY=F check", "CCU_AUDIT_KEY=F audit verify", "CCU_AUDIT_KEY=F audit rekey",
    f"CCU_AUDIT_KEY=F {CALL}", "CCU_AUDIT_KEY=F backup copy.db",
    "CCU_KEY_FILE=F check", "CCU_KEY_FILE=F backup --encrypt copy.db",
    "CCU_WELLNESS_DB=F wellness init", "CCU_WELLNESS_DB=F wellness total --year 2025",
    "wellness init F",
    "backup F", "backup --encrypt F", "audit anchor --append F", "audit verify --anchor-file F",
    "settings --output F", "check --output F", f"{EXPORT} --output F",
    f"{EXPORT} --output here --file F", "report --month 2026-01 -f csv --output F",
    "report --month 2026-01 -f csv --section summary --output F",
    "report --month 2026-01 -f html --output F", "report --month 2026-01 --output F",
    "import F --layout demo", "import F --suggest", "import - --layout F",
    "import - --layout F.toml", "import - --layout demo --rejects F",
    "import list.csv --suggest --output F", "person import F --layout roster-hsd",
    "person import F --suggest", "person import list.csv --layout F",
    "person import list.csv --layout roster-hsd --rejects F",
    "address --town Westport --file F", f"{CALL} --note-file F", f"{CALL} --person-file F",
    "person add --no-input --file F", "person find --file F", "call edit 1 --note-file F",
]  # fmt: skip
AS_CLINICIAN = ["CCU_CARE_DB=F care init", "care init F",
                "CCU_CARE_KEY_FILE=F care init care/care.db --encrypt",
                "CCU_CARE_DB=F care note list --person 1", "CCU_CARE_DB=F care backup copy.db",
                "plan write --place 1 --no-input --file F"]  # fmt: skip
HIRE = ("staff add root --role admin", f"staff edit {NOBODY.pw_name} --role clinician")
# These do without what they cannot reach: a warning, or figures that have no wellness in them.
GO_ON = {
    "CCU_KEY_FILE=F check", "CCU_WELLNESS_DB=F wellness total --year 2025",
}  # fmt: skip


@pytest.fixture
def folder(monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A folder of nobody's with root's closed folder in it; not within a folder of root's."""
    with tempfile.TemporaryDirectory(dir="/tmp") as made:
        here = Path(made)
        here.chmod(0o755)
        closed = here / "closed"
        closed.mkdir(mode=0o700)
        for name in ("F", "F.toml"):
            (closed / name).write_text("words")
        home = here / "home"
        home.mkdir(mode=0o700)
        give(home)
        (home / "care").mkdir(mode=0o700)
        give(home / "care")
        (home / "list.csv").write_text("id,first,last\n1,Ada,Byron\n")
        give(home / "list.csv")
        monkeypatch.setenv("CCU_TODAY", "2026-01-31")
        monkeypatch.setenv("TMPDIR", str(home))
        monkeypatch.setattr(tempfile, "tempdir", str(home))
        for name in VARIABLES:
            monkeypatch.delenv(name, raising=False)
        monkeypatch.setenv("HOME", str(home))
        monkeypatch.setenv("CCU_DB", str(home / "town.db"))
        yield home


def run(line: str, closed: Path) -> Result:
    before = dict(os.environ)
    words = shlex.split(line)
    try:
        while words[0].partition("=")[0] in VARIABLES:
            name, _, value = words.pop(0).partition("=")
            os.environ[name] = value.replace("F", str(closed / "F"))
        named = [str(closed / each) if each in ("F", "F.toml") else each for each in words]
        return run_ccu(*named, stdin="a,b\n1,2\n")
    finally:
        os.environ.clear()
        os.environ.update(before)


def test_a_path_in_it_is_refused_in_one_sentence(folder: Path) -> None:
    closed = folder.parent / "closed"

    def all_of_them() -> list[tuple[str, Result]]:
        first = [run(INIT, closed), run(CALL, closed)]
        assert [each.code for each in first] == [0, 0], first
        found = []
        for line in (*LINES, *HIRE, *AS_CLINICIAN):
            found.append((line, run(line, closed)))
            for path in folder.glob("new.db*"):
                path.unlink()
        return found

    for line, done in as_nobody(folder, all_of_them):
        codes = {0} if line in HIRE else {0, 4} if line in GO_ON else {2, 4}
        assert done.code in codes, (line, done)
        assert "a bug" not in done.err and "Traceback" not in done.err, (line, done)
        if done.code:
            assert done.err.splitlines()[-1].startswith("ccu: error: "), (line, done)
    assert sorted(each.name for each in closed.iterdir()) == ["F", "F.toml"]
    assert not [each for each in folder.iterdir() if each.name.startswith("ccu-bug")]
    assert NOBODY.pw_uid == folder.stat().st_uid
