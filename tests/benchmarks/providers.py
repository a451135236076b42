"""The right door: `ccu provider find` in 5,000 services beside one SELECT, and their import."""

import shutil
from collections.abc import Iterator
from pathlib import Path

from tests.benchmarks.common import CACHE, CCU, SQLITE_UTILS, TODAY, Bench, Line, run
from tests.providers import sample

SERVICES = 5_000
ASKED = "place to sleep tonight spanish"
SELECT = """
SELECT id, name, phone, hours FROM provider
WHERE active = 1 AND (name LIKE '%shelter%' OR description LIKE '%shelter%') LIMIT 5
"""


def measure(bench: Bench) -> Iterator[Line]:
    """Find in words, and the import of the directory into an empty file."""
    folder, empty, town = _directory(), CACHE / "empty.db", CACHE / "directory.db"
    for file in (empty, town):
        file.unlink(missing_ok=True)
    run([CCU, "--db", empty, "init", "--town", "Westport", "--state", "CT",
         "--timezone", "America/New_York"])  # fmt: skip
    shutil.copy(empty, town)
    run([CCU, "--db", town, "--today", TODAY, "provider", "import", folder])
    find = [CCU, "--db", town, "--today", TODAY, "provider", "find", ASKED]
    if "Shelter" not in run(find):
        raise RuntimeError("provider find does not find a shelter")
    yield bench.line(
        f"provider find, {SERVICES:,} services, piped", "sqlite-utils query",
        lambda: run(find), lambda: run([SQLITE_UTILS, "query", town, SELECT]), 0.7, 0.5,
        "Finding a bed tonight, from a car; the peer neither ranks nor reads the words.",
    )  # fmt: skip
    yield bench.line(
        f"provider import, {SERVICES:,} services", "sqlite-utils insert --csv of each file",
        lambda: _import(empty, folder), lambda: _insert(folder), 1.0, 0.5,
        "Comparing a state's directory with the file; the peer only copies its text.",
    )  # fmt: skip


def _directory() -> Path:
    """The invented directory, repeated under other names, as CSV files of HSDS."""
    CACHE.mkdir(exist_ok=True)
    services = sample.services()
    rows = [
        {**services[n % len(services)], "organization": f"Organization {n // len(services)}"}
        for n in range(SERVICES)
    ]
    return sample.write_folder(CACHE / "hsds", sample.tables(rows))


def _import(empty: Path, folder: Path) -> None:
    file = CACHE / "import.db"
    shutil.copy(empty, file)
    run([CCU, "--db", file, "--today", TODAY, "provider", "import", folder])


def _insert(folder: Path) -> None:
    file = CACHE / "peer.db"
    file.unlink(missing_ok=True)
    for path in sorted(folder.glob("*.csv")):
        run([SQLITE_UTILS, "insert", file, path.stem, path, "--csv"])
