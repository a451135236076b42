"""A report for people, and as JSON and CSV.

Screens show a figure in one line of six columns, with units. JSON and CSV
have the same rows with every part in a column of its own, numbers as numbers.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Any

from ccu import dates
from ccu.output import Section, Table
from ccu.report import definitions, sentences
from ccu.report.build import Report, ReportSection
from ccu.report.definitions import BY_MONTH
from ccu.report.figures import INSTEAD, NO_DATA, TOO_FEW, Figure
from ccu.report.period import compared_with, moment_words, month_words

FEW = "* made of fewer than ten: may be due to chance."
WITH_DATA = " with data"  # left out if the missing ones have a column
PART = "~"  # of a period that is not over or not complete
NOT_COMPLETE = f"{PART} not complete; see above."
DAYS = ("first", "last", "due")  # columns of lists that hold days
RENAMED = {"kind": "type", "id": "number"}  # columns of lists, by their titles
# Column titles of lists on screens, where the full words would not fit side by side.
HEADS = {
    **RENAMED,
    "care_calls": "care",
    "all_calls": "all",
    "same_person": "same",
    "has_worker": "worker",
    "open_items": "open",
    "arrests": "all arrests",
    "citations": "all cited",
    "with_value": "has it",
    "does_not_know": "does not know",
    "not_collected": "not asked",
    "required": "of",
    "open_referrals": "referrals open",
    "open_follow_ups": "follow ups open",
    "oldest_days": "oldest days",
}


ABOUT = ("town", "period", "from", "to", "title")  # CSV columns before those of a section
PARTIAL = "partial"  # CSV columns after them: which periods are not over, not complete, or empty


def table(section: ReportSection, report: Report) -> Table:
    """Return a section with every part in a column, as CSV prints it.

    Each row names its town, period and figure, so that the files of twelve months can be joined,
    and which periods are partial: `period`, `previous`, `year_before`.
    """
    period = report.period
    partial = " ".join(each for each in report.gaps if report.is_partial(each))
    about = (report.town, period.label, str(period.start), str(period.last))
    titles = [each.title for each in section.figures] or [section.title] * len(section.items)
    marks = [partial] * len(titles)
    for place, each in enumerate(section.figures):
        if is_monthly(each):
            marks[place] = "period" if each.note else ""
    rows = [
        (*about, title, *row.values(), mark)
        for title, row, mark in zip(titles, section.rows, marks, strict=True)
    ]
    return Table((*ABOUT, *section.columns, PARTIAL), rows, section.title)


def sections_of(section: ReportSection, report: Report) -> list[Section]:
    """Return a section as people read it: its table and sentences, its months apart."""
    if section.name == "hours":
        return [_week(section)]
    return _figures(section, report) if section.kind == "figures" else [_list(section, report)]


def is_monthly(each: Figure) -> bool:
    """Return whether it is the number of one month of a series."""
    return each.figure.endswith(BY_MONTH)


def _figures(section: ReportSection, report: Report) -> list[Section]:
    missing = [] if report.public else ["Missing, not yet"]
    columns = ["Figure", "Value", "Of", *missing, *compared(report).values()]
    enough = {each.figure for each in section.figures if each.note != TOO_FEW}
    none = dict.fromkeys(each.title for each in section.figures if each.figure not in enough)
    shown = [each for each in section.figures if not is_monthly(each) and each.figure in enough]
    monthly = [each for each in section.figures if is_monthly(each)]
    rows = [_row(each, report) for each in shown]
    few = [FEW] if any_few(section.figures, compared(report)) else []
    part = [NOT_COMPLETE] if any(PART in each for each in columns) else []
    untold = dict.fromkeys(noted(each) for each in shown if each.value is None)
    why = [f"{NO_DATA}: {note}." for note in untold if note]
    fewer = [f"Too few in every group: {', '.join(none)}."] if none else []
    lines = [*fewer, *section.says, *section.explains, *why, *few, *part]
    made = [Section(section.title, table=Table(tuple(columns), rows), lines=lines)]
    if monthly:
        made.append(Section("By month", table=_by_month(monthly)))
    return made


def _list(section: ReportSection, report: Report) -> Section:
    lines = [*section.says, *section.explains]
    if any(map(_compared_with(section.columns).get, section.columns)):
        beside = compared_with(report.period, "both")
        periods = " / ".join(each.short for each in (report.period, *beside.values()))
        lines.insert(0, f"In one cell: {periods}.")
    empty = [] if section.items else [sentences.without_rows(section)]
    return Section(
        section.title, table=listed(section.items, section.columns), lines=[*empty, *lines]
    )


def listed(items: Sequence[Mapping[str, Any]], columns: Sequence[str]) -> Table:
    """Return rows of a list under titles, a number and those compared with it in one cell."""
    together = _compared_with(columns)
    after = {name for names in together.values() for name in names}
    rows = [
        [_cell(item, (name, *together.get(name, ()))) for name in columns if name not in after]
        for item in items
    ]
    return Table(tuple(_head(name) for name in columns if name not in after), rows)


def _cell(item: Mapping[str, Any], names: Sequence[str]) -> Any:
    """Return `12 / 9 / -` of several columns; the value of one."""
    shown = [
        NO_DATA if _is_not_recorded(item, name) else _shown(name, item[name], item.get("unit", ""))
        for name in names
    ]
    if len(shown) == 1:
        return shown[0]
    return " / ".join(_number(each) if isinstance(each, int) else each for each in shown)


def _is_not_recorded(item: Mapping[str, Any], name: str) -> bool:
    """Return whether arrests or citations are not known in a period whose calls are."""
    what, _, period = name.partition("_")
    calls = item.get(f"care_{period or 'calls'}", item.get(name.replace(what, "calls", 1)))
    return what in ("arrests", "citations") and item[name] is None and calls is not None


def _compared_with(columns: Sequence[str]) -> dict[str, tuple[str, ...]]:
    """Return column -> those of the same number in the compared periods, where there are any."""
    found: dict[str, tuple[str, ...]] = {}
    for name in columns:
        stem = name if f"{name}_previous" in columns else name.removesuffix("_calls")
        if f"{stem}_previous" in columns:
            found[name] = (f"{stem}_previous", f"{stem}_year_before")
    return found


def _week(section: ReportSection) -> Section:
    """Return care calls as a row for each day and a column for each hour, two digits wide."""
    most = max((item["care_calls"] for item in section.items), default=0)
    step = 10 ** max(0, len(str(most)) - 2)
    days: dict[str, list[str]] = {}
    for item in section.items:
        shown = round(item["care_calls"] / step)
        days.setdefault(item["weekday"][:3], []).append(f"{shown or '.':>2}")
    hours = " ".join(f"{hour:02}" for hour in range(24))
    unit = [f"In units of {step:,} calls, rounded."] if step > 1 else []
    return Section(
        f"{section.title}: care calls by day and hour",
        table=Table(("Day", hours), [(day, " ".join(cells)) for day, cells in days.items()]),
        lines=[*_not_known(section), *unit, *section.says, *section.explains],
    )


def _head(column: str) -> str:
    """Return `Days late` for days_late."""
    words = HEADS.get(column, column.replace("_", " "))
    return words[:1].upper() + words[1:]


def compared(report: Report) -> dict[str, str]:
    """Return `previous` and `year_before` -> title, of the columns that are shown.

    For a year both are the same days: one column. One that is not complete is marked.
    """
    beside = dict(compared_with(report.period, report.compare))
    if len(beside) == 2 and beside["previous"] == beside["year_before"]:
        del beside["year_before"]
    return {
        name: each.short + (PART if report.is_partial(name) and not report.is_before(each) else "")
        for name, each in beside.items()
    }


def _row(each: Figure, report: Report) -> list[str]:
    shown = [beside(each, column) for column in compared(report)]
    missing = [] if report.public else [left_out(each)]
    of = parts(each) if report.public else parts(each).removesuffix(WITH_DATA)
    return [name(each), _value_column(each), of, *missing, *shown]


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


def change(each: Figure, column: str) -> str:
    """Return `+12% (+3% to +22%)` since a compared period; nothing where it is not stated.

    An interval with 0 in it is marked: it may be due to chance.
    """
    shares = [getattr(each, f"{column}_change{end}") for end in ("", "_low", "_high")]
    if None in shares:
        return ""
    now, low, high = (f"{share * 100:+.0f}%" for share in shares)
    chance = ", may be chance" if shares[1] <= 0 <= shares[2] else ""
    return f"{now} ({low} to {high}{chance})"


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
    between, note = interval(each), "" if each.value is None else noted(each)
    return valued(each) + (f" ({between})" if between else "") + (f"; {note}" if note else "")


def parts(each: Figure) -> str:
    """Return `16,479 of 109,855`, or nothing for a count; `9 of 12 with data` if some lack it."""
    if each.denominator is None:
        return ""
    lacking = WITH_DATA if each.missing else ""
    if each.numerator is None:
        return f"of {_number(each.denominator)}{lacking}"
    return f"{_number(each.numerator)} of {_number(each.denominator)}{lacking}"


def left_out(each: Figure) -> str:
    """Return `3 missing, 12 not yet`."""
    counts = (("missing", each.missing), ("not yet", each.not_yet))
    return ", ".join(f"{count:,} {word}" for word, count in counts if count)


def value(number: float | int | None, unit: str) -> str:
    """Return 15.0%, 2.7, 3.4 h, 6.5 min, $1,234, 1,204; `n/a` without data."""
    if number is None:
        return NO_DATA
    if unit == "share":
        return f"{number * 100:.1f}%"
    if unit == "dollars":
        return f"${number:,.2f}" if abs(number) < 100 else f"${number:,.0f}"
    if unit in ("hours", "days", "minutes"):
        return f"{number:,.1f} {'min' if unit == 'minutes' else unit[0]}"
    return _number(number)


def _number(number: float | int | None) -> str:
    if number is None:
        return "-"
    return f"{number:,.1f}" if isinstance(number, float) else f"{number:,}"


def _shown(column: str, cell: Any, unit: str = "") -> Any:
    if column in ("old", "new") and not isinstance(cell, str):
        return value(cell, unit)
    if column == "figure" and cell in definitions.every():
        return definitions.every()[cell].title
    if cell is None:  # of a period compared: the file does not reach back so far
        instead = NO_DATA if column in ("arrests", "citations") else ""
        return "-" if column.endswith(("_previous", "_year_before")) else instead
    if column in DAYS:
        return dates.say_date(date.fromisoformat(cell))
    return value(cell, "share") if column == "share" else cell


def _by_month(figures: list[Figure]) -> Table:
    """Return a row for each month and a column for each figure.

    A month without a figure (before the first call, not begun) has `-`, never 0.
    """
    heads = dict.fromkeys(each.title.removesuffix(" by month") for each in figures)
    months: dict[str, list[str]] = {}
    for each in figures:
        month = month_words(each.group) + (f", {each.note}" if each.note else "")
        months.setdefault(month, [month]).append("-" if each.value is None else valued(each))
    return Table(("Month", *heads), list(months.values()))


def days(report: Report) -> str:
    """Return `Jan 1, 2026 to Jan 31, 2026`."""
    return f"{dates.say_date(report.period.start)} to {dates.say_date(report.period.last)}"


def foot(report: Report) -> Section:
    """Return the file, version, settings and moment: what is needed to repeat the report."""
    settings = {name: text or "(none)" for name, text in report.settings.items()}
    listed = report.settings["civilian_natures"].split(",")
    named = [report.natures.get(code.strip(), code) for code in listed if code]
    settings["civilian_natures"] = "; ".join(named) or "(none)"
    made = ", ".join(f"{name} {text}" for name, text in settings.items())
    return Section(
        "How this was made",
        pairs=[
            ("Period", f"{days(report)}, local days"),
            ("As of", moment_words(report.as_of)),
            ("File", report.file),
            ("Made by", f"ccu {report.version}, schema {report.schema}"),
            *([] if report.public else [("Settings", made)]),  # names of ours, not for a website
            ("Definitions", "ccu report --define NAME"),
        ],
    )


def _not_known(section: ReportSection) -> list[str]:
    """Return the sentence of a list without rows that are not known to be none."""
    said = "" if section.kind == "figures" or section.items else sentences.without_rows(section)
    return [] if said in ("", sentences.NONE) else [said]


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
        "partial": {name: report.is_partial(name) for name in report.gaps},
        "first_day": str(report.first_day) if report.first_day and not report.public else None,
        "compare": report.compare,
        "public": report.public,
        "file": report.file,
        "version": report.version,
        "schema": report.schema,
        "settings": report.settings,
        "notes": report.notes,
        "undecided": None if report.public else report.undecided,
        "undecided_overdue": None if report.public else report.undecided_overdue,
        "sections": [
            {
                "name": each.name,
                "title": each.title,
                "kind": each.kind,
                "says": [*_not_known(each), *each.says, *each.explains],
                "columns": each.columns,
                "rows": each.rows,
            }
            for each in report.sections
        ],
    }
