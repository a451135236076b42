"""A report as documents and tables: at a terminal, plain, markdown, JSON and CSV.

Screens show a figure in one line of six columns, numbers written as people write them. JSON and CSV
have the same rows with every part in a column of its own, numbers as numbers.
"""

import sys
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from ccu import dates
from ccu.errors import InvalidInput
from ccu.output import Document, Format, Section, Table, default_format, emit, emit_document
from ccu.report.build import Report, ReportSection
from ccu.report.figures import INSTEAD, NO_DATA, Figure
from ccu.report.options import Compare

FEW = "* made of fewer than ten: may be due to chance."
MONTHS = ("calls_by_month", "care_calls_by_month")  # shown as bars, month by month
BAR = 24  # characters of the longest bar
RENAMED = {"kind": "type", "id": "number"}  # columns of lists, by their titles
# Column titles of lists on screens, where the whole words would not fit side by side.
HEADS = {
    **RENAMED,
    "care_calls": "care",
    "all_calls": "all",
    "same_person": "same",
    "has_worker": "worker",
    "open_items": "open",
    "care_previous": "care before",
    "care_year_before": "care last year",
    "arrests_previous": "arrests before",
    "arrests_year_before": "arrests last year",
    "citations": "cited",
    "citations_previous": "cited before",
    "citations_year_before": "cited last year",
    "with_value": "has it",
    "does_not_know": "does not know",
    "not_collected": "not asked",
    "required": "of",
    "open_referrals": "referrals open",
    "open_follow_ups": "follow ups open",
    "oldest_days": "oldest days",
}


def show(report: Report, format: Format | None, output: Path | None) -> None:
    """Print it. Raise InvalidInput for CSV of several sections: their columns differ."""
    terminal = output is None and sys.stdout is not None and sys.stdout.isatty()
    chosen = format or default_format(output, terminal)
    if chosen is not Format.csv:
        emit_document(document(report, bars=chosen is Format.table), chosen, output)
        return
    if len(report.sections) != 1:  # --output said so by its ending alone
        raise InvalidInput("CSV has one table a file: choose one by --section, or --format csv")
    emit(table(report.sections[0]), Format.csv, output)


def table(section: ReportSection) -> Table:
    """Return a section with every part in a column, as CSV prints it."""
    return Table(section.columns, section.rows, section.title)


def document(report: Report, *, bars: bool = False) -> Document:
    """Return the pages that people read; `bars` for a terminal."""
    period = report.period
    sections = [Section(lines=report.notes, alert=True)] if report.notes else []
    for each in report.sections:
        sections += _figures(each, report, bars) if each.kind == "figures" else [_list(each)]
    sections.append(foot(report))
    kind = "For publication: figures" if report.public else "Figures"
    return Document(f"{kind} of {report.town}, {period.label}", sections, data(report))


def _figures(section: ReportSection, report: Report, bars: bool) -> list[Section]:
    missing = [] if report.public else ["Missing, not yet"]
    columns = ["Figure", "Value", "Of", *missing, *compared(report).values()]
    monthly = [each for each in section.figures if each.figure in MONTHS]
    rows = [_row(each, report) for each in section.figures if each.figure not in MONTHS]
    few = [FEW] if any_few(section.figures, compared(report)) else []
    lines = [*section.says, *section.explains, *few]
    made = [Section(section.title, table=Table(tuple(columns), rows), lines=lines)]
    if monthly:
        made.append(Section("Calls by month", table=_by_month(monthly, bars)))
    return made


def _list(section: ReportSection) -> Section:
    lines = [*section.says, *section.explains]
    heads = tuple(_head(name) for name in section.columns)
    rows = [[_shown(column, cell) for column, cell in row.items()] for row in section.rows]
    empty = [] if rows else ["None."]
    return Section(section.title, table=Table(heads, rows), lines=[*empty, *lines])


def _head(column: str) -> str:
    """Return `Days late` for days_late."""
    words = HEADS.get(column, column.replace("_", " "))
    return words[:1].upper() + words[1:]


def compared(report: Report) -> dict[str, str]:
    """Return `previous` and `year_before` -> title, of the columns that are shown.

    For a year both are the same days: one column.
    """
    before, year = report.period.previous(), report.period.year_before()
    heads = {}
    if report.compare in (Compare.both, Compare.previous):
        heads["previous"] = before.short
    if report.compare in (Compare.both, Compare.year) and not (heads and before == year):
        heads["year_before"] = year.short
    return heads


def _row(each: Figure, report: Report) -> list[str]:
    shown = [beside(each, column) for column in compared(report)]
    missing = [] if report.public else [left_out(each)]
    return [name(each), _value_column(each), parts(each), *missing, *shown]


def beside(each: Figure, column: str) -> str:
    """Return the figure of a compared period, marked when it is made of few."""
    number = getattr(each, column)
    if number is None:
        return "-"
    few = getattr(each, f"{column}_few")
    return value(number, each.unit) + ("*" if few else "")


def any_few(figures: Iterable[Figure], columns: Iterable[str]) -> bool:
    """Return whether any of these is marked as made of few, compared periods included."""
    marks = ("few", *(f"{column}_few" for column in columns))
    return any(getattr(each, mark) for each in figures for mark in marks)


def name(each: Figure) -> str:
    """Return `Engaged: Written`: the figure and its group."""
    return f"{each.title}: {each.group}" if each.group else each.title


def valued(each: Figure) -> str:
    """Return `33.3%*`: the value, with a mark when it is made of few."""
    if each.value is None:
        return each.note if each.note in INSTEAD else value(None, each.unit)
    return value(each.value, each.unit) + ("*" if each.few else "")


def interval(each: Figure) -> str:
    """Return `20.8% to 93.9%`, or nothing."""
    if each.low is None or each.high is None:
        return ""
    return f"{value(each.low, each.unit)} to {value(each.high, each.unit)}"


def noted(each: Figure) -> str:
    """Return the note on the value, where it does not replace the value."""
    return "" if each.note in INSTEAD else each.note


def _value_column(each: Figure) -> str:
    """Return the value with its interval and its note, in one cell."""
    between, note = interval(each), noted(each)
    return valued(each) + (f" ({between})" if between else "") + (f"; {note}" if note else "")


def parts(each: Figure) -> str:
    """Return `16,479 of 109,855`, or nothing for a count."""
    if each.denominator is None:
        return ""
    if each.numerator is None:
        return f"of {_number(each.denominator)}"
    return f"{_number(each.numerator)} of {_number(each.denominator)}"


def left_out(each: Figure) -> str:
    """Return `3 missing, 12 not yet`."""
    counts = (("missing", each.missing), ("not yet", each.not_yet))
    return ", ".join(f"{count:,} {word}" for word, count in counts if count)


def value(number: float | int | None, unit: str) -> str:
    """Return 15.0%, 2.7, 3.4 h, $1,234, 1,204; `n/a` without data."""
    if number is None:
        return NO_DATA
    if unit == "share":
        return f"{number * 100:.1f}%"
    if unit == "dollars":
        return f"${number:,.2f}" if abs(number) < 100 else f"${number:,.0f}"
    if unit in ("hours", "days"):
        return f"{number:,.1f} {unit[0]}"
    return _number(number)


def _number(number: float | int | None) -> str:
    if number is None:
        return "-"
    return f"{number:,.1f}" if isinstance(number, float) else f"{number:,}"


def _shown(column: str, cell: Any) -> Any:
    if cell is None:  # of a period compared: the file does not reach back so far
        return "-" if column.endswith(("_previous", "_year_before")) else ""
    return value(cell, "share") if column == "share" else cell


def _by_month(figures: list[Figure], bars: bool) -> Table:
    """Return month, calls, care calls, and a bar of the calls in which the care calls are dark.

    A month without a figure (before the first call, not begun) has `-`, never 0.
    """
    months: dict[str, dict[str, Figure]] = {}
    for each in figures:
        months.setdefault(each.group, {})[each.figure] = each
    most = max((each.value or 0 for each in figures), default=0) or 1
    dark, light = ("█", "░") if _unicode() else ("#", "-")
    rows: list[list[Any]] = []
    for month, found in months.items():
        calls, care = (int(found[each].value or 0) for each in MONTHS)
        note = found[MONTHS[0]].note
        shown = [value(found[each].value, "count") for each in MONTHS]
        row: list[Any] = [f"{month}, {note}" if note else month, *shown]
        if bars:
            wide, inner = (round(BAR * count / most) for count in (calls, care))
            row.append(dark * inner + light * (wide - inner))
        rows.append(row)
    heads = ("Month", "Calls", "Care calls")
    return Table((*heads, "Care calls in calls") if bars else heads, rows)


def _unicode() -> bool:
    return (getattr(sys.stdout, "encoding", None) or "utf-8").lower().startswith("utf")


def foot(report: Report) -> Section:
    """Return the file, version, settings and moment: what is needed to repeat the report."""
    settings = {name: text or "(none)" for name, text in report.settings.items()}
    return Section(
        "How this was made",
        pairs=[
            ("Period", f"{report.period.start} to {report.period.last}, local days"),
            ("As of", dates.to_iso(report.as_of)),
            ("File", report.file),
            ("Made by", f"ccu {report.version}, schema {report.schema}"),
            ("Settings", ", ".join(f"{name} {text}" for name, text in settings.items())),
            ("Definitions", "ccu report --define NAME"),
        ],
    )


def data(report: Report) -> dict[str, Any]:
    """Return the report as JSON has it."""
    period = report.period
    return {
        "town": report.town,
        "period": {
            "kind": period.kind,
            "label": period.label,
            "start": str(period.start),
            "end": str(period.end),
        },
        "as_of": dates.to_iso(report.as_of),
        "not_over": report.not_over,
        "first_day": str(report.first_day) if report.first_day else None,
        "compare": report.compare,
        "public": report.public,
        "file": report.file,
        "version": report.version,
        "schema": report.schema,
        "settings": report.settings,
        "notes": report.notes,
        "sections": [
            {
                "name": each.name,
                "title": each.title,
                "kind": each.kind,
                "says": [*each.says, *each.explains],
                "columns": each.columns,
                "rows": each.rows,
            }
            for each in report.sections
        ],
    }
