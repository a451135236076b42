"""The night's copy: `ccu backup`, which verifies what it wrote, beside `VACUUM INTO` alone."""

import contextlib
import sqlite3
import tempfile
from collections.abc import Iterator
from pathlib import Path

from tests.benchmarks.common import CCU, Bench, Line, run


def measure(bench: Bench) -> Iterator[Line]:
    """One line. Each run makes a new copy of the town; the one before is removed."""
    town = bench.town()
    with tempfile.TemporaryDirectory(dir=town.parent) as folder:
        path = Path(folder, "copy.db")

        def ours() -> None:
            path.unlink(missing_ok=True)
            run([CCU, "--db", town, "backup", path])

        def peer() -> None:
            path.unlink(missing_ok=True)
            with contextlib.closing(sqlite3.connect(town)) as source:
                source.execute("VACUUM INTO ?", (str(path),))

        yield bench.line(
            f"backup, verified, {bench.calls:,} calls", "VACUUM INTO", ours, peer, 10, 3,
            "The nightly copy, with every page and figure compared.",
        )  # fmt: skip
