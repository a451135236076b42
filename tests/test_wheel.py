"""The wheel holds every file that the program reads: word tables, layouts, figures, page parts."""

import subprocess
import sys
import zipfile
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]


def test_the_wheel_holds_every_file_of_the_package(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "hatchling", "build", "--target", "wheel", "--directory", tmp_path],
        cwd=ROOT, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    (wheel,) = tmp_path.glob("*.whl")
    with zipfile.ZipFile(wheel) as archive:
        held = set(archive.namelist())
    files = {
        path.relative_to(ROOT).as_posix()
        for path in (ROOT / "ccu").rglob("*")
        if path.is_file() and "__pycache__" not in path.parts
    }
    assert {"ccu/address/words.txt", "ccu/identity/nicknames.txt"} <= files
    assert files | {"ccu/schema.sql"} <= held
