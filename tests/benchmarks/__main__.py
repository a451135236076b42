"""`make bench`: every figure of speed that has a goal, measured beside a named peer.

Prints one table, ends with 0 whatever the figures: a slow machine is not a broken build.

    python -m tests.benchmarks [--quick] [--calls N] [--runs N] [--write] [FAMILY ...]
"""

import argparse
import os
import platform
import sqlite3
import sys
import time
from collections.abc import Callable, Iterable
from datetime import date
from importlib import import_module
from importlib.metadata import version

from tests.benchmarks.common import ROOT, Bench, Line, environment, processor_seconds

# A family is a module here with `measure(bench)`, which yields lines. Slow ones come last.
FAMILIES = (
    "start",
    "reader",
    "log",
    "history",
    "audit",
    "overdue",
    "growth",
    "people",
    "report",
    "backup",
    "imports",
)
QUICK = 50_000
FILE = ROOT / "BENCHMARKS.md"
ABOUT = """# Benchmarks

Written by `make bench`. Each figure `now` is a ratio to a peer that ran in turns with it in the
same minutes; medians. Of growth it is the exponent x of n^x: 0 is none, 1 is as the calls grow. A
row that is not here was not measured. What a start cannot go below is in docs/architecture.md.
"""

Measure = Callable[[Bench], Iterable[Line]]


def main() -> None:
    """Measure, telling progress on stderr; then print the table."""
    said = _arguments()
    os.environ.update(environment())  # families that open a file themselves use its key, too
    clock = processor_seconds if said.processor else time.perf_counter
    bench = Bench(said.calls or (QUICK if said.quick else 1_000_000), said.runs, clock)
    lines: list[Line] = []
    for family in said.family or FAMILIES:
        bench.told(f"{family} ...")
        try:
            measure: Measure = import_module(f"tests.benchmarks.{family}").measure
            lines.extend(measure(bench))
        except Exception as error:  # one family that cannot run must not hide the others
            bench.told(f"{family} could not be measured: {type(error).__name__}: {error}")
    how = " Of processors, not of the clock." if said.processor else ""
    table = _table(lines)
    sys.stdout.write(table)
    if said.write:
        FILE.write_text(f"{ABOUT}\n{_machine()}{how}\n\n{table}", encoding="utf-8")


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks", description=__doc__)
    parser.add_argument("family", nargs="*", help=f"some of: {', '.join(FAMILIES)}")
    parser.add_argument("--quick", action="store_true", help=f"a town of {QUICK:,} calls")
    parser.add_argument("--calls", type=int, help="calls in the town (default 1,000,000)")
    parser.add_argument("--runs", type=int, default=9, help="timed runs of each, at least 7")
    parser.add_argument(
        "--processor", action="store_true", help="time of processors, for a busy machine"
    )
    parser.add_argument("--write", action="store_true", help=f"also write {FILE.name}")
    return parser.parse_args()


def _machine() -> str:
    """The machine, the versions and the day."""
    packages = ", ".join(f"{name} {version(name)}" for name in ("typer", "sqlite-utils"))
    return (
        f"{date.today().isoformat()}: {platform.system()} {platform.machine()}, {os.cpu_count()}"
        f" processors, load {os.getloadavg()[0]:.0f}; Python {platform.python_version()},"
        f" SQLite {sqlite3.sqlite_version}, {packages}."
    )


def _table(lines: list[Line]) -> str:
    from tabulate import tabulate

    rows = [
        (
            line.what,
            line.peer,
            f"{line.ratio:.2f}",
            f"{'>=' if line.faster else '<='} {line.aim:g}",
            "yes" if line.verdict() == "aim" else "no",
            line.detail,
            line.means,
        )
        for line in lines
    ]
    headers = ("what", "peer", "now", "goal", "met", "ours / peer", "what it means")
    return tabulate(rows, headers, tablefmt="github", disable_numparse=True) + "\n"


if __name__ == "__main__":
    main()
