"""What every benchmark shares: data made once, two programs timed in turns, one line of the table.

A figure is a ratio against a named peer measured in the same minutes: machines differ, and the same
machine differs from one minute to the next. So runs alternate and medians are compared.
"""

import hashlib
import os
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median

ROOT = Path(__file__).resolve().parents[2]
CACHE = ROOT / ".bench"
BIN = Path(sys.executable).parent
CCU = BIN / ("ccu.exe" if os.name == "nt" else "ccu")
SQLITE_UTILS = BIN / ("sqlite-utils.exe" if os.name == "nt" else "sqlite-utils")
TODAY = "2026-01-31"
SEED = 1


@dataclass(frozen=True)
class Line:
    """One budget of design/performance.md, measured. `ratio` is ours over the peer's.

    Less is better; with `faster`, more is, and budget and aim are the least that is wanted.
    """

    what: str
    peer: str
    ratio: float
    budget: float
    aim: float
    faster: bool = False
    detail: str = ""
    means: str = ""  # to somebody who uses it

    def verdict(self) -> str:
        """aim, yes, or NO."""
        sign = -1 if self.faster else 1
        for limit, word in ((self.aim, "aim"), (self.budget, "yes")):
            if sign * self.ratio <= sign * limit:
                return word
        return "NO"


@dataclass(frozen=True)
class Bench:
    """How this run measures: how many calls the town has, how often each thing is timed."""

    calls: int = 1_000_000
    runs: int = 9
    clock: Callable[[], float] = time.perf_counter
    told: Callable[[str], object] = field(default=lambda text: sys.stderr.write(text + "\n"))

    def town(self, calls: int | None = None) -> Path:
        """A demo town of so many calls, made once for a seed and a schema and kept in .bench/."""
        calls = calls or self.calls
        shape = hashlib.sha256((ROOT / "schema.sql").read_bytes())
        for part in sorted((ROOT / "ccu" / "demo").glob("*.py")):
            shape.update(part.read_bytes())
        path = CACHE / f"town-{calls}-{SEED}-{shape.hexdigest()[:8]}.db"
        if not path.exists():
            self.told(f"making a town of {calls:,} calls in {path.relative_to(ROOT)} ...")
            CACHE.mkdir(exist_ok=True)
            for old in CACHE.glob(f"town-{calls}-{SEED}-*"):
                old.unlink()
            part_path = path.with_suffix(".part")
            for left in CACHE.glob(part_path.name + "*"):  # by a run that was cut short
                left.unlink()
            run([CCU, "--db", part_path, "--today", TODAY, "demo", "--no-tour",
                 "--calls", calls, "--seed", SEED])  # fmt: skip
            part_path.rename(path)
        return path

    def compare(
        self, ours: Callable[[], object], peer: Callable[[], object]
    ) -> tuple[float, float]:
        """Median seconds of ours and of the peer's, run in turns; the first turn only warms up."""
        ours(), peer()
        times: tuple[list[float], list[float]] = ([], [])
        for _ in range(max(7, self.runs)):
            for each, taken in ((ours, times[0]), (peer, times[1])):
                begin = self.clock()
                each()
                taken.append(self.clock() - begin)
        return median(times[0]), median(times[1])

    def line(
        self,
        what: str,
        peer_name: str,
        ours: Callable[[], object],
        peer: Callable[[], object],
        budget: float,
        aim: float,
        means: str = "",
    ) -> Line:
        """Time the two and say the ratio."""
        mine, theirs = self.compare(ours, peer)
        detail = f"{mine * 1000:.0f} / {theirs * 1000:.0f} ms"
        return Line(what, peer_name, mine / theirs, budget, aim, detail=detail, means=means)


def processor_seconds() -> float:
    """The seconds that processors worked for this program and for what it started and awaited."""
    import resource

    own, others = map(resource.getrusage, (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    return own.ru_utime + own.ru_stime + others.ru_utime + others.ru_stime


def environment() -> dict[str, str]:
    """Without what makes an editable install compile itself at each start, or use another file."""
    unwanted = ("PYTHONDONTWRITEBYTECODE", "CCU_DB", "CCU_TODAY")
    kept = {name: value for name, value in os.environ.items() if name not in unwanted}
    key = {"CCU_AUDIT_KEY": str(CACHE / "audit-key")}  # of every town, whatever its copy is called
    return {**kept, **key, "COLUMNS": "80"}


def run(command: Sequence[object], stdin: str = "") -> str:
    """Run a program with its output in a pipe; what it printed. Raises when it fails."""
    done = subprocess.run(
        [str(word) for word in command],
        input=stdin, capture_output=True, text=True, env=environment(), check=False,
    )  # fmt: skip
    if done.returncode:
        raise RuntimeError(f"{Path(str(command[0])).name} failed: {done.stderr.strip()[-300:]}")
    return done.stdout


def run_at_terminal(command: Sequence[object]) -> str:
    """Run a program with a terminal of 80 columns as its input and output; what it printed."""
    import fcntl
    import pty
    import struct
    import termios

    ours, theirs = pty.openpty()
    fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", 24, 80, 0, 0))
    words = [str(word) for word in command]
    child = subprocess.Popen(
        words,
        stdin=theirs,
        stdout=theirs,
        stderr=theirs,
        env={**environment(), "TERM": "xterm-256color"},
    )
    os.close(theirs)
    shown = b""
    while True:
        try:
            piece = os.read(ours, 65536)
        except OSError:  # on Linux, when the child has closed its end
            break
        if not piece:
            break
        shown += piece
    os.close(ours)
    if child.wait():
        raise RuntimeError(f"{Path(words[0]).name} failed: {shown.decode(errors='replace')[-300:]}")
    return shown.decode(errors="replace")
