"""`make bench`: every figure of speed that has a goal, measured beside a named peer.

Prints one table, ends with 0 whatever the figures: a slow machine is not a broken build. With
--write, BENCHMARKS.md has that table; of families that are named, their rows replace those of the
same name and peer, and the other rows stay.

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
    "providers",
    "report",
    "backup",
    "imports",
)
QUICK = 50_000
FILE = ROOT / "BENCHMARKS.md"
ABOUT = """# Benchmarks

`make bench` writes this page. `now` is the ratio of ccu's time to the peer's, as medians of runs in
turns within the same minutes. For n^x it is the exponent of growth: 0 is none, 1 is as fast as the
number of calls. A row that is missing was not measured. `measured` has the day and the load of the
machine: if the load is above the number of processors, trust the rows in processor time more. The
minimum that any start takes is in docs/architecture.md.
"""
HEADERS = (
    "what", "peer", "now", "goal", "met", "ours / peer", "what it means to a user", "measured",
)  # fmt: skip

Measure = Callable[[Bench], Iterable[Line]]
Row = tuple[str, ...]


def main() -> None:
    """Measure, telling progress on stderr; then print the table."""
    said = _arguments()
    os.environ.update(environment())  # families that open a file themselves use its key, too
    clock = processor_seconds if said.processor else time.perf_counter
    bench = Bench(said.calls or (QUICK if said.quick else 1_000_000), said.runs, clock)
    rows: list[Row] = []
    for family in said.family or FAMILIES:
        bench.told(f"{family} ...")
        try:
            measure: Measure = import_module(f"tests.benchmarks.{family}").measure
            for line in measure(bench):
                rows.append(_row(line, said.processor))
                if said.write:  # at once: a run that is cut short keeps what it measured
                    _write(rows, keep=bool(said.family))
        except Exception as error:  # one family that cannot run must not hide the others
            bench.told(f"{family} could not be measured: {type(error).__name__}: {error}")
    sys.stdout.write(table_of(rows))


def _write(rows: list[Row], keep: bool) -> None:
    """Write BENCHMARKS.md; `keep`: with the rows in it that were not measured again."""
    before = FILE.read_text(encoding="utf-8") if keep and FILE.exists() else ""
    table = table_of(merged(rows_of(before), rows))
    FILE.write_text(f"{ABOUT}\n{_machine()}\n\n{table}", encoding="utf-8")


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
    """The machine, the versions and the day of the last run."""
    packages = ", ".join(f"{name} {version(name)}" for name in ("typer", "sqlite-utils"))
    return (
        f"{date.today().isoformat()}: {platform.system()} {platform.machine()}, {os.cpu_count()}"
        f" processors; Python {platform.python_version()}, SQLite {sqlite3.sqlite_version},"
        f" {packages}."
    )


def _row(line: Line, processor: bool) -> Row:
    how = ", processor time" if processor else ""
    return (
        line.what,
        line.peer,
        f"{line.ratio:.2f}",
        f"{'>=' if line.faster else '<='} {line.aim:g}",
        "yes" if line.verdict() == "aim" else "no",
        line.detail,
        line.means,
        f"{date.today().isoformat()}, load {os.getloadavg()[0]:.0f}{how}",
    )


def rows_of(text: str) -> list[Row]:
    """Return the rows of a written table; none of one with other columns."""
    cells = [line.strip("| ").split("|") for line in text.splitlines() if line.startswith("|")]
    rows = [tuple(cell.strip() for cell in row) for row in cells]
    return rows[2:] if rows and rows[0] == HEADERS else []


def merged(before: list[Row], now: list[Row]) -> list[Row]:
    """Return the rows before, those measured again replaced, and then the new ones."""
    measured = {row[:2]: row for row in now}
    return list(({row[:2]: row for row in before} | measured).values())


def table_of(rows: list[Row]) -> str:
    from tabulate import tabulate

    return tabulate(rows, HEADERS, tablefmt="github", disable_numparse=True) + "\n"


if __name__ == "__main__":
    main()
