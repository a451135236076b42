"""The analyst: `ccu report` beside the same SQL in the sqlite3 program, and in a file with ten
times the calls in months that the report does not read.

"The same SQL" is what an analyst would type to have the report's numbers: each file of ccu/figures
that the sections print, for the period, the one before and the year before (once where two of them
are the same days), and the files of the headline for the twelve months. Each statement is run once,
after the views that the report prepares. So the ratio is what ccu adds: starting, reading options,
gaps, intervals, the audit and printing. The second peer is a bare count of the period's calls: the
least that any report reads. It gives no page.
"""

import shutil
from collections.abc import Iterator
from datetime import date
from functools import partial
from pathlib import Path

from ccu.report import build, definitions, store
from ccu.report.figures import Parameters
from ccu.report.period import Period
from ccu.session import Session
from tests.benchmarks.common import CACHE, CCU, TODAY, Bench, Line, run

MONTH = "2026-01"
# The report reads its month, the one before, that of the year before, the twelve months and the
# windows of repeats: nothing before this day.
UNREAD_BEFORE = "2024-10-01"
MEANS = {
    "month": "The month's page, before a meeting.",
    "year": "The year's report with every section, once a year for the board.",
}
MORE = """
INSERT INTO call (occurred_at, recorded_at, recorded_by, address_id, place_id, nature, care, beat)
SELECT occurred_at, recorded_at, recorded_by, address_id, place_id, nature, care, beat
FROM call, json_each('[1,2,3,4,5,6,7,8,9]') WHERE occurred_at < :before
"""


def measure(bench: Bench) -> Iterator[Line]:
    """Five lines; all but the last need the sqlite3 program."""
    town = bench.town()
    count = f"{bench.calls:,}"
    for name, period, more in (
        ("--month", Period("month", date(2026, 1, 1), date(2026, 2, 1)), ()),
        ("--year --full", Period("year", date(2025, 1, 1), date(2026, 1, 1)), ("--full",)),
    ):
        if not shutil.which("sqlite3"):
            break
        given = ["--month", MONTH] if period.kind == "month" else ["--year", "2025", *more]
        for peer, script in (
            ("the same SQL in the sqlite3 program", _script(town, period, bool(more))),
            ("a count of its calls in the sqlite3 program", _bare(period)),
        ):
            yield bench.line(
                f"ccu report {name}, {count} calls",
                peer,
                partial(run, _report(town, *given)),
                partial(run, ["sqlite3", town], stdin=script),
                budget=97.0 if period.kind == "month" else 44.0,
                aim=10.0,
                means=MEANS[period.kind],
            )
    small = bench.town(bench.calls // 10)
    many = _with_more(small)
    yield bench.line(
        f"ccu report --month, 10 x the {bench.calls // 10:,} calls in months not read",
        "itself",
        partial(run, _report(many, "--month", MONTH)),
        partial(run, _report(small, "--month", MONTH)),
        budget=1.3,
        aim=1.1,
        means="The month's page takes as long in the tenth year as in the first.",
    )


def _report(town: Path, *given: str) -> list[object]:
    return [CCU, "--db", town, "--today", TODAY, "report", *given]


def _bare(period: Period) -> str:
    """Count the calls and care calls of the period: the least that any report must read."""
    return (
        "SELECT count(*), sum(care) FROM call WHERE voided_at IS NULL"
        f" AND occurred_at >= '{period.start}' AND occurred_at < '{period.end}';"
    )


def _script(town: Path, period: Period, full: bool) -> str:
    """What the report runs, once each, as the sqlite3 program reads it."""
    session = Session(town, TODAY)
    options = build.Options(period=period, one_page=not full)
    periods = build.period_parameters(build.begun(session, options), options)
    session.close()
    plans = options.plans
    figures = {file for plan in plans if plan.kind == "figures" for file in plan.files}
    figures |= {file for plan in plans for file in plan.facts}
    lists = {file for plan in plans if plan.kind == "list" for file in plan.files}
    every = definitions.every()
    monthly = {every[name].file for plan in plans for name in plan.monthly}
    wanted: list[tuple[Parameters | None, set[str]]] = [(periods.now, figures | lists)]
    wanted += [(each, _compared(figures)) for each in (periods.previous, periods.year_before)]
    wanted += [(each.parameters, monthly) for each in periods.months]
    lines, done = [".parameter init", *(f"{each};" for each in store.prepared())], []
    for parameters, files in wanted:
        if parameters is None:
            continue
        for name, value in parameters.items():
            quoted = "NULL" if value is None else f"'{value}'" if isinstance(value, str) else value
            lines.append(f'.parameter set :{name} "{quoted}"')
        for file in sorted(files):
            if (file, parameters) not in done:
                done.append((file, parameters))
                lines.append(definitions.source(file).sql)
    return "\n".join(lines)


def _compared(files: set[str]) -> set[str]:
    """Those that are run for other periods, too."""
    return {file for file in files if any(h.compared for h in definitions.source(file).heads)}


def _with_more(town: Path) -> Path:
    """A copy with nine calls more for each one in the months not read. Made once."""
    path = town.with_name(f"more-{town.name}")
    if not path.exists():
        for old in CACHE.glob("more-town-*"):
            old.unlink()
        part = path.with_suffix(".part")
        shutil.copy(town, part)
        session = Session(part, TODAY)
        with session.writing() as connection:
            connection.execute(MORE, {"before": UNREAD_BEFORE})
        session.close()
        part.rename(path)
    return path
