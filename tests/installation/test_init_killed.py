"""`ccu care init` and `ccu wellness init`, killed at any step: the second try finishes the file."""

import os
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest

from ..care import care_file
from ..conftest import Ccu

STEPS = {
    "the empty file is there": "schema.filling = die",
    "the file has a header": "migrations.run = die",
    "the tables are not committed": "migrations.run = then_die(migrations.run)",
}
CODE = """
import os, sys
from ccu import cli
from ccu.database import migrations, schema
def die(*args, **named): os._exit(9)
def then_die(function): return lambda *args: (function(*args), die())
{step}
sys.exit(cli.main({line!r}))
"""


def killed(step: str, line: list[str]) -> None:
    code = CODE.format(step=STEPS[step], line=line)
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, check=False)
    assert done.returncode == 9, done


@pytest.mark.parametrize("step", STEPS)
def test_wellness_init(
    step: str, empty: Ccu, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "wellness"
    folder.mkdir(mode=0o700)
    monkeypatch.setenv("CCU_WELLNESS_DB", str(folder / "wellness.db"))
    killed(step, ["wellness", "init"])
    assert empty("wellness", "init").code == 0
    line = ("wellness", "add", "--kind", "clinician", "--minutes", "30", "--month", "2026-01")
    assert empty(*line).code == 0
    assert empty("wellness", "init").code == 2  # with something in it it stays as it is


@pytest.mark.parametrize("how", [[], ["--encrypt"]], ids=["plain", "encrypted"])
@pytest.mark.parametrize("step", STEPS)
def test_care_init(
    step: str, how: list[str], ccu: Ccu, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    if how:
        pytest.importorskip("sqlcipher3")
        keys = tmp_path / "keys"
        keys.mkdir(mode=0o700)
        monkeypatch.setenv("CCU_CARE_KEY_FILE", str(keys / "care-key"))
    path = care_file.make(ccu, tmp_path, monkeypatch, *how)
    with sqlite3.connect(os.environ["CCU_DB"]) as hand:  # in a process of its own nobody is dlee
        hand.execute("UPDATE staff SET role = 'clinician' WHERE id = 1")
    for each in path.parent.iterdir():
        each.unlink()
    killed(step, ["care", "init", *how])
    assert path.exists()
    assert ccu("care", "init", *how).code == 0
    assert care_file.add(ccu) == 1
    assert ccu("care", "init", *how).code == 2


def test_another_programs_file_is_left_unchanged(
    empty: Ccu, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "wellness"
    folder.mkdir(mode=0o700)
    path = folder / "wellness.db"
    monkeypatch.setenv("CCU_WELLNESS_DB", str(path))
    aim = tmp_path / "aim"
    aim.touch(mode=0o600)
    path.symlink_to(aim)
    assert empty("wellness", "init").code == 2
    assert aim.read_bytes() == b""
    path.unlink()
    path.write_text("a note of mine")
    assert empty("wellness", "init").code == 2
    assert path.read_text() == "a note of mine"
