"""No screen shows a person a code, the name of a field, or a day as it is stored.

Every line of the told town is run as it is typed, to a pipe and at a terminal, and what it prints
is searched. Codes, names and days that a person must type again stay as they are.
"""

import json
import re
import shlex
import shutil
from pathlib import Path

import pytest

from ccu import access

from . import told_town
from .conftest import Result
from .told_town import LINES, TRUST_LINES

EXAMPLES = Path(__file__).resolve().parents[1] / "examples"
EVERY = {**LINES, **TRUST_LINES}
# Lines that need other files than the town.
LEFT_OUT = {"demo", "init", "restore", "person import", "import", "export", "audit rekey"}
LEFT_OUT |= {name for name in EVERY if name.startswith(("care", "wellness"))}
# Lines that print what is typed again: names of settings, codes of lists, an anchor to compare.
TYPED = {"settings", "settings --change", "codes list", "codes add", "audit anchor"}
ASKS = {"refer", "needs refer", "person merge", "place merge", "codes retire"}  # at a terminal
STORED_DAY = re.compile(r"\b[12]\d{3}-\d\d-\d\d")
NAME_OR_CODE = re.compile(r"(?<![-/.\w])[a-z0-9]+_[a-z0-9_]+")
ROLES = ("admin", "records", "supervisor", "clinician", "ccu", "officer")


@pytest.fixture(scope="module")
def town(tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = told_town.make_with_trust(tmp_path_factory.mktemp("town"))
    shutil.copy(EXAMPLES / "directory.json", made.parent)
    return made


def printed(town: Path, folder: Path, name: str, *more: str, tty: bool = False) -> Result:
    """Run a line on a copy of the town, in its folder, as the first account that may."""
    open_to_all = name in ("address", "check", "help")
    role = next(each for each in ROLES if open_to_all or access.may(each, name))
    words, stdin = EVERY[name]
    copy = shutil.copytree(town.parent, folder / f"copy{tty:d}") / town.name
    command = [word for word in name.split() if not word.startswith("--")]
    line = (*command, *shlex.split(words), *more)
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(copy.parent)
        return told_town.run(copy, role, *line, stdin=stdin, tty=tty)


@pytest.mark.parametrize("name", sorted({*EVERY} - LEFT_OUT))
def test_a_screen_has_words_for_codes_fields_and_days(
    name: str, town: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "120")
    for tty in (False,) if name in ASKS else (False, True):
        done = printed(town, tmp_path, name, tty=tty)
        assert done.code == 0, done.err
        if name not in TYPED:
            assert STORED_DAY.findall(done.out + done.err) == []
            assert NAME_OR_CODE.findall(done.out + done.err) == []


def test_a_renamed_code_is_on_every_screen_and_its_code_in_json(town: Path, tmp_path: Path) -> None:
    copy = shutil.copytree(town.parent, tmp_path / "renamed") / town.name
    rename = ("codes", "rename", "need", "housing", "Four walls")
    assert told_town.run(copy, "admin", *rename).code == 0
    for line in ("referral list", "referral show 1", "provider list", "needs show 1"):
        done = told_town.run(copy, "admin", *line.split())
        assert "Four walls" in done.out, line
        assert "ousing" not in done.out, line
    (first, *_) = json.loads(told_town.run(copy, "admin", "referral", "list", "-f", "json").out)
    assert first["need"] == "housing"
