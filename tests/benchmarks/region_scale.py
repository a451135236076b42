"""Time and memory of examples/region on many synthetic towns, by DuckDB and by Spark.

    python -m tests.benchmarks.region_scale --towns 500 --engine duckdb --engine spark

Makes the folders of `ccu export --deidentified` by DuckDB (invented rows, one file for each month),
runs the example on them in a process of its own, and compares what the engines print. The memory is
the most that the process and those it started held at once, sampled five times a second (Linux).
"""

import argparse
import hashlib
import json
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

EXAMPLE = Path(__file__).resolve().parents[2] / "examples" / "region" / "region.py"
LEAST = 384 * 2 * 5 * 10  # calls of a town, so that no group of its referrals is below five people
# Row i is of group i % 384: a month, type, age band and sex; a third of the groups have people.
GROUP = """
SELECT '{town}' AS town, format('2026-{{:02d}}', i % 12 + 1) AS month,
       CASE WHEN i % 3 = 0 THEN 'P' || i END AS person,
       ['0-17', '18-24', '45-54', '75-84'][i // 12 % 4 + 1] AS age_band,
       ['female', 'male'][i // 48 % 2 + 1] AS sex, i // 96 % 4 AS type, i
FROM range({rows}) AS made (i)
"""
COLUMNS = {
    "calls": "SELECT * EXCLUDE (type, i), ['crisis', 'welfare_check', 'other', 'suicide'][type + 1]"
    " AS nature, type <> 2"
    " AS care, 'police' AS arrived, i // 384 % 2 = 0 AS clinician",
    "referrals": "SELECT * EXCLUDE (type, i), ['housing', 'food', 'legal', 'detox'][type + 1]"
    " AS need, 'warm' AS handoff,"
    " ['accepted', 'service_received'][i // 384 % 2 + 1] AS status,"
    " NULL::INTEGER AS days_to_accepted, true AS accepted, i // 384 % 2 = 1 AS received",
    "follow_ups": "SELECT * EXCLUDE (type, i), ['call', 'visit', 'call', 'visit'][type + 1]"
    " AS kind, NULL::INTEGER AS attempts,"
    " i // 384 % 2 = 0 AS reached, true AS closed, NULL::INTEGER AS days_late",
}


def made(folder: Path, town: str, calls: int) -> Path:
    """Write a town's folder; every tenth call has a referral, and that a follow-up."""
    import duckdb

    target = folder / town
    files = []
    for table, own in COLUMNS.items():
        rows = calls if table == "calls" else calls // 10
        source = f"{own} FROM ({GROUP.format(town=town, rows=rows)})"
        for month in (f"2026-{number:02}" for number in range(1, 13)):
            name = f"{table}/town={town}/month={month}/part-0.parquet"
            path = target / name
            path.parent.mkdir(parents=True)
            duckdb.sql(f"COPY ({source} WHERE month = '{month}') TO '{path}' (FORMAT parquet)")
            files.append({"name": name, "sha256": hashlib.sha256(path.read_bytes()).hexdigest()})
    about = {"town": town, "period": {"from": "2026-01-01", "to": "2026-12-31"}, "files": files}
    (target / "about.json").write_text(json.dumps(about), encoding="utf-8")
    return target


def held(session: int) -> int:
    """Return the bytes in memory of the processes of a session; 0 where the system has no /proc."""
    total = 0
    for path in Path("/proc").glob("[0-9]*"):
        try:
            told = (path / "stat").read_text().rpartition(")")[2].split()
            if int(told[3]) == session:
                total += int(told[21]) * 4096
        except (OSError, IndexError):  # it has ended
            continue
    return total


def run(engine: str, folders: list[Path]) -> tuple[str, float, int]:
    """Return what the example printed, its seconds, and the most bytes it held."""
    line = [sys.executable, str(EXAMPLE), "--engine", engine, *map(str, folders)]
    most, begun = 0, time.monotonic()
    with tempfile.TemporaryFile("w+") as out:
        with subprocess.Popen(
            line, stdout=out, stderr=subprocess.DEVNULL, start_new_session=True
        ) as process:
            while process.poll() is None:
                most = max(most, held(process.pid))
                time.sleep(0.2)
        seconds = time.monotonic() - begun
        if process.returncode:
            raise RuntimeError(f"{engine} ended with {process.returncode}")
        out.seek(0)
        return out.read(), seconds, most


def main(argv: list[str] | None = None) -> dict[str, Any]:
    """Measure and print; returns engine -> (output, seconds, bytes)."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--towns", type=int, default=10)
    parser.add_argument("--calls", type=int, default=100_000, help=f"of a town; {LEAST:,} or more")
    parser.add_argument("--engine", action="append", choices=("duckdb", "spark"))
    given = parser.parse_args(argv)
    if given.calls < LEAST:
        parser.error(f"--calls must be {LEAST} or more")
    with tempfile.TemporaryDirectory() as folder:
        begun = time.monotonic()
        folders = [made(Path(folder), f"t{n:03}", given.calls) for n in range(given.towns)]
        print(f"{given.towns} towns, {given.towns * given.calls:,} calls, made in"
              f" {time.monotonic() - begun:.1f} s")  # fmt: skip
        found = {engine: run(engine, folders) for engine in given.engine or ["duckdb"]}
    for engine, (_out, seconds, most) in found.items():
        print(f"{engine:8} {seconds:8.1f} s {most / 2**20:8,.0f} MiB")
    if len({out for out, _seconds, _most in found.values()}) > 1:
        raise RuntimeError("the engines differ")
    return found


if __name__ == "__main__":
    main()
