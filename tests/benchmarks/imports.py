"""The custodian: `ccu import` of a large export beside tools that only copy it into a table.

Interleaved, but three rounds and not seven: the slow peer takes minutes a time.
"""

import os
import shutil
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from datetime import datetime
from pathlib import Path
from statistics import median

from ccu.demo import town
from tests.benchmarks.common import (
    CACHE,
    CCU,
    SEED,
    SQLITE_UTILS,
    TODAY,
    Bench,
    Line,
    environment,
    run,
)
from tests.benchmarks.log import FLAGS

ROWS = 700_000
ROUNDS = 3


def measure(bench: Bench) -> Iterator[Line]:
    """Time, memory and size of an import of up to 700,000 rows, and of the same import again."""
    rows = min(ROWS, bench.calls)
    file, small = _export(bench, rows), _export(bench, rows // 10)
    with tempfile.TemporaryDirectory(dir=CACHE) as folder:
        database, peer = Path(folder, "town.db"), Path(folder, "peer.db")
        peers = {"sqlite-utils insert --csv": [SQLITE_UTILS, "insert", peer, "t", file, "--csv"]}
        if shutil.which("sqlite3"):
            peers["sqlite3 .import"] = ["sqlite3", peer, "-cmd", ".mode csv", f".import '{file}' t"]
        ours: list[float] = []
        again: list[float] = []  # as part of the first import
        theirs: dict[str, list[float]] = {name: [] for name in peers}
        for _ in range(ROUNDS):
            seconds, peak = _import(bench, database, file)
            ours.append(seconds)
            again.append(_timed(bench, _words(database, file))[0] / seconds)
            for name, command in peers.items():
                peer.unlink(missing_ok=True)
                theirs[name].append(_timed(bench, command)[0])
        size = database.stat().st_size / file.stat().st_size
        small_peak = _import(bench, database, small)[1]
        waited = _longest_wait(database, file)
    what = f"import, {rows:,} rows"
    limits = {"sqlite-utils insert --csv": (0.25, 0.15), "sqlite3 .import": (8, 5)}
    for name, times in theirs.items():
        mine, other = median(ours), median(times)
        detail = f"{mine:.1f} / {other:.1f} s"
        means = "Reading, comparing and placing a dispatch export; the peer only copies its text."
        yield Line(what, name, mine / other, *limits[name], detail=detail, means=means)
    yield Line(
        f"{what} again, nothing changed", "its first import", median(again), 0.25, 0.15,
        means="A nightly export that overlaps the last one.",
    )  # fmt: skip
    yield Line(
        f"log-call while {rows:,} rows are imported, the longest", "10 seconds", waited / 10, 1, 1,
        detail=f"{waited:.1f} / 10.0 s",
        means="An officer at a door while the records office imports.",
    )  # fmt: skip
    detail = f"{peak // 1000} / {small_peak // 1000} MB"
    yield Line(
        f"{what}, peak memory", "a tenth of the rows", peak / small_peak, 1.3, 1.1, detail=detail,
        means="A small office computer can import an export of any size.",
    )  # fmt: skip
    yield Line(
        f"{what}, size of the file", "the CSV", size, 2.5, 1.5, means="Disk space and backup space."
    )


def _export(bench: Bench, rows: int) -> Path:
    """The demo town's dispatch export, made once."""
    path = CACHE / f"export-{rows}-{SEED}.csv"
    if not path.exists():
        bench.told(f"making an export of {rows:,} rows ...")
        CACHE.mkdir(exist_ok=True)
        part = path.with_suffix(".part")
        part.unlink(missing_ok=True)
        town.write_export(
            part, town.export_rows(rows, datetime.fromisoformat(f"{TODAY}T23:59:59"), SEED)
        )
        part.rename(path)
    return path


def _import(bench: Bench, database: Path, file: Path) -> tuple[float, int]:
    """Seconds and peak kB of an import into a new file."""
    _make(database)
    return _timed(bench, _words(database, file))


def _make(database: Path) -> None:
    for suffix in ("", "-wal", "-shm"):
        database.with_name(database.name + suffix).unlink(missing_ok=True)
    told = ("--town", town.TOWN, "--state", town.STATE, "--timezone", town.ZONE)
    run([CCU, "--db", database, "init", *told])


def _longest_wait(database: Path, file: Path) -> float:
    """Seconds of the slowest of the calls that are logged while a file is imported."""
    _make(database)
    with subprocess.Popen(
        [str(word) for word in _words(database, file)],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        env=environment(),
    ) as child:
        waits = []
        while child.poll() is None:
            begin = time.perf_counter()
            run([CCU, "--db", database, "--today", TODAY, "log-call", "--no-input", *FLAGS])
            waits.append(time.perf_counter() - begin)
    if child.returncode:
        raise RuntimeError("the import failed while calls were logged")
    return max(waits)


def _words(database: Path, file: Path) -> list[object]:
    return [CCU, "--db", database, "import", file, "--layout", "demo"]


def _timed(bench: Bench, command: Sequence[object]) -> tuple[float, int]:
    """Seconds, and peak kB where the system tells it of one child."""
    begin = bench.clock()
    child = subprocess.Popen(
        [str(word) for word in command],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        env=environment(),
    )
    wait4: Callable[..., tuple[int, int, object]] | None = getattr(os, "wait4", None)
    if wait4 is None:
        code, peak = child.wait(), 1
    else:
        _pid, status, usage = wait4(child.pid, 0)
        code = child.returncode = os.waitstatus_to_exitcode(status)
        peak = int(getattr(usage, "ru_maxrss", 1))
    if code:
        raise RuntimeError(f"{Path(str(command[0])).name} failed")
    return bench.clock() - begin, peak
