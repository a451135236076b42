"""How the lines of every day grow with the calls of a town: the exponent x of n^x.

Twice: in a town of a tenth of the calls, and in all of it. 0 is no growth, 1 is as the calls grow.
tests/database/test_plans.py asserts that none of them reads all calls.
"""

import math
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

from tests.benchmarks.common import CCU, TODAY, Bench, Line, run
from tests.benchmarks.history import ADDRESS
from tests.benchmarks.log import FLAGS

LINES = (
    ("history", "--address", ADDRESS),
    ("follow-up", "overdue", "--no-record"),
    ("brief",),
    ("call", "list", "--undecided"),
    ("log-call", "--no-input", *FLAGS),
)


def measure(bench: Bench) -> Iterator[Line]:
    """A line for each command; they run on copies, because they record that they ran."""
    few, many = bench.calls // 10, bench.calls
    with tempfile.TemporaryDirectory(dir=bench.town(few).parent) as folder:
        files = [Path(folder, f"{size}.db") for size in (few, many)]
        for file, size in zip(files, (few, many), strict=True):
            shutil.copy(bench.town(size), file)
        for words in LINES:
            small, large = ([CCU, "--db", file, "--today", TODAY, *words] for file in files)
            more, less = bench.compare(
                lambda large=large: run(large),  # type: ignore[misc]
                lambda small=small: run(small),  # type: ignore[misc]
            )
            yield Line(
                f"{' '.join(words[:2])}, n^x from {few:,} to {many:,} calls", "itself",
                math.log10(more / less), 0.1, 0.05,
                detail=f"{more * 1000:.0f} / {less * 1000:.0f} ms",
                means="In ten times the calls, and so ten times the calls a day.",
            )  # fmt: skip
