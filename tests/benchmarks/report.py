"""The analyst: `ccu report --month` beside its own SQL in the sqlite3 program, and in a file with
ten times the calls in months that the report does not read."""

import shutil
from collections.abc import Iterator
from datetime import date
from pathlib import Path

from ccu.report import build, definitions
from ccu.report.period import Period
from ccu.report.sections import PLANS
from ccu.session import Session
from tests.benchmarks.common import CACHE, CCU, TODAY, Bench, Line, run

MONTH = "2026-01"
# The report reads its month, the one before, that of the year before, the twelve months and the
# windows of repeats: nothing before this day.
UNREAD_BEFORE = "2024-10-01"
MORE = """
INSERT INTO call (occurred_at, recorded_at, recorded_by, address_id, place_id, nature, care, beat)
SELECT occurred_at, recorded_at, recorded_by, address_id, place_id, nature, care, beat
FROM call, json_each('[1,2,3,4,5,6,7,8,9]') WHERE occurred_at < :before
"""


def measure(bench: Bench) -> Iterator[Line]:
    """Two lines; the first needs the sqlite3 program."""
    town = bench.town()
    ours = _report(town)
    count = f"{bench.calls:,}"
    if shutil.which("sqlite3"):
        script = _script(town)
        yield bench.line(
            f"ccu report --month, {count} calls",
            "the same SQL in the sqlite3 program",
            lambda: run(ours),
            lambda: run(["sqlite3", town], stdin=script),
            budget=2.0,
            aim=1.3,
        )
    small = bench.town(bench.calls // 10)
    many = _with_more(small)
    yield bench.line(
        "ccu report --month, 10 x the calls in months not read",
        "itself",
        lambda: run(_report(many)),
        lambda: run(_report(small)),
        budget=1.3,
        aim=1.1,
    )


def _report(town: Path) -> list[object]:
    return [CCU, "--db", town, "--today", TODAY, "report", "--month", MONTH]


def _script(town: Path) -> str:
    """What a report runs, once each, as the sqlite3 program reads it."""
    session = Session(town, TODAY)
    start = date.fromisoformat(f"{MONTH}-01")
    options = build.Options(period=Period("month", start, date(2026, 2, 1)))
    periods = build.period_parameters(build.begun(session, options), options)
    session.close()
    figures = {file for plan in PLANS if plan.kind == "figures" for file in plan.files}
    figures |= {file for plan in PLANS for file in plan.facts}
    lists = {file for plan in PLANS if plan.kind == "list" for file in plan.files}
    lines = [".parameter init"]
    for parameters in (periods.now, periods.previous, periods.year_before):
        if parameters is None:
            continue
        for name, value in parameters.items():
            quoted = "NULL" if value is None else f"'{value}'" if isinstance(value, str) else value
            lines.append(f'.parameter set :{name} "{quoted}"')
        wanted = figures | lists if parameters is periods.now else _compared(figures)
        lines += [definitions.source(file).sql for file in sorted(wanted)]
    return "\n".join(lines)


def _compared(files: set[str]) -> set[str]:
    """Those that are run for other periods, too."""
    return {file for file in files if any(h.compared for h in definitions.source(file).heads)}


def _with_more(town: Path) -> Path:
    """A copy with nine calls more for each one in the months not read. Made once."""
    import sqlite3

    path = town.with_name(f"more-{town.name}")
    if not path.exists():
        for old in CACHE.glob("more-town-*"):
            old.unlink()
        part = path.with_suffix(".part")
        shutil.copy(town, part)
        connection = sqlite3.connect(part)
        connection.execute(MORE, {"before": UNREAD_BEFORE})
        connection.commit()
        connection.close()
        part.rename(path)
    return path
