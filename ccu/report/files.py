"""The report as a file for readers without an account: a page in HTML, a workbook in XLSX.

The page needs nothing but itself, without scripts. The headline and the lists of the one page come
first; every section is folded below them. What is drawn is drawn in page.html.jinja: the months of
the headline, bars of shares, the week by the hour.

The workbook has the page on the first sheet, then a sheet for each section, with the rows and
columns of its CSV file. Numbers are numbers, days are days, shares are percentages; text is always
text, so that no cell is run as a formula. The same report gives the same bytes.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ccu.output import Section, Table, paper
from ccu.output.formats import numeric_columns
from ccu.output.text import one_line, plain_text
from ccu.output.workbook import NAME, Book
from ccu.report import definitions, page, sentences, text
from ccu.report.build import Report, ReportSection
from ccu.report.definitions import Definition
from ccu.report.figures import Figure
from ccu.report.period import month_words

if TYPE_CHECKING:
    from jinja2 import Environment
    from markupsafe import Markup
    from xlsxwriter.worksheet import Worksheet


HERE = Path(__file__).parent
_INTERVALS = {
    "counts": "of the percent change, 95%, as of two Poisson counts",
    "wilson": "Wilson's, 95%",
    "reduction": "of the ratio, 95%, by person",
}


@dataclass(frozen=True)
class Part:
    """One folded section: its tables, a bar for each figure that is a share, its definitions."""

    section: ReportSection
    tables: list[Section]
    bars: list[Figure | None]
    defined: list[Definition]


def html(report: Report) -> str:
    """Return the page as one text of HTML."""
    report = page.for_board(report)
    leads = page.fits(report)
    rendered: str = (
        _environment()
        .get_template("page.html.jinja")
        .render(
            title=page.title(report),
            days=text.days(report),
            report=report,
            compared=text.compared(report),
            headline=page.headline(report) if leads else [],
            told=page.remarks(page.headline(report), report) if leads else [],
            lists=page.lists(report) if leads else [],
            pairs=page.pairs(report)[:3] if leads else [],
            parts=[_part(each, report) for each in report.sections],
            foot=text.foot(report),
        )
    )
    return rendered


@cache
def _environment() -> "Environment":
    from markupsafe import Markup

    made = paper.environment(HERE, _safe)
    css = (HERE / "page.css").read_text(encoding="utf-8")
    made.globals["css"] = Markup(css)  # ours; nothing of a town is put into it
    made.tests["no_rows"] = lambda line: line.startswith(sentences.NO_ROWS)
    made.filters |= {
        "month": month_words,
        "code": _code,
        "facts": _facts,
        "parts": text.parts,
        "valued": text.valued,
        "numeric": lambda table: numeric_columns(list(table.cells()), len(table.columns)),
        "cell": plain_text,
    }
    return made


def _safe(value: Any) -> Any:
    """Return text that cannot act or hide; markup of ours is left as it is."""
    return one_line(value) if type(value) is str else value


def _code(sentence: str) -> "Markup":
    """Return a fixed sentence with its `words` as code."""
    from markupsafe import Markup, escape

    escaped = str(escape(one_line(sentence)))
    return Markup(re.sub("`([^`]+)`", r"<code>\1</code>", escaped))


def _part(section: ReportSection, report: Report) -> Part:
    shown = [each for each in section.figures if not text.is_monthly(each)]
    bars = [each if each.unit == "share" else None for each in shown]
    tables = text.sections_of(section, report)
    return Part(section, tables, bars if any(bars) else [], _defined(section))


def _defined(section: ReportSection) -> list[Definition]:
    """Return what each figure of the section is, or its list."""
    names = dict.fromkeys(each.figure for each in section.figures)
    if section.kind == "list":
        names = {section.name: None}
    every = definitions.every()
    return [every[name] for name in names if name in every]


def _facts(head: Definition) -> list[tuple[str, str]]:
    """Return how it is made and who is known for it, each with its word."""
    over, under = head.facts.get("numerator", ""), head.facts.get("denominator", "")
    if head.unit == "count":
        facts = [("Counts", f"{over}, of {under}" if over and under else over)]
    elif over and under:
        facts = [("Formula", f"{over} \u00f7 {under}")]
    else:
        facts = [("Sum of", over), ("Of", under)]
    facts.append(("Interval", _INTERVALS.get(head.interval, "")))
    facts.append(("Known from", head.facts.get("known from", "")))
    return [(word, words) for word, words in facts if words]


# ---------------------------------------------------------------- the workbook


_PLAIN = "#,##0.######"
# unit of a figure -> how its numbers are shown
_UNITS = {
    "share": "0.0%",
    "dollars": "$#,##0.00",
    "hours": "#,##0.0",
    "days": "#,##0.0",
    "number": "#,##0.0",
}
_IN_UNIT = ("value", "low", "high", "previous", "year_before")
_SHARE = re.compile("share|.*_change(_low|_high)?")  # columns of shares, whatever the unit


def workbook(report: Report) -> bytes:
    """Return the workbook."""
    report = page.for_board(report)
    write = Writer(Book(page.title(report), report.as_of))
    write.page(report)
    for section in report.sections:
        write.section(section.name[:NAME], text.table(section, report), section.rows)
    return write.book.content()


class Writer:
    """Put the parts of a report on the sheets of a workbook, each figure in its unit."""

    def __init__(self, book: Book) -> None:
        self.book = book
        self.bold = book.bold

    def cell(self, sheet: "Worksheet", row: int, column: int, value: Any, unit: str = "") -> None:
        """Write one cell: a number in its unit, a day as a day, other values as text."""
        self.book.cell(sheet, row, column, value, _UNITS.get(unit, _PLAIN))

    def section(self, name: str, table: Table, rows: Sequence[dict[str, Any]]) -> None:
        """Write a section on a sheet of its own, its header in sight and with a filter."""
        units = [str(row.get("unit", "")) for row in rows]

        def pattern(row: int, column: int) -> str:
            name = table.columns[column]
            share = "share" if _SHARE.fullmatch(name) else ""
            return _UNITS.get(units[row] if name in _IN_UNIT else share, _PLAIN)

        self.book.rows(self.book.sheet(name), table.headings, table.cells(), pattern)

    def page(self, report: Report) -> None:
        """Write the first sheet: title, notes, headline with its months, lists, settings."""
        sheet = self.book.sheet("Report")
        sheet.set_landscape()
        sheet.fit_to_pages(1, 0)
        sheet.set_column(0, 0, 30)
        sheet.set_column(1, 30, 13)
        title = self.book.book.add_format({"bold": True, "font_size": 16})
        sheet.write_string(0, 0, one_line(page.title(report)), title)
        row = self._lines(sheet, 1, [text.days(report), *report.notes]) + 1
        parts: list[Section] = []
        if page.fits(report):
            row = self._headline(sheet, row, report) + 1
            parts = [*page.lists(report), Section(pairs=page.pairs(report)[:3])]
        for part in [*parts, text.foot(report)]:
            row = self._part(sheet, row, part) + 1

    def _headline(self, sheet: "Worksheet", row: int, report: Report) -> int:
        """Write a line for each figure that leads, with its twelve months; return the next row."""
        from xlsxwriter.utility import xl_range_abs

        lines = page.headline(report)
        compared = text.compared(report)
        months = lines[0].months if lines else []
        heads = ["Headline", "Value", "Of", *compared.values(), "12 months"]
        for column, head in enumerate([*heads, *(month_words(each.group) for each in months)]):
            sheet.write_string(row, column, head, self.bold)
        for line in lines:
            row += 1
            unit, first = line.figure.unit, len(heads)
            sheet.write_string(row, 0, line.figure.title)
            self.cell(sheet, row, 1, line.figure.value, unit)
            sheet.write_string(row, 2, text.parts(line.figure))
            for column, name in enumerate(compared):
                self.cell(sheet, row, 3 + column, getattr(line.figure, name), unit)
            for column, month in enumerate(line.months):
                self.cell(sheet, row, first + column, month.value, unit)
            if line.months:
                cells = xl_range_abs(row, first, row, first + len(line.months) - 1)
                of = f"'{sheet.get_name()}'!{cells}"
                sheet.add_sparkline(row, first - 1, {"range": of, "type": "column", "min": 0})
        return self._lines(sheet, row + 1, page.remarks(lines, report))

    def _part(self, sheet: "Worksheet", row: int, part: Section) -> int:
        """Write a section of the page and return the row after it."""
        if part.title:
            sheet.write_string(row, 0, one_line(part.title), self.bold)
            row += 1
        for name, value in part.pairs:
            row = self._lines(sheet, row, [f"{name}: {line}" for line in str(value).split("\n")])
        if part.table is not None and part.table.rows:
            for column, head in enumerate(part.table.columns):
                sheet.write_string(row, column, head, self.bold)
            for cells in part.table.cells():
                row += 1
                for column, value in enumerate(cells):
                    self.cell(sheet, row, column, value)
            row += 1
        elif part.empty and not part.pairs:
            row = self._lines(sheet, row, [part.empty])
        return self._lines(sheet, row, part.lines)

    @staticmethod
    def _lines(sheet: "Worksheet", row: int, lines: Iterable[str]) -> int:
        for line in lines:
            sheet.write_string(row, 0, one_line(line))
            row += 1
        return row
