"""The sections that are drawn, and the words that go with each drawing."""

from collections.abc import Callable, Sequence
from typing import Any

from ccu.dates.instants import MONTH_NAMES
from ccu.output.text import is_number
from ccu.report import text
from ccu.report.build import Report, ReportSection
from ccu.report.figures import LEAST, Figure
from ccu.report.html import drawings, tables
from ccu.report.html.drawings import Mark, Rows
from ccu.report.html.shapes import BELOW, Cell, Chart, Drawing, Grid
from ccu.report.sentences import count

MOST_PLACES = 15  # bars; the table has all


def of_section(section: ReportSection, report: Report) -> Chart | None:
    """Return the section's chart, if it has one."""
    return _CHARTS[section.name](section, report) if section.name in _CHARTS else None


def _months(section: ReportSection, report: Report) -> Chart | None:
    """Calls of twelve months, the care calls in them dark; None when the months were left out."""
    found: dict[str, dict[str, Figure]] = {}
    for each in section.figures:
        if each.figure in text.MONTHS:
            found.setdefault(each.group, {})[each.figure] = each
    if not found:
        return None
    rows = [[by.get(name) for name in text.MONTHS] for by in found.values()]
    pairs = [[tables.number(each) for each in row] for row in rows]
    names = [f"{MONTH_NAMES[int(month[5:]) - 1]} {month[:4]}" for month in found]
    most = max((calls or 0 for calls, _care in pairs), default=0)
    title = f"Calls and care calls by month, {names[0]} to {names[-1]}"
    drawn: tuple[Drawing, ...] = ()
    if most:
        light = [_other_calls(calls, care) for calls, care in pairs]
        shown = Rows(
            labels=[f"{name[:3]} {name[-4:]}" for name in names],
            series=([Mark(care) for _calls, care in pairs], light),
            top=most,
            stacked=True,
            after=20 + 7 * max(len(mark.text) for mark in light),
        )
        about = f"A bar for each month; the longest is {most:,.0f} calls. {BELOW}"
        drawn = drawings.rows(shown, "chart-months", title, about)
    grid = Grid(
        "table-months",
        "Calls by month",
        (Cell("Month"), Cell("Calls", True), Cell("Care calls", True)),
        tuple(
            (
                Cell(month, head=True, note=_note(row)),
                *(Cell("" if each is None else text.valued(each), True) for each in row),
            )
            for month, row in zip(found, rows, strict=True)
        ),
    )
    legend = (("dark", "care calls"), ("light", "other calls; the number at the end is all calls"))
    return Chart(title, drawn, "No calls in these months.", legend, grids=(grid,))


def _other_calls(calls: float | None, care: float | None) -> Mark:
    if calls is None or care is None:
        return Mark(None)
    return Mark(calls - care, f"{calls:,}, care {care:,}")


def _note(row: Sequence[Figure | None]) -> str:
    return next((note for each in row if each is not None and (note := text.noted(each))), "")


def _repeat_addresses(section: ReportSection, report: Report) -> Chart | None:
    counted = "all_calls" if report.settings["all_calls"] == "yes" else "care_calls"
    what = "Calls" if counted == "all_calls" else "Care calls"
    title = f"{what} at repeat addresses in the {tables.window(report)}"
    shown = [item for item in section.items if is_number(item[counted])]
    shown = sorted(shown, key=lambda item: -item[counted])[:MOST_PLACES]
    rows = Rows(
        labels=[str(item["address"] or "no address") for item in shown],
        series=[[Mark(item[counted], f"{item[counted]:,}") for item in shown]],
        top=shown[0][counted] if shown else 0,
    )
    about = f"Bars for {count(len(shown), 'address', 'addresses')}, most calls first. {BELOW}"
    more = len(section.items) - len(shown)
    lines = (f"The {len(shown)} with the most; {more} more are in the table.",) if more else ()
    drawn = drawings.rows(rows, "chart-places", title, about) if shown else ()
    return Chart(title, drawn, "No repeat addresses.", lines=lines)


def _referrals(section: ReportSection, report: Report) -> Chart | None:
    by = {(each.figure, each.group): each for each in section.figures}
    made = tables.number(by.get(("referrals_made", "")))
    now = [by.get(("referral_outcome", status)) for status in ("In progress", "Service received")]
    # a status that no referral has is not among the figures
    under_way = sum(tables.number(each) or 0 for each in now)
    steps: tuple[tuple[str, float | int | None], ...] = (
        ("Made", made),
        ("Accepted", tables.part(by.get(("referral_acceptance", "")))),
        ("In progress or received now", under_way),
        ("Service received", tables.part(by.get(("referral_success", "")))),
    )
    title = f"Progress of the referrals made, {report.period.label}"
    drawn: tuple[Drawing, ...] = ()
    if made:
        marks = [Mark(number, _of(number, made)) for _name, number in steps]
        rows = Rows([name for name, _ in steps], [marks], made, after=90)
        about = f"Bars, of {count(made, 'referral')} made. {BELOW}"
        drawn = drawings.rows(rows, "chart-referrals", title, about)
    few = bool(made) and (made or 0) < LEAST
    cells = tuple(
        (
            Cell(name, head=True),
            Cell(text.value(number, "count"), True),
            Cell(_share_of(number, made, few), True),
        )
        for name, number in steps
    )
    heads = (Cell("Step"), Cell("Referrals", True), Cell("Of those made", True))
    lines = (text.FEW,) if few else ()
    grid = Grid("table-funnel", "Of the referrals made", heads, cells, lines)
    return Chart(title, drawn, "No referrals in this period.", grids=(grid,))


def _of(number: float | None, whole: float) -> str:
    if number is None:
        return ""
    return f"{number:,} ({number / whole * 100:.0f}%{'*' if whole < LEAST else ''})"


def _share_of(number: float | None, whole: float | None, few: bool) -> str:
    if number is None or not whole:
        return text.value(None, "share")
    return text.value(number / whole, "share") + ("*" if few else "")


def _hand_offs(section: ReportSection, report: Report) -> Chart | None:
    figures = [each for each in section.figures if each.figure == "follow_through"]
    days = report.settings["handoff_days"]
    title = f"Referrals followed through within {days} days, by handoff, {report.period.label}"
    rows = Rows(
        labels=[_followed_through(each) for each in figures],
        series=[[Mark(tables.number(each), "", each.low, each.high) for each in figures]],
        top=1,
        share=True,
        dots=True,
        after=24,
    )
    about = f"A dot for each type of handoff, on a line as long as its 95% interval. {BELOW}"
    some = any(tables.number(each) is not None for each in figures)
    return Chart(
        title,
        drawings.rows(rows, "chart-hand-offs", title, about) if some else (),
        "No referrals in this period whose days are over.",
        lines=("The dot is the share, the line its 95% interval.",) if some else (),
    )


def _followed_through(each: Figure) -> str:
    """Return `Written: 40.0%* of 5`."""
    name = "All together" if each.group == "all" else each.group
    if each.value is None:
        return f"{name}: no figure"
    return f"{name}: {text.valued(each)} of {text.value(each.denominator, 'count')}"


def _first_follow_up(section: ReportSection, report: Report) -> Chart | None:
    by = {each.figure: each for each in section.figures}
    windows = ("24h", "72h", "7d")
    series = [
        [_share(by.get(f"first_{result}_within_{window}")) for window in windows]
        for result in ("attempt", "reached")
    ]
    title = f"Calls followed up within 24 hours, 72 hours and 7 days, {report.period.label}"
    labels = ("Within 24 hours", "Within 72 hours", "Within 7 days")
    drawn: tuple[Drawing, ...] = ()
    if any(mark.value is not None for marks in series for mark in marks):
        about = f"Pairs of bars: the share of calls tried and the share reached. {BELOW}"
        rows = Rows(labels, series, top=1, share=True)
        drawn = drawings.rows(rows, "chart-first-follow-up", title, about)
    legend = (("dark", "tried"), ("light", "reached"))
    empty = "No calls in this period with a follow-up planned whose time is over."
    return Chart(title, drawn, empty, legend)


def _share(each: Figure | None) -> Mark:
    number = tables.number(each)
    if each is None or number is None:
        return Mark(None)
    return Mark(number, text.valued(each))


def _hours(section: ReportSection, report: Report) -> Chart | None:
    counts = {(item["weekday"], f"{item['hour']:02}"): item["care_calls"] for item in section.items}
    title = f"Care calls by day of the week and hour, {report.period.label}"
    drawn: tuple[Drawing, ...] = ()
    if any(counts.values()):
        about = f"A square for each hour of the week, darker where there were more. {BELOW}"
        drawn = drawings.week(counts, "chart-hours", title, about)
    columns = [name for name in section.columns if name != "weekday"]
    days = dict.fromkeys(str(item["weekday"]) for item in section.items)
    grids = tuple(_day(section, report, day, columns) for day in days)
    empty = "No care calls in this period."
    return Chart(title, drawn, empty, grids=grids)


def _day(section: ReportSection, report: Report, day: str, columns: Sequence[str]) -> Grid:
    items: list[dict[str, Any]] = [item for item in section.items if item["weekday"] == day]
    return tables.listed(section, report, items, caption=day, columns=columns)


_CHARTS: dict[str, Callable[[ReportSection, Report], Chart | None]] = {
    "summary": _months,
    "repeat-addresses": _repeat_addresses,
    "referrals": _referrals,
    "hand-offs": _hand_offs,
    "first-follow-up": _first_follow_up,
    "hours": _hours,
}
