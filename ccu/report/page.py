"""The one page of `ccu report`: the headline, then repeat callers, late work, referrals, data.

It fits 60 lines of 80 columns. Every number on it is a figure or a row of the sections PARTS.
"""

import sys
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from ccu import dates
from ccu.calls import triage_store
from ccu.output import Document, Section, Table
from ccu.report import definitions, text
from ccu.report.build import Report, ReportSection
from ccu.report.figures import Figure
from ccu.report.period import moment_words, month_words
from ccu.report.sentences import count, threshold, without_rows

MOST = 10  # rows of a list
OWNERS = 4  # owners of late work that are named
# section -> columns that readers without an account are not given
_NOT_FOR_BOARD = {
    "repeat-addresses": ("place",),
    "repeat-people": ("person",),
    "overdue": ("referral", "call", "person", "owner"),  # its number tells two rows apart
    "caseload": ("role", "agency", "supervisor"),
    "completeness": ("officer",),
}
BLOCKS, PLAIN_BLOCKS = "▁▂▃▄▅▆▇█", "_.-=+*%#"  # a small chart; without Unicode


@dataclass(frozen=True)
class Line:
    """One figure of the headline, those of the compared periods, and those of twelve months."""

    figure: Figure
    then: dict[str, str]
    months: list[Figure]


def document(report: Report) -> Document:
    """Return what people read: the one page, or the sections asked for."""
    parts = [Section(lines=report.notes, alert=True)] if report.notes else []
    if report.one_page:
        parts += [_headline_table(report), *lists(report), Section(pairs=pairs(report))]
    else:
        for each in report.sections:
            parts += text.sections_of(each, report)
        parts.append(text.foot(report))
    return Document(title(report), parts, text.data(report))


def title(report: Report) -> str:
    """Return `Figures of Westport, January 2026`."""
    what = "For publication: figures" if report.public else "Figures"
    return f"{what} of {report.town}, {report.period.label}"


def fits(report: Report) -> bool:
    """Return whether the report has every section that the page is made of."""
    return {each.name for each in report.sections}.issuperset(definitions.PAGE)


def headline(report: Report) -> list[Line]:
    """Return the six figures that lead."""
    (summary,) = (each for each in report.sections if each.name == "summary")
    columns = text.compared(report)
    return [
        Line(
            each,
            {title: text.beside(each, column) for column, title in columns.items()},
            [month for month in summary.figures if month.figure == name + definitions.BY_MONTH],
        )
        for name in definitions.HEADLINE
        for each in summary.figures
        if each.figure == name
    ]


def _headline_table(report: Report) -> Section:
    lines = headline(report)
    rows = [
        (
            *(line.figure.title, text.valued(line.figure), _made_of(line.figure)),
            *line.then.values(),
            _small_chart(line.months),
        )
        for line in lines
    ]
    heads = ("Figure", "Value", "Of", *text.compared(report).values(), "12 months")
    below = " ".join(remarks(lines, report))
    return Section("Headline", table=Table(heads, rows), lines=[below] if below else [])


def changes(lines: list[Line], report: Report) -> str:
    """Return how care calls changed, with intervals; nothing where that cannot be stated."""
    (care,) = (line.figure for line in lines if line.figure.figure == "care_calls")
    named = text.compared(report)
    since = [
        f"{text.change(care, name)} since {named[name]}"
        for name in named
        if text.change(care, name)
    ]
    return f"Care calls: {'; '.join(since)}." if since else ""


def partial_months(lines: list[Line]) -> str:
    """Return which months of the small charts are partial or not over, when there are any."""
    months = [
        month
        for line in lines[:1]
        for month in line.months
        if month.note and month.value is not None
    ]
    if not months:
        return ""
    return (
        f"{text.PART} {', '.join(f'{month_words(each.group)} is {each.note}' for each in months)}."
    )


def _made_of(each: Figure) -> str:
    """Return `9 of 12 with data, 3 missing`."""
    lacking = f"{each.missing:,} missing" if each.missing else ""
    return ", ".join(part for part in (text.parts(each), lacking) if part)


def remarks(lines: list[Line], report: Report) -> list[str]:
    """Return what is told below the headline: changes, marks, partial months."""
    return [each for each in (changes(lines, report), few(lines), partial_months(lines)) if each]


def few(lines: list[Line]) -> str:
    """Return what the asterisk means, when one is shown."""
    shown = [cell for line in lines for cell in (text.valued(line.figure), *line.then.values())]
    return text.FEW if any("*" in cell for cell in shown) else ""


def _small_chart(months: list[Figure]) -> str:
    """Return a block for each month, as high as its number; ~ for one that is partial."""
    encoding = getattr(sys.stdout, "encoding", None) or "utf-8"
    blocks = BLOCKS if encoding.lower().startswith("utf") else PLAIN_BLOCKS
    most = 1 if months and months[0].unit == "share" else 0
    top = max([most, *(each.value or 0 for each in months if not each.note)]) or 1
    last = len(blocks) - 1
    return "".join(
        " "
        if each.value is None
        else text.PART
        if each.note
        else blocks[round(each.value / top * last)]
        for each in months
    )


def for_board(report: Report) -> Report:
    """Return the report for readers without an account, as HTML and XLSX have it.

    Without numbers of people, places and calls; nothing in it tells the work of one member of the
    staff from that of another by name, role or agency.
    """
    return replace(report, for_board=True, sections=[_for_board(each) for each in report.sections])


def _for_board(section: ReportSection) -> ReportSection:
    left_out = _NOT_FOR_BOARD.get(section.name, ())
    items = section.items
    if section.name == "caseload":  # by login they would be in the order of their names
        items = sorted(items, key=lambda row: [-row[name] for name in ("people", "open_referrals")])
        items = [{**row, "worker": f"Worker {at}"} for at, row in enumerate(items, 1)]
    elif section.name == "completeness":
        all_together: dict[str, dict[str, Any]] = {}
        for row in items:  # those of everybody come first
            all_together.setdefault(row["field"], row)
        items = [*all_together.values()]
    columns = tuple(name for name in section.columns if name not in left_out)
    return replace(
        section, columns=columns, items=[{name: row[name] for name in columns} for row in items]
    )


def lists(report: Report) -> list[Section]:
    """Return the lists below the headline: repeat callers and late work."""
    by = {each.name: each for each in report.sections}
    address = ["place", "address", "care_calls", "all_calls", "people", "last"]
    person = ["person", "care_calls", "all_calls", "places", "last", "has_worker", "open_items"]
    return [
        _repeats(by["repeat-addresses"], report, "Repeat addresses", address),
        _repeats(by["repeat-people"], report, "Repeat people", person),
        _overdue(by["overdue"], report),
    ]


def _undecided(report: Report) -> str:
    """Return how many care calls wait for a decision; of none, since when one is asked for."""
    since = report.settings["decide_since"]
    told = triage_store.sentence(report.undecided, report.undecided_overdue, since)
    if since and not report.undecided:
        return told
    how_many, colon, command = told.partition(": ")
    how_many += f" on {dates.say_date(report.as_of.date())}"
    return how_many if report.for_board else f"{how_many}{colon}{command}"


def pairs(report: Report) -> list[tuple[str, str]]:
    """Return what the page ends with, each under its name; for a board without a command."""
    by = {each.name: each for each in report.sections}
    referrals = [*by["referrals"].figures, *by["hand-offs"].figures]
    return [
        ("Referrals", "\n".join(_referrals(referrals, report))),
        ("Undecided", _undecided(report)),
        ("Data quality", _data_quality(by["data-quality"], headline(report))),
        ("As of", f"{moment_words(report.as_of)}; {report.file}, ccu {report.version}"),
        ("More", "--full, --section NAME; what a figure is: --define NAME"),
    ]


def _repeats(section: ReportSection, report: Report, name: str, columns: Sequence[str]) -> Section:
    return Section(
        f"{name}{_of(len(section.items))}: {threshold(report)}",
        table=text.listed(section.items[:MOST], _kept(columns, section)),
        empty=without_rows(section),
    )


def _kept(columns: Sequence[str], section: ReportSection) -> list[str]:
    return [name for name in columns if name in section.columns]


def _of(rows: int) -> str:
    return f" ({MOST} of {rows:,})" if rows > MOST else ""


def _overdue(section: ReportSection, report: Report) -> Section:
    """Return the late follow-ups, oldest first, and how many each owner has; not for a board."""
    late = [row for row in section.items if row["what"] == "follow-up overdue"]
    owners = [] if report.for_board else Counter(row["owner"] for row in late).most_common()
    named = [f"{owner} {number:,}" for owner, number in owners[:OWNERS]]
    if len(owners) > OWNERS:
        named.append(f"others {sum(number for _, number in owners[OWNERS:]):,}")
    columns = _kept(["id", "owner", "kind", "due", "days_late", "call", "person"], section)
    today = dates.say_date(report.as_of.date())
    return Section(
        f"Overdue follow-ups on {today}, oldest first{_of(len(late))}",
        table=text.listed(late[:MOST], columns),
        lines=[" ".join([*section.says, *([f"By owner: {', '.join(named)}."] if named else [])])],
        empty="None.",
    )


def _referrals(figures: list[Figure], report: Report) -> list[str]:
    """Return two lines: made, accepted, connected; after a warm handoff and after others."""
    by = {(each.figure, each.group): each for each in figures}
    made = by["referrals_made", ""].value
    if made is None:
        return [f"Not known: {by['referrals_made', ''].note}."]
    if not made:
        return ["No referrals were made in this period."]
    days = report.settings["handoff_days"]
    warm, other = by["connected", "warm handoff"], by["connected", "other handoff"]
    return [
        f"Made {made:,}; accepted {_rate(by['referral_acceptance', ''])};"
        f" connected within {days} days {_rate(by['follow_through', 'all'])}.",
        f"Connected after a warm handoff {_rate(warm)}, after others {_rate(other)}.",
    ]


def _rate(each: Figure) -> str:
    """Return `2 of 5 (40.0%*)`."""
    waiting = f"; {each.not_yet:,} not yet" if each.not_yet else ""
    return f"{text.parts(each)} ({text.valued(each)}{waiting})"


def _data_quality(section: ReportSection, lines: list[Line]) -> str:
    """Return what care calls lack, and why a figure of the headline is n/a."""
    calls = section.figures[0].denominator or 0
    lacking = [f"{each.value:,} no {each.group}" for each in section.figures if each.value]
    if section.figures[0].numerator is None:
        return f"Not known: {section.figures[0].note}."
    told = f"Of {count(calls, 'care call')}: {', '.join(lacking)}."
    if any(line.figure.figure == "care_calls" and line.figure.value is None for line in lines):
        told = "No call has a nature."
    elif not lacking:
        told = f"Nothing is missing in {count(calls, 'care call')}." if calls else "No care calls."
    if any(line.figure.value is None and line.figure.unit == "share" for line in lines):
        told += " n/a: no call has a planned follow-up whose time is over."
    return told
