"""The `Report`: everything that any format prints, made once from the file."""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

from ccu import __version__, dates
from ccu.records import audit, withheld
from ccu.report import figures, sealed_rows, sections, sentences
from ccu.report.figures import Figure, Frames
from ccu.report.parameters import frames as make_frames
from ccu.report.period import Period
from ccu.report.sections import Plan
from ccu.session import Session

SETTINGS = (
    *("repeat_calls", "repeat_days", "handoff_days", "stalled_days", "civilian_natures"),
    *("rate_scene", "rate_follow_up", "timezone"),
)
# Printed whether there are any or not: else it would reveal that there are.
WITHOUT_PART2 = "Referrals to 42 CFR Part 2 programs are not included in this view."
_FIRST_DAY = """
SELECT substr(occurred_at, 1, 10) AS day FROM call WHERE voided_at IS NULL
ORDER BY occurred_at LIMIT 1
"""


@dataclass(frozen=True)
class Options:
    """What was asked for. `compare` is both, none, previous or year; None: the setting."""

    period: Period
    sections: tuple[str, ...] = ()
    k: int | None = None
    window: int | None = None
    all_calls: bool = False
    compare: str = "both"
    public: bool = False
    format: str = ""

    @property
    def plans(self) -> list[Plan]:
        """Return the sections asked for; for publication its one page."""
        if not self.public:
            return sections.chosen(self.sections)
        from ccu.report.public import PAGE

        return [PAGE]


@dataclass
class ReportSection:
    """One section. Kind `figures` has `figures`, kind `list` has `items`; `rows` are either's.

    `explains` are fixed sentences; `says` may hold numbers of the town.
    """

    name: str
    title: str
    kind: str
    columns: tuple[str, ...]
    figures: list[Figure] = field(default_factory=list)
    items: list[dict[str, Any]] = field(default_factory=list)
    facts: list[Figure] = field(default_factory=list)
    says: list[str] = field(default_factory=list)
    explains: list[str] = field(default_factory=list)

    @property
    def rows(self) -> list[dict[str, Any]]:
        """column -> cell, in the columns' order."""
        if self.kind == "figures":
            return [{name: getattr(each, name) for name in self.columns} for each in self.figures]
        return [{name: each[name] for name in self.columns} for each in self.items]


@dataclass
class Report:
    """A whole report. `file` is a name and no path; nothing in it changes from run to run."""

    town: str
    period: Period
    compare: str
    as_of: datetime
    not_over: bool
    first_day: date | None
    settings: dict[str, str]
    file: str
    version: str
    schema: int
    sections: list[ReportSection]
    notes: list[str] = field(default_factory=list)
    public: bool = False


def build(session: Session, options: Options) -> Report:
    """Make the report and record in the audit that it was made."""
    staff_id = session.staff_id
    connection = session.db
    leave_out = options.public or not session.reads_part2
    with _snapshot(connection, session, leave_out):
        report = begun(session, options)
        if options.public:
            from ccu.report import public

            public.check(report)
        elif leave_out:
            report.notes.append(WITHOUT_PART2)
        maker = Maker(connection, make_frames(report, options))
        report.sections = [_section(maker, plan, report) for plan in options.plans]
        if options.public:
            public.publish(session, report, report.sections[0])
    _hide(session, report)
    with session.writing() as writing:
        session.view.keep()
        audit.record(
            writing,
            staff_id,
            "report",
            start=str(options.period.start),
            end=str(options.period.end),
            sections=[section.name for section in report.sections],
            format=options.format,
            public=options.public,
        )
    return report


def _hide(session: Session, report: Report) -> None:
    """Blank the details of late work that this account may not see (records/visibility.py)."""
    for section in report.sections:
        if section.name != "overdue":
            continue
        numbers: dict[str, list[int]] = {"referral": [], "follow-up": []}
        for row in section.items:
            numbers[row["what"].split()[0]].append(row["id"])
        hidden = {
            "referral": session.view.referrals(numbers["referral"]),
            "follow-up": session.view.follow_ups(numbers["follow-up"]),
        }
        for row in section.items:
            each = hidden[row["what"].split()[0]].get(row["id"])
            if each is not None:
                row |= {"kind": each.state, "owner": each.agency, "due": None, "days_late": None}


@contextmanager
def _snapshot(connection: sqlite3.Connection, session: Session, leave_out: bool) -> Iterator[None]:
    """Read the file as of one moment, whoever writes meanwhile; writers do not wait.

    `leave_out`: without 42 CFR Part 2 referrals.
    """
    connection.execute("BEGIN")
    try:
        sealed_rows.show(connection)
        if leave_out:
            withheld.from_figures(connection)
        yield
    finally:
        connection.execute("ROLLBACK")  # also drops the TEMP tables of this report


def begun(session: Session, options: Options) -> Report:
    """Return the report without its sections."""
    as_of = session.now
    found = session.db.execute(_FIRST_DAY).fetchone()
    settings = {name: session.settings[name] for name in SETTINGS}
    settings["repeat_calls"] = str(options.k or settings["repeat_calls"])
    settings["repeat_days"] = str(options.window or settings["repeat_days"])
    settings["all_calls"] = "yes" if options.all_calls else "no"
    report = Report(
        town=session.settings.town,
        period=options.period,
        compare=options.compare,
        as_of=as_of,
        # the last second of a day counts as its end
        not_over=dates.day_start(options.period.end, session.settings.zone)
        > as_of + timedelta(seconds=1),
        first_day=date.fromisoformat(found["day"]) if found else None,
        settings=settings,
        file=session.path.name,
        version=__version__,
        schema=int(session.db.execute("PRAGMA user_version").fetchone()[0]),
        sections=[],
    )
    report.notes = _notes(report) + sentences.destroyed(session.db, report)
    return report


def _notes(report: Report) -> list[str]:
    """Return what a reader must know before any figure."""
    notes = []
    if report.not_over:
        until = f"{report.as_of:%Y-%m-%d %H:%M}"
        notes.append(f"{report.period.label} is not over: counted to {until}.")
        if report.compare != "none":
            notes.append(
                "The compared periods are complete: a smaller number so far is not a decrease."
            )
    if report.first_day is None:
        notes.append("No calls are recorded in this file.")
    elif report.first_day >= report.period.end:
        notes.append(f"No calls are recorded before {report.first_day}.")
    elif report.first_day > report.period.start:
        notes.append(
            f"No calls are recorded before {report.first_day}: the period is not complete."
        )
    else:
        notes += _partly_recorded(report)
    return notes


def _partly_recorded(report: Report) -> list[str]:
    """Return notes on compared periods of which the file has only a part."""
    first = report.first_day
    notes: list[str] = []
    beside = {"previous": report.period.previous(), "year": report.period.year_before()}
    for which, then in beside.items():
        partly = first is not None and then.start < first < then.end
        if partly and report.compare in ("both", which) and then.label not in "".join(notes):
            notes.append(f"{then.label} is not complete: no calls are recorded before {first}.")
    return notes


class Maker:
    """Runs each file of figures once, however many sections show it."""

    def __init__(self, connection: sqlite3.Connection, frames: Frames) -> None:
        self._connection, self._frames = connection, frames
        self._made: dict[str, list[Figure]] = {}

    def figures(self, files: tuple[str, ...]) -> list[Figure]:
        """Return the figures of these files."""
        for file in files:
            if file not in self._made:
                self._made[file] = figures.run(self._connection, file, self._frames)
        return [each for file in files for each in self._made[file]]

    def rows(self, file: str) -> list[dict[str, Any]]:
        """Return the rows of a list, with shares rounded as in figures."""
        found = figures.rows(self._connection, file, self._frames.now)
        return [
            {name: figures.rounded(cell) if isinstance(cell, float) else cell
             for name, cell in row.items()}
            for row in found
        ]  # fmt: skip


def _section(maker: Maker, plan: Plan, report: Report) -> ReportSection:
    section = ReportSection(plan.name, plan.title, plan.kind, plan.columns or figures.COLUMNS)
    section.facts = maker.figures(plan.facts)
    if plan.kind == "list":
        section.items = maker.rows(plan.files[0])
    else:
        section.figures = _picked(maker.figures(plan.files), plan.pick)
    section.explains = list(sentences.EXPLAINS.get(plan.name, ()))
    if plan.name in sentences.STATES:
        section.says = sentences.STATES[plan.name](section, report)
    return section


def _picked(found: list[Figure], pick: tuple[str, ...]) -> list[Figure]:
    """Return the figures of a section in its order; `name:` is the one without a group."""
    if not pick:
        return found
    order = {name.rstrip(":"): place for place, name in enumerate(pick)}
    bare = {name.rstrip(":") for name in pick if name.endswith(":")}
    kept = [
        each for each in found if each.figure in order and not (each.figure in bare and each.group)
    ]
    return sorted(kept, key=lambda each: order[each.figure])
