"""The officer on the way: `ccu history --address` beside one equivalent indexed SELECT."""

import os
import sys
from collections.abc import Iterator

from tests.benchmarks.common import CCU, SQLITE_UTILS, TODAY, Bench, Line, run, run_at_terminal

ADDRESS = "12 Main St Apt 3"  # of the story: the same calls in a town of any size
SELECT = """
SELECT call.id, call.occurred_at, nature.label, call.care FROM call
JOIN place ON place.id = call.place_id JOIN nature ON nature.code = call.nature
WHERE place.unit_key = 'address 12 MAIN ST; # 3'
ORDER BY call.occurred_at DESC LIMIT 10
"""
BARE = f"""
import sqlite3, sys
print(sqlite3.connect(sys.argv[1]).execute({SELECT!r}).fetchall())
"""


def measure(bench: Bench) -> Iterator[Line]:
    """Piped, beside a program of one line too, and at a terminal."""
    town = bench.town()
    ours = [CCU, "--db", town, "--today", TODAY, "history", "--address", ADDRESS]
    select = [SQLITE_UTILS, "query", town, SELECT]
    size = f"{bench.calls:,} calls"
    if "12 MAIN ST" not in run(ours):
        raise RuntimeError("history does not find the story's address")
    yield bench.line(
        f"history --address, {size}, piped", "sqlite-utils query",
        lambda: run(ours), lambda: run(select), 0.7, 0.5,
        "The card on the way to a call; most of the time is the start of Python and Typer.",
    )  # fmt: skip
    yield bench.line(
        f"history --address, {size}, piped", "a bare `python -c` indexed read",
        lambda: run(ours), lambda: run([sys.executable, "-c", BARE, town]), 5.6, 4.0,
        "The least that any program would take.",
    )  # fmt: skip
    if os.name == "posix":
        yield bench.line(
            f"history --address, {size}, at a terminal", "sqlite-utils query",
            lambda: run_at_terminal(ours), lambda: run(select), 1.3, 1.0,
            "The card as an officer sees it.",
        )  # fmt: skip
