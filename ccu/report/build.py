"""Build the `Report`, once from the file: everything that any format prints."""

import sqlite3
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from functools import cached_property
from typing import Any
from zoneinfo import ZoneInfo

from ccu import __version__, dates
from ccu.calls import triage_store
from ccu.database import opening
from ccu.people.open_work_store import AsOf
from ccu.records import audit, codes
from ccu.report import definitions, figures, sentences, store
from ccu.report.definitions import Plan
from ccu.report.figures import Figure, Month, PeriodParameters
from ccu.report.period import Period, Records, compared_with, moment_words
from ccu.session import Session

SETTINGS = (
    *("repeat_calls", "repeat_days", "handoff_days", "stalled_days", "civilian_natures"),
    *("rate_scene", "rate_follow_up", "timezone", "decide_since"),
)
# Always printed, because otherwise it would reveal that there are any.
WITHOUT_PART2 = "Referrals to 42 CFR Part 2 programs are not included in this view."


@dataclass(frozen=True)
class Options:
    """The options of a report. `compare` is both, none, previous or year.

    `k`, `window`: None for the setting. `one_page`: only the sections of the page, but all of them
    if the report is saved (`keeps`) or compared with a saved one.
    """

    period: Period
    sections: tuple[str, ...] = ()
    k: int | None = None
    window: int | None = None
    all_calls: bool = False
    compare: str = "both"
    public: bool = False
    one_page: bool = False
    keeps: bool = False
    format: str = ""
    by: str = ""  # what people are split by, a key of store.SPLITS

    @property
    def plans(self) -> list[Plan]:
        """Return the requested sections; for publication its one page."""
        if self.public:
            from ccu.report.public import PAGE

            return [PAGE]
        page_alone = (self.one_page and not self.keeps) or (self.by and not self.sections)
        return definitions.chosen(definitions.PAGE if page_alone else self.sections)

    @property
    def names(self) -> list[str]:
        """Return the names of the sections that the report will have."""
        return [f"by-{self.by}"] if self.by else [plan.name for plan in self.plans]


@dataclass
class ReportSection:
    """One section. `figures` is filled where `kind` is figures, `items` where it is list.

    `explains` are fixed sentences; `says` may hold numbers of the town.
    """

    name: str
    title: str
    kind: str
    columns: tuple[str, ...]
    figures: list[Figure] = field(default_factory=list)
    items: list[dict[str, Any]] = field(default_factory=list)
    facts: list[Figure] = field(default_factory=list)
    unknown: str = ""  # why the content of a list is unknown for its period
    gap: str = ""  # why the window of its repeats is not complete
    says: list[str] = field(default_factory=list)
    explains: list[str] = field(default_factory=list)

    @property
    def rows(self) -> list[dict[str, Any]]:
        """Return each row as column -> cell, in the order of the columns."""
        if self.kind == "figures":
            return [{name: getattr(each, name) for name in self.columns} for each in self.figures]
        return [{name: each[name] for name in self.columns} for each in self.items]


@dataclass
class Report:
    """A complete report. `file` is a name without a path; nothing in it changes from run to run."""

    town: str
    period: Period
    compare: str
    as_of: datetime
    zone: ZoneInfo
    first_day: date | None
    records: Records
    settings: dict[str, str]
    file: str
    version: str
    schema: int
    sections: list[ReportSection]
    notes: list[str] = field(default_factory=list)
    public: bool = False
    one_page: bool = False
    for_board: bool = False  # without logins and most numbers (page.for_board)
    natures: dict[str, str] = field(default_factory=dict)  # code -> label
    undecided: int = 0  # care calls that need a decision, at the as-of moment
    undecided_overdue: int = 0
    ends: dict[str, Any] = field(default_factory=dict)  # days of the first and last records

    @cached_property
    def gaps(self) -> dict[str, str]:
        """Return `period`, `previous` and `year_before` -> why it is not complete, or nothing."""
        periods = {"period": self.period, **compared_with(self.period, "both")}
        return {name: self.records.sentence(each) for name, each in periods.items()}

    def window_gap(self, period: Period) -> str:
        """Return why the days in which the repeats of a period are counted are not complete."""
        return self.records.sentence(period.window(int(self.settings["repeat_days"]), self.as_of))

    def is_partial(self, name: str) -> bool:
        """Return whether `period`, `previous` or `year_before` is not over, complete or begun."""
        period = {"period": self.period, **compared_with(self.period, "both")}[name]
        return bool(self.gaps[name]) or self.is_not_over(period) or self.is_before(period)

    def is_before(self, period: Period) -> bool:
        """Return whether a period ended before the first call of the file."""
        return self.first_day is None or period.end <= self.first_day

    def is_after(self, period: Period) -> bool:
        """Return whether a period begins after the last call of the file."""
        return str(period.start) > (self.ends["last_day"] or "")

    @property
    def not_over(self) -> bool:
        """Return whether the period is not over."""
        return self.is_not_over(self.period)

    def is_not_over(self, period: Period) -> bool:
        """Return whether a period ends after the as-of moment; a day's last second is its end."""
        return dates.day_start(period.end, self.zone) > self.as_of + timedelta(seconds=1)


def build(session: Session, options: Options) -> Report:
    """Make the report and record it in the audit."""
    staff_id = session.staff_id
    connection = session.db
    leave_out = options.public or not session.reads_part2
    with store.snapshot(connection, without_part2=leave_out):
        report = begun(session, options)
        if options.public:
            from ccu.report import public

            public.check(session, report)
        elif leave_out:
            report.notes.append(WITHOUT_PART2)
        maker = figures.Maker(connection, period_parameters(report, options))
        if options.by:
            report.sections = [_by_group(connection, options, report)]
        else:
            report.sections = [_section(maker, plan, report) for plan in options.plans]
        report.notes += sentences.without_nature(report.sections, report.period.label)
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
    """Blank the details of late work that this account may not see."""
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


def begun(session: Session, options: Options) -> Report:
    """Return the report without its sections."""
    as_of = session.now
    settings = {name: session.settings[name] for name in SETTINGS}
    settings["repeat_calls"] = str(options.k or settings["repeat_calls"])
    settings["repeat_days"] = str(options.window or settings["repeat_days"])
    settings["all_calls"] = "yes" if options.all_calls else "no"
    ends = store.ends(session.db, public=options.public)
    report = Report(
        town=session.settings.town,
        period=options.period,
        compare=options.compare,
        as_of=as_of,
        zone=session.settings.zone,
        first_day=date.fromisoformat(ends["first_day"]) if ends["first_day"] else None,
        ends=ends,
        records=_records(session, options.period, int(settings["repeat_days"])),
        settings=settings,
        file=session.path.name,
        version=__version__,
        schema=opening.version_of(session.db),
        sections=[],
        one_page=options.one_page,
    )
    report.natures = codes.labels(session.db, "nature")
    late = [each["days_late"] for each in triage_store.undecided(session.db, AsOf.of(as_of))]
    report.undecided, report.undecided_overdue = len(late), len(late) - late.count(None)
    report.notes = _notes(report)
    gap, told = report.window_gap(report.period), report.gaps["period"]
    is_told = "none before" not in gap and gap.partition("; ")[2] in told
    if not is_told and any(map(figures.is_of_window, options.plans)):
        before = [report.notes.pop()] if told else []
        days = f"The {settings['repeat_days']} days of repeats are not complete: {gap}."
        report.notes.append(" ".join([*before, days]))
    report.notes += sentences.destroyed(session.db, report)
    return report


def _records(session: Session, period: Period, days: int) -> Records:
    """Return the calls by day that a sentence about any period of the report needs."""
    periods = [period, *compared_with(period, "both").values(), *period.months()]
    periods += [each.window(days, session.now) for each in periods]
    first, last = min(each.start for each in periods), max(each.last for each in periods)
    calls = store.calls_by_day(session.db, first, last)
    return Records(calls, _days_end(session), period.end)


def _days_end(session: Session) -> date:
    """Return the day after the last one that is over."""
    tomorrow = session.today + timedelta(days=1)
    is_over = dates.day_start(tomorrow, session.settings.zone) <= session.now + timedelta(seconds=1)
    return tomorrow if is_over else session.today


def _notes(report: Report) -> list[str]:
    """Return notes that a reader needs before any figure."""
    notes = []
    if report.not_over:
        until = moment_words(report.as_of)
        notes.append(f"{report.period.label} is not over: counted to {until}.")
    if report.first_day is None:
        notes.append("No calls are recorded in this file.")
    elif report.first_day >= report.period.end:
        notes.append(f"No calls are recorded before {dates.say_date(report.first_day)}.")
    elif report.is_after(report.period):
        last = date.fromisoformat(str(report.ends["last_day"]))
        notes.append(f"No calls are recorded after {dates.say_date(last)}.")
    compared = compared_with(report.period, report.compare)
    shown = {"period": report.period, **compared}
    incomplete = {each.label: report.gaps[name] for name, each in shown.items()}
    notes += [f"{label} is not complete: {why}." for label, why in incomplete.items() if why]
    known = {name: each for name, each in compared.items() if not report.is_before(each)}
    labels = list(dict.fromkeys(each.label for each in known.values()))
    if known and any(map(report.is_partial, known)) and report.is_partial("period"):
        notes[-1] += " Periods that are not complete are compared: a difference is not a change."
    elif known and report.is_partial("period"):
        complete = "The compared periods are" if len(labels) > 1 else f"{labels[0]} is"
        notes[-1] += f" {complete} complete: a smaller number so far is not a decrease."
    return notes


def period_parameters(report: Report, options: Options) -> PeriodParameters:
    """Return the parameters of the period, of those it is compared with, and of twelve months.

    A period that ended before the file's first call is not used for comparison: its 0 would only
    mean that there were no records yet.
    """
    period = report.period
    compared = compared_with(period, options.compare).items()
    kept = {name: each for name, each in compared if not report.is_before(each)}
    made = {name: _parameters(report, each, options) for name, each in kept.items()}
    is_whole = [not report.is_partial(name) for name in ("period", "previous", "year_before")]
    complete = is_whole[0] and is_whole[1], is_whole[0] and is_whole[2]
    months = [_month(report, each, options) for each in period.months()]
    now = _parameters(report, period, options)
    return PeriodParameters(now, made.get("previous"), made.get("year_before"), months, complete)


def _month(report: Report, month: Period, options: Options) -> Month:
    name = f"{month.start:%Y-%m}"
    if month.start > report.as_of.date():
        return Month(name, "not begun", None)
    if report.is_before(month):
        return Month(name, "before the first call", None)
    note = "partial" if report.records.sentence(month) else ""
    note = note or ("not over" if report.is_not_over(month) else "")
    note = "after the last call" if report.is_after(month) else note
    return Month(name, note, _parameters(report, month, options))


def _parameters(report: Report, period: Period, options: Options) -> dict[str, Any]:
    """Return every named parameter that a .sql file may use."""
    settings = report.settings
    window = period.window(int(settings["repeat_days"]), report.as_of)
    previous, year = period.previous(), period.year_before()
    return {
        "start": str(period.start),
        "end": str(period.end),
        "as_of": dates.to_iso(report.as_of),
        "as_of_unix": int(report.as_of.timestamp()),
        "today": str(report.as_of.date()),
        "k": int(settings["repeat_calls"]),
        "window": int(settings["repeat_days"]),
        "window_start": str(window.start),
        "window_end": str(window.end),
        "window_gap": report.window_gap(period),
        "all_calls": int(options.all_calls),
        **report.ends,
        "previous_start": str(previous.start),
        "previous_end": str(previous.end),
        "year_before_start": str(year.start),
        "year_before_end": str(year.end),
        "handoff_days": int(settings["handoff_days"]),
        "stalled_days": int(settings["stalled_days"]),
        "civilian_natures": settings["civilian_natures"],
        "rate_scene": float(settings["rate_scene"]) if settings["rate_scene"] else None,
        "rate_follow_up": float(settings["rate_follow_up"]) if settings["rate_follow_up"] else None,
    }


def _section(maker: figures.Maker, plan: Plan, report: Report) -> ReportSection:
    section = ReportSection(plan.name, plan.title, plan.kind, plan.columns or figures.COLUMNS)
    section.facts = maker.figures(plan.facts)
    section.gap = report.window_gap(report.period) if figures.is_of_window(plan) else ""
    if plan.kind == "list":
        section.items = maker.rows(plan)
        section.unknown = maker.unknown(plan)
        if section.unknown and section.name == "hours":
            section.items = []  # a week of zeros
    else:
        section.figures = _picked(maker.figures(plan.files), plan.pick)
        section.figures += maker.by_month(plan.monthly)
    section.explains = [*plan.explains]
    if plan.name in sentences.STATES:
        section.says = sentences.STATES[plan.name](section, report)
    return section


def _by_group(connection: sqlite3.Connection, options: Options, report: Report) -> ReportSection:
    """Return the rates of the sections for each group of people."""
    parameters = PeriodParameters(_parameters(report, report.period, options))
    plans = [plan for plan in options.plans if plan.kind == "figures"]
    made: list[Figure] = []
    split = len(options.sections) == 1
    names: dict[str, None] = {}  # of rates that are not split
    for plan in () if split else plans:
        found = figures.Maker(connection, parameters).split_already(plan.files)
        names |= dict.fromkeys(each.title for each in _picked(found, plan.pick))
    left_out = [f"With --section NAME alone: {', '.join(names)}."] if names else []
    groups = store.groups(connection, options.by, min(report.period.last, report.as_of.date()))
    for group in groups:
        with store.only_group(connection, group):
            maker = figures.Maker(connection, parameters)
            for plan in plans:
                made += _picked(maker.of_group(plan.files, group, split), plan.pick)
    order = {each.figure: place for place, each in reversed([*enumerate(made)])}
    return ReportSection(
        f"by-{options.by}",
        f"By {options.by.replace('-', ' and ')}",
        "figures",
        figures.COLUMNS,
        sorted({(each.figure, each.group): each for each in made}.values(),
               key=lambda each: order[each.figure]),
        explains=[*definitions.EXPLAINS_GROUPS, *left_out] if groups else [sentences.NOBODY],
    )  # fmt: skip


def _picked(found: list[Figure], pick: tuple[str, ...]) -> list[Figure]:
    """Return the figures of a section in order; `name:` means the figure without a group."""
    if not pick:
        return found
    order = {name.rstrip(":"): place for place, name in enumerate(pick)}
    bare = {name.rstrip(":") for name in pick if name.endswith(":")}
    kept = [each for each in found if each.figure in order]
    kept = [each for each in kept if not (each.group and each.figure in bare)]
    return sorted(kept, key=lambda each: order[each.figure])
