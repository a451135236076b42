"""The officer afterwards: `ccu log-call` by flags beside `sqlite-utils insert` of one row."""

import json
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

from tests.benchmarks.common import CCU, SQLITE_UTILS, TODAY, Bench, Line, run

CALLS = 10_000  # a small town's few years; both files are as large

WHEN, WHERE, WHAT = "2026-01-30T22:30", "12 Main St Apt 3", "welfare_check"
FLAGS = ("--when", WHEN.replace("T", " "), "--address", WHERE, "--nature", WHAT)
ROW = json.dumps({"occurred_at": WHEN, "address": WHERE, "nature": WHAT})


def measure(bench: Bench) -> Iterator[Line]:
    """One line. Each run writes one more call to a copy of the town."""
    with tempfile.TemporaryDirectory() as folder:
        town, peer = Path(folder, "town.db"), Path(folder, "peer.db")
        shutil.copy(bench.town(min(CALLS, bench.calls)), town)  # nobody has it open
        run(
            [SQLITE_UTILS, "insert", peer, "call", "-", "--pk", "id"],
            json.dumps({"id": 1, **json.loads(ROW)}),
        )
        log = [CCU, "--db", town, "--today", TODAY, "log-call", "--no-input", *FLAGS]
        insert = [SQLITE_UTILS, "insert", peer, "call", "-"]
        yield bench.line(
            "log-call by flags",
            "sqlite-utils insert",
            lambda: run(log),
            lambda: run(insert, ROW),
            1.0,
            0.8,
            "Logging a call from a script, or with options at a terminal.",
        )
