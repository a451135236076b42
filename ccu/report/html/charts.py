"""Where people would rather look than read: which sections are drawn, and what is said of each."""

from collections.abc import Callable, Sequence
from typing import Any

from ccu.output.text import is_number
from ccu.report import text
from ccu.report.build import Report, ReportSection
from ccu.report.figures import LEAST, Figure
from ccu.report.html import bars, heat, intervals, months, tables
from ccu.report.html.bars import Bar, Bars
from ccu.report.html.shapes import BELOW, Cell, Chart, Drawing, Grid
from ccu.report.sentences import count

MOST_PLACES = 15  # bars; the table has all


def of(section: ReportSection, report: Report) -> Chart | None:
    """The section's chart, if it has one."""
    return _CHARTS[section.name](section, report) if section.name in _CHARTS else None


def _repeat_addresses(section: ReportSection, report: Report) -> Chart | None:
    counted = "all_calls" if report.settings["all_calls"] == "yes" else "care_calls"
    what = "Calls" if counted == "all_calls" else "Care calls"
    title = f"{what} at repeat addresses in the {tables.window(report)}"
    shown = [item for item in section.items if is_number(item[counted])]
    shown = sorted(shown, key=lambda item: -item[counted])[:MOST_PLACES]
    drawn = Bars(
        labels=[str(item["address"] or "no address") for item in shown],
        series=[[Bar(item[counted], f"{item[counted]:,}") for item in shown]],
        top=shown[0][counted] if shown else 0,
        lying=True,
    )
    says = f"Bars for {count(len(shown), 'address', 'addresses')}, most calls first. {BELOW}"
    more = len(section.items) - len(shown)
    lines = (f"The {len(shown)} with the most; {more} more are in the table.",) if more else ()
    drawings = bars.drawings(drawn, drawn, "chart-places", title, says) if shown else ()
    return Chart("repeat-addresses", title, drawings, "No repeat addresses.", lines=lines)


def _referrals(section: ReportSection, report: Report) -> Chart | None:
    by = {(each.figure, each.group): each for each in section.figures}
    made = tables.number(by.get(("referrals_made", "")))
    now = [by.get(("referral_outcome", status)) for status in ("In progress", "Service received")]
    # a status that no referral has is not among the figures
    under_way = sum(tables.number(each) or 0 for each in now)
    steps: tuple[tuple[str, str, float | int | None], ...] = (
        ("Made", "Made", made),
        ("Accepted", "Accepted", tables.part(by.get(("referral_acceptance", "")))),
        ("In progress or received now", "Under way", under_way),
        ("Service received", "Received", tables.part(by.get(("referral_success", "")))),
    )
    title = f"How far the referrals made came, {report.period.label}"
    drawings: tuple[Drawing, ...] = ()
    if made:
        wide, narrow = (
            Bars(
                labels=[step[:2][at] for step in steps],
                series=[[Bar(number, _of(number, made)) for *_, number in steps]],
                top=made,
                lying=True,
                after=90,
            )
            for at in (0, 1)
        )
        says = f"Bars, of {count(made, 'referral')} made. {BELOW}"
        drawings = bars.drawings(wide, narrow, "chart-referrals", title, says)
    few = bool(made) and (made or 0) < LEAST
    rows = tuple(
        (
            Cell(name, head=True),
            Cell(text.value(number, "count"), True),
            Cell(_share_of(number, made, few), True),
        )
        for name, _, number in steps
    )
    heads = (Cell("Step"), Cell("Referrals", True), Cell("Of those made", True))
    lines = (text.FEW,) if few else ()
    grid = Grid("table-funnel", "Of the referrals made", heads, rows, lines)
    return Chart("referrals", title, drawings, "No referrals in this period.", grids=(grid,))


def _of(number: float | None, whole: float) -> str:
    if number is None:
        return ""
    return f"{number:,} ({number / whole * 100:.0f}%{'*' if whole < LEAST else ''})"


def _share_of(number: float | None, whole: float | None, few: bool) -> str:
    if number is None or not whole:
        return text.value(None, "share")
    return text.value(number / whole, "share") + ("*" if few else "")


def _hand_offs(section: ReportSection, report: Report) -> Chart | None:
    rows = [each for each in section.figures if each.figure == "follow_through"]
    title = (
        f"Referrals followed through within {report.settings['handoff_days']} days, by hand-off,"
        f" {report.period.label}"
    )
    marks = [
        intervals.Mark(
            "All together" if each.group == "all" else each.group,
            f"{tables.valued(each)}, {text.parts(each)}" if each.value is not None else "no figure",
            tables.number(each),
            each.low,
            each.high,
        )
        for each in rows
    ]
    says = f"A dot for each kind of hand-off, on a line as long as its 95% interval. {BELOW}"
    drawn = any(mark.value is not None for mark in marks)
    return Chart(
        "hand-offs",
        title,
        intervals.drawings(marks, "chart-hand-offs", title, says) if drawn else (),
        "No referrals in this period whose days are over.",
        lines=("The dot is the share, the line its 95% interval.",) if drawn else (),
    )


def _first_follow_up(section: ReportSection, report: Report) -> Chart | None:
    by = {each.figure: each for each in section.figures}
    windows = (("24h", "24 hours"), ("72h", "72 hours"), ("7d", "7 days"))
    series = [
        [by.get(f"first_{kind}_within_{word}") for word, _ in windows]
        for kind in ("attempt", "reached")
    ]
    title = f"Calls followed up within 24 hours, 72 hours and 7 days, {report.period.label}"
    drawings: tuple[Drawing, ...] = ()
    if any(tables.number(each) is not None for each in (*series[0], *series[1])):
        wide, narrow = (
            Bars(
                labels=[word + words for _, words in windows],
                series=[[_share(each, digits) for each in row] for row in series],
                top=1,
                share=True,
            )
            for word, digits in (("Within ", 1), ("", 0))
        )
        says = f"Pairs of columns: the share of calls tried and the share reached. {BELOW}"
        drawings = bars.drawings(wide, narrow, "chart-first-follow-up", title, says)
    legend = (("dark", "tried"), ("light", "reached"))
    empty = "No calls in this period with a follow-up planned whose time is over."
    return Chart("first-follow-up", title, drawings, empty, legend)


def _share(each: Figure | None, digits: int) -> Bar:
    number = tables.number(each)
    if each is None or number is None:
        return Bar(None)
    return Bar(number, f"{number * 100:.{digits}f}%{'*' if each.few else ''}")


def _hours(section: ReportSection, report: Report) -> Chart | None:
    counts = {(item["weekday"], f"{item['hour']:02}"): item["care_calls"] for item in section.items}
    title = f"Care calls by day of the week and hour, {report.period.label}"
    drawings: tuple[Drawing, ...] = ()
    if any(counts.values()):
        says = f"A square for each hour of the week, darker where there were more. {BELOW}"
        drawings = heat.drawings(counts, "chart-hours", title, says)
    columns = [name for name in section.columns if name != "weekday"]
    days = dict.fromkeys(str(item["weekday"]) for item in section.items)
    grids = tuple(_day(section, report, day, columns) for day in days)
    empty = "No care calls in this period."
    return Chart("hours", title, drawings, empty, grids=grids)


def _day(section: ReportSection, report: Report, day: str, columns: Sequence[str]) -> Grid:
    items: list[dict[str, Any]] = [item for item in section.items if item["weekday"] == day]
    return tables.listed(section, report, items, caption=day, columns=columns)


_CHARTS: dict[str, Callable[[ReportSection, Report], Chart | None]] = {
    "summary": months.chart,
    "repeat-addresses": _repeat_addresses,
    "referrals": _referrals,
    "hand-offs": _hand_offs,
    "first-follow-up": _first_follow_up,
    "hours": _hours,
}
