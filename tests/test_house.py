"""The size of the program: `make house` prints it, and the tests fail when it grows.

Lower a limit when the number falls below it. Raise one only for what users asked for, and tell
why in the commit.
"""

import subprocess
import sys
import tempfile
from collections import Counter
from pathlib import Path

import pytest

from .conftest import TODAY, run_ccu
from .steps import copy_file

ROOT = Path(__file__).resolve().parents[1]
HISTORY = ("history", "--address", "12 Main St")
# What the numbers are today; after each, what they must be at the end.
LIMITS = {
    "lines": 65_855,  # 32,000
    "files": 341,  # 180
    "longest file": 400,  # 400
    "files over 400 lines": 0,  # 0
    "files under 40 lines": 0,  # 0
    "files in the fullest folder": 20,  # 20
    "commands over 160 lines": 0,  # 0
    "commands under 40 lines": 0,  # 0
    "modules that history runs": 47,  # 50
    "lines that history runs": 8_000,  # 8,000
}
PRINT_MODULES = """
import sys
from ccu.cli import main
code = main(sys.argv[1:])
print(*(each.__file__ for name, each in sys.modules.items() if name.split(".")[0] == "ccu"))
sys.exit(code)
"""


def lines_in(path: Path) -> int:
    return len(path.read_text(encoding="utf-8").splitlines())


def code() -> dict[Path, int]:
    """The lines of each file of Python and SQL in the program."""
    files = [*(ROOT / "ccu").rglob("*.py"), *(ROOT / "ccu").rglob("*.sql"), ROOT / "schema.sql"]
    return {path.relative_to(ROOT): lines_in(path) for path in sorted(files)}


def history_modules(db: Path) -> dict[Path, int]:
    """The lines of each module of the program that `ccu history --address` loads."""
    line = ("--db", str(db), "--today", TODAY, *HISTORY)
    done = subprocess.run(
        [sys.executable, "-c", PRINT_MODULES, *line], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    paths = map(Path, done.stdout.splitlines()[-1].split())
    return {path.relative_to(ROOT): lines_in(path) for path in paths}


def measured(db: Path) -> dict[str, int]:
    files = code()
    python = {path: count for path, count in files.items() if path.suffix == ".py"}
    small = [path for path in python if python[path] < 40 and path.stem != "__init__"]
    commands = [path for path in python if path.parts[:2] == ("ccu", "commands")]
    loaded = history_modules(db)
    return {
        "lines": sum(files.values()),
        "files": len(files),
        "longest file": max(python.values()),
        "files over 400 lines": sum(count > 400 for count in python.values()),
        "files under 40 lines": len(small),
        "files in the fullest folder": max(folders(files).values()),
        "commands over 160 lines": sum(python[path] > 160 for path in commands),
        "commands under 40 lines": sum(path in small for path in commands),
        "modules that history runs": len(loaded),
        "lines that history runs": sum(loaded.values()),
    }


def folders(files: dict[Path, int]) -> Counter[Path]:
    """How many files each folder has, those below it not counted."""
    return Counter(path.parent for path in files)


@pytest.fixture(scope="module")
def house(new_file: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, int]:
    db = tmp_path_factory.mktemp("house") / "ccu.db"
    copy_file(new_file, db)
    return measured(db)


@pytest.mark.parametrize("name", LIMITS)
def test_the_program_does_not_grow(name: str, house: dict[str, int]) -> None:
    assert house[name] <= LIMITS[name], f"{name}: `make house` prints the files"


def show(db: Path) -> None:
    """Print the numbers with their limits, and the files, folders and modules behind them."""
    for name, number in measured(db).items():
        print(f"{name:28} {number:7,}   limit {LIMITS[name]:7,}")
    files = code()
    by_size = sorted(files, key=lambda path: files[path])
    small = [path for path in by_size if path.stem != "__init__"]
    commands = [path for path in by_size if path.parts[:2] == ("ccu", "commands")]
    loaded = history_modules(db)
    for title, rows in (
        ("Largest files", {path: files[path] for path in by_size[:-16:-1]}),
        ("Smallest files", {path: files[path] for path in small[:15]}),
        ("Files in each folder", dict(folders(files).most_common())),
        ("Commands", {path: files[path] for path in reversed(commands)}),
        ("Modules that history runs", dict(sorted(loaded.items()))),
    ):
        print(f"\n{title}")
        for path, number in rows.items():
            print(f"{number:7,}  {path}")


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as made:
        place = ("--town", "Westport", "--state", "CT", "--timezone", "America/New_York")
        assert run_ccu("--db", f"{made}/ccu.db", "--today", TODAY, "init", *place).code == 0
        show(Path(made) / "ccu.db")
