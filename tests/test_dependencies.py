"""Dependencies: bounded, locked with hashes, really used, and their licenses listed."""

import ast
import re
import shutil
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from importlib import metadata
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

import ccu as package

ROOT = Path(__file__).resolve().parents[1]
PYPROJECT = (ROOT / "pyproject.toml").read_text(encoding="utf-8")
DECLARED = tomllib.loads(PYPROJECT)
GROUPS: dict[str, list[str]] = {
    "runtime": DECLARED["project"]["dependencies"],
    **DECLARED["project"]["optional-dependencies"],
    **DECLARED["dependency-groups"],
    "build-system": DECLARED["build-system"]["requires"],
}
PROGRAM = ("runtime", *DECLARED["project"]["optional-dependencies"])
EVERY = sorted({line for lines in GROUPS.values() for line in lines})
OF_PROGRAM = sorted({line for name in PROGRAM for line in GROUPS[name]})
LOCKS = ("requirements.lock", "requirements-bench.lock")

NOT_IMPORTED = {"tzdata"}  # zoneinfo reads its files
PLATFORMS = (
    {"sys_platform": "linux", "platform_system": "Linux", "os_name": "posix", "extra": ""},
    {"sys_platform": "darwin", "platform_system": "Darwin", "os_name": "posix", "extra": ""},
    {"sys_platform": "win32", "platform_system": "Windows", "os_name": "nt", "extra": ""},
)


def name_of(line: str) -> str:
    return canonicalize_name(Requirement(line).name)


def locked(name: str) -> dict[str, tuple[Requirement, list[str]]]:
    """Package -> its pinned requirement and the hashes of its files."""
    text = (ROOT / name).read_text(encoding="utf-8").replace("\\\n", " ")
    found = {}
    for line in text.splitlines():
        if line and not line.startswith(("#", "--")):
            pin, *hashes = line.split(" --hash=")
            found[name_of(pin)] = (Requirement(pin), [each.strip() for each in hashes])
    return found


LOCKED = {package: pin for name in LOCKS for package, pin in locked(name).items()}


@pytest.mark.parametrize("line", EVERY)
def test_a_dependency_has_an_upper_bound_or_a_reason_for_none(line: str) -> None:
    operators = {each.operator for each in Requirement(line).specifier}
    before = PYPROJECT[: PYPROJECT.index(f'"{line}"')].splitlines()
    assert operators & {"<", "<=", "==", "~="} or "# No upper bound: " in before[-2]


@pytest.mark.parametrize("line", OF_PROGRAM)
def test_a_dependency_of_the_program_has_its_reason(line: str) -> None:
    assert re.search(rf'"{re.escape(line)}",\s+# \w', PYPROJECT)


@pytest.mark.parametrize("line", EVERY)
def test_a_dependency_is_locked_within_its_bounds(line: str) -> None:
    (pin,) = LOCKED[name_of(line)][0].specifier
    assert Requirement(line).specifier.contains(pin.version)


@pytest.mark.parametrize("name", LOCKS)
def test_a_lock_file_holds_exact_versions_and_hashes_alone(name: str) -> None:
    for pin, hashes in locked(name).values():
        assert [each.operator for each in pin.specifier] == ["=="], pin
        assert hashes and all(re.fullmatch(r"sha256:[0-9a-f]{64}", each) for each in hashes), pin
    text = (ROOT / name).read_text(encoding="utf-8")
    assert "\n--only-binary :all:\n" in text  # a source package would fetch unlocked build tools
    assert "/" not in text  # no index, path or host of the machine that made it


def test_what_is_installed_is_what_is_locked() -> None:
    """Also what dependencies ask for: nothing was chosen on the day of the installation."""
    for name, (pin, _) in locked(LOCKS[0]).items():
        if pin.marker is None or pin.marker.evaluate():
            assert pin.specifier.contains(metadata.version(name)), name


def imported() -> Iterator[str]:
    """The top-level modules that the program imports."""
    for path in Path(package.__file__).parent.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Import):
                yield from (each.name.partition(".")[0] for each in node.names)
            elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
                yield node.module.partition(".")[0]


def test_the_program_imports_what_it_declares_and_nothing_else() -> None:
    packages = metadata.packages_distributions()
    modules = set(imported()) - sys.stdlib_module_names - {"ccu"}
    used = {canonicalize_name((packages.get(each) or [each])[0]) for each in modules}
    assert used == {name_of(line) for line in OF_PROGRAM} - NOT_IMPORTED


def of_the_program() -> set[str]:
    """Every package that the program and its extras bring, on any platform."""
    found: set[str] = set()
    asked = [name_of(line) for line in OF_PROGRAM]
    while asked:
        name = asked.pop()
        if name not in found:
            found.add(name)
            for line in requires(name):
                marker = Requirement(line).marker
                if marker is None or any(marker.evaluate(each) for each in PLATFORMS):
                    asked.append(name_of(line))
    return found


def requires(name: str) -> list[str]:
    try:
        return metadata.requires(name) or []
    except metadata.PackageNotFoundError:
        assert LOCKED[name][0].marker, name  # of another platform
        return []


def license_of(name: str) -> str:
    """The license as the package's own metadata gives it; empty: it gives none."""
    about = metadata.metadata(name)
    classifiers = about.get_all("Classifier") or []
    stated = [each.rpartition(" :: ")[2] for each in classifiers if each.startswith("License :: ")]
    return ", ".join(about.get_all("License-Expression") or about.get_all("License") or stated)


def test_the_licenses_are_listed() -> None:
    """docs/dependencies.md has every package of the program with its license."""
    text = (ROOT / "docs" / "dependencies.md").read_text(encoding="utf-8")
    rows = re.findall(r"^\| ([a-z0-9-]+) \| [^|]+ \| ([^|]+) \|", text, re.MULTILINE)
    listed = {name: said.strip() for name, said in rows}
    assert set(listed) == of_the_program()
    for name, said in listed.items():
        marker = LOCKED[name][0].marker
        if marker is None or marker.evaluate():
            assert said == (license_of(name) or "none stated"), name


@pytest.mark.skipif(shutil.which("make") is None, reason="no make here")
@pytest.mark.parametrize(
    ("printed", "code", "told", "ends"),
    [
        ("No known vulnerabilities found", 0, "no known vulnerabilities in requirements.lock", 0),
        ("Found 1 known vulnerability in 1 package\nrich 15.0.0 CVE-1", 1, "CVE-1", 2),
        ("Found 2 known vulnerabilities; typer could not be audited", 1, "Found 2", 2),
        ("No known vulnerabilities found\nrich could not be audited", 0, "skipped", 0),
        ("ERROR: no route to host", 1, "skipped", 0),
    ],
)
def test_a_vulnerability_fails_lint_and_data_out_of_reach_is_told(
    printed: str, code: int, told: str, ends: int, tmp_path: Path
) -> None:
    program = tmp_path / "pip-audit"
    program.write_text(f"#!/bin/sh\ncat <<'END'\n{printed}\nEND\nexit {code}\n")
    program.chmod(0o700)
    audited = tmp_path / "audited"
    ready = tmp_path / "ready"  # newer than the lock, so that nothing is installed
    ready.touch()
    names = {"VENV": tmp_path / "venv", "BIN": tmp_path, "AUDITED": audited, "READY": ready}
    line = ["make", "-s", *(f"{name}={path}" for name, path in names.items()), str(audited)]
    done = subprocess.run(line, cwd=ROOT, capture_output=True, text=True, check=False)
    assert (done.returncode, told in done.stdout) == (ends, True), done
    assert audited.exists() == (ends == 0)
    sound = printed == "No known vulnerabilities found"
    assert ("no known" in done.stdout) == sound


def test_nothing_prints_a_name_on_a_package_index_that_may_be_somebody_elses() -> None:
    """ccu is on no index: whoever takes its name there would be installed by whoever reads it."""
    package_name = DECLARED["project"]["name"]
    places = ("ccu/**/*", "docs/*", "examples/**/*", "README.md", ".ci/*")
    # What examples and tests read the file with, by their own makers; {package}: the first two.
    known = {"duckdb", "pyspark", "datasette", "pandas", "{package}"}
    paths = [path for each in places for path in ROOT.glob(each) if path.suffix != ".pyc"]
    for path in filter(Path.is_file, paths):
        text = path.read_text(encoding="utf-8", errors="replace")
        for line in re.findall(r"(?:\bpipx?|uv tool|uv pip) install ([^`\n,;]*)", text):
            for named in line.split(". ")[0].split("#")[0].split():
                named = named.strip("'\"")
                ours = named.startswith((".", "/path/to/", "-", "$"))
                assert ours or named in known, (path, line)
        assert package_name not in text or path.parent.name == ".ci", path
