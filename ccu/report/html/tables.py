"""A section's rows as a table for people: the same rows and cells as in the other formats."""

from collections.abc import Sequence
from typing import Any

from ccu.output.text import is_number, plain_text
from ccu.report import text
from ccu.report.build import Report, ReportSection
from ccu.report.figures import Figure
from ccu.report.html.shapes import Cell, Grid

# The cell by which a row of a list is known; else its first one.
KNOWN_BY = {"repeat-addresses": "address", "overdue": "id", "completeness": "field"}
SHARES = ("share",)
OF_THE_MOMENT = ("overdue", "caseload")
OF_THE_WINDOW = ("repeat-addresses", "repeat-people")


def section(section: ReportSection, report: Report) -> Grid:
    """The table of a section; months have one of their own beside their drawing."""
    if section.kind == "figures":
        figures = [each for each in section.figures if not text.is_monthly(each)]
        return _figures(section, figures, report)
    return listed(section, report, section.items)


def listed(
    section: ReportSection,
    report: Report,
    items: Sequence[dict[str, Any]],
    *,
    caption: str = "",
    columns: Sequence[str] = (),
) -> Grid:
    """The rows of a list, or of a part of it."""
    columns = columns or section.columns
    known_by = KNOWN_BY.get(section.name, "")
    known_by = known_by if known_by in columns else columns[0]
    numbers = {
        name: any(is_number(item[name]) for item in items) or name in SHARES for name in columns
    }
    heads = tuple(Cell(_head(name, report), numbers[name]) for name in columns)
    rows = tuple(
        tuple(
            Cell(_cell(name, item[name]), numbers[name], head=name == known_by) for name in columns
        )
        for item in items
    )
    name = f"{section.name}-{caption.lower()}" if caption else section.name
    return Grid(f"table-{name}", caption or captioned(section, report), heads, rows)


def captioned(section: ReportSection, report: Report) -> str:
    """`Hand-offs, January 2026`; what is of a moment or of other days says those."""
    if section.name in OF_THE_MOMENT:
        return f"{section.title}, as of {report.as_of:%Y-%m-%d}"
    if section.name in OF_THE_WINDOW:
        return f"{section.title}, {window(report)}"
    return f"{section.title}, {report.period.label}"


def window(report: Report) -> str:
    """`90 days to 2026-01-31`: the days in which repeats are counted."""
    last = min(report.period.last, report.as_of.date())
    return f"{report.settings['repeat_days']} days to {last}"


def _head(name: str, report: Report) -> str:
    """`Care calls, Dec 2025` for care_previous."""
    words = text.RENAMED.get(name, name).replace("_", " ").replace("follow ups", "follow-ups")
    for ending, period in (
        (" previous", report.period.previous()),
        (" year before", report.period.year_before()),
    ):
        if words.endswith(ending):
            first = words.removesuffix(ending)
            words = f"{'care calls' if first == 'care' else first}, {period.short}"
    return words[:1].upper() + words[1:]


def _cell(name: str, value: Any) -> str:
    if name in SHARES and (value is None or is_number(value)):
        return text.value(value, "share")
    if isinstance(value, float):
        return f"{value:,.1f}"
    if is_number(value) and name not in ("place", "person", "id", "referral", "call"):
        return f"{value:,}"
    return plain_text(value)


def _figures(section: ReportSection, figures: Sequence[Figure], report: Report) -> Grid:
    compared = text.compared(report)
    intervals = any(each.low is not None for each in figures)
    heads = [Cell("Figure"), Cell("Value", number=True)]
    heads += [Cell("95% interval", number=True)] if intervals else []
    heads += [Cell("Of", number=True)]
    heads += [] if report.public else [Cell("Missing or not yet")]
    heads += [Cell(period, number=True) for period in compared.values()]
    rows = []
    for each in figures:
        cells = [
            Cell(text.name(each), head=True, note=text.noted(each), link=f"define-{each.figure}"),
            Cell(text.valued(each), number=True),
        ]
        cells += [Cell(text.interval(each), number=True)] if intervals else []
        cells += [Cell(text.parts(each), number=True)]
        cells += [] if report.public else [Cell(text.left_out(each))]
        cells += [Cell(text.beside(each, column), number=True) for column in compared]
        rows.append(tuple(cells))
    few = (text.FEW,) if text.any_few(figures, compared) else ()
    grid = f"table-{section.name}"
    return Grid(grid, captioned(section, report), tuple(heads), tuple(rows), few)


def number(each: Figure | None) -> float | int | None:
    """The figure's value, where it is a number."""
    return each.value if each is not None and is_number(each.value) else None


def part(each: Figure | None) -> float | int | None:
    """The figure's numerator, likewise."""
    return each.numerator if each is not None and is_number(each.numerator) else None
