"""The wheel holds every file that the program reads: word tables, layouts, figures, page parts."""

import re
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from ccu.cli import COMMANDS

ROOT = Path(__file__).resolve().parents[1]


def test_the_wheel_holds_every_file_of_the_package(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "hatchling", "build", "--target", "wheel", "--directory", tmp_path],
        cwd=ROOT, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    (wheel,) = tmp_path.glob("ccu_casework-*.whl")
    with zipfile.ZipFile(wheel) as archive:
        held = set(archive.namelist())
        commands = {
            name: archive.read(name).decode() for name in held if name.endswith("entry_points.txt")
        }
    files = {
        path.relative_to(ROOT).as_posix()
        for path in (ROOT / "ccu").rglob("*")
        if path.is_file() and "__pycache__" not in path.parts
    }
    assert {
        "ccu/address/words.txt",
        "ccu/identity/nicknames.txt",
        "ccu/imports/dispatch/blank.txt",
    } <= files
    assert files | {"ccu/schema.sql"} <= held
    assert any(name.endswith(".data/data/share/man/man1/ccu.1") for name in held)
    (entries,) = (each for each in held if each.endswith("entry_points.txt"))
    assert commands[entries] == "[console_scripts]\nccu = ccu.start:run\n"


@pytest.mark.slow
@pytest.mark.skipif(shutil.which("dpkg-deb") is None, reason="dpkg-deb is not here")
def test_the_debian_package_holds_ccu_and_what_it_needs(tmp_path: Path) -> None:
    subprocess.run(["make", "deb"], cwd=ROOT, check=True, capture_output=True)
    (package,) = (ROOT / "dist").glob("ccu_*.deb")
    subprocess.run(["dpkg-deb", "--extract", package, tmp_path], check=True)
    wheels = tmp_path / "usr" / "share" / "ccu" / "wheels"
    line = [sys.executable, "-m", "pip", "install", "--dry-run", "--ignore-installed", "--no-index",
            "--find-links", str(wheels), "ccu-casework[pdf]"]  # fmt: skip
    done = subprocess.run(line, capture_output=True, text=True, check=False)
    assert done.returncode == 0 and "typer" in done.stdout, done.stderr
    assert (tmp_path / "usr" / "bin" / "ccu").readlink() == Path("/opt/ccu/bin/ccu")


@pytest.mark.skipif(shutil.which("groff") is None, reason="groff is not here")
def test_the_man_page_is_read_without_a_warning() -> None:
    done = subprocess.run(
        ["groff", "-man", "-ww", "-Tascii", ROOT / "docs" / "ccu.1"],
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert (done.returncode, done.stderr) == (0, "")
    page = re.sub("\x1b\\[[0-9;]*m|.\b", "", done.stdout)
    for name in COMMANDS:
        assert re.search(rf"^ +{name}( |$)", page, flags=re.MULTILINE), name


def test_no_text_of_the_program_installs_another_project() -> None:
    """`ccu` on a package index is not this program."""
    texts = [
        path
        for folder in ("ccu", "docs", "examples")
        for path in (ROOT / folder).rglob("*")
        if path.suffix in (".py", ".md", ".sh", ".toml", ".sql") or path.name == "sudoers"
    ]
    assert len(texts) > 100
    wrong = re.compile(r"pip install [^\n]*(?<![/\w-])ccu(?![\w-])")
    for path in (*texts, ROOT / "README.md", ROOT / "Makefile"):
        assert not wrong.search(path.read_text(encoding="utf-8")), path
