"""The year behind the period: calls of twelve months, the care calls in them dark."""

from collections.abc import Sequence
from datetime import date

from ccu.dates.instants import MONTH_NAMES
from ccu.report import text
from ccu.report.build import Report, ReportSection
from ccu.report.figures import Figure
from ccu.report.html import bars, tables
from ccu.report.html.bars import Bar, Bars
from ccu.report.html.shapes import BELOW, Cell, Chart, Drawing, Grid

LABELLED = 0.06  # of the axis: a lighter part thinner than this leaves no room for a number


def chart(section: ReportSection, report: Report) -> Chart | None:
    """The drawing and its table; None when the section was asked for without its months."""
    found: dict[str, dict[str, Figure]] = {}
    for each in section.figures:
        if each.figure in text.MONTHS:
            found.setdefault(each.group, {})[each.figure] = each
    if not found:
        return None
    rows = [[by.get(name) for name in text.MONTHS] for by in found.values()]
    months = [date.fromisoformat(f"{month}-01") for month in found]
    calls, care = ([tables.number(row[at]) for row in rows] for at in (0, 1))
    most = max((each or 0 for each in calls), default=0)
    title = f"Calls and care calls by month, {_named(months[0])} to {_named(months[-1])}"
    drawings: tuple[Drawing, ...] = ()
    if most:
        says = f"A bar for each month; the longest is {most:,.0f} calls. {BELOW}"
        wide, narrow = (_by_month(months, calls, care, most, lying) for lying in (False, True))
        drawings = bars.drawings(wide, narrow, "chart-months", title, says)
    grid = Grid(
        "table-months",
        "Calls by month",
        (Cell("Month"), Cell("Calls", True), Cell("Care calls", True)),
        tuple(
            (
                Cell(month, head=True, note=_note(row)),
                *(Cell("" if each is None else tables.valued(each), True) for each in row),
            )
            for month, row in zip(found, rows, strict=True)
        ),
    )
    legend = (("dark", "care calls"), ("light", "other calls; the number at the end is all calls"))
    return Chart("months", title, drawings, "No calls in these months.", legend, grids=(grid,))


def _by_month(
    months: Sequence[date],
    calls: Sequence[float | None],
    care: Sequence[float | None],
    most: float,
    lying: bool,
) -> Bars:
    """Columns, or bars with both numbers after them where twelve columns would be too thin."""
    dark, light = [], []
    for all_, some in zip(calls, care, strict=True):
        if all_ is None or some is None:
            dark.append(Bar(None))
            light.append(Bar(None))
            continue
        room = (all_ - some) / most > LABELLED
        dark.append(Bar(some, f"{some:,}" if room and not lying else ""))
        light.append(Bar(all_ - some, f"{all_:,}, care {some:,}" if lying else f"{all_:,}"))
    names = [MONTH_NAMES[month.month - 1][:3] for month in months]
    labels = [
        f"{name} {month.year}" if lying or not at or month.month == 1 else name
        for at, (name, month) in enumerate(zip(names, months, strict=True))
    ]
    after = 20 + 6 * max(len(bar.text) for bar in light)
    return Bars(labels, (dark, light), most * 1.02, lying=lying, stacked=True, after=after)


def _named(month: date) -> str:
    return f"{MONTH_NAMES[month.month - 1]} {month.year}"


def _note(row: Sequence[Figure | None]) -> str:
    return next((note for each in row if each is not None and (note := tables.noted(each))), "")
