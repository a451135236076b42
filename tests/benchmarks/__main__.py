"""`make bench`: every budget of design/performance.md that has something to measure yet.

Prints one table, ends with 0 whatever the figures: a slow machine is not a broken build.

    python -m tests.benchmarks [--quick] [--calls N] [--runs N] [FAMILY ...]
"""

import argparse
import sys
from collections.abc import Callable, Iterable
from importlib import import_module

from tests.benchmarks.common import Bench, Line

# A family is a module here with `measure(bench)`, which yields lines. Slow ones come last.
FAMILIES = ("start", "reader", "log", "history", "audit", "overdue", "people", "report", "backup",
            "imports")  # fmt: skip
QUICK = 50_000

Measure = Callable[[Bench], Iterable[Line]]


def main() -> None:
    """Measure, telling progress on stderr; then print the table."""
    said = _arguments()
    bench = Bench(said.calls or (QUICK if said.quick else 1_000_000), said.runs)
    lines: list[Line] = []
    for family in said.family or FAMILIES:
        bench.told(f"{family} ...")
        try:
            measure: Measure = import_module(f"tests.benchmarks.{family}").measure
            lines.extend(measure(bench))
        except Exception as error:  # one family that cannot run must not hide the others
            bench.told(f"{family} could not be measured: {type(error).__name__}: {error}")
    _show(lines)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks", description=__doc__)
    parser.add_argument("family", nargs="*", help=f"some of: {', '.join(FAMILIES)}")
    parser.add_argument("--quick", action="store_true", help=f"a town of {QUICK:,} calls")
    parser.add_argument("--calls", type=int, help="calls in the town (default 1,000,000)")
    parser.add_argument("--runs", type=int, default=9, help="timed runs of each, at least 7")
    return parser.parse_args()


def _show(lines: list[Line]) -> None:
    from tabulate import tabulate

    rows = [
        (
            line.what,
            line.peer,
            f"{line.ratio:.2f}",
            f"{'>=' if line.faster else '<='} {line.budget:g}",
            f"{line.aim:g}",
            line.verdict(),
            line.detail,
        )
        for line in lines
    ]
    headers = ("what", "peer", "ratio", "budget", "aim", "ok?", "ours / peer")
    sys.stdout.write(tabulate(rows, headers, disable_numparse=True) + "\n")


if __name__ == "__main__":
    main()
